package cloud_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"blackmark/daemon/cloud"
	"blackmark/shared/buyer"
	"blackmark/shared/tag"
	"blackmark/shared/wire"
)

// role starts one role on a folder of its own that holds what the role needs and
// nothing else of the cloud.
func role(t *testing.T, from string, c cloud.Config, needs ...string) *cloud.Server {
	t.Helper()
	dir := t.TempDir()
	for _, name := range append(needs, "trust.json", "tls.key", "relay.key") {
		data, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), data)
	}
	c.Dir, c.Addr, c.Settings = dir, "127.0.0.1:0", friends()
	server, err := cloud.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx) }()
	t.Cleanup(sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-done, server.Close()); err != nil {
			t.Error(err)
		}
	}))
	return server
}

// Three processes on three folders are the same cloud as one.
func TestRolesApart(t *testing.T) {
	whole := &stage{t: t, dir: t.TempDir(), clock: &clock{now: start}}
	if _, err := cloud.Init(whole.dir, start); err != nil {
		t.Fatal(err)
	}
	now := whole.clock.Now
	eval := role(t, whole.dir, cloud.Config{Roles: []cloud.Role{cloud.Eval}, Now: now}, "evaluator/keys.json")
	api := role(t, whole.dir, cloud.Config{Roles: []cloud.Role{cloud.API}, Evaluator: eval.Address(), Now: now}, "api/store.key")
	pub := role(t, whole.dir, cloud.Config{Roles: []cloud.Role{cloud.Publisher}, API: api.Address(), Now: now}, "publisher/list.key")
	st := &stage{Server: api, t: t, dir: api.Dir(), clock: whole.clock}

	s, other := st.member(), st.member()
	tags := s.evaluate(sample(1), sample(2))
	s.share("returns", tags...)
	other.share("returns", tags[0])
	publish := func() *seller {
		t.Helper()
		if err := pub.Publish(t.Context()); err != nil {
			t.Fatal(err)
		}
		reader := *s
		reader.url = "https://" + pub.Address() // it serves what it wrote
		return &reader
	}
	reader := publish()
	if got := counts(reader.list(), tags[0]); total(got) != 2 {
		t.Errorf("published apart: %v", got)
	}
	s.withdraw(tags[0])
	if err := st.operator().Erase(t.Context(), filepath.Join(t.TempDir(), "erasures"), []buyer.Key{sample(2)}); err != nil {
		t.Fatal(err)
	}
	list := publish().list()
	if total(counts(list, tags[0])) != 1 || counts(list, tags[1]) != nil {
		t.Error("a withdrawal or an erasure was not published")
	}

	// Between each other they want the secret that only they have.
	for _, c := range []struct{ address, path string }{
		{eval.Address(), "/relay/evaluate"}, {eval.Address(), "/relay/prepare"}, {eval.Address(), "/relay/destroy"},
		{api.Address(), "/relay/lists"}, {api.Address(), "/relay/cut"}, {api.Address(), "/relay/settle"},
	} {
		there := *s
		there.url = "https://" + c.address
		if code := codeOf(there.call(http.MethodPost, c.path, struct{}{}, &struct{}{})); code != "caller_unknown" {
			t.Errorf("%s lets a device in: %s", c.path, code)
		}
	}

	// A role does its own work and no other's.
	for _, c := range []struct{ address, method, path string }{
		{eval.Address(), http.MethodGet, "/v1/account"},
		{eval.Address(), http.MethodPost, "/relay/cut"},
		{pub.Address(), http.MethodPost, "/v1/shares"},
		{pub.Address(), http.MethodPost, "/relay/evaluate"},
		{api.Address(), http.MethodPost, "/relay/evaluate"},
	} {
		there := *s
		there.url = "https://" + c.address
		if code := codeOf(there.call(c.method, c.path, struct{}{}, &struct{}{})); code != "route_unknown" {
			t.Errorf("%s answers %s", c.path, code)
		}
	}
}

// An evaluator that is away costs nothing and is said.
func TestEvaluatorAway(t *testing.T) {
	dir := t.TempDir()
	if _, err := cloud.Init(dir, start); err != nil {
		t.Fatal(err)
	}
	clock := &clock{now: start}
	api := role(t, dir, cloud.Config{Roles: []cloud.Role{cloud.API}, Evaluator: "127.0.0.1:1", Now: clock.Now}, "api/store.key")
	st := &stage{Server: api, t: t, dir: api.Dir(), clock: clock}
	s := st.member()
	query := wire.EvaluateQuery{Epoch: 1, Blinded: blinded(t, 16)}
	if code := codeOf(s.call(http.MethodPost, "/v1/evaluate", query, &struct{}{})); code != "role_silent" {
		t.Error(code)
	}
	var a wire.Account
	s.must(s.call(http.MethodGet, "/v1/account", nil, &a))
	if a.Evaluations != 23000 {
		t.Errorf("it cost evaluations: %d are left", a.Evaluations)
	}
}

func TestRolesNeedEachOther(t *testing.T) {
	dir := t.TempDir()
	for _, r := range cloud.Roles {
		if _, err := cloud.Open(cloud.Config{Dir: dir, Roles: []cloud.Role{r}, Addr: "127.0.0.1:0"}); codeOf(err) != "cloud_missing" {
			t.Errorf("%s on an empty folder: %v", r, err)
		}
	}
	if _, err := cloud.Init(dir, start); err != nil {
		t.Fatal(err)
	}
	for _, r := range []cloud.Role{cloud.API, cloud.Publisher} {
		if _, err := cloud.Open(cloud.Config{Dir: dir, Roles: []cloud.Role{r}, Addr: "127.0.0.1:0"}); codeOf(err) != "role_alone" {
			t.Errorf("%s alone: %v", r, err)
		}
	}
	if _, err := cloud.Open(cloud.Config{Dir: dir, Roles: []cloud.Role{"king"}, Addr: "127.0.0.1:0"}); codeOf(err) != "role_unknown" {
		t.Error(err)
	}
}

// A publisher that dies between two of its steps publishes all of it the next
// time, and gives no version out twice.
func TestPublisherDiesBetweenSteps(t *testing.T) {
	st := open(t, friends())
	s := st.member()
	first, second := madeUp(), madeUp()
	s.share("returns", first)
	st.publish()

	// It wrote nothing of what it counted: the folder is as it was before.
	saved := map[string][]byte{}
	for _, name := range []string{"publisher/state.json", "public/manifest"} {
		data, err := os.ReadFile(filepath.Join(st.dir, name))
		s.must(err)
		saved[name] = data
	}
	outcome := s.send(s.report(second, "returns"))[0]
	st.publish()
	published := s.entry().Version
	st.stop()
	for name, data := range saved {
		write(t, filepath.Join(st.dir, name), data)
	}
	st.start(friends())
	s = s.at(st)
	st.publish()
	now := s.entry()
	if now.Version <= published || now.Version < outcome.From {
		t.Errorf("version %d after %d, which was published", now.Version, published)
	}
	for _, target := range []tag.Tag{first, second} {
		if got := counts(s.list(), target); got["returns"] != 1 {
			t.Errorf("the list says %v", got)
		}
	}

	// With its folder lost it makes the lists anew.
	s.withdraw(first)
	st.stop()
	remove(t, filepath.Join(st.dir, "publisher", "state.json"))
	remove(t, filepath.Join(st.dir, "public"))
	st.start(friends())
	s = s.at(st)
	st.publish()
	if list := s.list(); list.Header().Version <= now.Version || counts(list, first) != nil || counts(list, second) == nil {
		t.Errorf("version %d after %d", list.Header().Version, now.Version)
	}
	now = s.entry()

	// A file of the list that is damaged is told and not built upon.
	write(t, filepath.Join(st.dir, "public", now.Snapshot.String()), []byte("nonsense"))
	s.share("returns", madeUp())
	if err := st.Publish(t.Context()); codeOf(err) != "list_damaged" {
		t.Errorf("published upon a damaged list: %v", err)
	}
}
