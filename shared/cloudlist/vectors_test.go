package cloudlist_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"testing"

	"blackmark/shared/cloudlist"
)

// octets are bytes that stand in a file as hex.
type octets []byte

func (h *octets) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

type snapshotVector struct {
	Version uint64
	Made    uint32
	Reasons []string
	Entries []struct {
		Tag    string
		Counts []uint16
		Seen   uint16
	}
	File octets
}

func (v snapshotVector) header() cloudlist.Header {
	return cloudlist.Header{Marketplace: "made_up", Epoch: 3, Version: v.Version, Made: v.Made,
		Count: uint64(len(v.Entries)), Reasons: v.Reasons}
}

func (v snapshotVector) entries(t *testing.T) (all []cloudlist.Entry) {
	t.Helper()
	for _, row := range v.Entries {
		tag, err := strconv.ParseUint(row.Tag, 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		e := cloudlist.Entry{Tag: tag, Seen: cloudlist.Period(row.Seen)}
		for i, count := range row.Counts {
			e.Counts[i] = uint8(count)
		}
		all = append(all, e)
	}
	return all
}

// The bytes of format 1 never change.
func TestVectors(t *testing.T) {
	text, err := os.ReadFile("vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		From, To snapshotVector
		Delta    octets
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for _, v := range []snapshotVector{file.From, file.To} {
		if got := write(t, v.header(), v.entries(t)); !bytes.Equal(got, v.File) {
			t.Errorf("version %d has other bytes", v.Version)
		}
		if !slices.Equal(slices.Collect(open(t, v.File).All()), v.entries(t)) {
			t.Errorf("version %d reads otherwise", v.Version)
		}
	}
	from, to := open(t, file.From.File), open(t, file.To.File)
	if !bytes.Equal(writeDelta(t, from, to), file.Delta) {
		t.Error("the delta has other bytes")
	}
	if got, err := apply(t, from, file.Delta); err != nil || !bytes.Equal(got, file.To.File) {
		t.Errorf("the delta leads elsewhere, %v", err)
	}
}
