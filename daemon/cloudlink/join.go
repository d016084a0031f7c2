package cloudlink

import (
	"context"
	"encoding/base64"
	"errors"
	"os"

	"blackmark/daemon/disk"
	"blackmark/shared/cloudtrust"
	"blackmark/shared/wire"
)

// Join uses an invitation: it checks who answers, makes the account, and keeps
// its secret in the data folder. Nothing is shared by it.
func (l *Link) Join(ctx context.Context, text string) error {
	l.changing.Lock()
	defer l.changing.Unlock()
	if j := l.joined.Load(); j != nil {
		if j.membership.get().Leaving {
			return ErrLeaving
		}
		return ErrJoined
	}
	if _, err := os.Lstat(l.path(membershipName)); err == nil && l.broken != nil {
		return l.broken // there is an account whose secret would be lost
	}
	invitation, err := cloudtrust.ParseInvitation(text)
	if err != nil {
		return err
	}
	if err := disk.MakeDir(l.cfg.Dir); err != nil {
		return err
	}
	if err := disk.CheckFree(l.cfg.Dir, l.cfg.MinFree); err != nil {
		return err
	}
	trust, tlsKey, err := fetchTrust(ctx, invitation.Address, l.cfg.Pace.Request)
	if err != nil {
		return unanswered(err)
	}
	ring, err := believe(trust, tlsKey, invitation.Root, nil, l.cfg.Now())
	if err != nil {
		return err
	}
	device, err := l.deviceFor(invitation)
	if err != nil {
		return err
	}
	member := membership{Format: fileFormat, Address: invitation.Address, Root: invitation.Root[:],
		Statements: trust.Statements, Evaluators: ring.evaluators}
	asking := l.dial(&membershipFile{now: member})
	defer asking.close()
	var answer wire.Joined
	token := base64.RawURLEncoding.EncodeToString(invitation.Token[:])
	// From here on the invitation may be spent: who asked may go, the answer is kept.
	err = asking.post(context.WithoutCancel(ctx), "/v1/join", wire.JoinQuery{Token: token, Device: device}, &answer)
	if err != nil {
		return unanswered(err)
	}
	member.Account, member.Member, member.Device = answer.Account, answer.Member, device
	return l.begin(member)
}

// unanswered says of joining what the seller has to do himself: no work in the
// background joins for him.
func unanswered(err error) error {
	if errors.Is(err, ErrUnreachable) {
		return ErrJoinUnanswered.Because(err)
	}
	return err
}

// begin keeps a new membership and starts the work. The membership is written
// before what joining can be repeated with is forgotten.
func (l *Link) begin(member membership) error {
	if err := writeFile(l.path(membershipName), member); err != nil {
		return err
	}
	if err := l.joinedNow(); err != nil {
		return err
	}
	j, err := l.open(member)
	if err != nil {
		return err
	}
	if err := l.harvest(j); err != nil {
		return errors.Join(err, j.close())
	}
	for _, e := range l.errands() {
		e.reset()
	}
	l.joined.Store(j)
	l.cfg.Log.Info("a cloud was joined")
	l.kickAll()
	l.changes.Publish(nil)
	return nil
}

// Leave asks the cloud to delete all that was shared. From now on nothing is
// shown and nothing is sent; what is on this machine goes once the cloud has
// confirmed.
func (l *Link) Leave(context.Context) error {
	l.changing.Lock()
	defer l.changing.Unlock()
	j := l.joined.Load()
	if j == nil {
		return ErrNotJoined
	}
	if err := j.membership.change(func(m *membership) { m.Leaving = true }); err != nil {
		return err
	}
	l.sharing.kick()
	l.changes.Publish(nil)
	return nil
}

// leave sends what Leave promised. It runs in place of the outbox, so that no
// report can follow it.
func (l *Link) leave(ctx context.Context, j *joined) error {
	var left wire.Left
	err := l.asking(ctx, j, func() error { return j.cloud.post(ctx, "/v1/leave", nil, &left) })
	// A device that is unknown has left already: the answer of then was lost.
	if err != nil && !errors.Is(err, ErrDeviceUnknown) {
		return err
	}
	l.changing.Lock()
	defer l.changing.Unlock()
	if l.joined.Load() != j {
		return nil // the link was closed meanwhile: the next start leaves again
	}
	if err := j.close(); err != nil {
		l.cfg.Log.Warn("the stores of the cloud share did not close well", "error", err)
	}
	l.queue.clear()
	for _, name := range []string{tagsName, reportsName, listsName} {
		if err := os.RemoveAll(l.path(name)); err != nil {
			return err
		}
	}
	if err := l.joinedNow(); err != nil { // a crash after joining may have left it
		return err
	}
	// The membership goes last: until then the next start leaves again.
	if err := j.membership.end(); err != nil {
		return err
	}
	l.joined.Store(nil)
	l.cfg.Log.Info("the cloud was left", "deleted", left.Deleted)
	l.changes.Publish(nil)
	return disk.SyncDir(l.cfg.Dir)
}

// asking does something at the cloud. Where the cloud's TLS key is not known,
// the keys are fetched again and it is done once more.
func (l *Link) asking(ctx context.Context, j *joined, do func() error) error {
	err := do()
	if !errors.Is(err, ErrPin) {
		return err
	}
	if renewed := j.cloud.renew(ctx); renewed != nil {
		return renewed
	}
	return do()
}
