package tag_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/cloudflare/circl/oprf"
	"github.com/google/go-cmp/cmp"

	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/tag"
)

// octets are bytes that stand in a file as hex.
type octets []byte

func (h *octets) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

func plain(all []octets) [][]byte {
	bytes := make([][]byte, len(all))
	for i := range all {
		bytes[i] = all[i]
	}
	return bytes
}

func readVectors(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		t.Fatal(err)
	}
}

func evaluator(t testing.TB, private []byte) *tag.Evaluator {
	t.Helper()
	e, err := tag.NewEvaluator(private)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestRFC9497(t *testing.T) {
	var file struct {
		Comment    string
		Seed       octets
		KeyInfo    octets `json:"key_info"`
		PrivateKey octets `json:"private_key"`
		PublicKey  octets `json:"public_key"`
		Vectors    []struct {
			Inputs, Blinds, Blinded, Evaluated, Outputs []octets
			Proof                                       octets
		}
	}
	readVectors(t, "vectors/rfc9497.json", &file)
	derived, err := oprf.DeriveKey(oprf.SuiteRistretto255, oprf.VerifiableMode, file.Seed, file.KeyInfo)
	if err != nil {
		t.Fatal(err)
	}
	if private, err := derived.MarshalBinary(); err != nil || !bytes.Equal(private, file.PrivateKey) {
		t.Fatalf("another private key, %v", err)
	}
	e := evaluator(t, file.PrivateKey)
	if !bytes.Equal(e.PublicKey(), file.PublicKey) {
		t.Fatal("another public key")
	}
	if len(file.Vectors) != 3 {
		t.Fatalf("%d vectors", len(file.Vectors))
	}
	for i, v := range file.Vectors {
		request, err := tag.BlindWith(plain(v.Inputs), plain(v.Blinds))
		if err != nil {
			t.Fatal(i, err)
		}
		if !cmp.Equal(request.Elements(), plain(v.Blinded)) {
			t.Fatal(i, "other blinded elements")
		}
		evaluated, proof, err := e.Evaluate(request.Elements())
		if err != nil || !cmp.Equal(evaluated, plain(v.Evaluated)) {
			t.Fatal(i, "other evaluated elements", err)
		}
		// Ours is random; the one in the vector must do as well.
		for _, proof := range [][]byte{proof, v.Proof} {
			ys, err := request.Finish(file.PublicKey, evaluated, proof)
			if err != nil {
				t.Fatal(i, err)
			}
			for j, y := range ys {
				if !bytes.Equal(y[:], v.Outputs[j]) {
					t.Fatal(i, j, "another output")
				}
			}
		}
	}
}

// tagVectors is vectors/tags.json.
type tagVectors struct {
	Comment    []string
	PrivateKey octets `json:"private_key"`
	PublicKey  octets `json:"public_key"`
	Blinded    []octets
	Evaluated  []octets
	Proof      octets
	Tags       []struct {
		Key   buyer.Key
		X     octets
		Blind octets
		Y     octets
		Epoch uint32
		T     octets
		Short uint64 `json:",string"`
		Text  string
	}
	Refused []struct {
		Key   buyer.Key
		Error string
	}
}

// From a key to its tag, step by step, once through the blinded way and once
// through the operator's.
func TestTagVectors(t *testing.T) {
	var file tagVectors
	readVectors(t, "vectors/tags.json", &file)
	e := evaluator(t, file.PrivateKey)
	if !bytes.Equal(e.PublicKey(), file.PublicKey) {
		t.Fatal("another public key")
	}
	var inputs, blinds [][]byte
	for _, v := range file.Tags {
		x, err := tag.Hard(v.Key)
		if err != nil || !bytes.Equal(x[:], v.X) {
			t.Fatalf("%s: x is %x, %v", v.Key, x, err)
		}
		inputs, blinds = append(inputs, x[:]), append(blinds, v.Blind)
	}
	request, err := tag.BlindWith(inputs, blinds)
	if err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(request.Elements(), plain(file.Blinded)) {
		t.Fatal("other blinded elements")
	}
	evaluated, _, err := e.Evaluate(request.Elements())
	if err != nil || !cmp.Equal(evaluated, plain(file.Evaluated)) {
		t.Fatal("other evaluated elements", err)
	}
	ys, err := request.Finish(file.PublicKey, evaluated, file.Proof)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range file.Tags {
		full, err := e.FullEvaluate(tag.X(v.X))
		if err != nil || ys[i] != full || !bytes.Equal(full[:], v.Y) {
			t.Fatalf("%s: y is %x, in full %x, %v", v.Key, ys[i], full, err)
		}
		got := tag.T(v.Epoch, v.Key, ys[i])
		if !bytes.Equal(got[:], v.T) || got.Short() != v.Short || got.String() != v.Text {
			t.Fatalf("%s: T is %x, %d, %s", v.Key, got, got.Short(), got)
		}
		if back, err := tag.Parse(v.Text); err != nil || back != got {
			t.Fatalf("%s reads back as %s, %v", v.Text, back, err)
		}
	}
	for _, v := range file.Refused {
		_, err := tag.Hard(v.Key)
		var p *problem.Error
		if !errors.As(err, &p) || p.Code != v.Error {
			t.Errorf("%s: %v, want %s", v.Key, err, v.Error)
		}
	}
}
