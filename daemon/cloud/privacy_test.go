package cloud_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"blackmark/shared/buyer"
	"blackmark/shared/tag"
	"blackmark/shared/wire"
)

// What a thief of the disk and a reader of the log find of 10,000 buyers whom he
// knows: nothing, neither who they are nor who reported them together.
func TestDiskAndLogKnowNobody(t *testing.T) {
	st := open(t, friends())
	s := st.member()
	var texts [][]byte
	for n := range 10_000 {
		texts = append(texts, []byte(sample(n).ID))
	}
	var keys []buyer.Key
	for n := range 128 {
		keys = append(keys, sample(n))
	}
	tags := s.evaluate(keys...)
	s.share("returns", tags...)
	s.withdraw(tags[0])
	st.publish()
	erasures := filepath.Join(t.TempDir(), "erasures")
	if err := st.operator().Erase(context.Background(), erasures, []buyer.Key{sample(1)}); err != nil {
		t.Fatal(err)
	}
	st.publish()
	st.stop() // all is on the disk

	shown := len(tags) - 1
	for _, text := range tags[:shown] {
		texts = append(texts, text[:8], text[:], []byte(text.String()))
	}
	account, err := json.Marshal(s.joined)
	if err != nil {
		t.Fatal(err)
	}
	texts = append(texts, []byte(s.joined.Account), []byte(s.device), account)
	for _, found := range st.onDisk(texts...) {
		t.Error("on the disk:", found)
	}
	logged := append(texts, []byte("127.0.0.1:"))
	lines := bytes.SplitAfterN(st.log.Bytes(), []byte("\n"), 2)[0]
	for _, text := range logged {
		if bytes.Contains(st.log.Bytes(), text) && !bytes.Contains(lines, text) {
			t.Errorf("the log holds %q", text)
		}
	}
	if sealed, err := os.ReadFile(erasures); err != nil || bytes.Contains(sealed, []byte(sample(1).ID)) {
		t.Errorf("the file of erasures names the buyer: %v", err)
	}

	// What would be there is found.
	if err := os.WriteFile(filepath.Join(st.dir, "leak"), []byte("x"+sample(77).ID+"x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if found := st.onDisk(texts...); len(found) != 1 {
		t.Errorf("the leak was not found: %v", found)
	}
}

// With the rows in plain sight, and without the key of pseudonyms, nothing in a
// report says whose it is: no two of one account have anything in common.
func TestReportsOfOneAccountHaveNothingInCommon(t *testing.T) {
	st := open(t, friends())
	one, two := st.member(), st.member()
	var tags []tag.Tag
	for range 256 {
		tags = append(tags, madeUp())
	}
	one.share("returns", tags...)
	two.share("returns", tags...)
	seen := map[string]int{}
	rows := 0
	st.records(func(key, value []byte) {
		if key[0] != 'r' {
			return
		}
		rows++
		pseudonyms := key[len(key)-32:]
		for i := range len(pseudonyms) - 3 {
			seen[string(pseudonyms[i:i+4])]++
		}
		for _, s := range []*seller{one, two} {
			account := []byte(s.joined.Account)
			if bytes.Contains(fmt.Appendf(nil, "%x%x", key, value), account) {
				t.Error("a report names its account")
			}
		}
	})
	if rows != 512 {
		t.Fatalf("%d reports", rows)
	}
	// Four bytes come twice by chance about once in 30 runs; a part that belongs
	// to an account would be there 256 times.
	for part, n := range seen {
		if n > 3 {
			t.Errorf("%x is in %d reports", part, n)
		}
	}
}

// Who has the list, and even all whole tags of the store, finds nobody on it without
// the evaluator: neither by the ids alone nor by a key of his own.
func TestWithoutTheEvaluatorNobodyIsFound(t *testing.T) {
	st := open(t, friends())
	s := st.member()
	var keys []buyer.Key
	for n := range 128 {
		keys = append(keys, sample(n))
	}
	s.share("returns", s.evaluate(keys...)...)
	st.publish()
	list := s.list()
	stored := map[tag.Tag]bool{}
	st.records(func(key, _ []byte) {
		if key[0] == 'r' {
			stored[tag.Tag(key[len(key)-64:len(key)-32])] = true
		}
	})
	if int(list.Header().Count) != len(keys) || len(stored) != len(keys) {
		t.Fatalf("%d are listed and %d stored", list.Header().Count, len(stored))
	}
	found := func(t tag.Tag) bool { return counts(list, t) != nil || stored[t] }

	private, err := tag.NewPrivateKey()
	s.must(err)
	other, err := tag.NewEvaluator(private)
	s.must(err)
	for _, key := range keys {
		x, err := tag.Hard(key)
		s.must(err)
		foreign, err := other.FullEvaluate(x)
		s.must(err)
		for what, y := range map[string]tag.Y{
			"a key of his own": foreign,
			"the slow hash":    tag.Y(slices.Concat(x[:], x[:])),
			"its hash":         tag.Y(sha512.Sum512(x[:])),
			"the id's hash":    tag.Y(sha512.Sum512([]byte(key.String()))),
		} {
			if found(tag.T(1, key, y)) {
				t.Errorf("found by %s", what)
			}
		}
		for _, plain := range [][32]byte{sha256.Sum256([]byte(key.ID)), sha256.Sum256([]byte(key.String())), sha256.Sum256(x[:])} {
			if found(tag.Tag(plain)) {
				t.Error("found by a plain hash")
			}
		}
	}
	// The control: by evaluation, which is metered, everybody is.
	for _, t1 := range s.evaluate(keys...) {
		if !found(t1) {
			t.Fatal("one is not found by evaluation: this test shows nothing")
		}
	}
}

// A reader of the list can add nothing to anybody on it.
func TestListedTagsCannotBeReported(t *testing.T) {
	st := open(t, friends())
	author := st.member()
	var tags []tag.Tag
	for range 10_000 {
		tags = append(tags, madeUp())
	}
	author.share("returns", tags...)
	st.publish()

	reader := st.member()
	list := reader.list()
	var shares []wire.Share
	for entry := range list.All() {
		invented := madeUp()
		for i := range 8 {
			invented[i] = byte(entry.Tag >> (56 - 8*i))
		}
		shares = append(shares, reader.report(invented, "extortion"))
	}
	if len(shares) != len(tags) {
		t.Fatalf("%d tags are listed, not %d", len(shares), len(tags))
	}
	for _, o := range reader.send(shares...) {
		if o.Code != "tag_unknown" {
			t.Fatalf("a made-up tag got %+v", o)
		}
	}
	st.publish()
	if now := reader.list(); now.Name() != list.Name() {
		t.Error("the list changed")
	}
	// Who knows the tags can report them.
	reader.share("extortion", tags[:16]...)
	st.publish()
	if got := counts(reader.list(), tags[0]); got["extortion"] != 1 || got["returns"] != 1 {
		t.Errorf("a report with the whole tag gave %v", got)
	}
}

// A tag that was made up before anybody reported the buyer keeps nobody out and
// tells nothing: neither is refused, and the one that more accounts know counts.
func TestMadeUpTagShieldsNobody(t *testing.T) {
	settings := patient()
	settings.AgeDays = 0
	st := open(t, settings)
	shield, one, two := st.member(), st.member(), st.member()
	real := one.evaluate(sample(1))[0]
	invented := madeUp()
	copy(invented[:8], real[:8])
	shield.share("returns", invented)
	st.publish()
	one.share("extortion", real)
	two.share("extortion", real)
	st.publish()
	if got := counts(one.list(), real); got["extortion"] != 2 || total(got) != 2 {
		t.Errorf("the list says %v", got)
	}
	if o := shield.send(shield.report(invented, "unpaid")); o[0].Code != "tag_unknown" {
		t.Errorf("the shield is still taken: %+v", o)
	}
}

// How long it takes who has the store and the evaluator's key to test one id: the
// figure that stands in the README.
func TestGuessingWithStoreAndKey(t *testing.T) {
	private, err := tag.NewPrivateKey()
	if err != nil {
		t.Fatal(err)
	}
	evaluator, err := tag.NewEvaluator(private)
	if err != nil {
		t.Fatal(err)
	}
	stolen := map[tag.Tag]bool{}
	guess := func(n int) bool {
		x, err := tag.Hard(sample(n))
		if err != nil {
			t.Fatal(err)
		}
		y, err := evaluator.FullEvaluate(x)
		if err != nil {
			t.Fatal(err)
		}
		found := stolen[tag.T(1, sample(n), y)]
		stolen[tag.T(1, sample(n), y)] = true
		return found
	}
	const guesses = 64
	began := time.Now()
	for n := range guesses {
		guess(n)
	}
	each := time.Since(began) / guesses
	if !guess(7) {
		t.Error("a buyer who is there is not found")
	}
	t.Logf("with store and evaluator's key: %v an id on one core, %.0f ids a second, %.1f core-years for 10^10 ids",
		each.Round(10*time.Microsecond), float64(time.Second)/float64(each), each.Hours()*1e10/24/365)
}
