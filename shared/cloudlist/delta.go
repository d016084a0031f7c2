package cloudlist

import "io"

// Delta leads from one snapshot to another of the same marketplace and epoch.
type Delta struct {
	From, To         uint64 // versions, From < To
	FromName, ToName Name
	name             Name
	data             []byte
}

// WriteDelta writes what changed between two snapshots and returns the delta's
// name: for every tag that came or changed its entry, for every other that it is
// gone. ErrMisfit if they are not of one marketplace and epoch, if the second is
// not the newer one, or if it does not keep the reasons of the first in place.
func WriteDelta(w io.Writer, from, to *List) (Name, error) { return Name{}, ErrMisfit }

// OpenDelta checks a delta, all of it. It returns ErrTooLarge, ErrFormat or
// ErrDamaged.
func OpenDelta(data []byte) (*Delta, error) { return nil, ErrDamaged }

// Name is the hash at the delta's end.
func (d *Delta) Name() Name { return d.name }

// Apply writes the snapshot to which the delta leads from the list and returns
// its name: the very bytes from which the delta was made. ErrMisfit before the
// first byte if the delta does not start at this very list; ErrDamaged after the
// last one if the outcome is not what the delta promised: what was written is
// then worth nothing.
func Apply(w io.Writer, list *List, delta *Delta) (Name, error) { return Name{}, ErrMisfit }
