package store

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"time"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/shared/problem"
)

// What asking in the name of an account can be refused for.
var (
	ErrAccount = problem.New(problem.NotFound, "account_unknown",
		"there is no such account", "`blackmark-cloud accounts` lists them")
	ErrDevice = problem.New(problem.Refused, "device_unknown",
		"this device has not joined, or its account has left", "join again with a new invitation")
	ErrBranch = problem.New(problem.NotFound, "branch_unknown",
		"there is no such branch", "`blackmark-cloud accounts` shows the branch of each account")
	ErrInvitation = problem.New(problem.Refused, "invitation_used",
		"this invitation was used already, has expired, or was never made", "ask who invited you for a new one")
)

// Branch is an operator's invitation and all accounts under it.
type Branch [8]byte

// Account is one seller as the cloud knows him: counted once, whoever marks.
type Account struct {
	ID        AccountID `json:"id"`
	Branch    []byte    `json:"branch"`
	Created   time.Time `json:"created"`
	Suspended bool      `json:"suspended,omitempty"`
	Halted    bool      `json:"-"`                 // its whole branch is suspended; read with the account, written by SuspendBranch
	Leaving   bool      `json:"leaving,omitempty"` // its reports are being deleted
	Plan      bool      `json:"plan,omitempty"`    // served where the operator asks for a plan
	Shared    int       `json:"shared"`            // reports in the store
	Invited   int       `json:"invited,omitempty"` // accounts that it invited

	Day        uint32 `json:"day,omitempty"`         // to which Evaluated and Reported belong
	Evaluated  int    `json:"evaluated,omitempty"`   // evaluations of the daily allowance used on Day
	Reported   int    `json:"reported,omitempty"`    // new reports on Day
	Grant      int    `json:"grant"`                 // evaluations left of those given once an epoch
	GrantEpoch uint32 `json:"grant_epoch,omitempty"` // to which Grant belongs
}

// today starts the counters of a new day.
func (a *Account) today(now time.Time) {
	if day := Day(now); a.Day != day {
		a.Day, a.Evaluated, a.Reported = day, 0, 0
	}
}

// Secret is the hash of a token: what is stored of it.
type Secret [32]byte

// HashToken is how a token is stored. Tokens are random, so a quick hash will do.
func HashToken(token []byte) Secret { return sha256.Sum256(token) }

// Invitation is what is stored of one.
type Invitation struct {
	Branch  []byte    `json:"branch"`
	Uses    int       `json:"uses"` // left
	Expires time.Time `json:"expires"`
}

// device is what the hash of a device's token stands for.
type device struct {
	Account AccountID `json:"account"`
	Member  []byte    `json:"member"`
	Invited []byte    `json:"invited,omitempty"` // hash of the invitation by which it joined
}

func accountKey(id AccountID) []byte { return append([]byte{tableAccount}, id[:]...) }
func deviceKey(secret Secret) []byte { return append([]byte{tableDevice}, secret[:]...) }
func inviteKey(secret Secret) []byte { return append([]byte{tableInvitation}, secret[:]...) }
func random[T ~[8]byte]() (id T)     { _, _ = rand.Read(id[:]); return id }
func setJSON(txn *badger.Txn, key []byte, value any) error {
	bytes, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return txn.Set(key, bytes)
}

func getJSON[T any](txn *badger.Txn, key []byte) (value T, found bool, err error) {
	bytes, found, err := get(txn, key)
	if err == nil && found {
		err = json.Unmarshal(bytes, &value)
	}
	return value, found, err
}

func getAccount(txn *badger.Txn, id AccountID) (Account, error) {
	account, found, err := getJSON[Account](txn, accountKey(id))
	if err == nil && !found {
		err = ErrAccount
	}
	if err == nil {
		account.Halted, err = halted(txn, account.Branch)
	}
	return account, err
}

// eachJSON calls do with every value of a table.
func eachJSON[T any](txn *badger.Txn, table byte, do func(T) error) error {
	return each(txn, []byte{table}, true, func(_, value []byte) error {
		var v T
		if err := json.Unmarshal(value, &v); err != nil {
			return err
		}
		return do(v)
	})
}

// Invite keeps an invitation. Without a branch it begins one.
func (s *Store) Invite(secret Secret, i Invitation) error {
	if i.Branch == nil {
		branch := random[Branch]()
		i.Branch = branch[:]
	}
	return wrap("invite", s.update(func(txn *badger.Txn) error {
		return setJSON(txn, inviteKey(secret), i)
	}))
}

// Join uses an invitation once and makes an account whose first device has the
// token with this hash. A device that joined by this invitation before gets what
// it got then: its first answer may have been lost. It returns ErrInvitation.
func (s *Store) Join(invitation, token Secret, now time.Time, grant int, epoch uint32) (Account, MemberID, error) {
	account := Account{ID: random[AccountID](), Created: now.UTC(), Grant: grant, GrantEpoch: epoch}
	member := random[MemberID]()
	err := s.update(func(txn *badger.Txn) error {
		known, found, err := getJSON[device](txn, deviceKey(token))
		if err != nil {
			return err
		}
		if found {
			if !bytes.Equal(known.Invited, invitation[:]) || len(known.Member) != len(member) {
				return ErrInvitation // a token is chosen anew for each invitation
			}
			copy(member[:], known.Member)
			account, err = getAccount(txn, known.Account)
			return err
		}
		i, found, err := getJSON[Invitation](txn, inviteKey(invitation))
		if err != nil {
			return err
		}
		if !found || i.Uses < 1 || !now.Before(i.Expires) {
			return ErrInvitation
		}
		account.Branch = i.Branch
		if i.Uses--; i.Uses == 0 {
			err = txn.Delete(inviteKey(invitation))
		} else {
			err = setJSON(txn, inviteKey(invitation), i)
		}
		if err != nil {
			return err
		}
		if err := setJSON(txn, deviceKey(token), device{account.ID, member[:], invitation[:]}); err != nil {
			return err
		}
		return setJSON(txn, accountKey(account.ID), account)
	})
	return account, member, wrap("join", err)
}

// Authenticate finds whose token it is. It returns ErrDevice.
func (s *Store) Authenticate(token Secret) (account Account, member MemberID, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		d, found, err := getJSON[device](txn, deviceKey(token))
		if err != nil {
			return err
		}
		if !found || len(d.Member) != len(member) {
			return ErrDevice
		}
		copy(member[:], d.Member)
		account, err = getAccount(txn, d.Account)
		return err
	})
	return account, member, wrap("authenticate", err)
}

// Account reads an account. It returns ErrAccount.
func (s *Store) Account(id AccountID) (account Account, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		account, err = getAccount(txn, id)
		return err
	})
	return account, wrap("account", err)
}

// Accounts are all accounts, in no order that means anything.
func (s *Store) Accounts() (all []Account, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		return eachJSON(txn, tableAccount, func(a Account) (err error) {
			a.Halted, err = halted(txn, a.Branch)
			all = append(all, a)
			return err
		})
	})
	return all, wrap("accounts", err)
}

// Change changes an account. It returns ErrAccount, or what change returns.
func (s *Store) Change(id AccountID, change func(*Account) error) error {
	defer s.turn(id)()
	return wrap("change account", s.update(func(txn *badger.Txn) error {
		account, err := getAccount(txn, id)
		if err != nil {
			return err
		}
		if err := change(&account); err != nil {
			return err
		}
		return setJSON(txn, accountKey(id), account)
	}))
}

// Quota is how many evaluations an account may have.
type Quota struct {
	Day   int // each day in UTC
	Grant int // once at joining and at each epoch
}

// Left is what the quota leaves the account now.
func (q Quota) Left(a Account, epoch uint32, now time.Time) int {
	a.today(now)
	if epoch > a.GrantEpoch {
		a.Grant = q.Grant
	}
	return max(0, q.Day-a.Evaluated) + max(0, a.Grant)
}

// Spend takes n evaluations from the account: from today's first, then from
// those given once. It tells how many are left, and false, taking none, where n
// are not. A negative n gives back what was taken a moment before.
func (s *Store) Spend(id AccountID, n int, q Quota, epoch uint32, now time.Time) (left int, ok bool, err error) {
	defer s.turn(id)()
	err = s.update(func(txn *badger.Txn) error {
		account, err := getAccount(txn, id)
		if err != nil {
			return err
		}
		account.today(now)
		if epoch > account.GrantEpoch {
			account.Grant, account.GrantEpoch = q.Grant, epoch
		}
		left = q.Left(account, epoch, now)
		if ok = n <= left; !ok {
			return nil
		}
		daily := min(n, max(0, q.Day-account.Evaluated))
		account.Evaluated += daily
		account.Grant -= n - daily
		if account.Evaluated < 0 { // given back after midnight
			account.Evaluated = 0
		}
		left = q.Left(account, epoch, now)
		return setJSON(txn, accountKey(id), account)
	})
	return left, ok, wrap("spend evaluations", err)
}
