package localapi

import (
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"blackmark/daemon/localapi/socket"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// What a handshake can be refused for. Nothing here says which part of a
// proof was wrong.
var (
	errVersion = problem.New(problem.Refused, "version_differs",
		"the extension and the daemon speak different versions",
		"update both: the daemon with the newest Blackmark, the extension in the browser")
	errProof = problem.New(problem.Refused, "proof_refused",
		"this client is not paired with this daemon", "run `blackmark pair` and paste the code in the extension")
	errBrowser = problem.New(problem.Invalid, "browser_name",
		"the browser's name is missing or too long", "send a name of 1 to 60 characters")
	errSockets = problem.New(problem.TooMany, "too_many_sockets",
		"too many connections are open", "close some windows of this browser, or start it anew")
)

// maxBrowser is the longest name of a browser in characters.
const maxBrowser = 60

// challenge opens a handshake: it takes the request over, gives the other end
// wire.HandshakeLimit and sends a nonce.
func (s *Server) challenge(w http.ResponseWriter, r *http.Request) (*socket.Conn, string) {
	conn, err := socket.Upgrade(w, r)
	if err != nil {
		panic(http.ErrAbortHandler) // the connection is gone; there is nobody to tell
	}
	if !s.sessions.enter(conn) {
		conn.Close()
		return nil, ""
	}
	nonce := wire.NewNonce()
	_ = conn.Limit(time.Now().Add(wire.HandshakeLimit * time.Millisecond))
	if conn.Write(wire.Challenge{Type: "challenge", Version: wire.Version, Nonce: nonce}) != nil {
		s.sessions.leave(conn)
		return nil, ""
	}
	return conn, nonce
}

// openSocket is the door of the socket: proof first, then the session.
func (s *Server) openSocket(w http.ResponseWriter, r *http.Request) {
	s.working.Add(1)
	defer s.working.Done()
	conn, nonce := s.challenge(w, r)
	if conn == nil {
		return
	}
	defer s.sessions.leave(conn)
	client, welcome, err := s.prove(conn, nonce, r.Header.Get("Origin"))
	if err != nil {
		s.config.Log.Info("a client did not prove itself", "why", problem.Of(err).Code)
		_ = conn.Write(wire.Failed{Type: "failed", Problem: problem.Of(err)})
		return
	}
	connOf(r.Context()).proved()
	session := newSession(s, conn, client)
	if !s.sessions.add(session) {
		_ = conn.Write(wire.Failed{Type: "failed", Problem: errSockets})
		return
	}
	defer s.sessions.remove(session)
	// A browser revoked since its proof was checked is known by no list now.
	if !s.known(client) {
		return
	}
	welcome.Token, welcome.Expires = s.token(client)
	if conn.Write(welcome) != nil {
		return
	}
	s.touch(client)
	session.run()
}

func (s *Server) token(c caller) (string, int64) {
	text, expires := s.tokens.issue(c)
	return text, expires.UnixMilli()
}

func (s *Server) known(c caller) bool {
	if c.kind() == Local {
		return true
	}
	_, found := s.roster.find(c.id)
	return found
}

func (s *Server) touch(c caller) {
	if c.kind() != Extension {
		return
	}
	if err := s.roster.touch(c.id, s.config.Now()); err != nil {
		s.config.Log.Warn("when a browser was last seen could not be written", "error", err)
	}
}

// prove reads the client's proof and makes the daemon's.
func (s *Server) prove(conn *socket.Conn, nonce, origin string) (caller, wire.Welcome, error) {
	var message wire.Prove
	if err := conn.ReadInto(&message); err != nil {
		return caller{}, wire.Welcome{}, err
	}
	if message.Type != "prove" {
		return caller{}, wire.Welcome{}, errProof
	}
	if message.Version != wire.Version {
		return caller{}, wire.Welcome{}, errVersion.Because(other(message.Version))
	}
	client, secret, found := s.secretOf(message.Client, origin)
	transcript := wire.Transcript{
		Purpose: wire.ForSocket, DaemonNonce: nonce, ClientNonce: message.Nonce,
		Origin: origin, Client: message.Client, Version: message.Version, Address: s.address,
	}
	// The address is compared with our own: a program on another port cannot
	// pass the proof on, since the client proved what it dialled.
	if !found || message.Address != s.address || !wire.NonceFits(message.Nonce) ||
		!wire.ProofFits(secret, wire.ClientSide, transcript, message.Proof) {
		return caller{}, wire.Welcome{}, errProof
	}
	return client, wire.Welcome{
		Type: "welcome", Version: wire.Version, Daemon: s.config.Version,
		Proof: wire.Proof(secret, wire.DaemonSide, transcript),
	}, nil
}

// secretOf finds the secret of a client that calls from this origin. The
// command line has no origin, and every browser has one.
func (s *Server) secretOf(id, origin string) (caller, []byte, bool) {
	if id == wire.LocalClient {
		return caller{id: id}, s.key, origin == ""
	}
	c, found := s.roster.find(id)
	return caller{id: id, origin: c.Origin}, c.Secret, found && c.Origin == origin && len(c.Secret) > 0
}

// openPairing is the door of the pairing socket: one try.
func (s *Server) openPairing(w http.ResponseWriter, r *http.Request) {
	s.working.Add(1)
	defer s.working.Done()
	conn, nonce := s.challenge(w, r)
	if conn == nil {
		return
	}
	defer s.sessions.leave(conn)
	paired, err := s.pair(conn, nonce, r.Header.Get("Origin"))
	if err != nil {
		s.config.Log.Info("a browser was not paired", "why", problem.Of(err).Code)
		_ = conn.Write(wire.Failed{Type: "failed", Problem: problem.Of(err)})
		return
	}
	s.config.Log.Info("a browser was paired")
	_ = conn.Write(paired)
}

func (s *Server) pair(conn *socket.Conn, nonce, origin string) (wire.Paired, error) {
	var message wire.Pair
	if err := conn.ReadInto(&message); err != nil {
		return wire.Paired{}, err
	}
	switch {
	case message.Type != "pair":
		return wire.Paired{}, socket.ErrMessage.In("type")
	case message.Version != wire.Version:
		return wire.Paired{}, errVersion.Because(other(message.Version))
	case message.Browser == "" || utf8.RuneCountInString(message.Browser) > maxBrowser:
		return wire.Paired{}, errBrowser
	case !wire.NonceFits(message.Nonce) || message.Address != s.address:
		return wire.Paired{}, errProof
	}
	transcript := wire.Transcript{
		Purpose: wire.ForPairing, DaemonNonce: nonce, ClientNonce: message.Nonce,
		Origin: origin, Version: message.Version, Address: s.address,
	}
	client, own, err := s.window.Try(transcript, message.Proof, func(secret []byte) (string, error) {
		return s.roster.add(origin, message.Browser, secret, s.config.Now())
	})
	return wire.Paired{Type: "paired", Client: client, Proof: own}, err
}

// revoke ends a pairing: its secret, its tokens and its open sockets.
func (s *Server) revoke(id string) error {
	if err := s.roster.remove(id); err != nil {
		return err
	}
	// The sockets go first: one that is just being opened looks at the list
	// after it was added, and gets its token after that.
	s.sessions.closeOf(id)
	s.tokens.drop(id)
	s.config.Log.Info("a pairing was ended")
	return nil
}

// other is a version as the cause of errVersion.
type other int

func (v other) Error() string { return "version " + strconv.Itoa(int(v)) }
