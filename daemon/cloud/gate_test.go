package cloud_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"blackmark/daemon/cloud"
	"blackmark/shared/tag"
	"blackmark/shared/wire"
)

func blindClient(t testing.TB) *http.Client {
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}
}

// blinded are n elements of nobody.
func blinded(t *testing.T, n int) (texts []string) {
	t.Helper()
	for n > 0 {
		xs := make([]tag.X, min(n, tag.MaxBatch))
		for i := range xs {
			_, _ = rand.Read(xs[i][:])
		}
		request, err := tag.Blind(xs)
		if err != nil {
			t.Fatal(err)
		}
		for _, element := range request.Elements() {
			texts = append(texts, base64.RawURLEncoding.EncodeToString(element))
		}
		n -= len(xs)
	}
	return texts
}

func TestBatches(t *testing.T) {
	st := open(t, patient())
	s := st.member()
	good := blinded(t, 16)
	identity := base64.RawURLEncoding.EncodeToString(make([]byte, 32))
	for name, c := range map[string]struct {
		query wire.EvaluateQuery
		want  string
	}{
		"none":     {wire.EvaluateQuery{Epoch: 1}, "batch_size"},
		"one":      {wire.EvaluateQuery{Epoch: 1, Blinded: good[:1]}, "batch_size"},
		"17":       {wire.EvaluateQuery{Epoch: 1, Blinded: blinded(t, 17)}, "batch_size"},
		"272":      {wire.EvaluateQuery{Epoch: 1, Blinded: blinded(t, 272)}, "batch_size"},
		"identity": {wire.EvaluateQuery{Epoch: 1, Blinded: append([]string{identity}, good[1:]...)}, "element_invalid"},
		"short":    {wire.EvaluateQuery{Epoch: 1, Blinded: append([]string{"AAAA"}, good[1:]...)}, "element_invalid"},
		"text":     {wire.EvaluateQuery{Epoch: 1, Blinded: append([]string{"!"}, good[1:]...)}, "element_invalid"},
		"epoch 0":  {wire.EvaluateQuery{Epoch: 0, Blinded: good}, "epoch_unknown"},
		"epoch 2":  {wire.EvaluateQuery{Epoch: 2, Blinded: good}, "epoch_unknown"},
	} {
		if code := codeOf(s.call(http.MethodPost, "/v1/evaluate", c.query, &struct{}{})); code != c.want {
			t.Errorf("%s: %s, want %s", name, code, c.want)
		}
	}
	var a wire.Account
	s.must(s.call(http.MethodGet, "/v1/account", nil, &a))
	if a.Evaluations != 23000 {
		t.Errorf("refusals cost: %d are left", a.Evaluations)
	}
	var answer wire.Evaluated
	s.must(s.call(http.MethodPost, "/v1/evaluate", wire.EvaluateQuery{Epoch: 1, Blinded: blinded(t, 256)}, &answer))
	if answer.Left != 23000-256 || len(answer.Evaluated) != 256 {
		t.Errorf("%d left, %d evaluated", answer.Left, len(answer.Evaluated))
	}
}

func TestQuota(t *testing.T) {
	settings := patient()
	settings.Evaluations, settings.Grant = 32, 48
	st := open(t, settings)
	s := st.member()
	evaluate := func(n int) string {
		err := s.call(http.MethodPost, "/v1/evaluate", wire.EvaluateQuery{Epoch: 1, Blinded: blinded(t, n)}, &struct{}{})
		if err == nil {
			return ""
		}
		return codeOf(err)
	}
	for _, step := range []struct {
		n    int
		want string
	}{{64, ""}, {32, "evaluations_spent"}, {16, ""}, {16, "evaluations_spent"}} {
		if got := evaluate(step.n); got != step.want {
			t.Errorf("%d elements: %q, want %q", step.n, got, step.want)
		}
	}
	st.clock.Move(15 * time.Hour) // past midnight
	if got := evaluate(32); got != "" {
		t.Errorf("the next day: %s", got)
	}
	if got := evaluate(16); got != "evaluations_spent" {
		t.Errorf("beyond the next day's: %s", got)
	}
	st.stop()
	st.start(settings)
	s = s.at(st)
	if got := evaluate(16); got != "evaluations_spent" {
		t.Errorf("after a restart: %s", got)
	}
}

func TestWhoIsServed(t *testing.T) {
	settings := friends()
	settings.Served, settings.Grant = cloud.Contributors, 16
	st := open(t, settings)
	s := st.member()
	ask := func() string {
		err := s.call(http.MethodPost, "/v1/evaluate", wire.EvaluateQuery{Epoch: 1, Blinded: blinded(t, 16)}, &struct{}{})
		if err == nil {
			return ""
		}
		return codeOf(err)
	}
	if got := ask(); got != "" {
		t.Errorf("what was given at joining: %q", got) // or nobody could ever begin to share
	}
	if got := ask(); got != "account_not_served" {
		t.Errorf("before it shares: %q", got)
	}
	s.share("returns", madeUp())
	if got := ask(); got != "" {
		t.Errorf("once it shares: %q", got)
	}
	st.stop()
	settings.Served = cloud.Plan
	st.start(settings)
	s = s.at(st)
	if got := ask(); got != "account_not_served" {
		t.Errorf("without a plan: %q", got)
	}
	yes := true
	st.do("change", cloud.AccountChange{Account: s.joined.Account, Plan: &yes}, &struct{}{})
	if got := ask(); got != "" {
		t.Errorf("with a plan: %q", got)
	}
}

func TestSharesAreChecked(t *testing.T) {
	settings := friends()
	settings.SharesDay = 3
	st := open(t, settings)
	s := st.member()
	change := func(do func(*wire.Share)) wire.Share {
		share := s.report(madeUp(), "returns")
		do(&share)
		return share
	}
	shares := []wire.Share{
		change(func(s *wire.Share) { s.ID = "" }),
		change(func(s *wire.Share) { s.ID = strings.Repeat("x", 65) }),
		change(func(s *wire.Share) { s.Marketplace = "amazon" }), // its buyers have another id for each seller
		change(func(s *wire.Share) { s.Marketplace = "bazaar" }),
		change(func(s *wire.Share) { s.Epoch = 7 }),
		change(func(s *wire.Share) { s.Tag = "AAAA" }),
		change(func(s *wire.Share) { s.Reason = "" }),
		change(func(s *wire.Share) { s.Reason = "bad person" }),
		change(func(s *wire.Share) { s.Day = -1 }),
		change(func(s *wire.Share) { s.Reason = "other" }), // the seller's choice
		change(func(s *wire.Share) { s.Reason = "remote_address" }),
		change(func(*wire.Share) {}),
		change(func(*wire.Share) {}),
	}
	want := []string{"request_invalid", "request_invalid", "marketplace_unknown", "marketplace_unknown", "epoch_unknown",
		"tag_invalid", "reason_not_shared", "reason_not_shared", "day_invalid", "", "", "", "share_quota"}
	for i, o := range s.send(shares...) {
		if o.Code != want[i] || o.ID != shares[i].ID {
			t.Errorf("share %d: %+v, want %q", i, o, want[i])
		}
	}
	for name, body := range map[string]any{
		"none": wire.SharesBody{}, "too many": wire.SharesBody{Shares: make([]wire.Share, 257)},
	} {
		if code := codeOf(s.call(http.MethodPost, "/v1/shares", body, &struct{}{})); code != "shares_invalid" {
			t.Errorf("%s: %s", name, code)
		}
	}
	st.do("verify", struct{}{}, &struct{}{}) // what was taken is sound
}

// What is no request is refused with a problem, whatever it is.
func TestBadRequests(t *testing.T) {
	st := open(t, patient())
	s := st.member()
	send := func(method, path, token, body string) (int, string) {
		request, err := http.NewRequest(method, "https://"+st.Address()+path, strings.NewReader(body))
		s.must(err)
		if token != "" {
			request.Header.Set("Authorization", token)
		}
		response, err := s.http.Do(request)
		s.must(err)
		defer response.Body.Close()
		data, err := io.ReadAll(response.Body)
		s.must(err)
		var p struct{ Code, Message string }
		if err := json.Unmarshal(data, &p); err != nil || p.Message == "" {
			t.Errorf("%s %s: %q", method, path, data)
		}
		return response.StatusCode, p.Code
	}
	device := "Bearer " + s.device
	for _, c := range []struct {
		method, path, token, body string
		status                    int
		code                      string
	}{
		{"GET", "/v1/account", "", "", 403, "device_unknown"},
		{"GET", "/v1/account", "Bearer " + strings.Repeat("A", 43), "", 403, "device_unknown"},
		{"GET", "/v1/account", "Basic " + s.device, "", 403, "device_unknown"},
		{"POST", "/v1/shares", device, "{", 400, "body_invalid"},
		{"POST", "/v1/shares", device, `{"shares":[]} {}`, 400, "body_invalid"},
		{"POST", "/v1/shares", device, `{"shares":7}`, 400, "body_invalid"},
		{"POST", "/v1/shares", device, `{"shares":[{"id":"` + strings.Repeat("x", 70<<10) + `"}]}`, 413, "body_large"},
		{"POST", "/v1/invitations", device, "{}", 403, "invitations_off"},
		{"POST", "/v1/join", "", `{"token":"AAAA"}`, 403, "invitation_used"},
		{"GET", "/list/" + strings.Repeat("0", 64), "", "", 404, "route_unknown"},
		{"GET", "/list/..%2f..%2froot.key", "", "", 404, "route_unknown"},
		{"GET", "/list/state.json", "", "", 404, "route_unknown"},
		{"GET", "/v2/account", device, "", 404, "route_unknown"},
		{"DELETE", "/v1/account", device, "", 404, "route_unknown"},
		{"POST", "/relay/evaluate", device, "{}", 404, "route_unknown"},
		{"POST", "/relay/cut", "", "{}", 404, "route_unknown"},
		{"POST", "/operator/stats", device, "{}", 404, "route_unknown"},
	} {
		if status, code := send(c.method, c.path, c.token, c.body); status != c.status || code != c.code {
			t.Errorf("%s %s: %d %s, want %d %s", c.method, c.path, status, code, c.status, c.code)
		}
	}
	conn, err := tls.Dial("tcp", st.Address(), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12})
	if err == nil {
		_ = conn.Close()
		t.Error("TLS 1.2 is spoken")
	}
}

func TestRates(t *testing.T) {
	settings := friends()
	settings.Requests, settings.Joins = 5, 3
	st := open(t, settings)
	s := st.member()
	for range 5 {
		s.must(s.call(http.MethodGet, "/v1/account", nil, &struct{}{}))
	}
	if code := codeOf(s.call(http.MethodGet, "/v1/account", nil, &struct{}{})); code != "requests_often" {
		t.Error(code)
	}
	st.member() // another account is not held up
	st.clock.Move(time.Minute)
	s.must(s.call(http.MethodGet, "/v1/account", nil, &struct{}{}))
	i := st.invitation(9)
	for range 3 {
		st.join(i)
	}
	if code := codeOf(client(t, st.Address(), i.Root, st.clock.Now).join(i.Token)); code != "joins_often" {
		t.Error(code)
	}
}

// Where the operator lets them, accounts invite into their own branch.
func TestAccountsInvite(t *testing.T) {
	settings := patient()
	settings.Invitations, settings.AgeDays = 1, 0
	st := open(t, settings)
	s := st.member()
	var invited wire.Invited
	s.must(s.call(http.MethodPost, "/v1/invitations", struct{}{}, &invited))
	if code := codeOf(s.call(http.MethodPost, "/v1/invitations", struct{}{}, &struct{}{})); invited.Left != 0 || code != "invitations_off" {
		t.Errorf("%d left, then %s", invited.Left, code)
	}
	friend := st.join(parse(t, invited.Invitation))
	target := madeUp()
	s.share("returns", target)
	friend.share("returns", target)
	st.publish()
	if got := counts(s.list(), target); got != nil {
		t.Errorf("one branch: %v", got)
	}
	st.member().share("returns", target)
	st.publish()
	if got := counts(s.list(), target); total(got) != 3 {
		t.Errorf("two branches: %v", got)
	}
}

// The operator's door wants the secret of this start, the health route nothing,
// and the metrics name nobody.
func TestHealthAndMetrics(t *testing.T) {
	st := open(t, friends())
	s := st.member()
	target := madeUp()
	s.share("returns", target)
	st.publish()
	s.must(s.call(http.MethodGet, "/health", nil, &struct{}{}))
	response, err := http.Get("http://" + st.MetricsAddress() + "/metrics")
	s.must(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	s.must(err)
	for _, want := range []string{`blackmark_cloud_reports_total{what="share",code="done"} 1`, "blackmark_cloud_published_timestamp_seconds"} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if bytes.Contains(text, []byte(s.joined.Account)) || bytes.Contains(text, []byte(target.String())) {
		t.Error("the metrics name somebody")
	}
}

// A backup is whole or refused, and comes back beside the old store.
func TestBackup(t *testing.T) {
	st := open(t, friends())
	s := st.member()
	var tags []tag.Tag
	for range 300 {
		tags = append(tags, madeUp())
	}
	s.share("returns", tags...)
	st.publish()
	file := filepath.Join(t.TempDir(), "backup")
	var backup bytes.Buffer
	s.must(st.operator().Backup(context.Background(), &backup))
	check := func(data []byte) error {
		write(t, file, data)
		_, err := cloud.VerifyBackup(st.dir, file)
		return err
	}
	whole := backup.Bytes()
	s.must(check(whole))
	for at := 0; at < len(whole); at += 1 + len(whole)/97 {
		flipped := bytes.Clone(whole)
		flipped[at] ^= 1
		if check(flipped) == nil || check(whole[:at]) == nil {
			t.Fatalf("damage at byte %d of %d passes", at, len(whole))
		}
	}
	if check(append(bytes.Clone(whole), 0)) == nil {
		t.Error("a longer backup passes")
	}
	if _, err := st.restore(file, cloud.Replay{None: true}); codeOf(err) != "backup_damaged" {
		t.Errorf("restored from a damaged backup: %v", err)
	}
	version := s.entry().Version
	s.share("extortion", madeUp())
	st.publish()
	st.stop()

	write(t, file, whole)
	if _, err := st.restore(file, cloud.Replay{None: true}); codeOf(err) != "store_not_empty" {
		t.Errorf("restored over a store: %v", err)
	}
	remove(t, filepath.Join(st.dir, "api", "store"))
	if _, err := st.restore(file, cloud.Replay{None: true}); err != nil {
		t.Fatal(err)
	}
	st.start(friends())
	s = s.at(st)
	st.do("verify", struct{}{}, &struct{}{})
	s.share("unpaid", tags[0])
	st.publish()
	if now := s.entry().Version; now <= version+1 {
		t.Errorf("version %d after %d: it went back", now, version+1)
	}
	if list := s.list(); counts(list, tags[0])["unpaid"] != 1 || int(list.Header().Count) != len(tags) {
		t.Errorf("after restoring: %v, %d buyers", counts(list, tags[0]), list.Header().Count)
	}
}
