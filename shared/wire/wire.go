// Package wire is what the extension, the command line and the daemon say to
// each other: the messages of the socket, the bodies of the HTTP API, and the
// proof with which each end shows that it knows the shared secret.
//
// It imports shared/buyer and shared/problem alone, does no I/O and decides
// nothing. The TypeScript beside the extension is generated from it
// (`make generate`), so a field is added here first.
package wire

//go:generate go run ./generate

import "blackmark/shared/problem"

// Version is the version of this protocol: one growing number. An end that
// meets another version says so and stops.
//
//	1  2026-11-22  proof, pairing, watch, seen, mark, cancel; status, marks, buyers, pairing, clients; others, sharing; uploads, exports, imports, backups, restore, forget; aliases, looks; changes, activity, hits, diagnostics; native
const Version = 1

// Ports are the loopback ports that the daemon may use, the first that is
// free. They lie below the ranges from which systems give out ports by
// themselves (32768 and up), and far apart, since some systems reserve whole
// ranges at boot.
var Ports = []int{17483, 19367, 21563, 26417, 29873}

// Paths of the two sockets.
const (
	SocketPath = "/v1/socket"
	PairPath   = "/v1/pair"
)

// Limits that both ends keep.
const (
	MaxFrame       = 64 << 10 // bytes of one message or body
	MaxRows        = 100      // rows of one watch, sightings of one seen
	MaxMarks       = 100      // marks or cancels of one message
	MaxWatched     = 1000     // rows that one page may have watched at a time
	MaxPerMinute   = 1000     // rows that one page may ask for in a minute
	MaxNote        = 1000     // characters of a note
	MaxName        = 200      // characters of a buyer's name
	MaxKeys        = 8        // keys of one buyer
	HandshakeLimit = 3000     // milliseconds for the proof, then the socket closes
)

// LocalClient is the client name of the command line, which proves itself
// with the key in the data folder and sends no Origin.
const LocalClient = "local"

// Challenge is the first message on a socket: the daemon's nonce.
type Challenge struct {
	Type    string `json:"type" ts:"'challenge'"`
	Version int    `json:"version"`
	Nonce   string `json:"nonce"` // 32 random bytes, base64url without padding
}

// Prove is the client's answer. Address is what it dialled, as
// `127.0.0.1:17483`: the daemon compares it with its own, so that a program
// on another port cannot pass the proof on.
type Prove struct {
	Type    string `json:"type" ts:"'prove'"`
	Version int    `json:"version"`
	Client  string `json:"client"`
	Nonce   string `json:"nonce"`
	Address string `json:"address"`
	Proof   string `json:"proof"`
}

// Welcome is the daemon's proof, and the token for HTTP. The client believes
// nothing before it has checked the proof.
type Welcome struct {
	Type    string `json:"type" ts:"'welcome'"`
	Version int    `json:"version"`
	Daemon  string `json:"daemon"` // version of the program
	Proof   string `json:"proof"`
	Token   string `json:"token"`   // sent as `Authorization: Bearer`
	Expires int64  `json:"expires"` // when the token ends, milliseconds since 1970
}

// Pair asks to be paired, on the pairing socket, after its Challenge. The
// proof is made with the code that the daemon showed.
type Pair struct {
	Type    string `json:"type" ts:"'pair'"`
	Version int    `json:"version"`
	Nonce   string `json:"nonce"`
	Address string `json:"address"`
	Browser string `json:"browser"` // as the person should recognise it, at most 60 characters
	Proof   string `json:"proof"`
}

// Paired is the daemon's proof, and the name under which the client proves
// itself from now on.
type Paired struct {
	Type   string `json:"type" ts:"'paired'"`
	Client string `json:"client"`
	Proof  string `json:"proof"`
}

// Failed answers a message that could not be done; ID is the message's.
type Failed struct {
	Type    string         `json:"type" ts:"'failed'"`
	ID      int64          `json:"id"`
	Problem *problem.Error `json:"problem"`
}

// Done answers a message that has no other answer.
type Done struct {
	Type string `json:"type" ts:"'done'"`
	ID   int64  `json:"id"`
}
