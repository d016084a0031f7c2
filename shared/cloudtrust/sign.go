package cloudtrust

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
)

// Sign gives a signed text: the body, which is one line, and the signature of
// domain and body as a second line. A domain is a constant that says what is
// signed; a signature made under one does not pass under another.
func Sign(domain string, key ed25519.PrivateKey, body []byte) []byte {
	signature := ed25519.Sign(key, inDomain(domain, body))
	text := append(append([]byte(nil), body...), '\n')
	text = base64.RawURLEncoding.AppendEncode(text, signature)
	return append(text, '\n')
}

// Open gives the body of a signed text, or false if it is not exactly what Sign
// makes under this domain and key.
func Open(domain string, key ed25519.PublicKey, text []byte) ([]byte, bool) {
	body, line, ok := bytes.Cut(text, []byte("\n"))
	if !ok || len(key) != ed25519.PublicKeySize {
		return nil, false
	}
	encoded, ok := bytes.CutSuffix(line, []byte("\n"))
	if !ok || len(encoded) != base64.RawURLEncoding.EncodedLen(ed25519.SignatureSize) {
		return nil, false
	}
	signature, err := base64.RawURLEncoding.Strict().AppendDecode(nil, encoded)
	if err != nil || !ed25519.Verify(key, inDomain(domain, body), signature) {
		return nil, false
	}
	return body, true
}

// inDomain puts a constant that ends in a line end before a body that has none.
func inDomain(domain string, body []byte) []byte {
	return append([]byte(domain+"\n"), body...)
}
