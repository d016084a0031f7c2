package cloudlink_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// Whoever reads all that leaves this machine, without TLS, finds none of ten
// thousand buyers, names, notes and orders that he knows, though some of them are
// checked, shared and withdrawn.
func TestTrafficKnowsNobody(t *testing.T) {
	const known, used = 10_000, 48
	c := newClock()
	y := newSky(t, c, friends())
	var lock sync.Mutex
	var traffic bytes.Buffer
	y.wire.saw.Store(watcher(func(r *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		traffic.WriteString(r.Method + " " + r.RequestURI + "\n")
		_ = r.Header.Write(&traffic)
	}))
	y.wire.body.Store(bodyWatcher(func(_ string, body []byte) {
		lock.Lock()
		defer lock.Unlock()
		traffic.Write(body)
	}))

	s := newSeller(t, c)
	s.join(y)
	number := func(i int) string { return strconv.Itoa(8_000_000_000_000_000 + i) }
	name := func(i int) string { return "Made-Up Buyer " + strconv.Itoa(100_000+i) }
	note := func(i int) string { return "note-of-parcel-" + strconv.Itoa(100_000+i) }
	for i := range used {
		_, err := s.orders.See(context.Background(), []orders.Sighting{{Marketplace: "aliexpress", Number: number(i),
			Name: name(i), Keys: []buyer.Key{stock(i)}, Source: orders.FromDefinition}})
		s.ok(err)
		m := s.mark(ledger.NewMark{Keys: []buyer.Key{stock(i)}, Name: name(i), Note: note(i),
			Order: &ledger.Order{Marketplace: "aliexpress", Number: number(i)}})
		s.ok(s.link.Share(t.Context(), wire.ShareQuery{Mark: m.ID}))
	}
	s.drained()
	if n := y.reports(); n != used {
		t.Fatalf("the cloud holds %d reports", n)
	}
	s.synced(y)
	s.ok(s.link.Withdraw(wire.WithdrawQuery{All: true}))
	s.drained()

	lock.Lock()
	defer lock.Unlock()
	text := traffic.String()
	finds := func() (found int) {
		for i := range known {
			id := stock(i).ID
			for _, secret := range []string{id, name(i), note(i), number(i),
				base64.RawURLEncoding.EncodeToString([]byte(id)), hex.EncodeToString([]byte(id))} {
				if strings.Contains(text, secret) {
					found++
				}
			}
		}
		return found
	}
	if n := finds(); n > 0 {
		t.Errorf("%d ids, names, notes or orders left this machine", n)
	}
	if traffic.Len() < used*32 {
		t.Fatalf("only %d bytes were read", traffic.Len())
	}
	// What would be there is found.
	text += "x" + stock(known-1).ID
	if finds() == 0 {
		t.Error("the leak was not found")
	}
}
