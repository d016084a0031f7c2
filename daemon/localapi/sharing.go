package localapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// Sharing is the daemon's side of the cloud, as far as it is called from here.
// Its methods never wait for the network, but Join does.
type Sharing interface {
	// Lookup tells what other sellers reported of buyers that a page of a site
	// shows, or none where both are empty; nil: nothing was joined.
	Lookup(site, page string, lists [][]buyer.Key) []wire.Others
	// Peek is Lookup for buyers whom nobody looks at just now: they do not line up.
	Peek(lists [][]buyer.Key) []wire.Others
	// SharedMarks gives the ids of the marks at the cloud, and a version of them;
	// where the caller has that already, no ids.
	SharedMarks(have uint64) (ids map[string]bool, version uint64, err error)
	// SharedSince tells since when marks are at the cloud; the zero time: they are not.
	SharedSince(marks []string) []time.Time
	// Past gives what the cloud confirmed, not later than before, the newest first,
	// until fn says no; the zero time means all.
	Past(before time.Time, fn func(at time.Time, mark string, withdrawn bool, keys []buyer.Key, reason string) (more bool)) error
	// Subscribe gives the buyers of whom that may be another now; an empty list
	// means all buyers.
	Subscribe() (<-chan []buyer.Key, func())
	State() (wire.Sharing, error)
	Join(ctx context.Context, invitation string) error
	Preview(wire.ShareQuery) (wire.SharePreview, error)
	Share(context.Context, wire.ShareQuery) error
	List(wire.ListQuery) (wire.SharedList, error)
	Withdraw(wire.WithdrawQuery) error
	Leave(context.Context) error
	Set(wire.SharingSettings) error
	Mute(wire.MuteQuery) error
	// Forget withdraws what was shared of a buyer and removes him; keys are all of
	// his. It tells whether a withdrawal goes to the cloud.
	Forget(keys []buyer.Key, dryRun bool) (shared bool, err error)
}

var errNoSharing = problem.New(problem.Unavailable, "sharing_missing",
	"this Blackmark cannot share", "install the newest Blackmark")

// sharing is what was given, or a refusal.
func (s *Server) sharing() (Sharing, error) {
	if s.config.Sharing == nil {
		return nil, errNoSharing
	}
	return s.config.Sharing, nil
}

// othersOf is what other sellers reported of buyers; nil where nothing was joined.
func (s *Server) othersOf(site, page string, lists [][]buyer.Key) []wire.Others {
	if s.config.Sharing == nil {
		return nil
	}
	return s.config.Sharing.Lookup(site, page, lists)
}

// echoes notes which marks are made while other sellers' reports on the buyer are
// shown: those are not shared as one's own without being asked. own tells which
// ones the seller was asked about, and said that they are.
func (s *Server) echoes(entries []ledger.NewMark, own []bool) {
	lists := make([][]buyer.Key, len(entries))
	for i, e := range entries {
		for _, k := range e.Keys {
			if c, err := buyer.Canonical(k); err == nil {
				lists[i] = append(lists[i], c)
			}
		}
	}
	for i, others := range s.othersOf("", "", lists) {
		entries[i].Echo = entries[i].Echo || others.Shown
	}
	for i, said := range own {
		entries[i].Echo = entries[i].Echo && !said
	}
}

// sharingRoute adds an operation that changes something and answers with all
// about sharing.
func sharingRoute[B any](s *Server, api huma.API, path, id, summary string, do func(context.Context, Sharing, B) error) {
	route(s, api, operation{http.MethodPost, path, id, summary, []Caller{Extension, Local}},
		func(ctx context.Context, i *in[B]) (wire.Sharing, error) {
			sharing, err := s.sharing()
			if err == nil {
				err = do(ctx, sharing, i.Body)
			}
			if err != nil {
				return wire.Sharing{}, err
			}
			return sharing.State()
		})
}

// sharingOperations are the part of the HTTP API that shared/wire/sharing.go lists.
func (s *Server) sharingOperations(api huma.API) {
	everyone := []Caller{Extension, Local}
	state := func(sharing Sharing, err error) (wire.Sharing, error) {
		if err != nil {
			return wire.Sharing{}, err
		}
		return sharing.State()
	}
	route(s, api, operation{http.MethodGet, "/v1/sharing", "sharing", "How sharing stands", everyone},
		func(context.Context, *nothing) (wire.Sharing, error) { return state(s.sharing()) })
	sharingRoute(s, api, "/v1/sharing/join", "join-sharing", "Join a cloud with an invitation",
		func(ctx context.Context, sharing Sharing, q wire.InvitationQuery) error {
			return sharing.Join(ctx, q.Invitation)
		})
	route(s, api, operation{http.MethodPost, "/v1/sharing/preview", "preview-sharing", "What would be shared", everyone},
		func(_ context.Context, i *in[wire.ShareQuery]) (wire.SharePreview, error) {
			sharing, err := s.sharing()
			if err != nil {
				return wire.SharePreview{}, err
			}
			return sharing.Preview(i.Body)
		})
	sharingRoute(s, api, "/v1/sharing/share", "share", "Share marks",
		func(ctx context.Context, sharing Sharing, q wire.ShareQuery) error { return sharing.Share(ctx, q) })
	route(s, api, operation{http.MethodPost, "/v1/sharing/list", "list-shared", "A page of what was shared", everyone},
		func(_ context.Context, i *in[wire.ListQuery]) (wire.SharedList, error) {
			sharing, err := s.sharing()
			if err != nil {
				return wire.SharedList{}, err
			}
			return sharing.List(i.Body)
		})
	sharingRoute(s, api, "/v1/sharing/withdraw", "withdraw", "Take back what was shared",
		func(_ context.Context, sharing Sharing, q wire.WithdrawQuery) error { return sharing.Withdraw(q) })
	route(s, api, operation{http.MethodPost, "/v1/sharing/leave", "leave-sharing", "Leave the cloud; all that was shared is deleted", everyone},
		func(ctx context.Context, _ *nothing) (wire.Sharing, error) {
			sharing, err := s.sharing()
			if err == nil {
				err = sharing.Leave(ctx)
			}
			return state(sharing, err)
		})
	sharingRoute(s, api, "/v1/sharing/settings", "set-sharing", "Change the settings of sharing",
		func(_ context.Context, sharing Sharing, q wire.SharingSettings) error { return sharing.Set(q) })
	sharingRoute(s, api, "/v1/sharing/mute", "mute", "Hide other sellers' reports on a buyer, or show them again",
		func(_ context.Context, sharing Sharing, q wire.MuteQuery) error { return sharing.Mute(q) })
}
