package settings

import (
	"slices"
	"time"

	"blackmark/shared/problem"
)

// Client is a browser that was paired.
type Client struct {
	ID       string    `json:"id"`
	Origin   string    `json:"origin"`  // of its extension, as bound at pairing
	Browser  string    `json:"browser"` // as it called itself
	Secret   []byte    `json:"secret"`  // shared with the extension; never leaves the folder
	Created  time.Time `json:"created"`
	LastSeen time.Time `json:"last_seen"`
}

// What a change of the list of browsers can be refused for.
var (
	ErrClientExists = problem.New(problem.Conflict, "client_exists",
		"a browser with this id is already paired", "pair again to get a new id")
	ErrClientUnknown = problem.New(problem.NotFound, "client_unknown",
		"no such browser is paired", "`blackmark status` lists the paired browsers")
	ErrClientEmpty = problem.New(problem.Invalid, "client_incomplete",
		"a paired browser needs an id and a secret", "pair again")
)

type clientsOnDisk struct {
	Format  int      `json:"format"`
	Clients []Client `json:"clients"`
}

// Clients returns the paired browsers in the order of pairing. The secrets
// are the caller's own copies.
func (f *Folder) Clients() ([]Client, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.readClients()
}

// AddClient stores a newly paired browser.
func (f *Folder) AddClient(c Client) error {
	if c.ID == "" || len(c.Secret) == 0 {
		return ErrClientEmpty
	}
	return f.changeClients(func(list []Client) ([]Client, error) {
		if slices.ContainsFunc(list, func(o Client) bool { return o.ID == c.ID }) {
			return nil, ErrClientExists
		}
		return append(list, c), nil
	})
}

// RemoveClient forgets a browser and its secret.
func (f *Folder) RemoveClient(id string) error {
	return f.changeClients(func(list []Client) ([]Client, error) {
		i := slices.IndexFunc(list, func(c Client) bool { return c.ID == id })
		if i < 0 {
			return nil, ErrClientUnknown
		}
		return slices.Delete(list, i, i+1), nil
	})
}

// TouchClient notes when a browser was last connected. It never goes back.
func (f *Folder) TouchClient(id string, at time.Time) error {
	return f.changeClients(func(list []Client) ([]Client, error) {
		i := slices.IndexFunc(list, func(c Client) bool { return c.ID == id })
		if i < 0 {
			return nil, ErrClientUnknown
		}
		if at.After(list[i].LastSeen) {
			list[i].LastSeen = at.UTC()
		}
		return list, nil
	})
}

func (f *Folder) changeClients(change func([]Client) ([]Client, error)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	list, err := f.readClients()
	if err != nil {
		return err
	}
	list, err = change(list)
	if err != nil {
		return err
	}
	return f.writeJSON(clientsFile, clientsOnDisk{Format: format, Clients: list})
}

// ReadClients reads the paired browsers of a folder without taking its lock,
// beside a running daemon or without one, and without their secrets.
func ReadClients(dir string) ([]Client, error) {
	list, err := (&Folder{dir: dir}).readClients()
	for i := range list {
		list[i].Secret = nil
	}
	return list, err
}

func (f *Folder) readClients() ([]Client, error) {
	var file clientsOnDisk
	_, err := f.readJSON(clientsFile, &file, &file.Format)
	return file.Clients, err
}
