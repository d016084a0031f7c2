package cloudlink

import "blackmark/shared/problem"

// What joining, sharing and asking the cloud can be refused for.
var (
	ErrNotJoined = problem.New(problem.Conflict, "sharing_off",
		"this Blackmark has not joined a cloud", "join with an invitation first")
	ErrJoined = problem.New(problem.Conflict, "sharing_joined",
		"this Blackmark has joined a cloud already", "leave that one first; all that was shared there is then deleted")
	ErrLeaving = problem.New(problem.Conflict, "sharing_leaving",
		"the cloud has not confirmed yet that it deleted what was shared", "wait; it is asked again by itself")
	ErrUnreachable = problem.New(problem.Unavailable, "cloud_unreachable",
		"the cloud does not answer", "nothing is lost: it is tried again by itself; check the connection if it stays")
	ErrJoinUnanswered = problem.New(problem.Unavailable, "join_unanswered",
		"the cloud did not answer when this Blackmark joined",
		"join again with the same invitation: it is good for this Blackmark, also if the cloud has taken it already")
	ErrPin = problem.New(problem.Refused, "cloud_tls_key",
		"who answers at the cloud's address has not the key that the operator vouches for",
		"nothing was sent; somebody may stand between you and the cloud: tell the operator if it stays")
	ErrAnswer = problem.New(problem.Refused, "cloud_answer",
		"the cloud gave an answer that cannot be read", "it is not used; update Blackmark, and tell the cloud's operator if it stays")
	ErrKeyChanged = problem.New(problem.Refused, "cloud_key_changed",
		"the cloud shows another evaluator's key than before for the same epoch",
		"nothing is checked with it; ask the operator before you go on")
	ErrNoKey = problem.New(problem.Refused, "cloud_key_missing",
		"the operator vouches for no key that the cloud needs today", "tell the cloud's operator")
	ErrEpochBack = problem.New(problem.Refused, "cloud_epoch_back",
		"the cloud goes back to an older epoch", "it is not followed; tell the cloud's operator")
	ErrAhead = problem.New(problem.Refused, "manifest_ahead",
		"the cloud's table of contents is dated more than a day ahead",
		"the last good list stays in use; check this machine's clock, and if it is right, tell the cloud's operator")
	ErrSuspended = problem.New(problem.Refused, "account_suspended",
		"the cloud's operator suspended this account", "ask the operator; your own list goes on working")
	ErrDeviceUnknown = problem.New(problem.Refused, "device_unknown",
		"the cloud does not know this machine any more", "leave, and join again with a new invitation")
	ErrNotServed = problem.New(problem.Refused, "account_not_served",
		"this cloud checks buyers only for sellers who share, or who have a plan", "share marks, or ask the cloud's operator")
	ErrOften = problem.New(problem.TooMany, "requests_often",
		"the cloud was asked too often", "wait a minute; it is tried again by itself")
	ErrQuota = problem.New(problem.TooMany, "evaluations_spent",
		"the buyers that may be checked today are all checked", "the others follow by themselves as soon as the cloud allows more")
	ErrShareQuota = problem.New(problem.TooMany, "share_quota",
		"more was shared than the cloud takes in a day", "the rest follows by itself")
	ErrShareRefused = problem.New(problem.Refused, "share_refused",
		"the cloud did not take some reports", "they stay on your own list; ask the cloud's operator if you do not know why")
	ErrReportsDamaged = problem.New(problem.Damaged, "sharing_record_damaged",
		"the record of what was shared does not open",
		"leave the cloud: all that was shared is then deleted there; you can join again")
	ErrThreshold = problem.New(problem.Invalid, "threshold_range",
		"the number of sellers is out of range", "choose 1 to 255")
	ErrDelay = problem.New(problem.Invalid, "delay_range",
		"the delay is out of range", "choose 0 to 86,400 seconds")
	ErrShareNothing = problem.New(problem.Invalid, "share_refused_here",
		"this mark cannot be shared", "the preview says why")
	ErrWithdrawEmpty = problem.New(problem.Invalid, "withdraw_empty",
		"it is not said what to withdraw", "name a mark, or all")
	ErrNotShared = problem.New(problem.NotFound, "mark_not_shared",
		"this mark is not shared", "there is nothing to withdraw")
	ErrLimit = problem.New(problem.Invalid, "list_limit",
		"a page of the list has 1 to 100 marks", "ask for fewer, and for the next page by its cursor")
	ErrCursor = problem.New(problem.Invalid, "list_cursor",
		"this is no place in the list", "begin again without a cursor")
	ErrClosed = problem.New(problem.Unavailable, "sharing_closed",
		"Blackmark is stopping", "try again when it runs")
)
