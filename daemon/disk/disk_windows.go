package disk

import (
	"io/fs"

	"golang.org/x/sys/windows"
)

// syncDir does nothing: Windows has no way to flush a folder.
func syncDir(string) error { return nil }

// FreeSpace is how many bytes this user may still write where path is.
func FreeSpace(path string) (uint64, error) {
	p, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, err
	}
	var free uint64
	err = windows.GetDiskFreeSpaceEx(p, &free, nil, nil)
	return free, err
}

// CloseToOthers does nothing: rights are the folder's access list.
func CloseToOthers() {}

// tighten does nothing: rights are the folder's access list, which it takes
// from the user's profile.
func tighten(string, fs.FileInfo) error { return nil }
