package tag_test

import (
	"testing"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"

	"blackmark/shared/buyer"
	"blackmark/shared/tag"
)

// BenchmarkEvaluate is a batch of 128 from the bytes that came to the bytes that
// go; its reference is circl alone, on elements that are already decoded.
func BenchmarkEvaluate(b *testing.B) {
	private, err := tag.NewPrivateKey()
	if err != nil {
		b.Fatal(err)
	}
	request := blind(b, slowHashes(128)).Elements()
	b.Run("reference", func(b *testing.B) {
		var key oprf.PrivateKey
		if err := key.UnmarshalBinary(oprf.SuiteRistretto255, private); err != nil {
			b.Fatal(err)
		}
		elements := make([]group.Element, len(request))
		for i, bytes := range request {
			elements[i] = group.Ristretto255.NewElement()
			if err := elements[i].UnmarshalBinary(bytes); err != nil {
				b.Fatal(err)
			}
		}
		server := oprf.NewVerifiableServer(oprf.SuiteRistretto255, &key)
		for b.Loop() {
			if _, err := server.Evaluate(&oprf.EvaluationRequest{Elements: elements}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("batch=128", func(b *testing.B) {
		e := evaluator(b, private)
		for b.Loop() {
			if _, _, err := e.Evaluate(request); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkHard is the slow hash of one buyer: what a guess costs.
func BenchmarkHard(b *testing.B) {
	key := buyer.Key{Marketplace: "aliexpress", Kind: "ali_id", ID: "900000009"}
	for b.Loop() {
		if _, err := tag.Hard(key); err != nil {
			b.Fatal(err)
		}
	}
}
