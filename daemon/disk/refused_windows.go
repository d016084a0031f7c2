package disk

import "golang.org/x/sys/windows"

// refusals are the system's errors that say nothing of what is in a file.
var refusals = []error{
	windows.ERROR_TOO_MANY_OPEN_FILES, windows.ERROR_ACCESS_DENIED, windows.ERROR_NOT_ENOUGH_MEMORY,
	windows.ERROR_OUTOFMEMORY, windows.ERROR_WRITE_PROTECT, windows.ERROR_NOT_READY, windows.ERROR_CRC,
	windows.ERROR_SHARING_VIOLATION, windows.ERROR_LOCK_VIOLATION, windows.ERROR_HANDLE_DISK_FULL,
	windows.ERROR_DISK_FULL, windows.ERROR_IO_DEVICE, windows.ERROR_NO_SYSTEM_RESOURCES,
	windows.ERROR_COMMITMENT_LIMIT, windows.ERROR_USER_MAPPED_FILE,
}
