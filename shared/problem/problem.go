// Package problem is the one error that a person may see.
//
// It says what happened, why, and what to do next, and carries a stable code
// that the extension translates. The cause stays for the log. It imports
// nothing of ours, and it never holds an id of a buyer, a note or a secret in
// its message.
package problem

import (
	"errors"
	"fmt"
)

// Kind sorts problems by what the caller can do about them. Kinds are never
// renamed, reused or reordered; new ones go to the end.
type Kind string

const (
	Invalid     Kind = "invalid"     // the request is wrong; sending it again changes nothing
	NotFound    Kind = "not_found"   // what was named does not exist
	Conflict    Kind = "conflict"    // it contradicts what is stored
	Refused     Kind = "refused"     // the caller has not proved who it is, or may not do this
	TooLarge    Kind = "too_large"   // over a stated limit
	TooMany     Kind = "too_many"    // over a stated rate; wait and try again
	Unavailable Kind = "unavailable" // not now: starting, stopping, or no connection
	NoSpace     Kind = "no_space"    // the disk is too full to write safely
	Damaged     Kind = "damaged"     // stored data does not check; reading goes on, writing stopped
	Internal    Kind = "internal"    // a fault of ours
)

// statuses is the one table from kinds to HTTP.
var statuses = map[Kind]int{
	Invalid:     400,
	NotFound:    404,
	Conflict:    409,
	Refused:     403,
	TooLarge:    413,
	TooMany:     429,
	Unavailable: 503,
	NoSpace:     507,
	Damaged:     503,
	Internal:    500,
}

// Error is a problem as a person and a program see it.
type Error struct {
	Kind    Kind   `json:"kind"`
	Code    string `json:"code"`            // stable, lower case with underscores: the key of its translation
	Message string `json:"message"`         // English; what happened and why
	Hint    string `json:"hint,omitempty"`  // English; what to do next
	Field   string `json:"field,omitempty"` // the part of the request that is wrong
	Cause   error  `json:"-"`               // for the log only
}

// New makes a problem.
func New(kind Kind, code, message, hint string) *Error {
	return &Error{Kind: kind, Code: code, Message: message, Hint: hint}
}

// In returns a copy that names the part of the request that is wrong.
func (e *Error) In(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// Because returns a copy that keeps the cause for the log.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

// Error is the message and, for the log, the cause.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %v", e.Message, e.Cause)
	}
	return e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is matches problems by their code, so that a sentinel compares equal to its
// copies with a field or a cause.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Status is the HTTP status of the problem's kind.
func (e *Error) Status() int {
	if s, ok := statuses[e.Kind]; ok {
		return s
	}
	return 500
}

// Of turns any error into a problem. One that is not a problem becomes an
// internal one: the person sees that something failed, the log sees what.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	var p *Error
	if errors.As(err, &p) {
		return p
	}
	return New(Internal, "internal", "something went wrong inside Blackmark",
		"try again; if it stays, run `blackmark doctor`").Because(err)
}
