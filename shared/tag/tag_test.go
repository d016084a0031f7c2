package tag_test

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cloudflare/circl/group"

	"blackmark/shared/buyer"
	"blackmark/shared/marketplace"
	"blackmark/shared/tag"
)

func newEvaluator(t testing.TB) *tag.Evaluator {
	t.Helper()
	private, err := tag.NewPrivateKey()
	if err != nil {
		t.Fatal(err)
	}
	return evaluator(t, private)
}

// slowHashes are so many made-up ones: the slow hash itself has its own tests.
func slowHashes(n int) []tag.X {
	xs := make([]tag.X, n)
	for i := range xs {
		xs[i][0], xs[i][1] = byte(i), byte(i>>8)
	}
	return xs
}

func blind(t testing.TB, xs []tag.X) *tag.Request {
	t.Helper()
	request, err := tag.Blind(xs)
	if err != nil {
		t.Fatal(err)
	}
	return request
}

func TestBlindedWayEqualsFullEvaluation(t *testing.T) {
	e := newEvaluator(t)
	for _, n := range []int{1, 2, 16, tag.MaxBatch} {
		xs := slowHashes(n)
		request := blind(t, xs)
		evaluated, proof, err := e.Evaluate(request.Elements())
		if err != nil {
			t.Fatal(err)
		}
		ys, err := request.Finish(e.PublicKey(), evaluated, proof)
		if err != nil || len(ys) != n {
			t.Fatal(len(ys), err)
		}
		for i := range xs {
			if full, err := e.FullEvaluate(xs[i]); err != nil || full != ys[i] {
				t.Fatalf("%d of %d differs, %v", i, n, err)
			}
		}
	}
}

func TestTheSameBuyerIsBlindedAnew(t *testing.T) {
	xs := []tag.X{{1}, {1}}
	first, second := blind(t, xs).Elements(), blind(t, xs).Elements()
	if bytes.Equal(first[0], first[1]) || bytes.Equal(first[0], second[0]) {
		t.Fatal("the evaluator can see that two requests are for one buyer")
	}
}

func TestFinishRefuses(t *testing.T) {
	e, other := newEvaluator(t), newEvaluator(t)
	request := blind(t, slowHashes(4))
	evaluated, proof, err := e.Evaluate(request.Elements())
	if err != nil {
		t.Fatal(err)
	}
	byOther, proofOfOther, err := other.Evaluate(request.Elements())
	if err != nil {
		t.Fatal(err)
	}
	changed := func(b []byte, i int) []byte { c := slices.Clone(b); c[i] ^= 1; return c }
	swapped := slices.Clone(evaluated)
	swapped[0], swapped[1] = swapped[1], swapped[0]
	oneByOther := slices.Clone(evaluated)
	oneByOther[3] = byOther[3]
	cases := map[string]struct {
		pinned    []byte
		evaluated [][]byte
		proof     []byte
		want      error
	}{
		"another key pinned":         {other.PublicKey(), evaluated, proof, tag.ErrProof},
		"another key used":           {e.PublicKey(), byOther, proofOfOther, tag.ErrProof},
		"another key for one":        {e.PublicKey(), oneByOther, proof, tag.ErrProof},
		"in another order":           {e.PublicKey(), swapped, proof, tag.ErrProof},
		"not evaluated":              {e.PublicKey(), request.Elements(), proof, tag.ErrProof},
		"a changed challenge":        {e.PublicKey(), evaluated, changed(proof, 0), tag.ErrProof},
		"a changed response":         {e.PublicKey(), evaluated, changed(proof, 32), tag.ErrProof},
		"a proof too large":          {e.PublicKey(), evaluated, bytes.Repeat([]byte{0xff}, 64), tag.ErrProof},
		"no proof":                   {e.PublicKey(), evaluated, nil, tag.ErrProof},
		"a proof and more":           {e.PublicKey(), evaluated, append(slices.Clone(proof), 0), tag.ErrProof},
		"one too few":                {e.PublicKey(), evaluated[:3], proof, tag.ErrBatch},
		"one too many":               {e.PublicKey(), append(slices.Clone(evaluated), evaluated[0]), proof, tag.ErrBatch},
		"the identity":               {e.PublicKey(), append(slices.Clone(evaluated[:3]), make([]byte, 32)), proof, tag.ErrElement},
		"no pinned key":              {nil, evaluated, proof, tag.ErrPublicKey},
		"the identity as pinned key": {make([]byte, 32), evaluated, proof, tag.ErrPublicKey},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if ys, err := request.Finish(c.pinned, c.evaluated, c.proof); !errors.Is(err, c.want) || ys != nil {
				t.Fatalf("got %v, want %v", err, c.want)
			}
		})
	}
	if _, err := request.Finish(e.PublicKey(), evaluated, proof); err != nil {
		t.Fatal("the control fails:", err)
	}
}

// point gives the encoding of a field element: a little-endian number.
func point(hexText string) []byte {
	bytes, err := hex.DecodeString(hexText)
	if err != nil {
		panic(err)
	}
	return bytes
}

// The evaluator takes valid, canonical points other than the identity, 1 to 256.
func TestEvaluateRefuses(t *testing.T) {
	e := newEvaluator(t)
	good := blind(t, slowHashes(1)).Elements()[0]
	elements := map[string][]byte{
		"the identity":          make([]byte, 32),
		"too short":             good[:31],
		"too long":              append(slices.Clone(good), 0),
		"nothing":               nil,
		"all ones":              bytes.Repeat([]byte{0xff}, 32),
		"the modulus":           point("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		"the modulus and one":   point("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		"the modulus and 18":    point("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		"a negative number":     point("0100000000000000000000000000000000000000000000000000000000000000"),
		"minus one":             point("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		"the top bit set":       append(slices.Clone(good[:31]), good[31]|0x80),
		"the other root":        minus(good),
		"no point on the curve": noPoint(),
	}
	for name, element := range elements {
		if _, _, err := e.Evaluate([][]byte{good, element}); !errors.Is(err, tag.ErrElement) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, n := range []int{0, tag.MaxBatch + 1} {
		if _, _, err := e.Evaluate(slices.Repeat([][]byte{good}, n)); !errors.Is(err, tag.ErrBatch) {
			t.Errorf("%d elements: %v", n, err)
		}
		if _, err := tag.Blind(slowHashes(n)); !errors.Is(err, tag.ErrBatch) {
			t.Errorf("%d buyers: %v", n, err)
		}
	}
	if _, _, err := e.Evaluate([][]byte{good, good}); err != nil {
		t.Error("the control fails:", err)
	}
}

// minus is the modulus 2^255-19 less the number: of the two only one is a point.
func minus(number []byte) []byte {
	modulus := point("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")
	borrow := 0
	for i := range modulus {
		digit := int(modulus[i]) - int(number[i]) - borrow
		borrow = 0
		if digit < 0 {
			digit, borrow = digit+256, 1
		}
		modulus[i] = byte(digit)
	}
	return modulus
}

// noPoint is an even, reduced number that stands for no point.
func noPoint() []byte {
	for i := byte(2); ; i += 2 {
		bytes := make([]byte, 32)
		bytes[0] = i
		if group.Ristretto255.NewElement().UnmarshalBinary(bytes) != nil {
			return bytes
		}
	}
}

func TestPrivateKeys(t *testing.T) {
	order := point("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
	for name, private := range map[string][]byte{
		"zero": make([]byte, 32), "the group's order": order, "short": order[:31], "nothing": nil,
		"all ones": bytes.Repeat([]byte{0xff}, 32),
	} {
		if _, err := tag.NewEvaluator(private); !errors.Is(err, tag.ErrPrivateKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	private, err := tag.NewPrivateKey()
	if err != nil || len(private) != tag.KeySize {
		t.Fatal(len(private), err)
	}
	if !bytes.Equal(evaluator(t, private).PublicKey(), evaluator(t, private).PublicKey()) {
		t.Fatal("one private key, two public ones")
	}
}

func TestManyAtOnce(t *testing.T) {
	e := newEvaluator(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			request, err := tag.Blind(slowHashes(4))
			if err != nil {
				t.Error(err)
				return
			}
			evaluated, proof, err := e.Evaluate(request.Elements())
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := request.Finish(e.PublicKey(), evaluated, proof); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// Only kinds that every seller sees alike have a tag.
func TestShareableKinds(t *testing.T) {
	shareable := 0
	for _, m := range marketplace.All() {
		for _, kind := range m.Kinds {
			key := buyer.Key{Marketplace: m.Code, Kind: kind.Kind}
			if got := tag.Shareable(key); got != (kind.Scope == marketplace.Everyone) {
				t.Errorf("%s %s: %v", m.Code, kind.Kind, got)
			} else if got {
				shareable++
			}
		}
	}
	if shareable == 0 {
		t.Error("nothing can be shared")
	}
	if tag.Shareable(buyer.Key{Marketplace: "nowhere", Kind: "user_id"}) || tag.Shareable(buyer.Key{Marketplace: "shopee", Kind: "nothing"}) {
		t.Error("what is not known can be shared")
	}
}

// Nothing that goes into T can be moved into its neighbour.
func TestTagsDiffer(t *testing.T) {
	y := tag.Y{5}
	seen := map[tag.Tag]bool{}
	for _, v := range []struct {
		epoch                     uint32
		marketplace, region, kind string
		y                         tag.Y
	}{
		{1, "ab", "cd", "ef", y}, {2, "ab", "cd", "ef", y}, {256, "ab", "cd", "ef", y}, {1, "ab", "cd", "ef", tag.Y{6}},
		{1, "abc", "d", "ef", y}, {1, "a", "bcd", "ef", y}, {1, "ab", "cde", "f", y}, {1, "abcd", "", "ef", y}, {1, "ab", "", "cdef", y},
	} {
		tagged := tag.T(v.epoch, buyer.Key{Marketplace: v.marketplace, Region: v.region, Kind: v.kind, ID: "not looked at"}, v.y)
		if seen[tagged] {
			t.Errorf("%+v has another's tag", v)
		}
		seen[tagged] = true
	}
	if tag.T(1, buyer.Key{ID: "a"}, y) != tag.T(1, buyer.Key{ID: "b"}, y) {
		t.Error("T looks at the id")
	}
}

func TestTagText(t *testing.T) {
	var want tag.Tag
	if _, err := rand.Read(want[:]); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got tag.Tag
	if err := json.Unmarshal(text, &got); err != nil || got != want {
		t.Fatal(got, err)
	}
	whole := tag.Tag{}.String()
	for _, bad := range []string{"", whole[1:], whole + "A", whole + "=", "+" + whole[1:], whole[:42] + "B", whole[:42] + "\n", strings.Repeat("\n", 43)} {
		if _, err := tag.Parse(bad); !errors.Is(err, tag.ErrTagText) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Whatever is sent to it, the evaluator answers or refuses, and what it answers
// can be checked.
func FuzzEvaluate(f *testing.F) {
	e := newEvaluator(f)
	f.Add(bytes.Join(blind(f, slowHashes(2)).Elements(), nil))
	f.Add(make([]byte, 32))
	f.Fuzz(func(t *testing.T, wire []byte) {
		elements := slices.Collect(slices.Chunk(wire, tag.ElementSize))
		evaluated, proof, err := e.Evaluate(elements)
		if err != nil {
			return
		}
		if len(evaluated) != len(elements) || len(proof) != tag.ProofSize {
			t.Fatalf("%d answers, %d bytes of proof", len(evaluated), len(proof))
		}
	})
}

// Whatever an evaluator answers, only the truth passes.
func FuzzFinish(f *testing.F) {
	e := newEvaluator(f)
	request := blind(f, slowHashes(1))
	evaluated, proof, err := e.Evaluate(request.Elements())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(evaluated[0], proof)
	f.Add(make([]byte, 32), make([]byte, 64))
	f.Fuzz(func(t *testing.T, element, proved []byte) {
		_, err := request.Finish(e.PublicKey(), [][]byte{element}, proved)
		if truth := bytes.Equal(element, evaluated[0]) && bytes.Equal(proved, proof); (err == nil) != truth {
			t.Fatalf("truth %v, %v", truth, err)
		}
	})
}
