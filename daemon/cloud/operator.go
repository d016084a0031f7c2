package cloud

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"blackmark/daemon/cloud/store"
	"blackmark/daemon/disk"
)

// operatorDoor is where the command line reaches a running server: another port
// of the loopback interface, under a secret that is new at each start and stands
// in a file that only the owner of the data folder can read.
type operatorDoor struct {
	file     string
	secret   []byte
	listener net.Listener
}

// operatorFile says where the door is.
const operatorFile = "operator.json"

type operatorPlace struct {
	Address string `json:"address"`
	Secret  []byte `json:"secret"`
	Key     []byte `json:"key"` // the server's TLS key, public, whatever its dates
}

func openOperatorDoor(dir string, cert tls.Certificate) (*operatorDoor, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, ErrAddress.Because(err)
	}
	d := &operatorDoor{
		file: filepath.Join(dir, apiFolder, operatorFile), secret: make([]byte, tokenSize),
		listener: tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13}),
	}
	_, _ = rand.Read(d.secret)
	place, err := json.Marshal(operatorPlace{l.Addr().String(), d.secret, cert.Leaf.RawSubjectPublicKeyInfo})
	if err == nil {
		err = disk.WriteFile(d.file, place)
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return d, nil
}

func (d *operatorDoor) close() error {
	err := d.listener.Close()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	return errors.Join(err, os.Remove(d.file))
}

func (s *Server) operatorServer() *http.Server {
	server := s.door(s.operatorRoutes(s.operator.secret))
	server.WriteTimeout = 0 // a backup takes as long as it takes
	return server
}

// The operator's commands, each a POST to /operator/<name>.
type (
	// InviteQuery asks for an invitation.
	InviteQuery struct {
		Uses int `json:"uses"`
		Days int `json:"days"`
	}
	// Invited is the invitation.
	Invited struct {
		Invitation string `json:"invitation"`
	}
	// AccountState is an account as the operator sees it: never what it shared.
	AccountState struct {
		Account   string `json:"account"`
		Branch    string `json:"branch"`
		Created   string `json:"created"`
		Weighs    string `json:"weighs"`
		Shared    int    `json:"shared"`
		Suspended bool   `json:"suspended"` // by itself or with its branch
		Plan      bool   `json:"plan"`
	}
	// AccountChange changes what an operator decides of an account; nil leaves it.
	AccountChange struct {
		Account   string `json:"account"`
		Suspended *bool  `json:"suspended,omitempty"`
		Plan      *bool  `json:"plan,omitempty"`
	}
	// BranchChange suspends all of a branch, or lets it go on.
	BranchChange struct {
		Branch    string `json:"branch"` // as AccountState names it
		Suspended bool   `json:"suspended"`
	}
	// BranchChanged says how many accounts of the branch there are.
	BranchChanged struct {
		Accounts int `json:"accounts"`
	}
	// ServerStats is what the server holds.
	ServerStats struct {
		store.Stats
		Lists  []ListStats   `json:"lists"`
		Epochs []store.Epoch `json:"epochs"`
	}
	// ListStats is one list, as it is stored and published.
	ListStats struct {
		Marketplace string `json:"marketplace"`
		Epoch       uint32 `json:"epoch"`
		Reports     int    `json:"reports"`
		Buyers      int    `json:"buyers"`
		Version     uint64 `json:"version"`
		Bytes       int64  `json:"bytes"`
	}
	// Verified is how much was read and found sound.
	Verified struct {
		Rows  int `json:"rows"`
		Lists int `json:"lists"`
	}
)

// commands are what the operator may ask for, by path.
func (s *Server) commands(secret []byte) map[string]handler {
	return map[string]handler{
		"/operator/invite": withSecret(secret, maxBody, func(_ context.Context, in InviteQuery) (Invited, error) {
			text, err := s.newInvitation(nil, in.Uses, in.Days)
			return Invited{text}, err
		}),
		"/operator/publish": withSecret(secret, maxBody, func(ctx context.Context, _ nothing) (nothing, error) {
			if s.list == nil {
				return nothing{}, ErrPeer.In("publisher")
			}
			return nothing{}, s.Publish(ctx)
		}),
		"/operator/accounts":      withSecret(secret, maxBody, s.listAccounts),
		"/operator/change":        withSecret(secret, maxBody, s.changeAccount),
		"/operator/branch":        withSecret(secret, maxBody, s.changeBranch),
		"/operator/stats":         withSecret(secret, maxBody, s.stats),
		"/operator/verify":        withSecret(secret, maxBody, s.verify),
		"/operator/backup":        download(secret, func(w io.Writer) error { _, err := s.store.Backup(w, s.storeKey); return err }),
		"/operator/erasures":      withSecret(secret, maxBody, s.erasures),
		"/operator/erase":         withSecret(secret, maxOperatorBody, s.erase),
		"/operator/epoch-prepare": withSecret(secret, maxBody, s.prepareEpoch),
		"/operator/epoch-begin":   withSecret(secret, maxOperatorBody, s.beginEpoch),
	}
}

func (s *Server) listAccounts(context.Context, nothing) ([]AccountState, error) {
	accounts, err := s.store.Accounts()
	states := []AccountState{}
	for _, a := range accounts {
		states = append(states, AccountState{
			Account: a.ID.String(), Branch: base64.RawURLEncoding.EncodeToString(a.Branch),
			Created: a.Created.Format(time.RFC3339), Weighs: s.weighs(a.Created).Format(time.RFC3339),
			Shared: a.Shared, Suspended: a.Stopped(), Plan: a.Plan,
		})
	}
	return states, err
}

// changeAccount changes an account; one that is suspended, or not any more, is
// counted anew.
func (s *Server) changeAccount(_ context.Context, in AccountChange) (nothing, error) {
	id, ok := store.ParseAccount(in.Account)
	if !ok {
		return nothing{}, store.ErrAccount
	}
	err := s.store.Change(id, func(a *store.Account) error {
		if in.Suspended != nil {
			a.Suspended = *in.Suspended
		}
		if in.Plan != nil {
			a.Plan = *in.Plan
		}
		return nil
	})
	if err != nil || in.Suspended == nil {
		return nothing{}, err
	}
	return nothing{}, s.store.Recount(id)
}

// changeBranch suspends whoever is in a branch or joins it later, or undoes that.
func (s *Server) changeBranch(_ context.Context, in BranchChange) (BranchChanged, error) {
	bytes, err := base64.RawURLEncoding.DecodeString(in.Branch)
	branch, ok := store.ParseBranch(bytes)
	if err != nil || !ok {
		return BranchChanged{}, store.ErrBranch
	}
	accounts, err := s.store.SuspendBranch(branch, in.Suspended)
	return BranchChanged{accounts}, err
}

func (s *Server) stats(context.Context, nothing) (ServerStats, error) {
	stats, err := s.store.Stats()
	if err != nil {
		return ServerStats{}, err
	}
	epochs, err := s.store.Epochs()
	if err != nil {
		return ServerStats{}, err
	}
	all := ServerStats{Stats: stats, Lists: []ListStats{}, Epochs: epochs}
	s.publish.Lock()
	defer s.publish.Unlock()
	for _, epoch := range epochs {
		for _, code := range shared() {
			l := ListStats{Marketplace: code, Epoch: epoch.Number}
			for id, n := range stats.Reports {
				if id.Marketplace == code && id.Epoch == epoch.Number {
					l.Reports = n
				}
			}
			if s.list != nil {
				s.list.describe(&l)
			}
			all.Lists = append(all.Lists, l)
		}
	}
	return all, nil
}

// verify reads everything that is stored and published.
func (s *Server) verify(context.Context, nothing) (Verified, error) {
	rows, err := s.store.Verify()
	if err != nil || s.list == nil {
		return Verified{Rows: rows}, err
	}
	s.publish.Lock()
	defer s.publish.Unlock()
	lists, err := s.list.verify()
	return Verified{rows, lists}, err
}
