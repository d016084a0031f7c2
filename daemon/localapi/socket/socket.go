// Package socket is a WebSocket as the daemon and its command line use one:
// whole text messages of JSON, bounded in size and time.
//
// It is the one place that imports gorilla/websocket; of ours it imports
// shared/problem and shared/wire. It proves nothing and knows no message: who
// may speak is decided before Upgrade and by what is read afterwards.
package socket

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// Limits of a socket.
const (
	WriteLimit = 10 * time.Second // for a message to be taken by the other end
	PingEvery  = 30 * time.Second
	QuietLimit = 75 * time.Second // without a message or a pong the other end is gone
)

// ErrBinary says that a message was not text.
var ErrBinary = problem.New(problem.Invalid, "message_binary",
	"messages are text", "send the message as JSON text")

// ErrText says that a message was not UTF-8.
var ErrText = problem.New(problem.Invalid, "message_text",
	"this message is not readable text", "send it as UTF-8")

// ErrLarge says that a message was too large. The socket ends after it.
var ErrLarge = problem.New(problem.TooLarge, "message_too_large",
	"this message is too large", "a message has at most 64 KiB: send fewer rows or marks at a time")

// backstop is the size in bytes from which a frame is not even begun: it is
// answered by close code 1009, where a smaller one is told what was wrong.
const backstop = 1 << 20

// ErrClosed says that the other end has gone, or broke the rules of WebSocket.
var ErrClosed = errors.New("the socket is closed")

// Conn is an open socket. One goroutine may read; any may write or close.
type Conn struct {
	ws *websocket.Conn

	writing sync.Mutex
	closed  sync.Once
	done    chan struct{}
}

// Upgradable tells whether a request asks for a WebSocket in the one way that
// Upgrade takes, so that Upgrade has nothing left to refuse.
func Upgradable(r *http.Request) bool {
	return r.Method == http.MethodGet && websocket.IsWebSocketUpgrade(r) &&
		r.Header.Get("Sec-WebSocket-Version") == "13" && len(r.Header["Sec-Websocket-Key"]) == 1 &&
		len(r.Header.Get("Sec-WebSocket-Key")) == 24 && r.Header.Get("Sec-WebSocket-Protocol") == ""
}

// Upgrade takes a request over. The origin was compared by the gate.
func Upgrade(w http.ResponseWriter, r *http.Request) (*Conn, error) {
	upgrader := websocket.Upgrader{
		HandshakeTimeout: WriteLimit,
		CheckOrigin:      func(*http.Request) bool { return true },
		Error:            func(http.ResponseWriter, *http.Request, int, error) {},
	}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil, err
	}
	return open(ws), nil
}

// Dial opens a socket to an address as `127.0.0.1:17483`. It follows no
// redirect and uses no proxy. Origin may be empty.
func Dial(ctx context.Context, address, path, origin string) (*Conn, error) {
	dialer := websocket.Dialer{}
	header := http.Header{}
	if origin != "" {
		header.Set("Origin", origin)
	}
	ws, response, err := dialer.DialContext(ctx, "ws://"+address+path, header)
	if err != nil {
		if response != nil {
			_ = response.Body.Close()
		}
		return nil, err
	}
	return open(ws), nil
}

func open(ws *websocket.Conn) *Conn {
	ws.SetReadLimit(backstop)
	return &Conn{ws: ws, done: make(chan struct{})}
}

// Done is closed when Close was called.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Limit ends the socket when it is still reading at this time.
func (c *Conn) Limit(until time.Time) error { return c.ws.SetReadDeadline(until) }

// KeepAlive starts to ping the other end until the socket closes, and ends
// the socket when nothing was heard for QuietLimit. It replaces Limit.
func (c *Conn) KeepAlive() {
	heard := func(string) error { return c.ws.SetReadDeadline(time.Now().Add(QuietLimit)) }
	_ = heard("")
	c.ws.SetPongHandler(heard)
	go func() {
		ticker := time.NewTicker(PingEvery)
		defer ticker.Stop()
		for {
			select {
			case <-c.done:
				return
			case <-ticker.C:
				if c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(WriteLimit)) != nil {
					c.Close()
					return
				}
			}
		}
	}()
}

// Read waits for a whole message, of at most wire.MaxFrame bytes. ErrBinary
// and ErrText leave the socket usable; every other error ends it.
func (c *Conn) Read() ([]byte, error) {
	kind, reader, err := c.ws.NextReader()
	if err != nil {
		return nil, errors.Join(ErrClosed, err)
	}
	data, err := io.ReadAll(io.LimitReader(reader, wire.MaxFrame+1))
	switch {
	case err != nil:
		return nil, errors.Join(ErrClosed, err)
	case len(data) > wire.MaxFrame:
		return nil, ErrLarge
	case kind != websocket.TextMessage:
		return nil, ErrBinary
	case !utf8.Valid(data):
		return nil, ErrText
	}
	return data, nil
}

// ReadInto reads one message of a known shape.
func (c *Conn) ReadInto(message any) error {
	data, err := c.Read()
	if err != nil {
		return err
	}
	return Decode(data, message)
}

// ErrMessage says that a message is not what its type promises.
var ErrMessage = problem.New(problem.Invalid, "message_invalid",
	"this message cannot be read", "the two ends may be of different versions: update Blackmark and its extension")

// Decode reads strict JSON: one value, no unknown field. What the error says
// of the input is the name of a field, never a value.
func Decode(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return ErrMessage.In(fieldOf(err)).Because(errors.New("JSON of another shape"))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return ErrMessage.Because(errors.New("more than one JSON value"))
	}
	return nil
}

func fieldOf(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return kind.Field
	}
	if name, found := strings.CutPrefix(err.Error(), "json: unknown field "); found && len(name) <= 64 {
		return strings.Trim(name, `"`)
	}
	return ""
}

// Write sends one message. An end that does not take it within WriteLimit
// loses the socket.
func (c *Conn) Write(message any) error {
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return c.WriteText(data)
}

// WriteText sends bytes as one text message, unchecked.
func (c *Conn) WriteText(data []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(WriteLimit))
	if err := c.ws.WriteMessage(websocket.TextMessage, data); err != nil {
		c.Close()
		return errors.Join(ErrClosed, err)
	}
	return nil
}

// Close ends the socket at once.
func (c *Conn) Close() {
	c.closed.Do(func() {
		close(c.done)
		_ = c.ws.Close()
	})
}
