package cloud

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"blackmark/daemon/cloud/store"
	"blackmark/shared/problem"
)

// Served says whom buyers are evaluated for.
type Served string

const (
	Everyone     Served = "everyone"     // every account
	Contributors Served = "contributors" // accounts with a report at the cloud; others until what they got at joining is spent
	Plan         Served = "plan"         // accounts for which the operator switched it on
)

// Settings are the operator's. They stand in settings.json of the data folder;
// what is not there keeps its default.
type Settings struct {
	Quorum      int    `json:"quorum"`      // branches that must agree before a buyer is published; 2
	BranchCap   int    `json:"branch_cap"`  // what one branch adds to any count at most, 0 for any; 3
	AgeDays     int    `json:"age_days"`    // days before an account counts; 7
	ExpiryDays  int    `json:"expiry_days"` // days after which a report is gone; 365
	Interval    int    `json:"interval"`    // seconds between publications; 3600
	Evaluations int    `json:"evaluations"` // a day and account; 3,000
	Grant       int    `json:"grant"`       // evaluations once at joining and at each epoch; 20,000
	SharesDay   int    `json:"shares_day"`  // new reports a day and account; 20,000
	SharesMax   int    `json:"shares_max"`  // reports of an account in all; 200,000
	Served      Served `json:"served"`      // everyone
	Invitations int    `json:"invitations"` // that an account may hand out; 0
	Requests    int    `json:"requests"`    // a minute and account; 600
	Joins       int    `json:"joins"`       // a minute and network; 30
}

// DefaultSettings are those of a server without a settings file.
func DefaultSettings() Settings {
	return Settings{
		Quorum: 2, BranchCap: 3, AgeDays: 7, ExpiryDays: 365, Interval: 3600,
		Evaluations: 3000, Grant: 20000, SharesDay: 20000, SharesMax: 200000,
		Served: Everyone, Requests: 600, Joins: 30,
	}
}

// ErrSettings says that a setting makes no sense.
var ErrSettings = problem.New(problem.Invalid, "settings_invalid",
	"a setting of this server makes no sense", "`blackmark-cloud help serve` says what each may be")

// ReadSettings reads a settings file over the defaults. No file is no change.
func ReadSettings(file string) (Settings, error) {
	s := DefaultSettings()
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return s, ErrSettings.In("settings.json").Because(err)
	}
	return s, s.Check()
}

// Check returns ErrSettings for a setting that makes no sense.
func (s Settings) Check() error {
	for _, bound := range []struct {
		name            string
		value, min, max int
	}{
		{"quorum", s.Quorum, 1, 100},
		{"branch_cap", s.BranchCap, 0, 1 << 20},
		{"age_days", s.AgeDays, 0, 365},
		{"expiry_days", s.ExpiryDays, 1, 400},
		{"interval", s.Interval, 1, 7 * 24 * 3600},
		{"evaluations", s.Evaluations, 0, 1 << 30},
		{"grant", s.Grant, 0, 1 << 30},
		{"shares_day", s.SharesDay, 0, 1 << 30},
		{"shares_max", s.SharesMax, 0, 1 << 30},
		{"invitations", s.Invitations, 0, 1000},
		{"requests", s.Requests, 1, 1 << 20},
		{"joins", s.Joins, 1, 1 << 20},
	} {
		if bound.value < bound.min || bound.value > bound.max {
			return ErrSettings.In(bound.name).Because(fmt.Errorf("%s must be %d to %d", bound.name, bound.min, bound.max))
		}
	}
	switch s.Served {
	case Everyone, Contributors, Plan:
		return nil
	}
	return ErrSettings.In("served").Because(errors.New("served must be everyone, contributors or plan"))
}

// rules are the settings that decide what is published, as one line.
func (s Settings) rules() string {
	return fmt.Sprintf("1 quorum=%d cap=%d age=%d expiry=%d", s.Quorum, s.BranchCap, s.AgeDays, s.ExpiryDays)
}

func (s Settings) quota() store.Quota { return store.Quota{Day: s.Evaluations, Grant: s.Grant} }

func (s Settings) interval() time.Duration { return time.Duration(s.Interval) * time.Second }

// weighsOn is the day from which an account counts: the first that begins when
// it is old enough. A day and no moment, so that nobody can tell from the hour of
// a change which account brought it.
func (s Settings) weighsOn(created time.Time) uint32 {
	if s.AgeDays == 0 {
		return 0
	}
	old := created.Add(time.Duration(s.AgeDays) * 24 * time.Hour)
	day := store.Day(old)
	if store.DayStart(day).Before(old) {
		day++
	}
	return day
}
