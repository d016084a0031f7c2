package localapi_test

import (
	"fmt"
	"strings"
	"testing"

	"blackmark/shared/wire"
)

// proofStates are the tokens that a caller may hold.
type proofState struct{ name, token string }

func (s *stage) tokens(b browser) []proofState {
	line := s.lineToken()
	return []proofState{{"none", ""}, {"wrong", strings.Repeat("A", 43)}, {"browser", s.joined(b).token}, {"line", line}}
}

// lineToken is a token of the command line, read off the wire.
func (s *stage) lineToken() string {
	local := browser{id: wire.LocalClient, secret: s.key}
	return s.joined(local).token
}

const bodyOfList = `{"limit":1}`

// request writes one request as it goes over the wire.
func request(method, path, host string, origins []string, token string) string {
	var b strings.Builder
	verb := method
	if method == "SOCKET" {
		verb, path = "GET", wire.SocketPath
	}
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n%s", verb, path, host)
	for _, o := range origins {
		fmt.Fprintf(&b, "Origin: %s\r\n", o)
	}
	if token != "" {
		fmt.Fprintf(&b, "Authorization: Bearer %s\r\n", token)
	}
	switch method {
	case "SOCKET":
		b.WriteString("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
	case "POST", "PUT":
		fmt.Fprintf(&b, "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(bodyOfList), bodyOfList)
	default:
		b.WriteString("\r\n")
	}
	return b.String()
}

func TestGateMatrix(t *testing.T) {
	s := newStage(t)
	b := s.paired(chromium)
	s.paired(firefox) // another browser: its origin is known and is not this one's
	own := s.server.Address()
	port := s.port()
	host := func(h string) string { return "Host: " + h + "\r\n" }
	hosts := []string{
		host(own), host(own + "."), host("127.0.0.1"), host(fmt.Sprintf("127.0.0.1:%d", port+1)),
		host(fmt.Sprintf("localhost:%d", port)), host(fmt.Sprintf("evil.example:%d", port)),
		host(fmt.Sprintf("127.0.0.1.nip.io:%d", port)), host(fmt.Sprintf("[::1]:%d", port)),
		host(""), "", host(own) + host("evil.example"), host(fmt.Sprintf("127.1:%d", port)),
	}
	origins := [][]string{
		nil, {chromium}, {"null"}, {""}, {"https://seller.shopee.example"}, {chromium + "/"}, {chromium + ".evil.example"},
		{"chrome-extension://" + strings.ToUpper(strings.TrimPrefix(chromium, "chrome-extension://"))},
		{"chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba"}, {chromium, chromium},
	}
	methods := []string{"GET", "POST", "SOCKET", "PUT", "OPTIONS"}
	states := s.tokens(b)
	cells, passed := 0, 0
	for h, hostLines := range hosts {
		for o, originLines := range origins {
			for _, method := range methods {
				for _, state := range states {
					path := map[string]string{"POST": "/v1/marks/list", "PUT": "/v1/marks/list"}[method]
					if path == "" {
						path = "/v1/status"
					}
					absent, bound := o == 0, o == 1
					may := h == 0 && map[string]bool{
						"GET":    (state.name == "browser" && (absent || bound)) || (state.name == "line" && absent),
						"POST":   (state.name == "browser" && bound) || (state.name == "line" && absent),
						"SOCKET": absent || bound,
					}[method]
					got := raw(t, own, request(method, path, hostLines, originLines, state.token))
					cells++
					switch {
					case may && !strings.Contains(string(got), " 200 ") && !strings.HasPrefix(string(got), "101"):
						t.Errorf("%s host %q origin %q token %s should pass, got %q", method, hostLines, originLines, state.name, got)
					case !may && len(got) > 0:
						t.Errorf("%s host %q origin %q token %s got %d bytes: %q", method, hostLines, originLines, state.name, len(got), got)
					}
					if may {
						passed++
					}
				}
			}
		}
	}
	if cells != 12*10*5*4 || passed != 3+2+8 {
		t.Errorf("%d cells, %d of them allowed: not the matrix that was meant", cells, passed)
	}
	if n := s.ledger.Counts().Buyers; n != 0 {
		t.Errorf("a refused request marked %d buyers", n)
	}
}

func TestGateRefusesOtherForms(t *testing.T) {
	s := newStage(t)
	b := s.paired(chromium)
	token := s.joined(b).token
	own := s.server.Address()
	auth := "Authorization: Bearer " + token + "\r\n"
	base := "Host: " + own + "\r\nOrigin: " + chromium + "\r\n" + auth
	post := func(headers, body string) string {
		return fmt.Sprintf("POST /v1/marks/list HTTP/1.1\r\n%s%sContent-Length: %d\r\n\r\n%s", base, headers, len(body), body)
	}
	if got := raw(t, own, post("Content-Type: application/json\r\n", bodyOfList)); !strings.Contains(string(got), " 200 ") {
		t.Fatalf("the request from which the others differ does not pass: %q", got)
	}
	cases := map[string]string{
		"absolute form":           "GET http://" + own + "/v1/status HTTP/1.1\r\n" + base + "\r\n",
		"absolute form, evil":     "GET http://evil.example/v1/status HTTP/1.1\r\n" + base + "\r\n",
		"absolute, other host":    "GET http://" + own + "/v1/status HTTP/1.1\r\nHost: evil.example\r\n" + auth + "\r\n",
		"query":                   "GET /v1/status?x=1 HTTP/1.1\r\n" + base + "\r\n",
		"encoded path":            "GET /v1/%73tatus HTTP/1.1\r\n" + base + "\r\n",
		"doubled slash":           "GET //v1/status HTTP/1.1\r\n" + base + "\r\n",
		"dots":                    "GET /v1/x/../status HTTP/1.1\r\n" + base + "\r\n",
		"fragment":                "GET /v1/status# HTTP/1.1\r\n" + base + "\r\n",
		"not HTTP":                "hello\r\n\r\n",
		"HTTP/1.0 without host":   "GET /v1/status HTTP/1.0\r\n" + auth + "\r\n",
		"HTTP/2 preface":          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"CONNECT":                 "CONNECT " + own + " HTTP/1.1\r\n" + base + "\r\n",
		"HEAD":                    "HEAD /v1/status HTTP/1.1\r\n" + base + "\r\n",
		"two tokens":              "GET /v1/status HTTP/1.1\r\n" + base + auth + "\r\n",
		"token of another scheme": "GET /v1/status HTTP/1.1\r\nHost: " + own + "\r\nAuthorization: Basic " + token + "\r\n\r\n",
		"token in lower case":     "GET /v1/status HTTP/1.1\r\nHost: " + own + "\r\nAuthorization: bearer " + token + "\r\n\r\n",
		"GET with a body":         "GET /v1/status HTTP/1.1\r\n" + base + "Content-Length: 2\r\n\r\n{}",
		"form":                    post("Content-Type: application/x-www-form-urlencoded\r\n", bodyOfList),
		"plain text":              post("Content-Type: text/plain\r\n", bodyOfList),
		"no type":                 post("", bodyOfList),
		"other charset":           post("Content-Type: application/json; charset=utf-16\r\n", bodyOfList),
		"compressed":              post("Content-Type: application/json\r\nContent-Encoding: gzip\r\n", bodyOfList),
		"huge header":             "GET /v1/status HTTP/1.1\r\n" + base + "X: " + strings.Repeat("x", 64<<10) + "\r\n\r\n",
		"owner's door, browser":   "GET /v1/pairing HTTP/1.1\r\n" + base + "\r\n",
		"huma's documents":        "GET /docs HTTP/1.1\r\n" + base + "\r\n",
		"huma's description":      "GET /openapi.json HTTP/1.1\r\n" + base + "\r\n",
		"huma's schemas":          "GET /schemas/Mark.json HTTP/1.1\r\n" + base + "\r\n",
		"pairing while it is shut": "GET " + wire.PairPath + " HTTP/1.1\r\nHost: " + own + "\r\nOrigin: " + chromium +
			"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
		"subprotocol": strings.Replace(request("SOCKET", "", "Host: "+own+"\r\n", []string{chromium}, ""),
			"\r\n\r\n", "\r\nSec-WebSocket-Protocol: x\r\n\r\n", 1),
		"old version of WebSocket": strings.Replace(request("SOCKET", "", "Host: "+own+"\r\n", []string{chromium}, ""),
			"Version: 13", "Version: 8", 1),
		"short key of WebSocket": strings.Replace(request("SOCKET", "", "Host: "+own+"\r\n", []string{chromium}, ""),
			"AAAAAAAAAAAAAAAAAAAAAA==", "AAAA", 1),
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			if got := raw(t, own, text); len(got) > 0 {
				t.Errorf("got %d bytes: %q", len(got), got)
			}
		})
	}
}

func TestNothingIsSaidAfterAnAnswer(t *testing.T) {
	s := newStage(t)
	one := request("GET", "/v1/status", "Host: "+s.server.Address()+"\r\n", nil, s.lineToken())
	for _, more := range []string{one, "hello\r\n\r\n", "GET /v1/status HTTP/1.1\r\nHost: evil.example\r\n\r\n"} {
		if got := string(raw(t, s.server.Address(), one+more)); strings.Count(got, "HTTP/1.1 ") != 1 {
			t.Errorf("not one answer on a connection: %q", got)
		}
	}
}

func TestHeadersOfAnswers(t *testing.T) {
	s := newStage(t)
	got := string(raw(t, s.server.Address(), request("GET", "/v1/status", "Host: "+s.server.Address()+"\r\n", nil, s.lineToken())))
	for _, want := range []string{"X-Content-Type-Options: nosniff\r\n", "Cache-Control: no-store\r\n", "Content-Security-Policy: default-src 'none'\r\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("the answer lacks %q", want)
		}
	}
	if strings.Contains(strings.ToLower(got), "access-control-") {
		t.Error("the answer grants an origin something")
	}
}

func TestEveryRouteStandsBehindTheGate(t *testing.T) {
	s := newStage(t)
	routes := s.server.Routes()
	want := map[string]string{
		"GET /v1/socket": "stranger", "GET /v1/pair": "stranger",
		"GET /v1/status": "extension local", "POST /v1/marks": "extension local",
		"POST /v1/marks/cancel": "extension local", "POST /v1/marks/list": "extension local",
		"POST /v1/buyers/report": "extension local", "POST /v1/buyers/aliases": "extension local",
		"POST /v1/buyers/join": "extension local", "POST /v1/buyers/split": "extension local",
		"POST /v1/pairing": "local", "GET /v1/pairing": "local", "POST /v1/clients/revoke": "extension local",
		"GET /v1/diagnostics": "extension local",
		"GET /v1/trend":       "extension local",
		"GET /v1/sharing":     "extension local", "GET /v1/sites": "extension local", "POST /v1/sites/forget": "extension local", "POST /v1/uploads": "extension local", "POST /v1/forget": "local",
		"POST /v1/backups": "extension local", "POST /v1/backups/list": "extension local",
		"POST /v1/backups/check": "extension local", "POST /v1/backups/read": "extension local", "POST /v1/restore": "extension local",
	}
	for _, name := range []string{"join", "preview", "share", "list", "withdraw", "leave", "settings", "mute"} {
		want["POST /v1/sharing/"+name] = "extension local"
	}
	for _, name := range []string{"export", "imports", "imports/status", "imports/stop", "imports/undo", "imports/list"} {
		want["POST /v1/"+name] = "extension local"
	}
	for _, name := range []string{"marks/find", "marks/facets", "marks/change", "activity", "hits", "native/plan", "native/list", "native/result", "native/find"} {
		want["POST /v1/"+name] = "extension local"
	}
	for _, r := range routes {
		var callers []string
		for _, c := range r.Callers {
			callers = append(callers, string(c))
		}
		name := r.Method + " " + r.Path
		if got := strings.Join(callers, " "); got != want[name] {
			t.Errorf("%s may be called by %q, want %q", name, got, want[name])
		}
		delete(want, name)
		method := r.Method
		if got := raw(t, s.server.Address(), request(method, r.Path, "Host: "+s.server.Address()+"\r\n", nil, "")); len(got) > 0 {
			t.Errorf("%s answers who has proved nothing: %q", name, got)
		}
	}
	if len(want) > 0 {
		t.Errorf("not routed: %v", want)
	}
}

func TestOwnersDoorsAreShutToBrowsers(t *testing.T) {
	s := newStage(t)
	b := s.paired(chromium)
	token := s.joined(b).token
	for _, r := range s.server.Routes() {
		if len(r.Callers) != 1 || r.Callers[0] != "local" {
			continue
		}
		text := request(r.Method, r.Path, "Host: "+s.server.Address()+"\r\n", []string{chromium}, token)
		if got := raw(t, s.server.Address(), text); len(got) > 0 {
			t.Errorf("%s %s answers a browser: %q", r.Method, r.Path, got)
		}
	}
}
