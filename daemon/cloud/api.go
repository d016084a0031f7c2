package cloud

import (
	"crypto/rand"
	"encoding/base64"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"blackmark/daemon/cloud/store"
	"blackmark/daemon/disk"
	"blackmark/shared/cloudlist"
	"blackmark/shared/cloudtrust"
	"blackmark/shared/marketplace"
	"blackmark/shared/problem"
	"blackmark/shared/reason"
	"blackmark/shared/tag"
	"blackmark/shared/wire"
)

const (
	tokenSize   = 32 // of a device, in bytes
	maxRequest  = 64 // bytes of a request's id
	invitedDays = 30 // for which an invitation is good
)

// What an account can be refused for.
var (
	ErrSuspended = problem.New(problem.Refused, "account_suspended",
		"the cloud's operator suspended this account", "ask the operator; what was shared can still be withdrawn")
	ErrNotServed = problem.New(problem.Refused, "account_not_served",
		"this cloud checks buyers only for sellers who share, or who have a plan", "share marks, or ask the cloud's operator")
	ErrQuota = problem.New(problem.TooMany, "evaluations_spent",
		"today's evaluations are spent", "more are given at midnight, UTC")
	ErrBatch = problem.New(problem.Invalid, "batch_size",
		"an evaluation takes 16 to 256 elements, a multiple of 16", "pad the batch")
	ErrShares = problem.New(problem.Invalid, "shares_invalid",
		"a request shares or withdraws 1 to 256 reports", "split it")
	ErrInviting = problem.New(problem.Refused, "invitations_off",
		"on this cloud accounts do not invite, or this one has invited all it may", "ask the cloud's operator for an invitation")
)

// Codes of outcomes beside those of the store.
const (
	codeRequest     store.Code = "request_invalid"
	codeMarketplace store.Code = "marketplace_unknown"
	codeEpoch       store.Code = "epoch_unknown"
	codeTagText     store.Code = "tag_invalid"
	codeReason      store.Code = "reason_not_shared"
	codeDay         store.Code = "day_invalid"
	codeExpired     store.Code = "mark_expired"
)

// join makes an account of an invitation's token, or finds the one that this
// device made of it before.
func (s *Server) join(query wire.JoinQuery) (wire.Joined, error) {
	token, err := base64.RawURLEncoding.Strict().DecodeString(query.Token)
	if err != nil || len(token) != len(cloudtrust.Token{}) {
		return wire.Joined{}, store.ErrInvitation
	}
	device, err := base64.RawURLEncoding.Strict().DecodeString(query.Device)
	if err != nil || len(device) != tokenSize {
		return wire.Joined{}, ErrBody.In("device")
	}
	epoch, err := s.newestEpoch()
	if err != nil {
		return wire.Joined{}, err
	}
	account, member, err := s.store.Join(store.HashToken(token), store.HashToken(device), s.config.Now(), s.settings.Grant, epoch)
	if err != nil {
		return wire.Joined{}, err
	}
	s.config.Log.Info("an account joined")
	return wire.Joined{Account: account.ID.String(), Member: member.String()}, nil
}

// newestEpoch is the one in which buyers are evaluated from now on.
func (s *Server) newestEpoch() (uint32, error) {
	epochs, err := s.store.Epochs()
	if err != nil || len(epochs) == 0 {
		return 0, problem.Of(err)
	}
	return epochs[len(epochs)-1].Number, nil
}

// live tells which epochs are served.
func (s *Server) live() (map[uint32]bool, error) {
	epochs, err := s.store.Epochs()
	live := map[uint32]bool{}
	for _, epoch := range epochs {
		live[epoch.Number] = epoch.Live(s.config.Now())
	}
	return live, err
}

// account tells how the account stands.
func (s *Server) account(c caller) (wire.Account, error) {
	epoch, err := s.newestEpoch()
	if err != nil {
		return wire.Account{}, err
	}
	now := s.config.Now()
	return wire.Account{
		Account: c.who.ID.String(), Weighs: s.weighs(c.who.Created).Format(time.RFC3339),
		Suspended: c.who.Stopped(), Epoch: epoch,
		Evaluations: s.quotaOf(c.who).Left(c.who, epoch, now),
		Refills:     store.DayStart(store.Day(now) + 1).Format(time.RFC3339),
		Shared:      c.who.Shared,
	}, nil
}

// weighs is the moment from which an account counts.
func (s *Server) weighs(created time.Time) time.Time {
	if day := s.settings.weighsOn(created); day > 0 {
		return store.DayStart(day)
	}
	return created.UTC()
}

// served tells whether buyers are evaluated for the account.
func (s *Server) served(a store.Account) error {
	switch {
	case a.Stopped():
		return ErrSuspended
	case s.settings.Served == Plan && !a.Plan:
		return ErrNotServed
	}
	return nil
}

// quotaOf is what an account may have evaluated. Where contributors are served,
// one that has shared nothing yet has what was given at joining and no more: a
// buyer must be evaluated before he can be reported.
func (s *Server) quotaOf(a store.Account) store.Quota {
	quota := s.settings.quota()
	if s.settings.Served == Contributors && a.Shared == 0 {
		quota.Day = 0
	}
	return quota
}

// evaluate relays a blinded batch and takes it from the account's evaluations.
func (s *Server) evaluate(c caller, query wire.EvaluateQuery) (wire.Evaluated, error) {
	if err := s.served(c.who); err != nil {
		return wire.Evaluated{}, err
	}
	n := len(query.Blinded)
	if n < wire.MinEvaluate || n > wire.MaxEvaluate || n%wire.MinEvaluate != 0 {
		return wire.Evaluated{}, ErrBatch.In("blinded")
	}
	blinded, err := decodeAll(query.Blinded)
	if err != nil {
		return wire.Evaluated{}, err
	}
	live, err := s.live()
	if err != nil {
		return wire.Evaluated{}, err
	}
	if !live[query.Epoch] {
		return wire.Evaluated{}, ErrEpoch.In("epoch")
	}
	newest, err := s.newestEpoch()
	if err != nil {
		return wire.Evaluated{}, err
	}
	quota := s.quotaOf(c.who)
	left, ok, err := s.store.Spend(c.who.ID, n, quota, newest, s.config.Now())
	switch {
	case err != nil:
		return wire.Evaluated{}, err
	case !ok && quota.Day < s.settings.Evaluations:
		return wire.Evaluated{}, ErrNotServed
	case !ok:
		return wire.Evaluated{}, ErrQuota
	}
	evaluated, proof, err := s.eval.Evaluate(c, query.Epoch, blinded)
	if err != nil {
		if _, _, back := s.store.Spend(c.who.ID, -n, quota, newest, s.config.Now()); back != nil {
			s.config.Log.Warn("evaluations could not be given back", "error", back)
		}
		return wire.Evaluated{}, err
	}
	s.numbers.evaluated(n)
	return wire.Evaluated{
		Epoch: query.Epoch, Evaluated: encodeAll(evaluated),
		Proof: base64.RawURLEncoding.EncodeToString(proof), Left: left,
	}, nil
}

func decodeAll(texts []string) ([][]byte, error) {
	all := make([][]byte, len(texts))
	for i, text := range texts {
		bytes, err := base64.RawURLEncoding.Strict().DecodeString(text)
		if err != nil || len(bytes) != tag.ElementSize {
			return nil, tag.ErrElement.In("blinded")
		}
		all[i] = bytes
	}
	return all, nil
}

func encodeAll(all [][]byte) []string {
	texts := make([]string, len(all))
	for i, bytes := range all {
		texts[i] = base64.RawURLEncoding.EncodeToString(bytes)
	}
	return texts
}

// share takes reports, each on its own: what one of them lacks keeps no other out.
func (s *Server) share(c caller, body wire.SharesBody) (wire.ShareOutcomes, error) {
	if c.who.Stopped() {
		return wire.ShareOutcomes{}, ErrSuspended
	}
	live, err := s.live()
	if err != nil {
		return wire.ShareOutcomes{}, err
	}
	now := s.config.Now()
	return s.report("share", len(body.Shares), func(i int) (string, store.Report, store.Code) {
		share := body.Shares[i]
		r, code := readReport(share.ID, share.Marketplace, share.Epoch, share.Tag, live)
		if code == "" {
			code = s.readMark(&r, share, now)
		}
		return share.ID, r, code
	}, func(reports []store.Report) ([]store.Outcome, error) {
		return s.store.Share(c.who.ID, c.member, reports, store.Terms{
			Now: now, WeighsOn: s.settings.weighsOn(c.who.Created), Expiry: uint32(s.settings.ExpiryDays),
			MaxDay: s.settings.SharesDay, MaxShared: s.settings.SharesMax,
		})
	})
}

// withdraw takes reports back. A suspended account may do that too.
func (s *Server) withdraw(c caller, body wire.WithdrawalsBody) (wire.ShareOutcomes, error) {
	live, err := s.live()
	if err != nil {
		return wire.ShareOutcomes{}, err
	}
	return s.report("withdrawal", len(body.Withdrawals), func(i int) (string, store.Report, store.Code) {
		w := body.Withdrawals[i]
		r, code := readReport(w.ID, w.Marketplace, w.Epoch, w.Tag, live)
		return w.ID, r, code
	}, func(reports []store.Report) ([]store.Outcome, error) {
		return s.store.Withdraw(c.who.ID, c.member, reports)
	})
}

// report has n reports read, does those that can be, and answers in their order.
func (s *Server) report(what string, n int, read func(int) (string, store.Report, store.Code),
	do func([]store.Report) ([]store.Outcome, error)) (wire.ShareOutcomes, error) {
	if n < 1 || n > wire.MaxShares {
		return wire.ShareOutcomes{}, ErrShares
	}
	answers := make([]wire.ShareOutcome, n)
	var reports []store.Report
	var places []int
	for i := range n {
		id, r, code := read(i)
		answers[i] = wire.ShareOutcome{ID: id, Code: string(code)}
		if code == "" {
			reports, places = append(reports, r), append(places, i)
		}
	}
	if len(reports) > 0 {
		outcomes, err := do(reports)
		if err != nil {
			return wire.ShareOutcomes{}, err
		}
		for i, o := range outcomes {
			answers[places[i]].Code, answers[places[i]].From = string(o.Code), o.From
		}
	}
	for _, a := range answers {
		s.numbers.outcome(what, a.Code)
	}
	return wire.ShareOutcomes{Outcomes: answers}, nil
}

func readReport(id, market string, epoch uint32, text string, live map[uint32]bool) (store.Report, store.Code) {
	m, err := marketplace.Find(market)
	t, textErr := tag.Parse(text)
	switch {
	case id == "" || len(id) > maxRequest:
		return store.Report{}, codeRequest
	case err != nil || !sharedAt(m):
		return store.Report{}, codeMarketplace
	case textErr != nil:
		return store.Report{}, codeTagText
	case !live[epoch]:
		return store.Report{}, codeEpoch
	}
	return store.Report{Request: id, List: cloudlist.ListID{Marketplace: m.Code, Epoch: epoch}, Tag: t}, ""
}

// readMark checks what is said of the buyer. Which reasons leave by default is
// the seller's daemon's to say; one that he chose is taken. A day may be tomorrow: the seller's
// clock may be ahead of ours.
func (s *Server) readMark(r *store.Report, share wire.Share, now time.Time) store.Code {
	today := int(store.Day(now))
	code, err := reason.Find(share.Reason)
	switch {
	case err != nil:
		return codeReason
	case share.Day < 0 || share.Day > today+1:
		return codeDay
	case share.Day+s.settings.ExpiryDays <= today:
		return codeExpired
	}
	r.Reason, r.Day = code.Code, uint32(share.Day)
	return ""
}

// leave deletes the account and everything that it shared.
func (s *Server) leave(c caller, _ struct{}) (wire.Left, error) {
	deleted, err := s.store.Leave(c.who.ID)
	if err == nil {
		s.config.Log.Info("an account left")
	}
	return wire.Left{Deleted: deleted}, err
}

// invite gives an account's invitation, in its own branch.
func (s *Server) invite(c caller, _ struct{}) (wire.Invited, error) {
	if c.who.Stopped() {
		return wire.Invited{}, ErrSuspended
	}
	left := 0
	err := s.store.Change(c.who.ID, func(a *store.Account) error {
		if a.Invited >= s.settings.Invitations {
			return ErrInviting
		}
		a.Invited++
		left = s.settings.Invitations - a.Invited
		return nil
	})
	if err != nil {
		return wire.Invited{}, err
	}
	text, err := s.newInvitation(c.who.Branch, 1, invitedDays)
	return wire.Invited{Invitation: text, Left: left}, err
}

// addressFile keeps what invitations name, for an invitation that is made while
// the server does not run.
const addressFile = "address"

// ErrAdvertise says that nobody could reach the address of an invitation.
var ErrAdvertise = problem.New(problem.Invalid, "address_unknown",
	"it is not known under which address sellers reach this server", "start it with --advertise HOST:PORT")

// advertised is the address that invitations name: the one that was given, or
// where the server listens.
func (s *Server) advertised() (string, error) {
	address := s.config.Advertise
	file := filepath.Join(s.config.Dir, apiFolder, addressFile)
	switch {
	case address == "" && s.listener != nil:
		address = s.Address()
	case address == "":
		kept, err := os.ReadFile(file)
		if err != nil {
			return "", ErrAdvertise.Because(err)
		}
		return string(kept), nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return "", cloudtrust.ErrAddress
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		return "", ErrAdvertise
	}
	return address, disk.WriteFile(file, []byte(address))
}

// newInvitation makes an invitation of uses uses; without a branch it begins one.
func (s *Server) newInvitation(branch []byte, uses, days int) (string, error) {
	var token cloudtrust.Token
	_, _ = rand.Read(token[:])
	address, err := s.advertised()
	if err != nil {
		return "", err
	}
	text, err := cloudtrust.Invitation{Address: address, Root: s.trusted.read().root(), Token: token}.Encode()
	if err != nil {
		return "", err
	}
	return text, s.store.Invite(store.HashToken(token[:]), store.Invitation{
		Branch: branch, Uses: uses, Expires: s.config.Now().Add(time.Duration(days) * 24 * time.Hour).UTC(),
	})
}
