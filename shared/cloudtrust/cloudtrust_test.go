package cloudtrust_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/shared/cloudtrust"
)

var (
	rootKey   = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	otherRoot = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, ed25519.SeedSize))
	rootHash  = cloudtrust.HashRoot(public(rootKey))
	today     = time.Unix(1_800_000_000, 0)
)

func public(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

// statement is a sample for a purpose, valid for an hour before and after today.
func statement(t testing.TB, purpose cloudtrust.Purpose) cloudtrust.RootStatement {
	t.Helper()
	s := cloudtrust.RootStatement{Format: 1, Purpose: purpose, Key: bytes.Repeat([]byte{7}, 32),
		NotBefore: today.Unix() - 3600, NotAfter: today.Unix() + 3600}
	switch purpose {
	case cloudtrust.Evaluator:
		s.Epoch = 2
	case cloudtrust.TLS:
		der, err := x509.MarshalPKIXPublicKey(public(otherRoot))
		if err != nil {
			t.Fatal(err)
		}
		s.Key = der
	}
	return s
}

func sign(t testing.TB, s cloudtrust.RootStatement) []byte {
	t.Helper()
	signed, err := cloudtrust.SignStatement(rootKey, s)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestStatementsReadBack(t *testing.T) {
	for _, purpose := range []cloudtrust.Purpose{cloudtrust.Evaluator, cloudtrust.List, cloudtrust.TLS} {
		s := statement(t, purpose)
		got, err := cloudtrust.OpenStatement(sign(t, s), rootHash, purpose, today)
		if err != nil {
			t.Fatal(purpose, err)
		}
		if diff := cmp.Diff(s, got); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestStatementIsRefused(t *testing.T) {
	s := statement(t, cloudtrust.List)
	good := sign(t, s)
	body, _, _ := bytes.Cut(good, []byte("\n"))
	foreign, err := cloudtrust.SignStatement(otherRoot, s)
	if err != nil {
		t.Fatal(err)
	}
	// The right root's name on a text that another key signed.
	forged := cloudtrust.Sign("blackmark/statement/1", otherRoot, body)
	resigned := func(from, to string) []byte {
		return cloudtrust.Sign("blackmark/statement/1", rootKey, bytes.Replace(body, []byte(from), []byte(to), 1))
	}
	cases := map[string]struct {
		data    []byte
		purpose cloudtrust.Purpose
		now     time.Time
		want    error
	}{
		"control":            {good, cloudtrust.List, today, nil},
		"first second":       {good, cloudtrust.List, time.Unix(s.NotBefore, 0), nil},
		"before":             {good, cloudtrust.List, time.Unix(s.NotBefore-1, 0), cloudtrust.ErrDates},
		"after":              {good, cloudtrust.List, time.Unix(s.NotAfter, 0), cloudtrust.ErrDates},
		"another purpose":    {good, cloudtrust.Evaluator, today, cloudtrust.ErrPurpose},
		"another root":       {foreign, cloudtrust.List, today, cloudtrust.ErrRoot},
		"forged":             {forged, cloudtrust.List, today, cloudtrust.ErrRoot},
		"another domain":     {cloudtrust.Sign("blackmark/manifest/1", rootKey, body), cloudtrust.List, today, cloudtrust.ErrRoot},
		"a changed byte":     {bytes.Replace(good, []byte(`"list"`), []byte(`"tls!"`), 1), cloudtrust.List, today, cloudtrust.ErrRoot},
		"no signature":       {body, cloudtrust.List, today, cloudtrust.ErrRoot},
		"an unknown member":  {resigned(`{`, `{"only_on":"sundays",`), cloudtrust.List, today, cloudtrust.ErrStatement},
		"another format":     {resigned(`"format":1`, `"format":2`), cloudtrust.List, today, cloudtrust.ErrStatement},
		"an unknown purpose": {resigned(`"list"`, `"lust"`), cloudtrust.List, today, cloudtrust.ErrStatement},
		"nothing":            {nil, cloudtrust.List, today, cloudtrust.ErrStatement},
		"too large":          {make([]byte, cloudtrust.MaxStatement+1), cloudtrust.List, today, cloudtrust.ErrStatement},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := cloudtrust.OpenStatement(c.data, rootHash, c.purpose, c.now); !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestStatementIsNotSigned(t *testing.T) {
	for name, change := range map[string]func(*cloudtrust.RootStatement){
		"no dates":                 func(s *cloudtrust.RootStatement) { s.NotAfter = s.NotBefore },
		"a short key":              func(s *cloudtrust.RootStatement) { s.Key = s.Key[1:] },
		"no purpose":               func(s *cloudtrust.RootStatement) { s.Purpose = "" },
		"an epoch for a list":      func(s *cloudtrust.RootStatement) { s.Epoch = 1 },
		"an evaluator without one": func(s *cloudtrust.RootStatement) { s.Purpose = cloudtrust.Evaluator },
		"no TLS key":               func(s *cloudtrust.RootStatement) { s.Purpose = cloudtrust.TLS },
	} {
		s := statement(t, cloudtrust.List)
		change(&s)
		if _, err := cloudtrust.SignStatement(rootKey, s); !errors.Is(err, cloudtrust.ErrStatement) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func invitation(address string) cloudtrust.Invitation {
	i := cloudtrust.Invitation{Address: address, Root: rootHash}
	copy(i.Token[:], "made-up token 16")
	return i
}

// The vectors say what an invitation looks like.
func TestInvitationVectors(t *testing.T) {
	text, err := os.ReadFile("vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Invitations []struct {
			Address, Text string
			Root, Token   []byte
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Invitations) < 3 {
		t.Fatal("there are no vectors")
	}
	for _, v := range file.Invitations {
		i := cloudtrust.Invitation{Address: v.Address, Root: cloudtrust.RootHash(v.Root), Token: cloudtrust.Token(v.Token)}
		if got, err := i.Encode(); err != nil || got != v.Text {
			t.Errorf("%s: %v %s", v.Address, err, got)
		}
		if got, err := cloudtrust.ParseInvitation(v.Text); err != nil || got != i {
			t.Errorf("%s reads back as %s: %v", v.Address, got.Address, err)
		}
	}
}

func TestInvitationSurvivesThePost(t *testing.T) {
	want := invitation("cloud.example.org:8443")
	word, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"as it is": word, "in capitals": strings.ToUpper(word), "with a line end": word + "\r\n",
		"wrapped": "  " + word[:40] + "\n\t" + word[40:80] + "\u00a0" + word[80:],
	} {
		if got, err := cloudtrust.ParseInvitation(text); err != nil || got != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// One wrong, missing or additional character is found.
func TestInvitationIsRefused(t *testing.T) {
	word, err := invitation("cloud.example.org:8443").Encode()
	if err != nil {
		t.Fatal(err)
	}
	refused := func(text string) {
		t.Helper()
		if _, err := cloudtrust.ParseInvitation(text); !errors.Is(err, cloudtrust.ErrInvitation) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for i := range word {
		other := "a"
		if word[i] == 'a' {
			other = "b"
		}
		refused(word[:i] + other + word[i+1:])
		refused(word[:i] + word[i+1:])
		refused(word[:i])
		refused(word[:i] + "c" + word[i:])
	}
	refused("")
	refused("blackmark1")
	refused(word + word)
	refused(strings.Repeat("a", cloudtrust.MaxInvitation+1))
}

func TestAddresses(t *testing.T) {
	for _, address := range []string{"localhost:1", "127.0.0.1:8443", "[::1]:8443", "a-b.example.org:65535", "xn--fiq.example:443"} {
		word, err := invitation(address).Encode()
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if got, err := cloudtrust.ParseInvitation(word); err != nil || got.Address != address {
			t.Errorf("%s reads back as %s: %v", address, got.Address, err)
		}
	}
	for _, address := range []string{"", "example.org", "example.org:", ":8443", "example.org:0", "example.org:08443",
		"example.org:65536", "Example.org:1", "https://example.org:1", "example.org:1/path", "user@example.org:1",
		"-a.org:1", "a..org:1", "a.org.:1", "1.2.3:1", "::1:8443", "[::1%eth0]:1", "[0:0::1]:1", "0.0.0.0:1", "[::]:1",
		"ex ample.org:1", strings.Repeat("a.", 126) + "org:1"} {
		if _, err := invitation(address).Encode(); !errors.Is(err, cloudtrust.ErrAddress) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func FuzzParseInvitation(f *testing.F) {
	for _, address := range []string{"cloud.example.org:8443", "[::1]:1"} {
		word, err := invitation(address).Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, text string) {
		i, err := cloudtrust.ParseInvitation(text)
		if err != nil {
			return
		}
		word, err := i.Encode()
		if err != nil || word != strings.ToLower(strings.Join(strings.Fields(text), "")) {
			t.Fatalf("%q reads, and is written as %q, %v", text, word, err)
		}
	})
}

// A body that the right key signed is still not trusted to make sense.
func FuzzOpenStatement(f *testing.F) {
	for _, purpose := range []cloudtrust.Purpose{cloudtrust.Evaluator, cloudtrust.List, cloudtrust.TLS} {
		body, _, _ := bytes.Cut(sign(f, statement(f, purpose)), []byte("\n"))
		f.Add(body, string(purpose))
	}
	f.Fuzz(func(t *testing.T, body []byte, purpose string) {
		_, _ = cloudtrust.OpenStatement(body, rootHash, cloudtrust.Purpose(purpose), today)
		signed := cloudtrust.Sign("blackmark/statement/1", rootKey, body)
		s, err := cloudtrust.OpenStatement(signed, rootHash, cloudtrust.Purpose(purpose), today)
		if err != nil {
			return
		}
		if _, err := cloudtrust.OpenStatement(sign(t, s), rootHash, s.Purpose, today); err != nil {
			t.Fatal("what was read cannot be signed:", err)
		}
	})
}
