package cloud

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"blackmark/shared/problem"
)

// What is asked too often.
var (
	ErrOften = problem.New(problem.TooMany, "requests_often",
		"this account asks too often", "wait a minute; the next requests pass again")
	ErrJoins = problem.New(problem.TooMany, "joins_often",
		"too many try to join from this network", "wait a minute and try again")
)

// meter counts requests a minute: of an account, and of a network where nobody
// has proved anything yet. It forgets what rested for a minute.
type meter struct {
	now      func() time.Time
	requests int
	joins    int

	mu     sync.Mutex
	swept  time.Time
	levels map[string]level
}

// level is a bucket that leaks evenly: how full it was, and when.
type level struct {
	full float64
	at   time.Time
}

func newMeter(now func() time.Time, s Settings) *meter {
	return &meter{now: now, requests: s.Requests, joins: s.Joins, levels: map[string]level{}}
}

// account counts a request of an account: ErrOften.
func (m *meter) account(id string) error {
	if !m.take("a"+id, m.requests) {
		return ErrOften
	}
	return nil
}

// network counts an attempt to join from an address: ErrJoins. Neighbours share
// a count, as one subscriber has a whole /56 of IPv6.
func (m *meter) network(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return ErrJoins
	}
	bits := 24
	if ip = ip.Unmap(); ip.Is6() {
		bits = 56
	}
	prefix, err := ip.WithZone("").Prefix(bits)
	if err != nil || !m.take("n"+prefix.String(), m.joins) {
		return ErrJoins
	}
	return nil
}

func (m *meter) take(who string, perMinute int) bool {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep(now)
	l := m.levels[who]
	if passed := now.Sub(l.at); passed > 0 {
		l.full = max(0, l.full-passed.Minutes()*float64(perMinute))
	}
	if l.full+1 > float64(perMinute) {
		return false
	}
	m.levels[who] = level{l.full + 1, now}
	return true
}

func (m *meter) sweep(now time.Time) {
	if now.Sub(m.swept) < time.Minute {
		return
	}
	m.swept = now
	for who, l := range m.levels {
		if now.Sub(l.at) >= time.Minute {
			delete(m.levels, who)
		}
	}
}

// limitConns keeps the number of open connections bounded: one too many is closed.
func limitConns(l net.Listener, most int) net.Listener {
	return &limitedListener{Listener: l, places: make(chan struct{}, most)}
}

type limitedListener struct {
	net.Listener
	places chan struct{}
}

func (l *limitedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	select {
	case l.places <- struct{}{}:
		return &limitedConn{Conn: conn, leave: sync.OnceFunc(func() { <-l.places })}, nil
	default:
		_ = conn.Close()
		return conn, nil // closed: a server that gets it drops it
	}
}

type limitedConn struct {
	net.Conn
	leave func()
}

// Close ends the connection and makes room for another.
func (c *limitedConn) Close() error {
	c.leave()
	return c.Conn.Close()
}
