package localapi

import (
	"mime"
	"net/http"
	"strings"

	"blackmark/daemon/localapi/socket"
	"blackmark/shared/wire"
)

// Caller is a kind of caller.
type Caller string

const (
	Extension Caller = "extension" // a paired browser
	Local     Caller = "local"     // the command line of the folder's owner
	Stranger  Caller = "stranger"  // not proved yet: the proof follows on the socket
)

// Door is one method and path and who may call it.
type Door struct {
	Method  string
	Path    string
	Callers []Caller
	Takes   string // content type of a POST; empty means application/json
}

func (d Door) lets(c Caller) bool {
	for _, may := range d.Callers {
		if may == c {
			return true
		}
	}
	return false
}

func (d Door) takes() string {
	if d.Takes == "" {
		return "application/json"
	}
	return d.Takes
}

// doors are all that the gate knows, by method and path. A route is added
// here in the same call that routes it.
type doors map[string]Door

func (d doors) add(method, path string, callers ...Caller) {
	d[method+" "+path] = Door{Method: method, Path: path, Callers: callers}
}

// gate decides on a request before anything of it is routed. Who is refused
// is cut off without a byte. The order is from the cheapest to the dearest.
func (s *Server) gate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn := connOf(r.Context())
		client, passes := s.admit(r)
		if !passes || conn == nil {
			s.config.Log.Debug("a request was refused") // what it asked for is a stranger's word
			refuse(w)
		}
		s.config.Log.Debug("request", "method", r.Method, "path", r.URL.Path)
		conn.speak()
		if client.id != "" {
			conn.proved()
		}
		next.ServeHTTP(w, r)
	})
}

// refuse closes the connection. It does not return.
func refuse(w http.ResponseWriter) {
	if hijacker, ok := w.(http.Hijacker); ok {
		if conn, _, err := hijacker.Hijack(); err == nil {
			_ = conn.Close()
		}
	}
	panic(http.ErrAbortHandler) // nothing may run after a refusal
}

// admit tells who calls and whether the request may pass.
func (s *Server) admit(r *http.Request) (caller, bool) {
	if r.Host != s.address || !strings.HasPrefix(r.RequestURI, "/") {
		return caller{}, false // another name for us (rebinding), or a proxy's form
	}
	door, known := s.doors[r.Method+" "+r.URL.Path]
	if !known || r.URL.RawQuery != "" || r.RequestURI != r.URL.Path {
		return caller{}, false
	}
	origins := r.Header["Origin"]
	if len(origins) > 1 || (len(origins) == 1 && origins[0] == "") {
		return caller{}, false
	}
	switch door.Path {
	case wire.PairPath:
		passes := socket.Upgradable(r) && len(origins) == 1 && extensionOrigin(origins[0]) && s.window.State().Open
		return caller{}, passes
	case wire.SocketPath:
		passes := socket.Upgradable(r) && (len(origins) == 0 || s.roster.hasOrigin(origins[0]))
		return caller{}, passes
	}
	return s.admitCall(r, door, origins)
}

// admitCall decides on a call of the HTTP API.
func (s *Server) admitCall(r *http.Request, door Door, origins []string) (caller, bool) {
	client, ok := s.tokens.owner(bearer(r))
	if !ok || !door.lets(client.kind()) {
		return caller{}, false
	}
	switch {
	case len(origins) == 1 && origins[0] != client.origin: // a command line has none
		return caller{}, false
	case len(origins) == 0 && r.Method != http.MethodGet && client.kind() != Local:
		return caller{}, false // browsers send one with every POST
	}
	if r.Method == http.MethodGet {
		return client, r.ContentLength == 0
	}
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset, other := parameters["charset"]
	if err != nil || kind != door.takes() || (other && !strings.EqualFold(charset, "utf-8")) {
		return caller{}, false // what a form can send is not listened to
	}
	return client, len(r.Header["Content-Encoding"]) == 0
}

func bearer(r *http.Request) string {
	values := r.Header["Authorization"]
	if len(values) != 1 {
		return ""
	}
	token, ok := strings.CutPrefix(values[0], "Bearer ")
	if !ok {
		return ""
	}
	return token
}
