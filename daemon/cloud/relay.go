package cloud

import (
	"bytes"
	"context"
	"crypto/subtle"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"blackmark/shared/cloudlist"
	"blackmark/shared/cloudtrust"
	"blackmark/shared/problem"
)

// What the roles say to each other where they are processes of their own: JSON
// over the same door as everybody's, under a secret that only they have.
type (
	relayBatch struct {
		Epoch   uint32   `json:"epoch"`
		Blinded []string `json:"blinded"`
	}
	relayAnswer struct {
		Evaluated []string `json:"evaluated"`
		Proof     string   `json:"proof"`
	}
	relayEpoch  struct{ Epoch uint32 }
	relayPublic struct{ Key []byte }
	relayCut    struct {
		List      cloudlist.ListID
		Published uint64
		Anyway    bool
		Version   uint64 // to settle
	}
	relayLists struct{ Lists []cloudlist.ListID }
	relayMade  struct{ Cut *cutting }
	nothing    struct{}
)

// relays are what this process does for other processes, by path: nothing where
// it does not leave them anything to do.
func (s *Server) relays() map[string]handler {
	all := map[string]handler{}
	if s.has(Eval) && !s.has(API) {
		all["/relay/evaluate"] = withSecret(s.relay, maxBody, s.relayEvaluate)
		all["/relay/prepare"] = withSecret(s.relay, maxBody, func(ctx context.Context, in relayEpoch) (relayPublic, error) {
			key, err := s.eval.Prepare(ctx, in.Epoch)
			return relayPublic{key}, err
		})
		all["/relay/destroy"] = withSecret(s.relay, maxBody, func(ctx context.Context, in relayEpoch) (nothing, error) {
			return nothing{}, s.eval.Destroy(ctx, in.Epoch)
		})
	}
	if s.has(API) && !s.has(Publisher) {
		all["/relay/lists"] = withSecret(s.relay, maxBody, func(ctx context.Context, _ nothing) (relayLists, error) {
			lists, err := s.recent.Lists(ctx)
			return relayLists{lists}, err
		})
		all["/relay/cut"] = withSecret(s.relay, maxBody, func(ctx context.Context, in relayCut) (relayMade, error) {
			cut, err := s.recent.Cut(ctx, in.List, in.Published, in.Anyway)
			return relayMade{cut}, err
		})
		all["/relay/settle"] = withSecret(s.relay, maxBody, func(ctx context.Context, in relayCut) (nothing, error) {
			return nothing{}, s.recent.Settle(ctx, in.List, in.Version, in.Published)
		})
	}
	return all
}

func (s *Server) relayEvaluate(ctx context.Context, in relayBatch) (relayAnswer, error) {
	blinded, err := decodeAll(in.Blinded)
	if err != nil {
		return relayAnswer{}, err
	}
	evaluated, proof, err := s.eval.Evaluate(ctx, in.Epoch, blinded)
	if err != nil {
		return relayAnswer{}, err
	}
	s.numbers.evaluated(len(evaluated))
	return relayAnswer{encodeAll(evaluated), base64.RawURLEncoding.EncodeToString(proof)}, nil
}

// ErrPeerSilent says that another role of this server does not answer.
var ErrPeerSilent = problem.New(problem.Unavailable, "role_silent",
	"a part of the cloud does not answer", "try again in a few minutes; the operator can see why in the log")

// peer calls another process of this cloud.
type peer struct {
	url    string
	secret string
	client *http.Client
}

func (s *Server) peer(address string) *peer {
	return &peer{"https://" + address, base64.RawURLEncoding.EncodeToString(s.relay), &http.Client{
		Timeout: requestLimit,
		Transport: &http.Transport{
			TLSClientConfig: pinned(func() ([]byte, error) {
				return s.trusted.read().key(cloudtrust.TLS, 0, s.config.Now())
			}),
			MaxIdleConnsPerHost: 8, IdleConnTimeout: idleLimit,
		},
	}}
}

// pinned lets a connection be only if the other shows this key.
func pinned(key func() ([]byte, error)) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		InsecureSkipVerify: true, // no public authority is asked; the next lines are the check
		VerifyConnection: func(state tls.ConnectionState) error {
			want, err := key()
			if err != nil {
				return err
			}
			if len(state.PeerCertificates) == 0 ||
				subtle.ConstantTimeCompare(state.PeerCertificates[0].RawSubjectPublicKeyInfo, want) != 1 {
				return cloudtrust.ErrRoot
			}
			return nil
		},
	}
}

// call posts in and reads out. The other's refusal comes back as it is.
func (p *peer) call(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+p.secret)
	response, err := p.client.Do(request)
	if err != nil {
		return ErrPeerSilent.Because(err)
	}
	defer response.Body.Close()
	return readAnswer(response.StatusCode, io.LimitReader(response.Body, maxRelayBody), out)
}

func readAnswer(status int, body io.Reader, out any) error {
	decoder := json.NewDecoder(body)
	if status == http.StatusOK {
		return decoder.Decode(out)
	}
	var p problem.Error
	if err := decoder.Decode(&p); err != nil || p.Code == "" {
		return ErrPeerSilent.Because(errors.Join(errors.New(http.StatusText(status)), err))
	}
	return &p
}

// remoteEvaluator is an Evaluator in another process.
type remoteEvaluator struct{ *peer }

// Evaluate is Evaluator's.
func (r *remoteEvaluator) Evaluate(ctx context.Context, epoch uint32, blinded [][]byte) (evaluated [][]byte, proof []byte, err error) {
	var answer relayAnswer
	if err := r.call(ctx, "/relay/evaluate", relayBatch{epoch, encodeAll(blinded)}, &answer); err != nil {
		return nil, nil, err
	}
	if evaluated, err = decodeAll(answer.Evaluated); err != nil {
		return nil, nil, ErrPeerSilent.Because(err)
	}
	proof, err = base64.RawURLEncoding.DecodeString(answer.Proof)
	return evaluated, proof, err
}

// Prepare is Evaluator's.
func (r *remoteEvaluator) Prepare(ctx context.Context, epoch uint32) ([]byte, error) {
	var public relayPublic
	err := r.call(ctx, "/relay/prepare", relayEpoch{epoch}, &public)
	return public.Key, err
}

// Destroy is Evaluator's.
func (r *remoteEvaluator) Destroy(ctx context.Context, before uint32) error {
	return r.call(ctx, "/relay/destroy", relayEpoch{before}, &nothing{})
}

// remoteSource is a source in another process.
type remoteSource struct{ *peer }

// Lists is source's.
func (r *remoteSource) Lists(ctx context.Context) ([]cloudlist.ListID, error) {
	var lists relayLists
	err := r.call(ctx, "/relay/lists", nothing{}, &lists)
	return lists.Lists, err
}

// Cut is source's.
func (r *remoteSource) Cut(ctx context.Context, list cloudlist.ListID, published uint64, anyway bool) (*cutting, error) {
	var made relayMade
	err := r.call(ctx, "/relay/cut", relayCut{List: list, Published: published, Anyway: anyway}, &made)
	return made.Cut, err
}

// Settle is source's.
func (r *remoteSource) Settle(ctx context.Context, list cloudlist.ListID, version, published uint64) error {
	return r.call(ctx, "/relay/settle", relayCut{List: list, Version: version, Published: published}, &nothing{})
}
