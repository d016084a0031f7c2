package cloudlink

import (
	"errors"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"

	"blackmark/shared/cloudlist"
)

// mapping is a file in memory, which the system reads as it is touched.
type mapping struct {
	data []byte
	at   uintptr
}

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
	handle, err := windows.CreateFileMapping(windows.Handle(f.Fd()), nil, windows.PAGE_READONLY, 0, 0, nil)
	if err != nil {
		return mapping{}, err
	}
	defer func() { _ = windows.CloseHandle(handle) }() // the view keeps it
	at, err := windows.MapViewOfFile(handle, windows.FILE_MAP_READ, 0, 0, 0)
	if err != nil {
		return mapping{}, err
	}
	data := unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&at))), int(info.Size()))
	return mapping{data, at}, nil
}

func (m mapping) unmap() { _ = windows.UnmapViewOfFile(m.at) }
