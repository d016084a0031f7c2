package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"blackmark/daemon/commandline"
	"blackmark/daemon/settings"
)

// What doctor finds on the disk and on the ports, without any daemon.

// checkFolder tells also whether there is a folder to look into.
func checkFolder(dir string) (findings []finding, there bool) {
	info, err := os.Lstat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return []finding{{Check: "folder", Message: "there is no data folder at " + dir + " yet",
			Remedy: "start the daemon once: `blackmark run`"}}, false
	case err != nil:
		return []finding{ill("folder", err)}, false
	case info.Mode()&fs.ModeSymlink != 0:
		return []finding{{Check: "folder", Message: dir + " is a symbolic link", Remedy: "name the folder itself with --data", code: commandline.Refused}}, false
	case !info.IsDir():
		return []finding{{Check: "folder", Message: dir + " is not a folder", Remedy: "name another one with --data", code: commandline.Refused}}, false
	case !ownedByUs(info):
		return []finding{{Check: "folder", Message: dir + " belongs to another user", Remedy: "name a folder of your own with --data", code: commandline.Refused}}, false
	}
	findings = []finding{fine("folder", "%s, yours alone", dir)}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		findings = []finding{{Check: "folder", Message: "other users of this computer can look into " + dir,
			Remedy: "chmod 700 " + dir, code: commandline.Refused}}
	}
	if err := writable(dir); err != nil {
		findings = append(findings, finding{Check: "folder", Message: "nothing can be written into " + dir + ": " + err.Error(),
			Remedy: "if the disk is mounted for reading alone, look why (a disk that fails is mounted so); else give yourself the right to write", code: commandline.Damaged})
	}
	if _, err := settings.ReadLocalKey(dir); err != nil && !errors.Is(err, settings.ErrNoKey) {
		findings = append(findings, ill("key", err))
	}
	return findings, true
}

// shownNames is how many files a finding names.
const shownNames = 3

// checkRights looks at everything in the folder. A temporary file may go while
// it looks.
func checkRights(dir string) []finding {
	if runtime.GOOS == "windows" {
		return nil // rights there are access lists, inherited from the user's profile
	}
	var open, foreign, links []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		info, err := entry.Info()
		switch {
		case err != nil || name == ".":
		case info.Mode()&fs.ModeSymlink != 0:
			links = append(links, name)
		case !ownedByUs(info):
			foreign = append(foreign, name)
		case info.Mode().Perm()&0o077 != 0:
			open = append(open, name)
		}
		return nil
	})
	if err != nil {
		return []finding{ill("rights", err)}
	}
	var findings []finding
	if len(foreign) > 0 {
		findings = append(findings, finding{Check: "rights", Message: "these belong to another user: " + named(foreign),
			Remedy: "was Blackmark run with sudo? give them back: sudo chown -R $USER " + dir, code: commandline.Refused})
	}
	if len(open) > 0 {
		findings = append(findings, finding{Check: "rights", Message: "other users could read these, if the folder were open: " + named(open),
			Remedy: "chmod -R go= " + dir})
	}
	if len(links) > 0 {
		findings = append(findings, finding{Check: "rights", Message: "these lead out of the folder: " + named(links),
			Remedy: "put the files themselves in their place", code: commandline.Refused})
	}
	if len(findings) == 0 {
		findings = append(findings, fine("rights", "every file is yours alone"))
	}
	return findings
}

func named(files []string) string {
	if len(files) > shownNames {
		return fmt.Sprintf("%s and %d more", strings.Join(files[:shownNames], ", "), len(files)-shownNames)
	}
	return strings.Join(files, ", ")
}

// checkLock looks whether a daemon holds the folder and yet does not answer.
func checkLock(dir string) finding {
	held, err := settings.Locked(dir)
	switch {
	case err != nil:
		return ill("lock", err)
	case held:
		return finding{Check: "lock", Message: "a program holds this data folder, and no daemon of it answers",
			Remedy: "it may be starting or restoring: wait a minute; else end the program `blackmark run`, then start it again", code: commandline.Refused}
	}
	return fine("lock", "free")
}

func checkPorts(ports []int) []finding {
	var taken []string
	for _, port := range ports {
		if !portFree(port) {
			taken = append(taken, fmt.Sprint(port))
		}
	}
	switch len(taken) {
	case 0:
		return []finding{fine("ports", "all %d are free", len(ports))}
	case len(ports):
		return []finding{{Check: "ports", Message: "every port is taken by another program: " + strings.Join(taken, ", "),
			Remedy: "find the programs that listen there and end one", code: commandline.Refused}}
	}
	return []finding{fine("ports", "taken by other programs: %s; another one will be used", strings.Join(taken, ", "))}
}

func checkSpace(dir string) finding {
	for _, err := os.Lstat(dir); errors.Is(err, os.ErrNotExist) && dir != filepath.Dir(dir); _, err = os.Lstat(dir) {
		dir = filepath.Dir(dir)
	}
	free, err := settings.FreeSpace(dir)
	switch {
	case err != nil:
		return ill("disk", err)
	case free < freeWanted:
		return finding{Check: "disk", Message: fmt.Sprintf("only %d MiB are free: nothing more is saved", free>>20),
			Remedy: "free some space on the disk of the data folder", code: commandline.Damaged}
	}
	return fine("disk", "%d MiB free", free>>20)
}
