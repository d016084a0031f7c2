package tag

import "github.com/cloudflare/circl/group"

// BlindWith is Blind with the given inputs, of any length, and blinds: vectors fix
// both.
func BlindWith(inputs, blinds [][]byte) (*Request, error) {
	scalars := make([]group.Scalar, len(blinds))
	for i, bytes := range blinds {
		scalars[i] = suite.Group().NewScalar()
		if err := scalars[i].UnmarshalBinary(bytes); err != nil {
			return nil, err
		}
	}
	return blindWith(inputs, scalars)
}
