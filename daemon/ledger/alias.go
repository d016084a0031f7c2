package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// What a decision on two keys can be refused for.
var (
	ErrAliasSame = problem.New(problem.Invalid, "alias_same",
		"these are not two identifiers of one buyer: they are one, or of one kind, or of different marketplaces or regions",
		"name two identifiers of different kinds, of one marketplace and region")
	ErrAliasTaken = problem.New(problem.Conflict, "alias_taken",
		"one of these identifiers is joined to another one of that kind already",
		"look at what is joined with `blackmark show`, and split it first if it is wrong")
)

// NewDecision asks to join two keys, or to split them.
type NewDecision struct {
	ID     string    `json:"id"` // 32 lower-case hex digits, random, made by the caller
	Key    buyer.Key `json:"key"`
	Other  buyer.Key `json:"other"`
	Joined bool      `json:"joined"`
}

// Decision is what the seller said of two keys. The last one on them stands,
// for ever. Marks on both of two keys that are split are divided.
type Decision struct {
	Key    buyer.Key `json:"key"`
	Other  buyer.Key `json:"other"`
	Joined bool      `json:"joined"`
	At     time.Time `json:"at"` // UTC
}

// aliasKey is where the decisions on a key stand in a table, as JSON.
func aliasKey(k buyer.Key) string { return "a/" + k.String() }

// decisionsOn gives what stands on a key. The key is that of all of them.
func decisionsOn(v getter, k buyer.Key) ([]Decision, error) {
	b, err := v.get(aliasKey(k))
	if b == nil || err != nil {
		return nil, err
	}
	var list []Decision
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, fmt.Errorf("the index: %w", err)
	}
	return list, nil
}

// split tells whether the seller said that two keys are not one buyer's.
func split(v getter, a, b buyer.Key) (bool, error) {
	list, err := decisionsOn(v, a)
	return slices.ContainsFunc(list, func(d Decision) bool { return d.Other == b && !d.Joined }), err
}

// decide puts a decision under both of its keys, in the place of an older one.
func (d *draft) decide(e *entry) error {
	for i, k := range e.Keys {
		list, err := decisionsOn(d, k)
		if err != nil {
			return err
		}
		other := e.Keys[1-i]
		list = slices.DeleteFunc(list, func(one Decision) bool { return one.Other == other })
		list = append(list, Decision{Key: k, Other: other, Joined: e.Op == opJoin, At: e.At})
		b, err := json.Marshal(list)
		if err != nil {
			return err
		}
		d.changes[aliasKey(k)] = b
	}
	return nil
}

// Decide keeps what the seller says of two keys, by the rules of Mark: nil means
// that it is on the disk, and the same request again changes nothing, whatever
// was decided since. To undo a decision is to decide the opposite.
func (l *Ledger) Decide(ctx context.Context, n NewDecision) error {
	return l.do(ctx, &request{plan: func(p *plan) error { return p.decide(n) }})
}

func (p *plan) decide(n NewDecision) error {
	n, err := n.clean()
	if err != nil {
		return err
	}
	asked := content(n)
	before, err := getEntry(p.draft, n.ID)
	switch {
	case err != nil:
		return err
	case before != nil && before.Content != asked:
		return ErrIDReused.In("id")
	case before != nil:
		return nil
	}
	if gone, err := forgotten(p.draft, n.ID); err != nil {
		return err
	} else if gone {
		return ErrForgotten.In("id")
	}
	e := &entry{Op: opSplit, ID: n.ID, Content: asked, Keys: []buyer.Key{n.Key, n.Other}}
	if n.Joined {
		e.Op = opJoin
		if err := p.l.refuseShared(e.Keys); err != nil {
			return err
		}
		if err := p.free(n.Key, n.Other, "key"); err != nil {
			return err
		}
		if err := p.free(n.Other, n.Key, "other"); err != nil {
			return err
		}
	}
	if err := p.add(e); err != nil {
		return err
	}
	p.changes = append(p.changes, Change{Keys: e.Keys, Seq: e.seq})
	if n.Joined {
		return nil
	}
	return p.divide(n.Key, n.Other)
}

// free refuses a key that the seller joined to another one of the kind of other.
func (p *plan) free(k, other buyer.Key, field string) error {
	list, err := decisionsOn(p.draft, k)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(list, func(d Decision) bool { return d.Joined && d.Other != other && sameKind(d.Other, other) }) {
		return ErrAliasTaken.In(field)
	}
	return nil
}

func (n NewDecision) clean() (NewDecision, error) {
	err := checkID(n.ID)
	if err != nil {
		return n, err
	}
	if n.Key, err = buyer.Canonical(n.Key); err != nil {
		return n, problem.Of(err).In("key")
	}
	if n.Other, err = buyer.Canonical(n.Other); err != nil {
		return n, problem.Of(err).In("other")
	}
	if n.Key.Marketplace != n.Other.Marketplace || n.Key.Region != n.Other.Region || n.Key.Kind == n.Other.Kind {
		return n, ErrAliasSame.In("other")
	}
	return n, nil
}

// Decisions gives what the seller said of these keys, which must be canonical,
// and others, in the order of the keys.
func (l *Ledger) Decisions(keys []buyer.Key) ([]Decision, error) {
	var all []Decision
	err := l.read(func(v view) error {
		all = nil
		for _, k := range keys {
			list, err := decisionsOn(v, k)
			if err != nil {
				return err
			}
			all = append(all, list...)
		}
		return nil
	})
	return all, err
}

// EachDecision gives every decision that stands to fn, in the order of the keys,
// until fn returns an error, which it returns.
func (l *Ledger) EachDecision(fn func(Decision) error) error {
	var all []Decision
	err := l.read(func(v view) error {
		all = nil
		var bad error
		err := v.scan("a/", "", func(_ string, value []byte) bool {
			var list []Decision
			if bad = json.Unmarshal(value, &list); bad != nil {
				bad = fmt.Errorf("the index: %w", bad)
				return false
			}
			for _, d := range list {
				if d.Key.String() < d.Other.String() { // each stands under both of its keys
					all = append(all, d)
				}
			}
			return true
		})
		if bad != nil {
			return bad
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, d := range all {
		if err := fn(d); err != nil {
			return err
		}
	}
	return nil
}
