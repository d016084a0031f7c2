package cloud_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"blackmark/shared/buyer"
	"blackmark/shared/cloudlist"
	"blackmark/shared/cloudtrust"
	"blackmark/shared/problem"
	"blackmark/shared/tag"
	"blackmark/shared/wire"
)

// seller is a device of an account, as the cloud meets it.
type seller struct {
	t      testing.TB
	url    string
	http   *http.Client
	root   cloudtrust.RootHash
	now    func() time.Time
	joined wire.Joined
	device string // the token by which the cloud knows it
	epoch  uint32
}

// client trusts nothing but the root hash.
func client(t testing.TB, address string, root cloudtrust.RootHash, now func() time.Time) *seller {
	s := &seller{t: t, url: "https://" + address, root: root, now: now, epoch: 1}
	var spki []byte
	config := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13, VerifyConnection: func(c tls.ConnectionState) error {
		if spki != nil && !bytes.Equal(spki, c.PeerCertificates[0].RawSubjectPublicKeyInfo) {
			return errors.New("another key")
		}
		return nil
	}}
	transport := &http.Transport{TLSClientConfig: config}
	t.Cleanup(transport.CloseIdleConnections)
	s.http = &http.Client{Transport: transport, Timeout: 30 * time.Second}
	spki = s.statement(cloudtrust.TLS, 0).Key
	transport.CloseIdleConnections()
	return s
}

func (s *seller) statement(purpose cloudtrust.Purpose, epoch uint32) cloudtrust.RootStatement {
	s.t.Helper()
	var trust wire.Trust
	s.must(s.call(http.MethodGet, "/v1/trust", nil, &trust))
	for _, text := range trust.Statements {
		if st, err := cloudtrust.OpenStatement([]byte(text), s.root, purpose, s.now()); err == nil && st.Epoch == epoch {
			return st
		}
	}
	s.t.Fatalf("no statement for %s %d among %d", purpose, epoch, len(trust.Statements))
	return cloudtrust.RootStatement{}
}

func (s *seller) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// call is a request with the device's token. A refusal is a problem.
func (s *seller) call(method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	request, err := http.NewRequest(method, s.url+path, body)
	if err != nil {
		return err
	}
	if s.device != "" {
		request.Header.Set("Authorization", "Bearer "+s.device)
	}
	response, err := s.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		var p problem.Error
		if err := json.Unmarshal(data, &p); err != nil || p.Code == "" || p.Message == "" || p.Status() != response.StatusCode {
			return fmt.Errorf("%s %s: %d %q is no problem", method, path, response.StatusCode, data)
		}
		return &p
	}
	if raw, ok := out.(*[]byte); ok {
		*raw = data
		return nil
	}
	return json.Unmarshal(data, out)
}

func (st *stage) join(i cloudtrust.Invitation) *seller {
	st.t.Helper()
	s := client(st.t, st.Address(), i.Root, st.clock.Now)
	s.must(s.join(i.Token))
	return s
}

// join uses an invitation, with a new token for the device.
func (s *seller) join(token cloudtrust.Token) error {
	device := make([]byte, 32)
	_, _ = rand.Read(device)
	s.device = base64.RawURLEncoding.EncodeToString(device)
	return s.joinAgain(token)
}

// joinAgain asks to join with the token that the device has.
func (s *seller) joinAgain(token cloudtrust.Token) error {
	return s.call(http.MethodPost, "/v1/join",
		wire.JoinQuery{Token: base64.RawURLEncoding.EncodeToString(token[:]), Device: s.device}, &s.joined)
}

// member is one account of a new branch.
func (st *stage) member() *seller { return st.join(st.invitation(1)) }

// evaluate asks the cloud for the tags of buyers, as a daemon does.
func (s *seller) evaluate(keys ...buyer.Key) []tag.Tag {
	s.t.Helper()
	var xs []tag.X
	for _, key := range keys {
		x, err := tag.Hard(key)
		s.must(err)
		xs = append(xs, x)
	}
	for len(xs)%wire.MinEvaluate != 0 {
		var x tag.X
		_, _ = rand.Read(x[:])
		xs = append(xs, x)
	}
	request, err := tag.Blind(xs)
	s.must(err)
	query := wire.EvaluateQuery{Epoch: s.epoch}
	for _, element := range request.Elements() {
		query.Blinded = append(query.Blinded, base64.RawURLEncoding.EncodeToString(element))
	}
	var answer wire.Evaluated
	s.must(s.call(http.MethodPost, "/v1/evaluate", query, &answer))
	var evaluated [][]byte
	for _, text := range answer.Evaluated {
		element, err := base64.RawURLEncoding.DecodeString(text)
		s.must(err)
		evaluated = append(evaluated, element)
	}
	proof, err := base64.RawURLEncoding.DecodeString(answer.Proof)
	s.must(err)
	ys, err := request.Finish(s.statement(cloudtrust.Evaluator, s.epoch).Key, evaluated, proof)
	s.must(err)
	tags := make([]tag.Tag, len(keys))
	for i, key := range keys {
		tags[i] = tag.T(s.epoch, key, ys[i])
	}
	return tags
}

func newID() string {
	var id [16]byte
	_, _ = rand.Read(id[:])
	return base64.RawURLEncoding.EncodeToString(id[:])
}

func (s *seller) today() int { return int(s.now().Unix() / 86400) }

// report is a share of a Shopee buyer's tag.
func (s *seller) report(t tag.Tag, reason string) wire.Share {
	return wire.Share{ID: newID(), Marketplace: "shopee", Epoch: s.epoch, Tag: t.String(), Reason: reason, Day: s.today()}
}

// send shares and gives the outcomes.
func (s *seller) send(shares ...wire.Share) []wire.ShareOutcome {
	s.t.Helper()
	var all []wire.ShareOutcome
	for some := range slices.Chunk(shares, wire.MaxShares) {
		var out wire.ShareOutcomes
		s.must(s.call(http.MethodPost, "/v1/shares", wire.SharesBody{Shares: some}, &out))
		all = append(all, out.Outcomes...)
	}
	return all
}

// share shares tags for a reason; every one has to be taken.
func (s *seller) share(reason string, tags ...tag.Tag) {
	s.t.Helper()
	var shares []wire.Share
	for _, t := range tags {
		shares = append(shares, s.report(t, reason))
	}
	for _, o := range s.send(shares...) {
		if o.Code != "" {
			s.t.Fatalf("a share was not taken: %+v", o)
		}
	}
}

func (s *seller) withdraw(tags ...tag.Tag) []wire.ShareOutcome {
	s.t.Helper()
	var body wire.WithdrawalsBody
	for _, t := range tags {
		body.Withdrawals = append(body.Withdrawals, wire.Withdrawal{ID: newID(), Marketplace: "shopee", Epoch: s.epoch, Tag: t.String()})
	}
	var out wire.ShareOutcomes
	s.must(s.call(http.MethodPost, "/v1/withdrawals", body, &out))
	return out.Outcomes
}

// manifest is what is published, checked as a daemon checks it.
func (s *seller) manifest() cloudlist.Manifest {
	s.t.Helper()
	var signed []byte
	s.must(s.call(http.MethodGet, "/list/manifest", nil, &signed))
	m, err := cloudlist.OpenManifest(signed, ed25519.PublicKey(s.statement(cloudtrust.List, 0).Key), s.now(), nil)
	s.must(err)
	return m
}

func (s *seller) entry() cloudlist.ManifestEntry {
	s.t.Helper()
	for _, e := range s.manifest().Lists {
		if e.Marketplace == "shopee" && e.Epoch == s.epoch {
			return e
		}
	}
	s.t.Fatal("no list of Shopee is published")
	return cloudlist.ManifestEntry{}
}

func (s *seller) file(name cloudlist.Name) []byte {
	s.t.Helper()
	var data []byte
	s.must(s.call(http.MethodGet, "/list/"+name.String(), nil, &data))
	return data
}

// list is the published list of Shopee.
func (s *seller) list() *cloudlist.List {
	s.t.Helper()
	l, err := cloudlist.Open(s.file(s.entry().Snapshot))
	s.must(err)
	return l
}

// counts is what the list says of a tag, nil for one that is not on it.
func counts(l *cloudlist.List, t tag.Tag) map[string]int {
	e, found := l.Find(t.Short())
	if !found {
		return nil
	}
	all := map[string]int{}
	for i, code := range l.Header().Reasons {
		if e.Counts[i] > 0 {
			all[code] = int(e.Counts[i])
		}
	}
	return all
}

func total(counts map[string]int) (sum int) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

// sample is a made-up buyer.
func sample(n int) buyer.Key {
	return buyer.Key{Marketplace: "shopee", Region: "br", Kind: "user_id", ID: fmt.Sprint(900_000_000 + n)}
}

// madeUp is a tag that belongs to nobody.
func madeUp() (t tag.Tag) {
	_, _ = rand.Read(t[:])
	return t
}

func codeOf(err error) string {
	var p *problem.Error
	if errors.As(err, &p) {
		return p.Code
	}
	return fmt.Sprint(err)
}

// at is the same device on a server that was started again.
func (s *seller) at(st *stage) *seller {
	again := client(st.t, st.Address(), s.root, st.clock.Now)
	again.joined, again.device, again.epoch = s.joined, s.device, s.epoch
	return again
}
