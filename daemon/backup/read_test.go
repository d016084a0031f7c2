package backup_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"blackmark/daemon/backup"
	"blackmark/shared/problem"
)

func TestBackupReadsBack(t *testing.T) {
	s := newStage(t)
	for _, marks := range []string{"", "x", text(64 << 10), text(64<<10 + 1), strings.Repeat("a", 1<<20)} {
		s.content["marks"] = marks
		_, file := s.take()
		parts, err := read(file)
		if err != nil || !maps.Equal(parts, s.content) {
			t.Errorf("%d bytes: %v", len(marks), err)
		}
		if _, err := backup.Read(iotest.OneByteReader(bytes.NewReader(file)), nil); err != nil {
			t.Errorf("%d bytes, byte by byte: %v", len(marks), err)
		}
	}
}

// refused fails the test unless a file is refused in words that a person can read.
func refused(t testing.TB, what string, file []byte) {
	t.Helper()
	_, err := read(file)
	var p *problem.Error
	if !errors.As(err, &p) || p.Hint == "" {
		t.Errorf("%s: %v", what, err)
	}
	if _, err := backup.Read(bytes.NewReader(file), nil); err == nil {
		t.Errorf("%s: accepted by who reads no part", what)
	}
}

// One byte is flipped at 100 places and more, and the file cut at 20 and more:
// every one is found.
func TestEveryFlipAndEveryCutIsFound(t *testing.T) {
	s := newStage(t)
	_, file := s.take()
	if _, err := read(file); err != nil {
		t.Fatal("control: the untouched file:", err)
	}
	for i := 0; i < len(file); i += 1 + len(file)/300 {
		flipped := bytes.Clone(file)
		flipped[i] ^= 1 << (i % 8)
		refused(t, "flipped", flipped)
	}
	for i := 1; i <= 600; i++ { // where the summary and its length stand
		flipped := bytes.Clone(file)
		flipped[len(file)-i] ^= 1
		refused(t, "flipped near the end", flipped)
	}
	for i := 0; i < len(file); i += 1 + len(file)/60 {
		refused(t, "cut", file[:i])
	}
	refused(t, "cut by one", file[:len(file)-1])
	refused(t, "one byte more", append(bytes.Clone(file), 0))
	refused(t, "twice", slices.Concat(file, file))
	refused(t, "empty", nil)
}

func TestOtherFiles(t *testing.T) {
	s := newStage(t)
	_, file := s.take()
	newer := bytes.Clone(file)
	newer[11] = 2
	for what, c := range map[string]struct {
		file []byte
		want error
	}{
		"a newer one":   {newer, backup.ErrTooNew},
		"a list":        {[]byte("marketplace,id\nshopee,900000009\n"), backup.ErrNotBackup},
		"its beginning": {file[:5], backup.ErrNotBackup},
	} {
		if _, err := read(c.file); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Whoever is given a part may stop; a disk that does not answer is no damage.
func TestErrorsPass(t *testing.T) {
	s := newStage(t)
	_, file := s.take()
	full := errors.New("no room")
	_, err := backup.Read(bytes.NewReader(file), func(backup.Part, io.Reader) error { return full })
	if !errors.Is(err, full) || errors.Is(err, backup.ErrDamaged) {
		t.Error(err)
	}
	_, err = backup.Read(bytes.NewReader(file), func(backup.Part, io.Reader) error { return io.ErrUnexpectedEOF })
	if errors.Is(err, backup.ErrDamaged) {
		t.Error("an error of who reads the part was taken for damage:", err)
	}
	_, err = backup.Read(io.MultiReader(bytes.NewReader(file[:5000]), iotest.ErrReader(full)), nil)
	if !errors.Is(err, full) || errors.Is(err, backup.ErrDamaged) {
		t.Error(err)
	}
}

// Backups of every landed version read for good.
func TestOldBackupsRead(t *testing.T) {
	file, err := os.ReadFile("testdata/version1.backup")
	if err != nil {
		t.Fatal(err)
	}
	parts, err := read(file)
	want := map[string]string{"cloud": "one\n", "marks": "Sample Buyer\n", "orders": ""}
	if err != nil || !maps.Equal(parts, want) {
		t.Errorf("%q, %v", parts, err)
	}
}

// FuzzBackup reads any bytes, and any change of a true backup. What is not exactly
// what was written is refused, and nothing is held in memory that a file asks for.
func FuzzBackup(f *testing.F) {
	file, err := os.ReadFile("testdata/version1.backup")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file, uint32(0), byte(0), uint32(0))
	f.Add([]byte("BLKMBACK\x00\x00\x00\x01p\xff\xff\xff\xff"), uint32(13), byte(1), uint32(0))
	f.Add([]byte{}, uint32(len(file)-1), byte(128), uint32(3))
	f.Fuzz(func(t *testing.T, data []byte, at uint32, flip byte, cut uint32) {
		if _, err := read(data); err != nil {
			if p := problem.Of(err); p.Kind == problem.Internal {
				t.Errorf("%v is no problem that a person can read", err)
			}
		}
		changed := bytes.Clone(file[:len(file)-int(cut%uint32(len(file)))])
		changed[int(at%uint32(len(changed)))] ^= flip
		if !bytes.Equal(changed, file) {
			refused(t, "changed", changed)
		}
	})
}
