// Package osservice makes the daemon a service of its user: it starts when
// the user signs in, again when it failed, and belongs to nobody else.
//
// It is the one place that imports kardianos/service; of ours it imports
// shared/problem alone. It never asks for rights of root, and never installs
// where the system cannot run a service of a user: there it says so.
package osservice

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/kardianos/service"

	"blackmark/shared/problem"
)

// Name is the name of the service.
const Name = "blackmark"

// State is how the service is.
type State string

const (
	Absent  State = "absent"  // not installed
	Stopped State = "stopped" // installed, not running
	Running State = "running"
	Failing State = "failing" // the system gave up starting it
)

// What can be refused.
var (
	ErrInstalled = problem.New(problem.Conflict, "service_installed",
		"Blackmark is already installed as a service", "`blackmark uninstall` removes it; your data stays")
	ErrAbsent = problem.New(problem.NotFound, "service_absent",
		"Blackmark is not installed as a service", "`blackmark install` does that")
	ErrSystem = problem.New(problem.Unavailable, "service_refused",
		"the system's service manager refused", "look at what it says; `blackmark run` works without it")
)

// Service is the daemon as a service of the user who calls.
type Service struct {
	program service.Service
	file    string // where the system keeps its description, if it is a file
}

// Open prepares the service: the program by its whole path, and its
// arguments. It fails, and says what is missing, where this system cannot run
// services of a user.
func Open(program string, arguments []string) (*Service, error) {
	platform := service.Platform()
	if err := Supported(platform, os.Getenv, exec.LookPath); err != nil {
		return nil, err
	}
	config := &service.Config{
		Name:        Name,
		DisplayName: "Blackmark",
		Description: "Blackmark: your own buyer blacklist, on this computer",
		Executable:  program,
		Arguments:   arguments,
		Option: service.KeyValue{
			"UserService":   true,
			"RunAtLoad":     true, // launchd: at sign-in
			"SystemdScript": systemdUnit,
		},
	}
	s := &Service{}
	if runtime.GOOS == "linux" {
		config.Executable = strings.ReplaceAll(program, "%", "%%")
		config.Arguments = escaped(arguments)
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, ErrSystem.Because(err)
		}
		s.file = filepath.Join(home, ".config", "systemd", "user", Name+".service")
	}
	var err error
	s.program, err = service.New(unused{}, config)
	if err != nil {
		return nil, ErrSystem.Because(err)
	}
	return s, nil
}

// escaped are arguments as a unit file takes them within quotes.
func escaped(arguments []string) []string {
	replacer := strings.NewReplacer(`\`, `\\`, "%", "%%", "$", "$$")
	list := make([]string, len(arguments))
	for i, a := range arguments {
		list[i] = replacer.Replace(a)
	}
	return list
}

// Supported tells whether a platform, as kardianos/service names it, runs
// services of a user, and what is missing where it could.
func Supported(platform string, env func(string) string, look func(string) (string, error)) error {
	const without = "you can always start it by hand: `blackmark run`"
	switch {
	case platform == "linux-systemd":
		if _, err := look("systemctl"); err != nil {
			return unsupported("systemd runs here, but its program systemctl is missing", "install the package `systemd`; "+without)
		}
		if env("XDG_RUNTIME_DIR") == "" {
			return unsupported("systemd runs here, but there is no session of yours (XDG_RUNTIME_DIR is not set)",
				"sign in as yourself rather than through su or sudo, or run `loginctl enable-linger` first; "+without)
		}
		return nil
	case strings.HasPrefix(platform, "darwin"):
		return nil
	case strings.HasPrefix(platform, "windows"):
		return unsupported("user services are not supported by Windows: its services belong to the system",
			`let the task scheduler start it when you sign in: schtasks /Create /SC ONLOGON /TN Blackmark /TR "blackmark run"`)
	case platform == "":
		return unsupported("no service manager was found on this system", without)
	}
	return unsupported(fmt.Sprintf("user services are not supported by this system's service manager (%s)", platform),
		"use a system with systemd, or let your desktop start `blackmark run` when you sign in")
}

func unsupported(message, hint string) error {
	return problem.New(problem.Unavailable, "user_services_unsupported", message, hint)
}

// Install writes the service down and starts it. What fails half-way is
// taken back.
func (s *Service) Install() error {
	state, err := s.State()
	if err != nil {
		return err
	}
	if state != Absent || s.described() {
		return ErrInstalled
	}
	if err := s.program.Install(); err != nil {
		s.takeBack()
		return ErrSystem.Because(err)
	}
	if err := s.program.Start(); err != nil {
		return ErrSystem.Because(err)
	}
	return nil
}

func (s *Service) described() bool {
	if s.file == "" {
		return false
	}
	_, err := os.Lstat(s.file)
	return err == nil
}

// takeBack removes a description that the system did not take: an empty one
// left behind would hide every later one.
func (s *Service) takeBack() {
	if s.file != "" {
		_ = os.Remove(s.file)
	}
}

// Uninstall stops the service and removes it. No data is touched.
func (s *Service) Uninstall() error {
	state, err := s.State()
	if err != nil {
		return err
	}
	if state == Absent && !s.described() {
		return ErrAbsent
	}
	if state == Running {
		if err := s.program.Stop(); err != nil {
			return ErrSystem.Because(err)
		}
	}
	if err := s.program.Uninstall(); err != nil {
		return ErrSystem.Because(err)
	}
	return nil
}

// State asks the system.
func (s *Service) State() (State, error) {
	status, err := s.program.Status()
	switch {
	case errors.Is(err, service.ErrNotInstalled):
		return Absent, nil
	case err != nil && strings.Contains(err.Error(), "failed state"):
		return Failing, nil
	case err != nil:
		return "", ErrSystem.Because(err)
	case status == service.StatusRunning:
		return Running, nil
	}
	return Stopped, nil
}

// unused is the program that kardianos/service would run itself: ours runs
// by its own command.
type unused struct{}

func (unused) Start(service.Service) error { return nil }
func (unused) Stop(service.Service) error  { return nil }

// systemdUnit replaces the library's own, which asks for a target that user
// managers do not have and waits two minutes before a restart.
const systemdUnit = `[Unit]
Description={{Description}}
StartLimitIntervalSec=60
StartLimitBurst=10

[Service]
ExecStart={{Path | cmd}}{{range Arguments}} {{. | cmd}}{{end}}
Restart=on-failure
RestartSec=2
RestartPreventExitStatus=2
UMask=0077
NoNewPrivileges=yes

[Install]
WantedBy=default.target
`
