package cloud

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"blackmark/shared/problem"
)

// ErrNotRunning says that no server runs on a data folder.
var ErrNotRunning = problem.New(problem.Unavailable, "cloud_not_running",
	"no server runs on this data folder", "start it with `blackmark-cloud serve`")

// Operator is the way of the command line to the server of a data folder: to the
// one that runs, or to one that it opens itself and that listens nowhere.
type Operator struct {
	do    func(ctx context.Context, command string, body []byte) (int, io.ReadCloser, error)
	close func() error
}

// OpenOperator finds the server of a folder. One that starts or stops there is
// waited for, and so is another command, some seconds, before that is ErrInUse. It
// returns ErrNoCloud for a folder without a cloud.
func OpenOperator(c Config) (o *Operator, err error) {
	if _, err := readTrust(c.Dir); err != nil {
		return nil, err
	}
	err = afterOthers(func() error {
		if o, err = findOperator(c.Dir); err == nil && o == nil {
			o, err = openAlone(c)
		}
		return err
	}, func() bool { return false })
	return o, err
}

// findOperator is the way to the server that runs, or nil where none does.
func findOperator(dir string) (*Operator, error) {
	place, err := readPlace(dir)
	if err != nil || place == nil {
		return nil, err
	}
	return dialOperator(place), nil
}

// answered tells whether a server runs on a folder.
func answered(dir string) bool {
	o, err := findOperator(dir)
	if err != nil || o == nil {
		return false
	}
	_ = o.Close()
	return true
}

func readPlace(dir string) (*operatorPlace, error) {
	data, err := os.ReadFile(filepath.Join(dir, apiFolder, operatorFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var place operatorPlace
	if err == nil {
		err = json.Unmarshal(data, &place)
	}
	return &place, err
}

// dialOperator is nil where nobody answers: the file was left by a server that
// was killed. Nothing secret is sent before the other has shown our TLS key.
func dialOperator(place *operatorPlace) *Operator {
	conn, err := net.DialTimeout("tcp4", place.Address, headerLimit)
	if err != nil {
		return nil
	}
	_ = conn.Close()
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: pinned(func() ([]byte, error) { return place.Key, nil }),
	}}
	secret := base64.RawURLEncoding.EncodeToString(place.Secret)
	return &Operator{
		do: func(ctx context.Context, command string, body []byte) (int, io.ReadCloser, error) {
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+place.Address+"/operator/"+command, bytes.NewReader(body))
			if err != nil {
				return 0, nil, err
			}
			request.Header.Set("Authorization", "Bearer "+secret)
			response, err := client.Do(request)
			if err != nil {
				return 0, nil, ErrNotRunning.Because(err)
			}
			return response.StatusCode, response.Body, nil
		},
		close: func() error { client.CloseIdleConnections(); return nil },
	}
}

// openAlone opens the folder without listening.
func openAlone(c Config) (*Operator, error) {
	if _, err := os.Stat(filepath.Join(c.Dir, evalFolder, "keys.json")); err != nil {
		return nil, ErrNotRunning // the roles are apart: only the running api reaches all
	}
	c.Roles = Roles
	s, err := prepare(c)
	if err != nil {
		return nil, err
	}
	if err := s.openRoles(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	secret := make([]byte, tokenSize)
	_, _ = rand.Read(secret)
	handler := s.operatorRoutes(secret)
	return &Operator{
		do: func(ctx context.Context, command string, body []byte) (int, io.ReadCloser, error) {
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, "/operator/"+command, bytes.NewReader(body))
			if err != nil {
				return 0, nil, err
			}
			request.Header.Set("Authorization", "Bearer "+base64.RawURLEncoding.EncodeToString(secret))
			answer := &memoryAnswer{header: http.Header{}, status: http.StatusOK}
			if !answer.served(handler, request) {
				return 0, nil, problem.Of(errors.New("the answer broke off"))
			}
			return answer.status, io.NopCloser(&answer.body), nil
		},
		close: s.Close,
	}, nil
}

// memoryAnswer is an answer that goes nowhere.
type memoryAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// served is false where the handler broke the answer off.
func (a *memoryAnswer) served(h http.Handler, r *http.Request) (whole bool) {
	defer func() {
		if broken := recover(); broken != nil && broken != http.ErrAbortHandler {
			panic(broken)
		}
	}()
	h.ServeHTTP(a, r)
	return true
}

func (a *memoryAnswer) Header() http.Header         { return a.header }
func (a *memoryAnswer) Write(b []byte) (int, error) { return a.body.Write(b) }
func (a *memoryAnswer) WriteHeader(status int)      { a.status = status }

// Do gives a command. A refusal is the server's problem.
func (o *Operator) Do(ctx context.Context, command string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	status, answer, err := o.do(ctx, command, body)
	if err != nil {
		return err
	}
	defer answer.Close()
	return readAnswer(status, answer, out)
}

// Backup copies a backup. What was written is worth nothing after an error.
func (o *Operator) Backup(ctx context.Context, w io.Writer) error {
	status, answer, err := o.do(ctx, "backup", []byte("{}"))
	if err != nil {
		return err
	}
	defer answer.Close()
	if status != http.StatusOK {
		return readAnswer(status, answer, nil)
	}
	_, err = io.Copy(w, answer)
	return err
}

// Close gives back what OpenOperator took.
func (o *Operator) Close() error { return o.close() }
