package faulty

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// FlushNothing has the kernel answer every request of this process to flush with
// success and do nothing, from now on and for good. It is a filter of system
// calls, so that the program under test is the one that people run.
func FlushNothing() error {
	const (
		load    = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal   = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		give    = unix.BPF_RET | unix.BPF_K
		succeed = unix.SECCOMP_RET_ERRNO // with no error
	)
	calls := []uint32{syscall.SYS_FSYNC, syscall.SYS_FDATASYNC, syscall.SYS_MSYNC, syscall.SYS_SYNC_FILE_RANGE}
	program := []unix.SockFilter{{Code: load}} // the number of the call
	for n, call := range calls {
		program = append(program, unix.SockFilter{Code: equal, Jt: uint8(len(calls) - n), K: call})
	}
	program = append(program, unix.SockFilter{Code: give, K: unix.SECCOMP_RET_ALLOW}, unix.SockFilter{Code: give, K: succeed})
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	_, _, errno := syscall.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&filter)))
	if errno != 0 {
		return fmt.Errorf("the filter is refused: %w", errno)
	}
	return nil
}
