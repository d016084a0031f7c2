package disk_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"blackmark/daemon/disk"
)

type keptObject struct {
	Format int            `json:"format"`
	Names  []string       `json:"names,omitempty"`
	Counts map[string]int `json:"counts,omitempty"`
}

// Every bit of a kept object changes once: it is noticed, or nothing is another.
func TestEveryBitOfAnObject(t *testing.T) {
	want := keptObject{Format: 1, Names: []string{"one", "two"}, Counts: map[string]int{"three": 3}}
	path := filepath.Join(t.TempDir(), "object.json")
	if err := disk.WriteObject(path, want); err != nil {
		t.Fatal(err)
	}
	var got keptObject
	if err := disk.ReadObject(path, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%+v, %v", got, err)
	}
	sample, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(sample) {
		t.Errorf("this is no JSON: %s", sample)
	}
	noticed, silent := 0, 0
	for at := range sample {
		for bit := range 8 {
			sample[at] ^= 1 << bit
			if err := os.WriteFile(path, sample, 0o600); err != nil {
				t.Fatal(err)
			}
			var got, alone keptObject
			switch err := disk.ReadObject(path, &got); {
			case err != nil:
				noticed++
			case !reflect.DeepEqual(got, want):
				t.Errorf("byte %d, bit %d: %+v, and not a word", at, bit, got)
			}
			// The control: JSON alone takes some of these.
			if json.Unmarshal(sample, &alone) == nil && !reflect.DeepEqual(alone, want) {
				silent++
			}
			sample[at] ^= 1 << bit
		}
	}
	if silent == 0 || noticed < silent {
		t.Errorf("%d noticed; JSON alone was silent %d times: this shows nothing", noticed, silent)
	}
}

// Files of before there was a checksum are read.
func TestObjectWithoutAChecksum(t *testing.T) {
	path := filepath.Join(t.TempDir(), "object.json")
	for _, text := range []string{"{}\n", "{\n  \"format\": 7\n}\n", `{"format":7}`} {
		var got keptObject
		err := os.WriteFile(path, []byte(text), 0o600)
		if err == nil {
			err = disk.ReadObject(path, &got)
		}
		if err != nil || got.Format != 7 && text != "{}\n" {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	if err := disk.WriteObject(path, []int{1}); err == nil {
		t.Error("a list is no object")
	}
	if err := disk.ReadObject(path+".none", &keptObject{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
