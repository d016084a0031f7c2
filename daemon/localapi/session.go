package localapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"

	"blackmark/daemon/localapi/socket"
	"blackmark/daemon/orders"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

var (
	errType = problem.New(problem.Invalid, "message_unknown",
		"this daemon does not know this message", "update Blackmark and its extension")
	errID = problem.New(problem.Invalid, "message_id",
		"a message needs a number of its own", "number messages from 1").In("id")
	errPage = problem.New(problem.Invalid, "page_name",
		"the page's name is missing or too long", "name a page with 1 to 64 characters")
	errRowName = problem.New(problem.Invalid, "row_name",
		"a row's name is missing, too long, or given twice", "name each row with 1 to 128 characters")
	errRows = problem.New(problem.TooLarge, "rows_many",
		"too many rows in one message", "send 1 to 100 rows at a time")
	errKeys = problem.New(problem.TooLarge, "keys_many",
		"too many identifiers for one buyer", "a buyer has at most 8")
)

// Lengths of names that the other end makes, in bytes.
const (
	maxPageName = 64
	maxRowName  = 128
	maxSiteName = 64
)

// session is a proved socket. One goroutine reads and answers, another pushes
// what changed. Neither keeps a queue: an end that reads slowly is waited for,
// and loses the socket after socket.WriteLimit.
type session struct {
	server *Server
	conn   *socket.Conn
	client caller
	board  *board

	// answering is held from looking rows up to having written the answer, so
	// that an older answer never overtakes a newer one. It is taken before the
	// board's lock.
	answering sync.Mutex
}

func newSession(s *Server, conn *socket.Conn, client caller) *session {
	return &session{server: s, conn: conn, client: client, board: newBoard(s.config.Now)}
}

// run reads until the socket closes.
func (s *session) run() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.conn.KeepAlive()
	pushing := make(chan struct{})
	go func() {
		defer close(pushing)
		s.push(ctx)
	}()
	defer func() {
		s.conn.Close()
		<-pushing
	}()
	for {
		data, err := s.conn.Read()
		switch {
		case errors.Is(err, socket.ErrClosed):
			return
		case err != nil:
			if s.fail(0, problem.Of(err)) != nil || errors.Is(err, socket.ErrLarge) {
				return
			}
		default:
			if s.take(ctx, data) != nil {
				return
			}
		}
	}
}

func (s *session) fail(id int64, p *problem.Error) error {
	return s.conn.Write(wire.Failed{Type: "failed", ID: id, Problem: p})
}

// take does what a message asks. Its error is that of the socket.
func (s *session) take(ctx context.Context, data []byte) error {
	var head struct {
		Type string `json:"type"`
		ID   int64  `json:"id"`
	}
	if json.Unmarshal(data, &head) != nil {
		return s.fail(0, socket.ErrMessage)
	}
	if head.ID < 1 {
		return s.fail(0, errID)
	}
	s.server.config.Log.Debug("message", "type", kindOf(head.Type))
	answer, err := s.do(ctx, head.Type, data)
	if err != nil {
		return s.fail(head.ID, s.server.told(kindOf(head.Type), err))
	}
	if answer == nil {
		return nil // it was written already
	}
	return s.conn.Write(answer)
}

// kindOf is a message's type as the log may hold it.
func kindOf(kind string) string {
	switch kind {
	case "watch", "unwatch", "seen", "looks", "mark", "cancel":
		return kind
	}
	return "message"
}

func (s *session) do(ctx context.Context, kind string, data []byte) (any, error) {
	switch kind {
	case "watch":
		return nil, s.watch(ctx, data)
	case "unwatch":
		var m wire.Unwatch
		if err := socket.Decode(data, &m); err != nil {
			return nil, err
		}
		s.board.unwatch(m.Page, m.Rows)
		return wire.Done{Type: "done", ID: m.ID}, nil
	case "seen":
		return s.seen(ctx, data)
	case "looks":
		return s.looks(data)
	case "mark":
		var m wire.MarkBuyers
		if err := socket.Decode(data, &m); err != nil {
			return nil, err
		}
		outcomes, err := s.server.mark(ctx, m.Marks)
		return wire.Outcomes{Type: "outcomes", ID: m.ID, Outcomes: outcomes}, err
	case "cancel":
		var m wire.CancelMarks
		if err := socket.Decode(data, &m); err != nil {
			return nil, err
		}
		outcomes, err := s.server.cancel(ctx, m.Cancels)
		return wire.Outcomes{Type: "outcomes", ID: m.ID, Outcomes: outcomes}, err
	}
	return nil, errType.In("type")
}

// watch takes rows in and answers them.
func (s *session) watch(ctx context.Context, data []byte) error {
	var m wire.Watch
	if err := socket.Decode(data, &m); err != nil {
		return err
	}
	if err := checkWatch(m); err != nil {
		return err
	}
	rows, err := s.board.watch(m.Page, m.Site, m.Rows)
	if err != nil {
		return err
	}
	page, err := s.answerSeen(ctx, m, rows)
	if page == nil {
		return err
	}
	if storing := page.Stored(); storing != nil {
		_ = s.server.told("remembering orders", storing)
		s.board.again(rows) // as it is without them
	}
	return err
}

// answerSeen remembers the orders of rows and answers these. The page, where there is
// one, may not be stored yet.
func (s *session) answerSeen(ctx context.Context, m wire.Watch, rows []*watched) (*orders.Page, error) {
	// What these rows themselves change is in their answer: pushes wait for it.
	s.answering.Lock()
	defer s.answering.Unlock()
	page, err := s.server.see(ctx, m.Site, allShown(rows))
	if err != nil {
		// What is known is answered all the same: reading goes on where writing
		// does not.
		_ = s.server.told("remembering orders", err)
	}
	var from history = s.server.config.Orders
	if page != nil {
		from = page
	}
	return page, s.answer(from, m.ID, rows, func(*watched, wire.Answer) bool { return true })
}

// answer looks rows up and sends their answers, for who holds answering. Only
// those that tells lets through are sent.
func (s *session) answer(from history, id int64, rows []*watched, tells func(*watched, wire.Answer) bool) error {
	s.board.settle(rows, s.server.config.Orders.Version())
	ids, found, err := s.server.identifyAll(from, allShown(rows))
	s.board.identified(rows, ids)
	if err != nil {
		return err
	}
	answers, err := s.server.answerAll(from, rows[0].site, rows[0].page, ids, found)
	if err != nil {
		return err
	}
	message := wire.Answers{Type: "answers", ID: id, Page: rows[0].page, Answers: make([]wire.Answer, 0, len(rows))}
	for i, answer := range answers {
		answer.Row = rows[i].row
		if tells(rows[i], answer) {
			rows[i].last = answer
			message.Answers = append(message.Answers, answer)
		}
	}
	if id == 0 && len(message.Answers) == 0 {
		return nil
	}
	if s.conn.Write(message) != nil {
		s.conn.Close()
	}
	return nil
}

// push sends what changed, a page at a time, until the socket closes.
func (s *session) push(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.conn.Done():
			return
		case <-s.board.wake:
		}
		for s.pushSome() {
		}
	}
}

// pushSome sends what changed of one page; false: nothing did.
func (s *session) pushSome() bool {
	s.answering.Lock()
	defer s.answering.Unlock()
	rows := s.board.take()
	if len(rows) == 0 {
		return false
	}
	err := s.answer(s.server.config.Orders, 0, rows, func(w *watched, a wire.Answer) bool {
		return s.board.stands(w) && !reflect.DeepEqual(w.last, a)
	})
	if err != nil {
		_ = s.server.told("telling of a change", err)
	}
	return true
}

// seen remembers orders whose buyer was named elsewhere than in a row.
func (s *session) seen(ctx context.Context, data []byte) (any, error) {
	var m wire.Seen
	if err := socket.Decode(data, &m); err != nil {
		return nil, err
	}
	if len(m.Sightings) == 0 || len(m.Sightings) > wire.MaxRows {
		return nil, errRows.In("sightings")
	}
	if len(m.Site) > maxSiteName {
		return nil, errPage.In("site")
	}
	for i, one := range m.Sightings {
		if len(one.Keys) > wire.MaxKeys {
			return nil, errKeys.In(fmt.Sprintf("sightings[%d].keys", i))
		}
	}
	list := make([]shown, len(m.Sightings))
	for i, one := range m.Sightings {
		list[i] = read(one)
	}
	page, err := s.server.see(ctx, m.Site, list)
	if err == nil && page != nil {
		err = page.Stored()
	}
	return wire.Done{Type: "done", ID: m.ID}, err
}

func checkWatch(m wire.Watch) error {
	switch {
	case m.Page == "" || len(m.Page) > maxPageName:
		return errPage.In("page")
	case len(m.Site) > maxSiteName:
		return errPage.In("site")
	case len(m.Rows) == 0 || len(m.Rows) > wire.MaxRows:
		return errRows.In("rows")
	}
	names := map[string]bool{}
	for i, row := range m.Rows {
		if row.Row == "" || len(row.Row) > maxRowName || names[row.Row] {
			return errRowName.In(fmt.Sprintf("rows[%d].row", i))
		}
		names[row.Row] = true
		if len(row.Keys) > wire.MaxKeys {
			return errKeys.In(fmt.Sprintf("rows[%d].keys", i))
		}
	}
	return nil
}

func allShown(rows []*watched) []shown {
	list := make([]shown, len(rows))
	for i, w := range rows {
		list[i] = w.shown
	}
	return list
}
