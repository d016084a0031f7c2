package cloudlink

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"blackmark/shared/cloudtrust"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// answerLimit is how large an answer may be in bytes, but for the list's files.
const answerLimit = 1 << 20

// fileLimit is how long one file of the list may take.
const fileLimit = 15 * time.Minute

// cloud speaks to the server of a membership, and only to the holder of a TLS
// key that the operator's root key vouches for.
type cloud struct {
	member *membershipFile
	root   cloudtrust.RootHash
	now    func() time.Time
	pace   Pace
	http   *http.Client

	ahead atomic.Int64 // seconds by which this clock is ahead of the cloud's, at its last answer

	mu      sync.Mutex
	ring    keyring
	renewed time.Time
}

// dated looks at the day of every answer.
type dated struct {
	*http.Transport
	note func(at time.Time)
}

// RoundTrip makes a request.
func (d dated) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := d.Transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if at, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		d.note(at)
	}
	return response, nil
}

// dial makes ready to speak. It opens no connection.
func (l *Link) dial(member *membershipFile) *cloud {
	now := member.get()
	c := &cloud{member: member, root: cloudtrust.RootHash(now.Root), now: l.cfg.Now, pace: l.cfg.Pace}
	c.http = client(func(key []byte) error {
		if !c.keys().knows(key) {
			return ErrPin
		}
		return nil
	})
	c.http.Transport = dated{c.http.Transport.(*http.Transport), func(at time.Time) {
		c.ahead.Store(int64(c.now().Sub(at).Seconds()))
	}}
	return c
}

func (c *cloud) close() { c.http.CloseIdleConnections() }

// keys are those that are vouched for now.
func (c *cloud) keys() keyring {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Unix() >= c.ring.until {
		member := c.member.get()
		ring, err := openTrust(member.Statements, c.root, member.Evaluators, now)
		if err != nil {
			ring = keyring{}
		}
		c.ring = ring
	}
	return c.ring
}

// trustLife is how long the keys are used before they are asked for again.
const trustLife = 24 * time.Hour

// refresh renews the keys where that is due.
func (c *cloud) refresh(ctx context.Context) error {
	c.mu.Lock()
	due := c.now().Sub(c.renewed) >= trustLife
	c.mu.Unlock()
	if due || len(c.keys().tls) == 0 {
		return c.renew(ctx)
	}
	return nil
}

// client is an HTTP client that asks whether to go on with the holder of a TLS
// key. No public authority is asked: the root key is the only one that counts.
func client(check func(spki []byte) error) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  30 * time.Second,
			MaxResponseHeaderBytes: 16 << 10,
			MaxIdleConns:           2,
			IdleConnTimeout:        30 * time.Second,
			DisableCompression:     true,
			TLSClientConfig: &tls.Config{
				MinVersion:         tls.VersionTLS13,
				InsecureSkipVerify: true, // VerifyConnection compares the key itself
				VerifyConnection: func(state tls.ConnectionState) error {
					if len(state.PeerCertificates) == 0 {
						return ErrPin
					}
					return check(state.PeerCertificates[0].RawSubjectPublicKeyInfo)
				},
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// fetchTrust asks whoever answers for the bundle, and tells which TLS key he
// holds. Nothing of ours is sent.
func fetchTrust(ctx context.Context, address string, limit time.Duration) (trust wire.Trust, tlsKey []byte, err error) {
	// A handshake may outlive the request that began it, so it writes to nothing
	// that this function returns.
	var mu sync.Mutex
	var shown []byte
	stranger := client(func(key []byte) error {
		mu.Lock()
		defer mu.Unlock()
		shown = bytes.Clone(key)
		return nil
	})
	defer stranger.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	data, err := send(ctx, stranger, http.MethodGet, address, "/v1/trust", "", nil)
	if err != nil {
		return trust, nil, err
	}
	if err := json.Unmarshal(data, &trust); err != nil {
		return trust, nil, ErrAnswer.Because(err)
	}
	mu.Lock()
	defer mu.Unlock()
	return trust, shown, nil
}

// renew fetches the bundle again and takes it if it checks.
func (c *cloud) renew(ctx context.Context) error {
	now := c.member.get()
	trust, tlsKey, err := fetchTrust(ctx, now.Address, c.pace.Request)
	if err != nil {
		return err
	}
	ring, err := believe(trust, tlsKey, c.root, now.Evaluators, c.now())
	if err != nil {
		return err
	}
	err = c.member.change(func(m *membership) {
		m.Statements, m.Evaluators = trust.Statements, ring.firstSeen(m.Evaluators)
	})
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ring, c.renewed = ring, c.now()
	return nil
}

// post sends a body and reads the answer into another.
func (c *cloud) post(ctx context.Context, path string, body, into any) error {
	return c.do(ctx, http.MethodPost, path, body, into)
}

// get asks for something that has no body.
func (c *cloud) get(ctx context.Context, path string, into any) error {
	return c.do(ctx, http.MethodGet, path, nil, into)
}

func (c *cloud) do(ctx context.Context, method, path string, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, c.pace.Request)
	defer cancel()
	now := c.member.get()
	data, err := send(ctx, c.http, method, now.Address, path, now.Device, body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return ErrAnswer.Because(err)
	}
	return nil
}

// send makes one request. Its error is a problem that a person may see.
func send(ctx context.Context, with *http.Client, method, address, path, device string, body any) ([]byte, error) {
	response, err := request(ctx, with, method, address, path, device, body)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, answerLimit+1))
	switch {
	case err != nil:
		return nil, ErrUnreachable.Because(err)
	case len(data) > answerLimit:
		return nil, ErrAnswer.Because(errors.New("the answer is too large"))
	case response.StatusCode != http.StatusOK:
		return nil, refusal(response.StatusCode, data)
	}
	return data, nil
}

func request(ctx context.Context, with *http.Client, method, address, path, device string, body any) (*http.Response, error) {
	content := []byte{}
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, "https://"+address+path, bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	if device != "" {
		r.Header.Set("Authorization", "Bearer "+device)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := with.Do(r)
	if err != nil {
		var known *problem.Error
		if errors.As(err, &known) {
			return nil, known
		}
		return nil, ErrUnreachable.Because(err)
	}
	return response, nil
}

// refusal is what an error of the server means here. Of its words only the code
// counts: they were written for others.
func refusal(status int, data []byte) error {
	var said problem.Error
	_ = json.Unmarshal(data, &said)
	cause := fmt.Errorf("status %d, code %.40q", status, said.Code)
	for _, known := range []*problem.Error{ErrSuspended, ErrDeviceUnknown, ErrNotServed, ErrQuota, ErrShareQuota, errInvitationUsed, errEpochUnknown} {
		if said.Code == known.Code {
			return known.Because(cause)
		}
	}
	switch {
	case status == http.StatusUnauthorized:
		return ErrDeviceUnknown.Because(cause)
	case status == http.StatusTooManyRequests:
		return ErrOften.Because(cause)
	case status >= 500:
		return ErrUnreachable.Because(cause)
	}
	return ErrAnswer.Because(cause)
}

var (
	errInvitationUsed = problem.New(problem.Refused, "invitation_used",
		"this invitation was used already, has expired, or was never made", "ask who invited you for a new one")
	errEpochUnknown = problem.New(problem.Conflict, "epoch_unknown",
		"the cloud has begun another epoch", "nothing to do: Blackmark follows by itself")
)

// download writes a file of the list, of at most limit bytes.
func (c *cloud) download(ctx context.Context, name string, limit int64, to io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, fileLimit)
	defer cancel()
	response, err := request(ctx, c.http, http.MethodGet, c.member.get().Address, "/list/"+name, "", nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		data, _ := io.ReadAll(io.LimitReader(response.Body, answerLimit))
		return refusal(response.StatusCode, data)
	}
	n, err := io.Copy(to, io.LimitReader(response.Body, limit+1))
	switch {
	case err != nil:
		return ErrUnreachable.Because(err)
	case n > limit:
		return ErrAnswer.Because(errors.New("a file of the list is larger than promised"))
	}
	return nil
}
