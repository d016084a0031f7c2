package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// How often the server is killed.
const killRounds, longKillRounds = 20, 200

func long() bool { return os.Getenv("BLACKMARK_TEST_LONG") != "" }

// TestKilledWhileSharing ends the server without warning at random moments, while
// it publishes every second and sellers report and withdraw over TLS. What was
// acknowledged must be there afterwards, once; what was on its way is sent again
// and must be there once too.
func TestKilledWhileSharing(t *testing.T) {
	rounds := killRounds
	if long() {
		rounds = longKillRounds
	}
	d := newDoomed(t, "blackmark-cloud", filepath.Join(t.TempDir(), "data"))
	b, random := newBook(), rand.New(rand.NewPCG(2, 2026))
	starts := []time.Duration{d.start(t)}
	sellers := d.join(t, 4)
	for round := range rounds {
		load := d.load(sellers, b)
		<-time.After(time.Duration(5+random.IntN(300)) * time.Millisecond) // a moment, whatever happens in it
		d.kill(t)
		load.Wait()
		starts = append(starts, d.start(t))
		d.settle(t, b, fmt.Sprintf("kill %d", round))
	}
	d.run(t, "verify")
	if b.told < rounds {
		t.Errorf("only %d requests were acknowledged in %d rounds: this is no load", b.told, rounds)
	}
	slices.Sort(starts)
	t.Logf("%d kills while sharing: %d requests acknowledged, %d reports and %d withdrawals, none lost, none twice; start to answer: median %v, longest %v",
		rounds, b.told, len(b.standing), len(b.gone), starts[len(starts)/2], starts[len(starts)-1])
}
