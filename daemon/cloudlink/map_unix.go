//go:build unix

package cloudlink

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"blackmark/shared/cloudlist"
)

// mapping is a file in memory, which the system reads as it is touched.
type mapping struct{ data []byte }

func mapFile(path string) (mapping, error) {
	f, err := os.Open(path)
	if err != nil {
		return mapping{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return mapping{}, err
	}
	if info.Size() == 0 || int64(int(info.Size())) != info.Size() {
		return mapping{}, cloudlist.ErrDamaged.Because(errors.New("the file cannot be mapped"))
	}
	data, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	return mapping{data}, err
}

func (m mapping) unmap() { _ = unix.Munmap(m.data) }
