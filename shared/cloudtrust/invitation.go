package cloudtrust

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"blackmark/shared/problem"
)

// MaxInvitation is the longest text that ParseInvitation looks at, in bytes.
const MaxInvitation = 1024

// MaxAddress is the longest address in bytes.
const MaxAddress = 255

// ErrInvitation says that a text is not a whole invitation.
var ErrInvitation = problem.New(problem.Invalid, "invitation_damaged",
	"this is not a whole invitation", "copy all of it, from the first character to the last, or ask for a new one")

// ErrAddress says that an address cannot stand in an invitation.
var ErrAddress = problem.New(problem.Invalid, "invitation_address",
	"this is not the address of a cloud",
	"give a host name in small letters or an IP address, and a port, for example cloud.example.org:8443")

// Token is the one-time secret of an invitation.
type Token [16]byte

// Invitation is all that a seller needs to join a cloud.
type Invitation struct {
	Address string // host:port, always TLS
	Root    RootHash
	Token   Token
}

const (
	invitationPrefix = "blackmark1"
	checksumLen      = 4
)

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Encode is the invitation as one word to paste, of letters and digits. ErrAddress.
func (i Invitation) Encode() (string, error) {
	if !isAddress(i.Address) {
		return "", ErrAddress.In("address")
	}
	content := append([]byte{byte(len(i.Address))}, i.Address...)
	content = append(content, i.Root[:]...)
	content = append(content, i.Token[:]...)
	content = append(content, checksum(content)...)
	return invitationPrefix + base32Lower.EncodeToString(content), nil
}

func checksum(content []byte) []byte {
	sum := sha256.Sum256(append([]byte("blackmark/invitation/1"), content...))
	return sum[:checksumLen]
}

// ParseInvitation reads what Encode wrote. White space anywhere, which mail and
// chat programs put in, and the case of letters do not matter. ErrInvitation.
func ParseInvitation(text string) (Invitation, error) {
	if len(text) > MaxInvitation {
		return Invitation{}, ErrInvitation
	}
	word := strings.ToLower(strings.Join(strings.Fields(text), ""))
	encoded, ok := strings.CutPrefix(word, invitationPrefix)
	if !ok {
		return Invitation{}, ErrInvitation
	}
	content, err := base32Lower.DecodeString(encoded)
	if err != nil || len(content) == 0 {
		return Invitation{}, ErrInvitation // without the cause, which would tell of the token
	}
	length := int(content[0])
	var i Invitation
	if len(content) != 1+length+len(i.Root)+len(i.Token)+checksumLen {
		return Invitation{}, ErrInvitation
	}
	body, sum := content[:len(content)-checksumLen], content[len(content)-checksumLen:]
	if !bytes.Equal(checksum(body), sum) || base32Lower.EncodeToString(content) != encoded {
		return Invitation{}, ErrInvitation
	}
	i.Address = string(body[1 : 1+length])
	copy(i.Root[:], body[1+length:])
	copy(i.Token[:], body[1+length+len(i.Root):])
	if !isAddress(i.Address) {
		return Invitation{}, ErrInvitation
	}
	return i, nil
}

// isAddress tells whether a text is host:port in the one form that we write: a
// lower-case DNS name or a canonical IP address, and a port without zeros in front.
func isAddress(text string) bool {
	if len(text) > MaxAddress {
		return false
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil || net.JoinHostPort(host, port) != text {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || strconv.FormatUint(n, 10) != port {
		return false
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Zone() == "" && !ip.IsUnspecified() && ip.String() == host
	}
	return isName(host)
}

func isName(host string) bool {
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
				return false
			}
		}
	}
	// A name that ends in digits would be taken for an IP address by some.
	last := labels[len(labels)-1]
	return strings.Trim(last, "0123456789") != ""
}
