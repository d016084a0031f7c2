package seal_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"blackmark/daemon/backup/seal"
	"blackmark/shared/problem"
)

const phrase = "four made-up words here"

// sealed is a file in which plain was sealed.
func sealed(t testing.TB, plain []byte) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := seal.NewQuickWriter(&file, phrase)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func opened(file []byte, passphrase string) ([]byte, error) {
	r, err := seal.NewReader(bytes.NewReader(file), passphrase)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// text is n bytes in which no chunk is like another.
func text(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i>>16 + i>>8*7 + i*13)
	}
	return b
}

func TestSealedOpensAgain(t *testing.T) {
	for _, n := range []int{0, 1, 100, seal.ChunkSize - 1, seal.ChunkSize, seal.ChunkSize + 1, 2 * seal.ChunkSize, 200_000} {
		file := sealed(t, text(n))
		got, err := opened(file, phrase)
		if err != nil || !bytes.Equal(got, text(n)) {
			t.Errorf("%d bytes came back as %d: %v", n, len(got), err)
		}
		if !seal.Sealed(file[:seal.PrefixSize]) || seal.Sealed([]byte("{\"format\":1}")) {
			t.Error("a sealed file is not told from another")
		}
		r, err := seal.NewReader(iotest.OneByteReader(bytes.NewReader(file)), phrase)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(iotest.HalfReader(r)); err != nil || !bytes.Equal(got, text(n)) {
			t.Errorf("%d bytes, read in pieces, came back as %d: %v", n, len(got), err)
		}
	}
}

// What people get: the full cost, written in pieces.
func TestUsualCost(t *testing.T) {
	var file bytes.Buffer
	w, err := seal.NewWriter(&file, phrase)
	if err != nil {
		t.Fatal(err)
	}
	for b := range slices.Chunk(text(150_000), 777) {
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("more")); err == nil {
		t.Error("a closed writer takes more")
	}
	if got, err := opened(file.Bytes(), phrase); err != nil || !bytes.Equal(got, text(150_000)) {
		t.Errorf("it came back as %d bytes: %v", len(got), err)
	}
	if bytes.Contains(file.Bytes(), text(150_000)[1000:1032]) {
		t.Error("the content stands in the file")
	}
}

func TestTwoFilesOfOneContentDiffer(t *testing.T) {
	a, b := sealed(t, text(1000)), sealed(t, text(1000))
	if bytes.Equal(a[seal.SaltAt:], b[seal.SaltAt:]) || bytes.Equal(a[seal.HeaderSize:], b[seal.HeaderSize:]) {
		t.Error("the same bytes twice")
	}
}

func TestPassphrases(t *testing.T) {
	for passphrase, want := range map[string]error{
		"1234567":                  seal.ErrPassphraseShort,
		"":                         seal.ErrPassphraseShort,
		strings.Repeat("我", 1001):  seal.ErrPassphraseLong,
		strings.Repeat("我们", 4):    nil,
		strings.Repeat("x", 1_000): nil,
	} {
		_, err := seal.NewQuickWriter(io.Discard, passphrase)
		if !errors.Is(err, want) {
			t.Errorf("%d bytes: %v, want %v", len(passphrase), err, want)
		}
	}
	file := sealed(t, text(10))
	for _, wrong := range []string{"", phrase + " ", strings.ToUpper(phrase)} {
		if got, err := opened(file, wrong); !errors.Is(err, seal.ErrPassphraseWrong) || len(got) > 0 {
			t.Errorf("a wrong passphrase gives %d bytes and %v", len(got), err)
		}
	}
}

// One letter has two forms in Unicode, and computers differ in which they type.
func TestPassphraseTypedElsewhere(t *testing.T) {
	var file bytes.Buffer
	w, err := seal.NewQuickWriter(&file, "caf\u00e9 am Rhein")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := opened(file.Bytes(), "cafe\u0301 am Rhein"); err != nil {
		t.Error(err)
	}
}

// refused fails the test unless the file is refused, and all that came out
// before is a true beginning of what was sealed.
func refused(t testing.TB, what string, file, plain []byte) {
	t.Helper()
	got, err := opened(file, phrase)
	var p *problem.Error
	switch {
	case err == nil:
		t.Errorf("%s: accepted", what)
	case !errors.As(err, &p) || p.Hint == "":
		t.Errorf("%s: %v is no problem that a person can read", what, err)
	case !bytes.HasPrefix(plain, got):
		t.Errorf("%s: bytes came out that were never sealed", what)
	}
}

func TestEveryFlippedByteIsFound(t *testing.T) {
	plain := text(3*seal.ChunkSize + 500)
	file := sealed(t, plain)
	if got, err := opened(file, phrase); err != nil || !bytes.Equal(got, plain) {
		t.Fatal("control: the untouched file does not open:", err)
	}
	positions := []int{seal.HeaderSize, len(file) - 1, len(file) - 16, seal.HeaderSize + seal.SealedSize}
	for i := range seal.HeaderSize {
		positions = append(positions, i)
	}
	for i := seal.HeaderSize; i < len(file); i += len(file) / 100 {
		positions = append(positions, i)
	}
	for _, at := range positions {
		for _, bit := range []byte{1, 128} {
			changed := bytes.Clone(file)
			changed[at] ^= bit
			if seal.Quick(changed) {
				refused(t, "flipped byte", changed, plain)
			}
		}
	}
}

func TestCutMovedAndAddedBytesAreFound(t *testing.T) {
	plain := text(3*seal.ChunkSize + 500)
	file := sealed(t, plain)
	chunk := func(i int) []byte {
		from := seal.HeaderSize + i*seal.SealedSize
		return file[from:min(len(file), from+seal.SealedSize)]
	}
	header := file[:seal.HeaderSize]
	for n := range 4 {
		refused(t, "cut at a chunk's end", file[:seal.HeaderSize+n*seal.SealedSize], plain)
	}
	for n := 0; n < len(file); n += len(file)/40 + 1 {
		refused(t, "cut", file[:n], plain)
	}
	refused(t, "cut by one", file[:len(file)-1], plain)
	for what, changed := range map[string][]byte{
		"one byte added":        append(bytes.Clone(file), 0),
		"the last chunk twice":  slices.Concat(file, chunk(3)),
		"the whole file twice":  slices.Concat(file, file),
		"two chunks exchanged":  slices.Concat(header, chunk(1), chunk(0), chunk(2), chunk(3)),
		"a chunk twice":         slices.Concat(header, chunk(0), chunk(0), chunk(1), chunk(2), chunk(3)),
		"a chunk left out":      slices.Concat(header, chunk(0), chunk(2), chunk(3)),
		"the first left out":    slices.Concat(header, chunk(1), chunk(2), chunk(3)),
		"the last one first":    slices.Concat(header, chunk(3)),
		"another file's header": slices.Concat(sealed(t, plain)[:seal.HeaderSize], file[seal.HeaderSize:]),
		"another file's chunk":  slices.Concat(header, sealed(t, plain)[seal.HeaderSize:]),
	} {
		refused(t, what, changed, plain)
	}
}

// Files of every landed version open for good.
func TestOldFilesOpen(t *testing.T) {
	file, err := os.ReadFile("testdata/version1.sealed")
	if err != nil {
		t.Fatal(err)
	}
	got, err := opened(file, phrase)
	if err != nil || string(got) != "Sample Buyer, shopee:br:user_id:900000009\n" {
		t.Errorf("%q, %v", got, err)
	}
}

// A file may not ask for any amount of memory.
func TestCostIsBounded(t *testing.T) {
	file := sealed(t, nil)
	for _, c := range []struct {
		passes, memory uint32
		lanes          byte
	}{{0, 64, 1}, {1, 64, 0}, {13, 64, 1}, {1, 1 << 30, 1}, {1 << 31, 1 << 31, 255}, {1, 256<<10 + 1, 1}, {1, 64, 17}} {
		changed := bytes.Clone(file)
		binary.BigEndian.PutUint32(changed[12:], c.passes)
		binary.BigEndian.PutUint32(changed[16:], c.memory)
		changed[20] = c.lanes
		if _, err := opened(changed, phrase); !errors.Is(err, seal.ErrDamaged) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	changed := bytes.Clone(file)
	changed[11]++
	if _, err := opened(changed, phrase); !errors.Is(err, seal.ErrTooNew) {
		t.Errorf("a newer version: %v", err)
	}
	if _, err := opened([]byte("PK\x03\x04 something else altogether"), phrase); !errors.Is(err, seal.ErrNotSealed) {
		t.Errorf("another file: %v", err)
	}
}

// A disk that does not answer is no damage.
func TestReadErrorsPass(t *testing.T) {
	file := sealed(t, text(100_000))
	gone := errors.New("the disk is gone")
	for _, n := range []int{0, 50, seal.HeaderSize, seal.HeaderSize + 70_000} {
		r, err := seal.NewReader(io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(gone)), phrase)
		if err == nil {
			_, err = io.ReadAll(r)
		}
		if !errors.Is(err, gone) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

type brokenWriter struct{ left int }

func (w *brokenWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestWriteErrorsStay(t *testing.T) {
	for _, left := range []int{0, seal.HeaderSize, seal.HeaderSize + seal.SealedSize} {
		w, err := seal.NewQuickWriter(&brokenWriter{left}, phrase)
		if err == nil {
			_, _ = w.Write(text(3 * seal.ChunkSize))
			err = w.Close()
		}
		if !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%d bytes of room: %v", left, err)
		}
	}
}

// FuzzSeal opens any bytes, and any change of a true file: neither may give a
// byte that was not sealed.
func FuzzSeal(f *testing.F) {
	plain := text(seal.ChunkSize + 1000)
	file := sealed(f, plain)
	f.Add([]byte{}, uint32(0), byte(0), uint32(0))
	f.Add([]byte("BLKMSEAL"), uint32(30), byte(1), uint32(0))
	f.Add(file[:seal.HeaderSize], uint32(seal.HeaderSize), byte(255), uint32(1))
	f.Add(file[:500], uint32(70_000), byte(4), uint32(len(file)-seal.HeaderSize-seal.SealedSize))
	f.Fuzz(func(t *testing.T, data []byte, at uint32, flip byte, cut uint32) {
		if seal.Quick(data) {
			if got, err := opened(data, phrase); err == nil && len(got) > 0 {
				t.Errorf("%d bytes came out of what nobody sealed", len(got))
			}
		}
		changed := bytes.Clone(file[:len(file)-int(cut%uint32(len(file)))])
		changed[int(at%uint32(len(changed)))] ^= flip
		changed = append(changed, data[:min(len(data), 100)]...)
		if bytes.Equal(changed, file) || !seal.Quick(changed) {
			return
		}
		refused(t, "changed file", changed, plain)
	})
}
