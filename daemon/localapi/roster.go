package localapi

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"
	"slices"
	"sync"
	"time"

	"blackmark/daemon/settings"
	"blackmark/shared/wire"
)

// caller is who a proof or a token belongs to. The zero value is nobody.
type caller struct {
	id     string
	origin string // empty for the command line
}

func (c caller) kind() Caller {
	switch c.id {
	case "":
		return Stranger
	case wire.LocalClient:
		return Local
	}
	return Extension
}

// roster is the paired browsers. The folder's file is the truth; a copy in
// memory saves reading it for every request.
type roster struct {
	folder *settings.Folder

	mu      sync.Mutex
	clients []settings.Client
}

func openRoster(folder *settings.Folder) (*roster, error) {
	clients, err := folder.Clients()
	if err != nil {
		return nil, err
	}
	return &roster{folder: folder, clients: clients}, nil
}

// list is the paired browsers in the order of pairing.
func (r *roster) list() []settings.Client {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.clients)
}

func (r *roster) find(id string) (settings.Client, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.clients, func(c settings.Client) bool { return c.ID == id })
	if i < 0 {
		return settings.Client{}, false
	}
	return r.clients[i], true
}

func (r *roster) hasOrigin(origin string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.clients, func(c settings.Client) bool { return c.Origin == origin })
}

// add stores a newly paired browser and names it.
func (r *roster) add(origin, browser string, secret []byte, now time.Time) (string, error) {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails since Go 1.24
	c := settings.Client{ID: hex.EncodeToString(id), Origin: origin, Browser: browser, Secret: secret, Created: now.UTC()}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.folder.AddClient(c); err != nil {
		return "", err
	}
	r.clients = append(r.clients, c)
	return c.ID, nil
}

func (r *roster) remove(id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.folder.RemoveClient(id); err != nil {
		return err
	}
	r.clients = slices.DeleteFunc(r.clients, func(c settings.Client) bool { return c.ID == id })
	return nil
}

// touchEvery spares the disk: a browser that comes back sooner is not written.
const touchEvery = time.Minute

// touch notes that a browser was here.
func (r *roster) touch(id string, now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.clients {
		if c := &r.clients[i]; c.ID == id && now.Sub(c.LastSeen) >= touchEvery {
			c.LastSeen = now.UTC()
			return r.folder.TouchClient(id, now)
		}
	}
	return nil
}

var (
	chromiumOrigin = regexp.MustCompile(`^chrome-extension://[a-p]{32}$`)
	firefoxOrigin  = regexp.MustCompile(`^moz-extension://[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)

// extensionOrigin tells whether an origin can be an extension's. `$` in Go
// matches at the end of the text alone.
func extensionOrigin(origin string) bool {
	return chromiumOrigin.MatchString(origin) || firefoxOrigin.MatchString(origin)
}
