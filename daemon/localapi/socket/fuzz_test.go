package socket_test

import (
	"bytes"
	"encoding/json"
	"runtime"
	"testing"

	"blackmark/daemon/localapi/socket"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// messages are all shapes that a program of ours reads off a socket or out of
// a body: the daemon's, and the command line's, whose other end may be anybody.
var messages = []func() any{
	func() any { return new(wire.Prove) }, func() any { return new(wire.Pair) },
	func() any { return new(wire.Watch) }, func() any { return new(wire.Unwatch) },
	func() any { return new(wire.Seen) }, func() any { return new(wire.MarkBuyers) },
	func() any { return new(wire.CancelMarks) }, func() any { return new(wire.MarksBody) },
	func() any { return new(wire.CancelsBody) }, func() any { return new(wire.ListQuery) },
	func() any { return new(wire.ReportQuery) }, func() any { return new(wire.RevokeQuery) },
	func() any { return new(wire.InvitationQuery) }, func() any { return new(wire.ShareQuery) },
	func() any { return new(wire.SharingSettings) }, func() any { return new(wire.WithdrawQuery) },
	func() any { return new(wire.MuteQuery) }, func() any { return new(wire.ExportQuery) },
	func() any { return new(wire.ImportQuery) }, func() any { return new(wire.ImportRef) },
	func() any { return new(wire.BackupRef) }, func() any { return new(wire.RestoreQuery) },
	func() any { return new(wire.ForgetQuery) },
	func() any { return new(wire.Challenge) }, func() any { return new(wire.Welcome) },
	func() any { return new(wire.Failed) }, func() any { return new(wire.Paired) },
	func() any { return new(wire.Status) }, func() any { return new(wire.MarkList) },
}

// FuzzDecode reads anything as every message. What is refused is a problem
// that quotes nothing; what is read can be written and is read the same again,
// and costs memory in proportion to its size.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"type":"watch","id":1,"page":"p","site":"s","rows":[{"row":"r","order":{"marketplace":"shopee","region":"br","number":"1"},"keys":[{"marketplace":"shopee","region":"br","kind":"user_id","id":"900000001"}],"total":-1}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > wire.MaxFrame {
			return // Read does not hand it on
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for _, empty := range messages {
			first := empty()
			if err := socket.Decode(data, first); err != nil {
				p := problem.Of(err)
				if p.Code != "message_invalid" || p.Hint == "" {
					t.Fatalf("%T: %v", first, err)
				}
				continue
			}
			text, err := json.Marshal(first)
			if err != nil {
				t.Fatalf("%T was read and cannot be written: %v", first, err)
			}
			second := empty()
			if err := socket.Decode(text, second); err != nil {
				t.Fatalf("%T was written and cannot be read: %v", first, err)
			}
			if again, _ := json.Marshal(second); !bytes.Equal(text, again) {
				t.Fatalf("%T: %s, then %s", first, text, again)
			}
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > uint64(len(messages))*(64<<10+200*uint64(len(data))) {
			t.Fatalf("%d bytes were read with %d bytes of memory", len(data), used)
		}
	})
}
