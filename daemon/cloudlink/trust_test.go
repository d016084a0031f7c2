package cloudlink_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"blackmark/shared/cloudlist"
	"blackmark/shared/cloudtrust"
	"blackmark/shared/tag"
	"blackmark/shared/wire"
)

// otherTLS has whoever answers show a key that the operator never vouched for.
func (c *crossing) otherTLS() {
	c.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		c.t.Fatal(err)
	}
	c.cert.Store(selfSigned(c.t, key))
}

// Whoever answers in the cloud's name gets no token before he has shown a key
// that the root in the invitation vouches for.
func TestJoinBelievesNobodyElse(t *testing.T) {
	c := newClock()
	y, other := newSky(t, c, friends()), newSky(t, c, friends())
	s := newSeller(t, c)
	good := y.invitation()
	parsed, err := cloudtrust.ParseInvitation(good)
	s.ok(err)
	foreign, err := cloudtrust.ParseInvitation(other.invitation())
	s.ok(err)
	var joins atomic.Int64
	for _, w := range []*crossing{y.wire, other.wire} {
		w.saw.Store(watcher(func(r *http.Request) {
			if r.URL.Path == "/v1/join" {
				joins.Add(1)
			}
		}))
	}
	join := func(i cloudtrust.Invitation) error {
		text, err := i.Encode()
		s.ok(err)
		return s.link.Join(context.Background(), text)
	}

	if err := s.link.Join(context.Background(), good[:len(good)-3]); codeOf(err) != "invitation_damaged" {
		t.Errorf("half an invitation gives %v", err)
	}
	redirected := parsed
	redirected.Address = foreign.Address // somebody answers who has another root
	if err := join(redirected); codeOf(err) != "statement_root" {
		t.Errorf("another operator's cloud gives %v", err)
	}
	y.wire.otherTLS() // somebody between, who passes the true statements on
	if err := join(parsed); codeOf(err) != "cloud_tls_key" {
		t.Errorf("somebody between gives %v", err)
	}
	y.wire.open(y.dir, y.server.Address())
	c.move(20 * 365 * day) // statements are over by now
	if err := join(parsed); codeOf(err) != "statement_dates" && codeOf(err) != "cloud_key_missing" {
		t.Errorf("old statements give %v", err)
	}
	c.move(-20 * 365 * day)
	if n := joins.Load(); n != 0 {
		t.Fatalf("the token was sent %d times to those who are not believed", n)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "cloud", "membership.json")); err == nil {
		t.Fatal("there is a membership although nothing was joined")
	}
	// The control: the same invitation, and nobody in between.
	s.ok(join(parsed))
	if joins.Load() != 1 {
		t.Error("the counter counts no joining: this test shows nothing")
	}
	if err := join(parsed); codeOf(err) != "sharing_joined" {
		t.Errorf("joining twice gives %v", err)
	}
	second := newSeller(t, c)
	if err := second.link.Join(context.Background(), good); codeOf(err) != "invitation_used" {
		t.Errorf("a spent invitation gives %v", err)
	}
}

// A secret is told to nobody who holds another TLS key, at any later time.
func TestSomebodyBetweenLearnsNoToken(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	s.join(y)
	s.synced(y)
	var told atomic.Int64
	y.wire.saw.Store(watcher(func(r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			told.Add(1)
		}
	}))
	y.wire.otherTLS()
	before := y.wire.requests.Load()
	c.move(2 * time.Minute)
	s.eventually("he is told of", func() bool { p := s.state().Problem; return p != nil && p.Code == "cloud_tls_key" })
	s.eventually("it is asked again", func() bool { return y.wire.requests.Load() > before+3 })
	if told.Load() != 0 {
		t.Error("the token was told")
	}
	s.eventually("a new buyer meanwhile waits for that", func() bool {
		got := s.others(ali("90000001"))
		return got.State == wire.OthersPending && got.Why == wire.WhyRefused
	})
	y.wire.open(y.dir, y.server.Address())
	s.eventually("it goes on", func() bool { return s.state().Problem == nil })
	if told.Load() == 0 {
		t.Error("the counter counts no token: this test shows nothing")
	}
}

// An answer of the evaluator is believed only with the pinned key's proof.
func TestEvaluationsAreProved(t *testing.T) {
	private, err := tag.NewPrivateKey()
	if err != nil {
		t.Fatal(err)
	}
	impostor, err := tag.NewEvaluator(private)
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Value // the blinded elements of the last request
	change := func(do func(*wire.Evaluated)) meddler {
		return func(path string, body []byte) []byte {
			if path != "/v1/evaluate" {
				return body
			}
			var e wire.Evaluated
			if json.Unmarshal(body, &e) != nil || e.Proof == "" {
				return body
			}
			do(&e)
			changed, _ := json.Marshal(e)
			return changed
		}
	}
	for name, do := range map[string]func(*wire.Evaluated){
		"another key, its own proof": func(e *wire.Evaluated) {
			var q wire.EvaluateQuery
			_ = json.Unmarshal(asked.Load().([]byte), &q)
			var elements [][]byte
			for _, text := range q.Blinded {
				one, _ := base64.RawURLEncoding.DecodeString(text)
				elements = append(elements, one)
			}
			evaluated, proof, err := impostor.Evaluate(elements)
			if err != nil {
				return
			}
			for i := range evaluated {
				e.Evaluated[i] = base64.RawURLEncoding.EncodeToString(evaluated[i])
			}
			e.Proof = base64.RawURLEncoding.EncodeToString(proof)
		},
		"two answers changed about": func(e *wire.Evaluated) {
			e.Evaluated[0], e.Evaluated[1] = e.Evaluated[1], e.Evaluated[0]
		},
		"a spoilt proof": func(e *wire.Evaluated) {
			proof, _ := base64.RawURLEncoding.DecodeString(e.Proof)
			proof[5] ^= 1
			e.Proof = base64.RawURLEncoding.EncodeToString(proof)
		},
		"no proof":         func(e *wire.Evaluated) { e.Proof = "" },
		"one answer short": func(e *wire.Evaluated) { e.Evaluated = e.Evaluated[1:] },
		"another epoch":    func(e *wire.Evaluated) { e.Epoch++ },
	} {
		t.Run(name, func(t *testing.T) {
			c := newClock()
			y := newSky(t, c, friends())
			s := newSeller(t, c)
			s.join(y)
			s.synced(y)
			s.others(ali("90000001"))
			s.eventually("a buyer is checked", func() bool { return s.others(ali("90000001")).State == wire.OthersChecked })
			checked := s.state().Checked

			y.wire.body.Store(bodyWatcher(func(path string, body []byte) {
				if path == "/v1/evaluate" {
					asked.Store(bytes.Clone(body))
				}
			}))
			y.wire.meddle.Store(change(do))
			s.others(ali("90000002"))
			s.eventually("it is refused and told", func() bool {
				p, o := s.state().Problem, s.others(ali("90000002"))
				return p != nil && p.Hint != "" && o.State == wire.OthersPending && o.Why == wire.WhyRefused
			})
			if s.state().Checked != checked {
				t.Error("a tag was kept all the same")
			}
			if got := s.others(ali("90000001")); got.State != wire.OthersChecked {
				t.Errorf("the buyer who was checked before: %+v", got)
			}
			y.wire.meddle.Store(meddler(nil))
			s.eventually("it goes on", func() bool { return s.others(ali("90000002")).State == wire.OthersChecked })
		})
	}
}

// What the cloud publishes is used only if it checks; else it is refused and
// told, and the last good list stays in use.
func TestListsAreChecked(t *testing.T) {
	_, stranger, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var older atomic.Value // an earlier manifest
	file := func(do func([]byte) []byte) meddler {
		return func(path string, body []byte) []byte {
			if strings.HasPrefix(path, "/list/") && path != "/list/manifest" && len(body) > 60 {
				return do(bytes.Clone(body))
			}
			return body
		}
	}
	manifest := func(do func([]byte) []byte) meddler {
		return func(path string, body []byte) []byte {
			if path == "/list/manifest" {
				return do(bytes.Clone(body))
			}
			return body
		}
	}
	for _, c := range []struct {
		name   string
		meddle meddler
		code   string
	}{
		{"a changed byte", file(func(b []byte) []byte { b[len(b)/2] ^= 1; return b }), "list_damaged"},
		{"cut off", file(func(b []byte) []byte { return b[:len(b)-7] }), "list_damaged"},
		{"empty", file(func([]byte) []byte { return []byte{} }), "list_damaged"},
		{"too much", file(func(b []byte) []byte { return append(b, b...) }), "cloud_answer"},
		{"a changed manifest", manifest(func(b []byte) []byte { b[20] ^= 1; return b }), "manifest_signature"},
		{"signed by another key", manifest(func(b []byte) []byte {
			line, _, _ := bytes.Cut(b, []byte("\n"))
			var m cloudlist.Manifest
			_ = json.Unmarshal(line, &m)
			signed, _ := cloudlist.SignManifest(stranger, m)
			return signed
		}), "manifest_signature"},
		{"an older list", manifest(func([]byte) []byte { return older.Load().([]byte) }), "manifest_older"},
	} {
		t.Run(c.name, func(t *testing.T) {
			clock := newClock()
			y := newSky(t, clock, friends())
			reader, writer := newSeller(t, clock), newSeller(t, clock)
			reader.join(y)
			writer.join(y)
			y.publish()
			first, err := os.ReadFile(filepath.Join(y.dir, "public", "manifest"))
			reader.ok(err)
			older.Store(first)
			buyer := ali("90000001")
			mark := writer.shares("8012345678901234", "extortion", buyer)
			writer.drained()
			reader.synced(y)
			reader.others(buyer)
			reader.eventually("the buyer is shown", func() bool { return reader.others(buyer).Total == 1 })

			y.wire.meddle.Store(c.meddle)
			writer.ok(writer.link.Withdraw(wire.WithdrawQuery{Mark: mark.ID}))
			writer.drained()
			y.publish()
			tries := 0
			reader.eventually("it is refused and told", func() bool {
				if tries++; tries%100 == 1 { // a round that had begun before does not count
					clock.move(2 * time.Minute)
				}
				p := reader.state().Problem
				return p != nil && p.Code == c.code && p.Hint != ""
			})
			if got := reader.others(buyer); got.State != wire.OthersChecked || got.Total != 1 {
				t.Errorf("the last good list is not in use: %+v", got)
			}
			reader.restart()
			if got := reader.others(buyer); got.State != wire.OthersChecked || got.Total != 1 {
				t.Errorf("nor after a restart: %+v", got)
			}
			y.wire.meddle.Store(meddler(nil))
			reader.eventually("it goes on", func() bool { return reader.others(buyer).Total == 0 })
		})
	}
}

// A delta that does not check costs nothing but the whole list.
func TestBrokenDeltaIsReplacedByTheSnapshot(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	reader, writer := newSeller(t, c), newSeller(t, c)
	reader.join(y)
	writer.join(y)
	for i := range 40 {
		writer.shares("80123456789012"+digits(i), "returns", ali("900000"+digits(i)))
	}
	writer.drained()
	reader.synced(y)
	var deltas, snapshots atomic.Int64
	y.wire.meddle.Store(meddler(func(path string, body []byte) []byte {
		if !strings.HasPrefix(path, "/list/") || path == "/list/manifest" {
			return body
		}
		if _, err := cloudlist.OpenDelta(body); err == nil {
			deltas.Add(1)
			return body[:len(body)-3]
		}
		snapshots.Add(1)
		return body
	}))
	writer.shares("8012345678901299", "returns", ali("90000099"))
	writer.drained()
	reader.synced(y)
	reader.others(ali("90000099"))
	reader.eventually("the new buyer is shown", func() bool { return reader.others(ali("90000099")).Total == 1 })
	if deltas.Load() == 0 || snapshots.Load() == 0 {
		t.Errorf("%d deltas and %d snapshots were fetched: this test shows nothing", deltas.Load(), snapshots.Load())
	}
}

func digits(n int) string { return string([]byte{'0' + byte(n/10), '0' + byte(n%10)}) }
