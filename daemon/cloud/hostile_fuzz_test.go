package cloud_test

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"blackmark/shared/problem"
)

// The doors of a server that take a body.
var (
	publicDoors = []string{"/v1/join", "/v1/evaluate", "/v1/shares", "/v1/withdrawals", "/v1/invitations", "/v1/trust", "/relay/cut", "/relay/evaluate"}
	// Not backup, which is a file, and not the two of an epoch, after which the
	// next body would meet another server.
	operatorDoors = []string{"/operator/invite", "/operator/accounts", "/operator/change", "/operator/branch",
		"/operator/stats", "/operator/verify", "/operator/erasures", "/operator/erase", "/operator/publish"}
)

// FuzzBody posts anything as an account: what was asked, or a problem of the
// sender, and never one of the server.
func FuzzBody(f *testing.F) {
	st, s := fuzzed(f)
	f.Add([]byte(`{"shares":[]}`), uint8(2))
	f.Fuzz(func(t *testing.T, body []byte, which uint8) {
		status, answer := post(t, s.http, s.url+publicDoors[int(which)%len(publicDoors)], s.device, body)
		answered(t, st, body, status, answer)
	})
}

// FuzzOperator posts anything through the operator's door, with his secret.
func FuzzOperator(f *testing.F) {
	st, _ := fuzzed(f)
	var place struct {
		Address string `json:"address"`
		Secret  []byte `json:"secret"`
	}
	data, err := os.ReadFile(filepath.Join(st.dir, "api", "operator.json"))
	if err == nil {
		err = json.Unmarshal(data, &place)
	}
	if err != nil || place.Address == "" {
		f.Fatalf("no door of the operator: %v", err)
	}
	secret := base64.RawURLEncoding.EncodeToString(place.Secret)
	who := blindClient(f)
	f.Add([]byte(`{"uses":1,"days":1}`), uint8(0))
	f.Fuzz(func(t *testing.T, body []byte, which uint8) {
		url := "https://" + place.Address + operatorDoors[int(which)%len(operatorDoors)]
		status, answer := post(t, who, url, secret, body)
		answered(t, st, body, status, answer)
		if status, _ := post(t, who, url, "", body); status != http.StatusForbidden {
			t.Fatalf("without the secret: %d", status)
		}
	})
}

// FuzzRequest sends any bytes over TLS: what comes back is whole answers of
// HTTP, and none of them is of the server's making.
func FuzzRequest(f *testing.F) {
	st, _ := fuzzed(f)
	f.Add([]byte("GET /health HTTP/1.1\r\nHost: HOST\r\n\r\n"))
	f.Fuzz(func(t *testing.T, request []byte) {
		conn, err := tls.Dial("tcp", st.Address(), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
		if _, err := conn.Write(bytes.ReplaceAll(request, []byte("HOST"), []byte(st.Address()))); err != nil {
			return
		}
		_ = conn.CloseWrite()
		heard, err := io.ReadAll(conn)
		if err, slow := err.(net.Error); slow && err.Timeout() {
			t.Fatalf("%q: the server waits", request)
		}
		if bytes.HasPrefix(heard, []byte("HTTP/1.1 500")) || bytes.Contains(heard, []byte("PRIVATE")) {
			t.Fatalf("%q got %q", request, heard)
		}
		answered(t, st, request, http.StatusOK, nil)
	})
}

// fuzzed is a server without limits a minute, and an account of it.
func fuzzed(f *testing.F) (*stage, *seller) {
	f.Helper()
	settings := friends()
	settings.Requests = 1 << 20
	st := open(f, settings)
	return st, st.member()
}

func post(t *testing.T, with *http.Client, url, token string, body []byte) (int, []byte) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := with.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, answer
}

// answered fails where a request broke the server, or its refusal says nothing.
func answered(t *testing.T, st *stage, sent []byte, status int, answer []byte) {
	t.Helper()
	if status != http.StatusOK {
		var p problem.Error
		if json.Unmarshal(answer, &p) != nil || p.Code == "" || p.Hint == "" || p.Kind == problem.Internal || status >= 500 {
			t.Fatalf("%q got %d %q", sent, status, answer)
		}
	}
	st.clock.Move(10 * time.Millisecond) // what a minute allows is no part of this
	if log := st.lines.take(); strings.Contains(log, "level=ERROR") {
		t.Fatalf("%q: %s", sent, log)
	}
}
