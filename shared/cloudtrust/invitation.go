package cloudtrust

import "blackmark/shared/problem"

// MaxInvitation is the longest text that ParseInvitation looks at, in bytes.
const MaxInvitation = 1024

// MaxAddress is the longest address in bytes.
const MaxAddress = 255

// ErrInvitation says that a text is not a whole invitation.
var ErrInvitation = problem.New(problem.Invalid, "invitation_damaged",
	"this is not a whole invitation", "copy all of it, from the first character to the last, or ask for a new one")

// ErrAddress says that an address cannot stand in an invitation.
var ErrAddress = problem.New(problem.Invalid, "invitation_address",
	"this is not the address of a cloud", "give a host name or an IP address and a port, for example cloud.example.org:8443")

// Token is the one-time secret of an invitation.
type Token [16]byte

// Invitation is all that a seller needs to join a cloud.
type Invitation struct {
	Address string // host:port, always TLS
	Root    RootHash
	Token   Token
}

// Encode is the invitation as one word to paste: letters and digits. ErrAddress.
func (i Invitation) Encode() (string, error) { return "", ErrAddress }

// ParseInvitation reads what Encode wrote. White space anywhere, which mail and
// chat programs put in, and the case of letters do not matter. ErrInvitation.
func ParseInvitation(text string) (Invitation, error) { return Invitation{}, ErrInvitation }
