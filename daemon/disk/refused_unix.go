//go:build unix

package disk

import "golang.org/x/sys/unix"

// refusals are the system's errors that say nothing of what is in a file.
var refusals = []error{
	unix.EACCES, unix.EPERM, unix.EROFS, unix.EMFILE, unix.ENFILE, unix.ENOMEM, unix.ENOSPC, unix.EDQUOT,
	unix.EIO, unix.EAGAIN, unix.EINTR, unix.EBUSY, unix.ENOLCK, unix.ENODEV, unix.ENXIO, unix.ESTALE, unix.ETXTBSY,
}
