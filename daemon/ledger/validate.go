package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"blackmark/shared/buyer"
	"blackmark/shared/marketplace"
	"blackmark/shared/problem"
	"blackmark/shared/reason"
)

const hexDigits = "0123456789abcdef"

// What a mark or a cancel can be refused for, beside the errors of
// shared/buyer, shared/marketplace and shared/reason.
var (
	ErrBatch = problem.New(problem.TooLarge, "batch_size",
		"too many buyers in one request", "send at most 100 at once")
	ErrID = problem.New(problem.Invalid, "mark_id",
		"the id of the request is not one", "make 16 random bytes and write them as 32 lower-case hex digits")
	ErrIDReused = problem.New(problem.Conflict, "mark_id_reused",
		"this id was used before for something else", "make a new random id for every request")
	ErrKeysMany = problem.New(problem.TooLarge, "keys_many",
		"too many identifiers for one buyer", "a buyer has at most 8")
	ErrKeysContradict = problem.New(problem.Invalid, "keys_contradict",
		"these identifiers cannot be one buyer: two of one kind differ, or they are of different marketplaces or regions",
		"send the identifiers of one buyer on one marketplace")
	ErrMarkContradicts = problem.New(problem.Conflict, "keys_contradict",
		"this buyer is marked with another identifier of the same permanent kind",
		"look at the mark that stands, and cancel it first if it is wrong")
	ErrJoin = problem.New(problem.Conflict, "keys_join_two_buyers",
		"these identifiers belong to two buyers who are marked separately",
		"look at both marks; cancel the one that is wrong, or name only one identifier")
	ErrShared = problem.New(problem.Invalid, "key_shared_by_all",
		"this identifier stands on the orders of many different buyers", "use the buyer's own id; a mark on this one would hit strangers")
	ErrUnchecked = problem.New(problem.Unavailable, "key_unchecked",
		"it could not be checked whether this identifier stands for many buyers", "try again in a moment")
	ErrNote = problem.New(problem.TooLarge, "note_long",
		"the note is too long", "a note has at most 1,000 characters")
	ErrName = problem.New(problem.TooLarge, "name_long",
		"the name is too long", "a name has at most 200 characters")
	ErrMember = problem.New(problem.TooLarge, "member_long",
		"the name of the member is too long", "a member's name has at most 200 characters")
	ErrTextBytes = problem.New(problem.Invalid, "text_unreadable",
		"this text is not valid UTF-8", "type it again, or copy it from another place")
	ErrTextControl = problem.New(problem.Invalid, "text_control",
		"this text holds control characters", "remove what is not visible; line breaks are allowed in a note")
	ErrVia = problem.New(problem.Invalid, "via_unknown",
		"it is not known how this mark came to be", "use click, batch, cli, popup or import")
	ErrOrderNumber = problem.New(problem.Invalid, "order_number",
		"this is not an order number of this marketplace", "copy the order number exactly, or leave it out")
	ErrOrderElsewhere = problem.New(problem.Invalid, "order_elsewhere",
		"the order and the buyer are of different marketplaces", "name an order of this buyer, or leave it out")
	ErrMade = problem.New(problem.Invalid, "made_early",
		"no mark can be as old as this date", "check the date; leave it out where it is not known")
	ErrCancelEmpty = problem.New(problem.Invalid, "cancel_empty",
		"it is not said whose mark to cancel", "name the mark's id or one of the buyer's identifiers")
)

func checkID(id string) error {
	if len(id) != idSize || strings.Trim(id, hexDigits) != "" {
		return ErrID.In("id")
	}
	return nil
}

// clean checks all of a mark that can be judged without looking anything up,
// and brings it into the form in which it is stored.
func (n NewMark) clean() (NewMark, error) {
	var err error
	if err = checkID(n.ID); err != nil {
		return n, err
	}
	if n.Keys, err = cleanKeys(n.Keys); err != nil {
		return n, err
	}
	if _, err = reason.Find(n.Reason); err != nil {
		return n, err
	}
	if n.Name, err = cleanText(n.Name, "name", MaxName, ErrName); err != nil {
		return n, err
	}
	n.Name = strings.Join(strings.Fields(n.Name), " ") // a name is one line
	if n.Note, err = cleanText(n.Note, "note", MaxNote, ErrNote); err != nil {
		return n, err
	}
	if n.By, err = cleanText(n.By, "by", MaxName, ErrMember); err != nil {
		return n, err
	}
	if !slices.Contains([]string{ViaClick, ViaBatch, ViaCLI, ViaPopup, ViaImport}, n.Via) {
		return n, ErrVia.In("via")
	}
	if n.Import != "" && checkID(n.Import) != nil {
		return n, ErrID.In("import")
	}
	if n.Undo != "" && checkID(n.Undo) != nil {
		return n, ErrID.In("undo")
	}
	if !n.Made.IsZero() && n.Made.Year() < firstYear {
		return n, ErrMade.In("made")
	}
	n.Order, err = cleanOrder(n.Order, n.Keys[0])
	return n, err
}

// firstYear is that of the oldest marketplace: an earlier date is none.
const firstYear = 1995

func (n NewCancel) clean() (NewCancel, error) {
	var err error
	if err = checkID(n.ID); err != nil {
		return n, err
	}
	switch {
	case n.Mark != "":
		n.Keys = nil // the mark decides
		if checkID(n.Mark) != nil {
			return n, ErrID.In("mark")
		}
	case len(n.Keys) == 0:
		return n, ErrCancelEmpty
	default:
		n.Keys, err = cleanKeys(n.Keys)
	}
	return n, err
}

// cleanKeys returns the keys of one buyer in canonical form, each once.
func cleanKeys(keys []buyer.Key) ([]buyer.Key, error) {
	if len(keys) == 0 {
		return nil, buyer.ErrEmpty.In("keys")
	}
	if len(keys) > MaxKeys {
		return nil, ErrKeysMany.In("keys")
	}
	var list []buyer.Key
	for i, k := range keys {
		c, err := buyer.Canonical(k)
		if err != nil {
			p := problem.Of(err)
			return nil, p.In(fmt.Sprintf("keys[%d].%s", i, p.Field))
		}
		switch {
		case slices.Contains(list, c):
			continue
		case slices.ContainsFunc(list, func(o buyer.Key) bool {
			return o.Marketplace != c.Marketplace || o.Region != c.Region || o.Kind == c.Kind
		}):
			return nil, ErrKeysContradict.In(fmt.Sprintf("keys[%d]", i))
		}
		list = append(list, c)
	}
	return list, nil
}

// cleanText trims a text and refuses what is no text. Its length is counted
// in characters, not bytes.
func cleanText(text, field string, limit int, long *problem.Error) (string, error) {
	if !utf8.ValidString(text) {
		return "", ErrTextBytes.In(field)
	}
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if utf8.RuneCountInString(text) > limit {
		return "", long.In(field)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
		return "", ErrTextControl.In(field)
	}
	return text, nil
}

func cleanOrder(o *Order, k buyer.Key) (*Order, error) {
	if o == nil {
		return nil, nil
	}
	m, err := marketplace.Find(o.Marketplace)
	if err != nil {
		return nil, problem.Of(err).In("order.marketplace")
	}
	c := Order{Marketplace: m.Code, Region: strings.ToLower(strings.TrimSpace(o.Region)), Number: strings.TrimSpace(o.Number)}
	if c.Region == "" {
		c.Region = k.Region
	}
	switch {
	case c.Marketplace != k.Marketplace:
		return nil, ErrOrderElsewhere.In("order.marketplace")
	case c.Region != k.Region:
		return nil, ErrOrderElsewhere.In("order.region")
	case !m.OrderFits(c.Number):
		return nil, ErrOrderNumber.In("order.number")
	}
	return &c, nil
}

// content is the hash by which the same request is known again. Requests are
// sent again over restarts and versions: a new field of NewMark or NewCancel
// must be omitted where it is empty.
func content(request any) string {
	b, err := json.Marshal(request)
	if err != nil {
		panic(err) // requests are strings and numbers
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}
