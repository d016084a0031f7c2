package tag

import (
	"crypto/rand"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"
	"github.com/cloudflare/circl/zk/dleq"

	"blackmark/shared/problem"
)

// MaxBatch is the largest number of elements in one evaluation; the smallest is 1.
const MaxBatch = 256

// Sizes in bytes of what goes over the wire or into a key file.
const (
	ElementSize = 32 // a blinded or evaluated element, or a public key
	ProofSize   = 64
	KeySize     = 32 // an evaluator's private key
)

// What an evaluation can be refused for.
var (
	ErrBatch = problem.New(problem.Invalid, "batch_size",
		"an evaluation takes 1 to 256 elements, and gives as many back", "split the batch")
	ErrElement = problem.New(problem.Invalid, "element_invalid",
		"this is not a blinded element", "an element is a ristretto255 point other than the identity, in 32 bytes")
	ErrPrivateKey = problem.New(problem.Invalid, "evaluator_key",
		"this is not an evaluator's private key", "restore the key file from its backup; do not make a new one")
	ErrPublicKey = problem.New(problem.Invalid, "evaluator_public_key",
		"this is not an evaluator's public key", "ask the cloud's operator for a new invitation")
	ErrProof = problem.New(problem.Refused, "evaluator_proof",
		"the cloud's answer was not made with the key it promised to use",
		"nothing was checked with it; if it stays, tell the cloud's operator")
)

var suite = oprf.SuiteRistretto255

// Evaluator holds the private key and answers blinded elements. It is safe for
// use by many goroutines.
type Evaluator struct {
	server oprf.VerifiableServer
	public []byte
}

// NewPrivateKey makes an evaluator's private key, KeySize bytes.
func NewPrivateKey() ([]byte, error) {
	key, err := oprf.GenerateKey(suite, rand.Reader)
	if err != nil {
		return nil, err
	}
	return key.MarshalBinary()
}

// NewEvaluator takes a private key that NewPrivateKey made; any other gives
// ErrPrivateKey.
func NewEvaluator(private []byte) (*Evaluator, error) {
	var key oprf.PrivateKey
	if err := key.UnmarshalBinary(suite, private); err != nil {
		return nil, ErrPrivateKey // without the cause: nothing of a key is ever logged
	}
	// Public also fills a cache inside the key, which goroutines may not race for.
	public, err := key.Public().MarshalBinary()
	if err != nil {
		return nil, ErrPrivateKey
	}
	return &Evaluator{oprf.NewVerifiableServer(suite, &key), public}, nil
}

// PublicKey is what clients pin, ElementSize bytes.
func (e *Evaluator) PublicKey() []byte { return append([]byte(nil), e.public...) }

// Evaluate multiplies 1 to MaxBatch blinded elements by the private key and
// proves that it did. It returns ErrBatch or ErrElement.
func (e *Evaluator) Evaluate(blinded [][]byte) (evaluated [][]byte, proof []byte, err error) {
	elements, err := readElements(blinded)
	if err != nil {
		return nil, nil, err
	}
	answer, err := e.server.Evaluate(&oprf.EvaluationRequest{Elements: elements})
	if err != nil {
		return nil, nil, err
	}
	if evaluated, err = writeElements(answer.Elements); err != nil {
		return nil, nil, err
	}
	proof, err = answer.Proof.MarshalBinary()
	return evaluated, proof, err
}

// FullEvaluate is what Blind, Evaluate and Finish come to, for the one who has
// the key: an operator who erases a buyer.
func (e *Evaluator) FullEvaluate(x X) (Y, error) {
	output, err := e.server.FullEvaluate(x[:])
	if err != nil {
		return Y{}, err
	}
	return Y(output), nil
}

// Request is a batch on its way: the blinds stay in it and are used once.
type Request struct {
	data     *oprf.FinalizeData
	elements [][]byte
}

// Blind hides 1 to MaxBatch slow hashes, each under a blind of its own; ErrBatch
// for any other number.
func Blind(xs []X) (*Request, error) {
	inputs := make([][]byte, len(xs))
	blinds := make([]group.Scalar, len(xs))
	for i := range xs {
		inputs[i] = append([]byte(nil), xs[i][:]...)
		blinds[i] = suite.Group().RandomNonZeroScalar(rand.Reader)
	}
	return blindWith(inputs, blinds)
}

func blindWith(inputs [][]byte, blinds []group.Scalar) (*Request, error) {
	if len(inputs) < 1 || len(inputs) > MaxBatch {
		return nil, ErrBatch
	}
	// Blinding needs no key; the client of the base mode would hash to other points.
	anyKey := new(oprf.PublicKey)
	generator, err := suite.Group().Generator().MarshalBinaryCompress()
	if err != nil {
		return nil, err
	}
	if err := anyKey.UnmarshalBinary(suite, generator); err != nil {
		return nil, err
	}
	data, request, err := oprf.NewVerifiableClient(suite, anyKey).DeterministicBlind(inputs, blinds)
	if err != nil {
		return nil, err
	}
	elements, err := writeElements(request.Elements)
	if err != nil {
		return nil, err
	}
	return &Request{data, elements}, nil
}

// Elements are the blinded elements in the order of Blind, ElementSize bytes each.
func (r *Request) Elements() [][]byte { return r.elements }

// Finish checks the proof against the pinned public key and takes the blinds
// off: the outputs in the order of Blind. It returns ErrPublicKey, ErrBatch for
// another number of elements than were asked, ErrElement, or ErrProof.
func (r *Request) Finish(pinned []byte, evaluated [][]byte, proof []byte) ([]Y, error) {
	var key oprf.PublicKey
	if len(pinned) != ElementSize || key.UnmarshalBinary(suite, pinned) != nil {
		return nil, ErrPublicKey
	}
	if len(evaluated) != len(r.elements) {
		return nil, ErrBatch
	}
	elements, err := readElements(evaluated)
	if err != nil {
		return nil, err
	}
	proved := new(dleq.Proof)
	if proved.UnmarshalBinary(suite.Group(), proof) != nil {
		return nil, ErrProof
	}
	outputs, err := oprf.NewVerifiableClient(suite, &key).Finalize(r.data,
		&oprf.Evaluation{Elements: elements, Proof: proved})
	if err != nil {
		return nil, ErrProof.Because(err)
	}
	ys := make([]Y, len(outputs))
	for i, output := range outputs {
		ys[i] = Y(output)
	}
	return ys, nil
}

// readElements decodes what came over the wire. The identity is refused: it
// would come back as itself, whatever the key is.
func readElements(encoded [][]byte) ([]group.Element, error) {
	if len(encoded) < 1 || len(encoded) > MaxBatch {
		return nil, ErrBatch
	}
	elements := make([]group.Element, len(encoded))
	for i, bytes := range encoded {
		element := suite.Group().NewElement()
		if len(bytes) != ElementSize || element.UnmarshalBinary(bytes) != nil || element.IsIdentity() {
			return nil, ErrElement
		}
		elements[i] = element
	}
	return elements, nil
}

func writeElements(elements []group.Element) ([][]byte, error) {
	encoded := make([][]byte, len(elements))
	for i, element := range elements {
		bytes, err := element.MarshalBinaryCompress()
		if err != nil {
			return nil, err
		}
		encoded[i] = bytes
	}
	return encoded, nil
}
