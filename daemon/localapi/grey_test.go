package localapi_test

import (
	"testing"
	"time"

	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// The borders of grey, to the second; a clock that goes backwards turns nothing grey,
// and an address of which nobody knows that it changes hands never is.
func TestBordersOfGrey(t *testing.T) {
	const handover = 30 * 24 * time.Hour
	mail := buyer.Key{Marketplace: "amazon", Kind: "proxy_email", ID: "sample12345678@marketplace.amazon.de"}
	for what, c := range map[string]struct {
		key    buyer.Key
		orders []time.Duration // after the mark
		at     time.Duration
		want   wire.State
	}{
		"just in time":                  {ebayName("sample_name"), nil, handover, wire.Black},
		"a second later":                {ebayName("sample_name"), nil, handover + time.Second, wire.Stale},
		"confirmed in time":             {ebayName("sample_name"), []time.Duration{handover}, 2 * handover, wire.Black},
		"confirmed too late":            {ebayName("sample_name"), []time.Duration{handover + time.Second}, 2 * handover, wire.Stale},
		"confirmed, and long ago":       {ebayName("sample_name"), []time.Duration{handover}, 2*handover + time.Second, wire.Stale},
		"the clock went backwards":      {ebayName("sample_name"), nil, -10 * handover, wire.Black},
		"confirmed by a clock to come":  {ebayName("sample_name"), []time.Duration{12 * time.Hour}, -handover, wire.Black},
		"an id":                         {ebayID("sample+immutable"), nil, 20 * handover, wire.Black},
		"an address for one shop alone": {mail, nil, 20 * handover, wire.Black},
	} {
		t.Run(what, func(t *testing.T) {
			n := newNames(t)
			if o := n.p.mark(newMark(c.key))[0]; o.Result != wire.ResultMarked {
				t.Fatalf("%+v", o)
			}
			marked := n.s.clock.now()
			for i, after := range c.orders {
				order := of(ebayOrder(1+i), c.key)
				order.Placed = marked.Add(after).Format(time.RFC3339)
				n.s.clock.move(marked.Add(after).Sub(n.s.clock.now()))
				n.p.say(wire.Seen{Type: "seen", ID: n.p.id(), Site: "x", Sightings: []wire.Sighting{order}})
			}
			n.s.clock.move(marked.Add(c.at).Sub(n.s.clock.now()))
			if a := n.p.watch("page", wire.Row{Row: "r", Sighting: sighting(c.key)})[0]; a.State != c.want {
				t.Errorf("%s, want %s", a.State, c.want)
			}
		})
	}
}
