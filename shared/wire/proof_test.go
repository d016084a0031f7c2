package wire_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"blackmark/shared/wire"
)

var update = flag.Bool("update", false, "write the vectors' results anew")

const vectorsFile = "vectors/proof.json"

// vectors are cases that Go and TypeScript both run. Secrets, keys and
// results of HKDF are lower-case hexadecimal.
type vectors struct {
	Format int           `json:"format"`
	Proofs []proofVector `json:"proofs"`
	Codes  []codeVector  `json:"codes"`
	Paired []pairVector  `json:"paired"`
}

type proofVector struct {
	Name        string       `json:"name"`
	Secret      string       `json:"secret"`
	Side        wire.Side    `json:"side"`
	Purpose     wire.Purpose `json:"purpose"`
	DaemonNonce string       `json:"daemon_nonce"`
	ClientNonce string       `json:"client_nonce"`
	Origin      string       `json:"origin"`
	Client      string       `json:"client"`
	Version     int          `json:"version"`
	Address     string       `json:"address"`
	Proof       string       `json:"proof"`
}

type codeVector struct {
	Name string `json:"name"`
	Code string `json:"code"`
	Key  string `json:"key"` // empty: it is not a code
}

type pairVector struct {
	Name        string `json:"name"`
	Key         string `json:"key"`
	DaemonNonce string `json:"daemon_nonce"`
	ClientNonce string `json:"client_nonce"`
	Secret      string `json:"secret"`
}

func (v proofVector) transcript() wire.Transcript {
	return wire.Transcript{Purpose: v.Purpose, DaemonNonce: v.DaemonNonce, ClientNonce: v.ClientNonce,
		Origin: v.Origin, Client: v.Client, Version: v.Version, Address: v.Address}
}

func TestVectors(t *testing.T) {
	data, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for i, p := range v.Proofs {
		got := wire.Proof(unhex(t, p.Secret), p.Side, p.transcript())
		if *update {
			v.Proofs[i].Proof = got
			continue
		}
		if got != p.Proof {
			t.Errorf("%s: proof is %s, want %s", p.Name, got, p.Proof)
		}
		if !wire.ProofFits(unhex(t, p.Secret), p.Side, p.transcript(), p.Proof) {
			t.Errorf("%s: its own proof does not fit", p.Name)
		}
		if other, twice := seen[p.Proof]; twice {
			t.Errorf("%s and %s have one proof", p.Name, other)
		}
		seen[p.Proof] = p.Name
	}
	for _, c := range v.Codes {
		key, err := wire.CodeKey(c.Code)
		if got := hex.EncodeToString(key); got != c.Key || (err == nil) != (c.Key != "") {
			t.Errorf("%s: key is %q (%v), want %q", c.Name, got, err, c.Key)
		}
	}
	for i, p := range v.Paired {
		secret, err := wire.PairedSecret(unhex(t, p.Key), p.DaemonNonce, p.ClientNonce)
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			v.Paired[i].Secret = hex.EncodeToString(secret)
			continue
		}
		if got := hex.EncodeToString(secret); got != p.Secret {
			t.Errorf("%s: secret is %s, want %s", p.Name, got, p.Secret)
		}
	}
	if *update {
		data, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(vectorsFile, append(data, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNewValuesRead(t *testing.T) {
	if _, err := wire.CodeKey(wire.NewCode()); err != nil {
		t.Error(err)
	}
	if n := wire.NewNonce(); !wire.NonceFits(n) || n == wire.NewNonce() {
		t.Errorf("%q is no nonce, or came twice", n)
	}
	for _, bad := range []string{"", "short", wire.NewNonce() + "A", wire.NewNonce()[:42] + "=", wire.NewNonce() + "\n", wire.NewNonce()[:42] + "\n"} {
		if wire.NonceFits(bad) {
			t.Errorf("%q passes for a nonce", bad)
		}
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
