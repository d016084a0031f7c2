package feed_test

import (
	"slices"
	"testing"

	"blackmark/daemon/feed"
)

// heard is everything until the channel is empty, and whether it is open then.
func heard(ch <-chan int) (all []int, open bool) {
	for {
		select {
		case n, more := <-ch:
			if !more {
				return all, false
			}
			all = append(all, n)
		default:
			return all, true
		}
	}
}

func TestWhoKeepsUpHearsEverything(t *testing.T) {
	f := feed.New[int](2)
	quick, stop := f.Subscribe()
	slow, _ := f.Subscribe()
	f.Publish(1, 2)
	if all, open := heard(quick); !slices.Equal(all, []int{1, 2}) || !open {
		t.Errorf("heard %v, open %v", all, open)
	}
	f.Publish(3)
	if all, open := heard(slow); !slices.Equal(all, []int{1, 2}) || open {
		t.Errorf("who is behind heard %v, open %v", all, open)
	}
	if all, open := heard(quick); !slices.Equal(all, []int{3}) || !open {
		t.Errorf("heard %v, open %v", all, open)
	}
	stop()
	stop()
	if _, open := heard(quick); open {
		t.Error("stopped, and open")
	}
	f.Publish(4)
	last, stop := f.Subscribe()
	f.Close()
	late, _ := f.Subscribe()
	for _, ch := range []<-chan int{last, late} {
		if all, open := heard(ch); len(all) > 0 || open {
			t.Errorf("after the end: %v, open %v", all, open)
		}
	}
	stop()
}

func TestWhoIsBehindIsToldOfAll(t *testing.T) {
	f := feed.NewLossy(2, -1)
	ch, stop := f.Subscribe()
	defer stop()
	f.Publish(1)
	f.Publish(2)
	f.Publish(3)
	f.Publish(4)
	if all, open := heard(ch); !slices.Equal(all, []int{-1, 4}) || !open {
		t.Errorf("heard %v, open %v", all, open)
	}
}
