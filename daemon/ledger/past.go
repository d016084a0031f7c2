package ledger

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"blackmark/shared/buyer"
)

// Past is a mark in the course of time.
type Past struct {
	Mark
	Ended    time.Time // zero: it stands
	Replaced bool      // another mark took its place
}

// OfBuyer gives all marks that were ever made on the buyer with one of the keys,
// the last first. It reads the whole journal once.
func (l *Ledger) OfBuyer(keys []buyer.Key) ([]Past, error) {
	good, err := canonical(keys)
	if len(good) == 0 {
		return nil, err
	}
	var list []Past
	places := map[string]int{}
	if p := l.unreadable.Load(); p != nil {
		return nil, p
	}
	needles := needlesOf(good)
	err = l.journal.Read(func(seq uint64, payload []byte) error {
		if !slices.ContainsFunc(needles, func(n []byte) bool { return bytes.Contains(payload, n) }) {
			return nil // most are others': reading them would take ten times as long
		}
		e, err := decodeEntry(payload)
		if err != nil {
			return unreadableEntry(seq, err)
		}
		e.seq = seq
		if i, known := places[e.Of]; known && (e.Op == opMark || e.Op == opCancel) {
			list[i].Ended, list[i].Replaced = e.At, e.Op == opMark
		}
		if e.Op == opMark && buyer.Same(e.Keys, good) {
			places[e.ID] = len(list)
			list = append(list, Past{Mark: *e.mark()})
			needles = append(needles, []byte(e.ID))
		}
		return nil
	})
	slices.Reverse(list)
	return list, err
}

// needlesOf are what stands in every entry that names one of the keys.
func needlesOf(keys []buyer.Key) [][]byte {
	var needles [][]byte
	for _, k := range keys {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false) // as entries are written
		_ = enc.Encode(k.ID)     // a string always encodes
		needles = append(needles, bytes.TrimSpace(b.Bytes()))
	}
	return needles
}
