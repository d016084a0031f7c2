package localapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"blackmark/daemon/localapi/socket"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// ErrNotRunning says that no daemon of this data folder answers.
var ErrNotRunning = problem.New(problem.Unavailable, "daemon_not_running",
	"Blackmark is not running", "start it with `blackmark run`, or once and for all with `blackmark install`")

// ErrNotOurs says that something answers on Blackmark's ports, and is not
// the daemon of this data folder.
var ErrNotOurs = problem.New(problem.Unavailable, "daemon_unknown",
	"a program on Blackmark's ports is not the Blackmark of this data folder",
	"start yours with `blackmark run`, or name its folder with --data; `blackmark doctor` shows which ports are taken")

// answerLimit is how large an answer of the HTTP API may be in bytes.
const answerLimit = 4 << 20

// Call is the command line's way to the daemon that has proved itself.
type Call struct {
	address string
	token   string
	conn    *socket.Conn
	http    *http.Client
}

// Dial tries the ports of 127.0.0.1 in order and takes the first daemon that
// proves that it knows the key of the data folder. What it sends before that
// is its own proof, which is good for this one nonce and this one port; no
// secret and no token leaves the process before.
func Dial(ctx context.Context, ports []int, key []byte) (*Call, error) {
	last := ErrNotRunning
	for _, port := range ports {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		call, err := dial(ctx, address, key)
		switch {
		case err == nil:
			return call, nil
		case errors.Is(err, errVersion):
			last = errVersion
		case errors.Is(err, errSockets):
			last = errSockets
		case !errors.Is(err, errSilent) && last == ErrNotRunning:
			last = ErrNotOurs
		}
	}
	return nil, last
}

var (
	errSilent   = errors.New("nobody listens there")
	errImpostor = errors.New("who answers there has not proved itself")
)

func dial(ctx context.Context, address string, key []byte) (*Call, error) {
	ctx, cancel := context.WithTimeout(ctx, wire.HandshakeLimit*time.Millisecond)
	defer cancel()
	conn, err := socket.Dial(ctx, address, wire.SocketPath, "")
	if err != nil {
		var refused *net.OpError
		if errors.As(err, &refused) && refused.Op == "dial" {
			return nil, errSilent
		}
		return nil, errImpostor
	}
	_ = conn.Limit(time.Now().Add(wire.HandshakeLimit * time.Millisecond))
	welcome, err := shake(conn, address, key)
	if err != nil {
		conn.Close()
		return nil, err
	}
	conn.KeepAlive()
	go drain(conn)
	return &Call{
		address: address, token: welcome.Token, conn: conn,
		http: &http.Client{
			Transport:     &http.Transport{Proxy: nil, DisableKeepAlives: true, MaxResponseHeaderBytes: maxHeader},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// drain reads what nobody waits for, so that pings are answered.
func drain(conn *socket.Conn) {
	for {
		if _, err := conn.Read(); err != nil {
			conn.Close()
			return
		}
	}
}

// shake proves both ends to each other.
func shake(conn *socket.Conn, address string, key []byte) (wire.Welcome, error) {
	var challenge wire.Challenge
	if err := conn.ReadInto(&challenge); err != nil || challenge.Type != "challenge" || !wire.NonceFits(challenge.Nonce) {
		return wire.Welcome{}, errImpostor
	}
	if challenge.Version != wire.Version {
		return wire.Welcome{}, errVersion
	}
	transcript := wire.Transcript{
		Purpose: wire.ForSocket, DaemonNonce: challenge.Nonce, ClientNonce: wire.NewNonce(),
		Client: wire.LocalClient, Version: wire.Version, Address: address,
	}
	err := conn.Write(wire.Prove{
		Type: "prove", Version: wire.Version, Client: wire.LocalClient, Nonce: transcript.ClientNonce,
		Address: address, Proof: wire.Proof(key, wire.ClientSide, transcript),
	})
	if err != nil {
		return wire.Welcome{}, errImpostor
	}
	data, err := conn.Read()
	if err != nil {
		return wire.Welcome{}, errImpostor
	}
	var welcome wire.Welcome
	if socket.Decode(data, &welcome) != nil || welcome.Type != "welcome" ||
		!wire.ProofFits(key, wire.DaemonSide, transcript, welcome.Proof) {
		return wire.Welcome{}, refusal(data)
	}
	return welcome, nil
}

// refusal is why no welcome came. Who says so has proved nothing: only which
// of our own problems it is gets believed, and none of its words.
func refusal(data []byte) error {
	var failed wire.Failed
	if socket.Decode(data, &failed) == nil && failed.Problem != nil {
		for _, known := range []*problem.Error{errVersion, errSockets} {
			if failed.Problem.Code == known.Code {
				return known
			}
		}
	}
	return errImpostor
}

// Address is where the daemon listens.
func (c *Call) Address() string { return c.address }

// Close ends the call.
func (c *Call) Close() { c.conn.Close() }

// Get asks for something that has no body.
func (c *Call) Get(ctx context.Context, path string, into any) error {
	return c.do(ctx, http.MethodGet, path, nil, into)
}

// Upload sends a file of size bytes, to be used once; -1 means that its size
// is not known. It may take as long as ctx lets it.
func (c *Call) Upload(ctx context.Context, file io.Reader, size int64) (wire.Upload, error) {
	var got wire.Upload
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.address+"/v1/uploads", io.NopCloser(file))
	if err != nil {
		return got, err
	}
	request.ContentLength = size
	request.Header.Set("Content-Type", bytesType)
	response, err := c.send(ctx, request, 0)
	if err != nil {
		return got, err
	}
	defer response.Body.Close()
	return got, answer(response, &got)
}

// Download asks for a file and writes it as it comes. Where it fails in the
// middle, what was written is not the whole file.
func (c *Call) Download(ctx context.Context, path string, body any, to io.Writer) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.address+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.send(ctx, request, 0)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 400 {
		return answer(response, nil)
	}
	if _, err := io.Copy(to, response.Body); err != nil {
		return errDownloadCut.Because(err)
	}
	return nil
}

var errDownloadCut = problem.New(problem.Unavailable, "download_cut",
	"the file did not come whole", "delete what was written, and try again; `blackmark doctor` looks for the cause")

// Post sends a body, or none, and reads the answer. A refusal of the daemon
// is a *problem.Error.
func (c *Call) Post(ctx context.Context, path string, body, into any) error {
	data := []byte{}
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return err
		}
	}
	return c.do(ctx, http.MethodPost, path, data, into)
}

func (c *Call) do(ctx context.Context, method, path string, body []byte, into any) error {
	request, err := http.NewRequestWithContext(ctx, method, "http://"+c.address+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/json")
	}
	limit := requestLimit
	if slices.Contains(slowPaths, path) {
		limit = slowLimit
	}
	response, err := c.send(ctx, request, limit)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return answer(response, into)
}

// send makes a request with the token. limit is for all of it, the answer
// included; 0 means none but ctx.
func (c *Call) send(ctx context.Context, request *http.Request, limit time.Duration) (*http.Response, error) {
	request.Header.Set("Authorization", "Bearer "+c.token)
	client := *c.http
	client.Timeout = limit
	response, err := client.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, ErrNotRunning.Because(err)
	}
	return response, nil
}

// answer reads an answer in JSON, or the refusal that came in its place.
func answer(response *http.Response, into any) error {
	data, err := io.ReadAll(io.LimitReader(response.Body, answerLimit))
	if err != nil {
		return ErrNotRunning.Because(err)
	}
	if response.StatusCode >= 400 {
		var p problem.Error
		if json.Unmarshal(data, &p) != nil || p.Code == "" {
			return problem.Of(fmt.Errorf("the daemon answered %d", response.StatusCode))
		}
		return &p
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(data, into)
}
