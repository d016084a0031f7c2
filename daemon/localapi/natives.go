package localapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// nativeOperations are marketplaces' own lists, as shared/wire/native.go lists them.
func (s *Server) nativeOperations(api huma.API) {
	everyone := []Caller{Extension, Local}
	of := func(q wire.NativeQuery, do func(site string, keys []buyer.Key) ([]wire.Native, error)) (wire.NativeList, error) {
		keys, err := keysOfNative(q)
		if err != nil {
			return wire.NativeList{}, err
		}
		list, err := do(q.Site, keys)
		return wire.NativeList{Natives: list}, err
	}
	route(s, api, operation{http.MethodPost, "/v1/native/plan", "plan-native", "Plan to put buyers on a marketplace's own list", everyone},
		func(_ context.Context, i *in[wire.NativeQuery]) (wire.NativeList, error) {
			return of(i.Body, func(site string, keys []buyer.Key) ([]wire.Native, error) {
				return s.config.Natives.Plan(site, keys, i.Body.Again)
			})
		})
	route(s, api, operation{http.MethodPost, "/v1/native/list", "list-native", "What is known of buyers on a marketplace's own list", everyone},
		func(_ context.Context, i *in[wire.NativeQuery]) (wire.NativeList, error) {
			return of(i.Body, s.config.Natives.Of)
		})
	route(s, api, operation{http.MethodPost, "/v1/native/result", "native-result", "What came of putting buyers there", everyone},
		func(_ context.Context, i *in[wire.NativeResults]) (wire.NativeList, error) {
			if err := batchFits(len(i.Body.Results), "results"); err != nil {
				return wire.NativeList{}, err
			}
			list, err := s.config.Natives.Results(i.Body.Results)
			return wire.NativeList{Natives: list}, err
		})
	route(s, api, operation{http.MethodPost, "/v1/native/find", "find-natives", "What is known of a marketplace's own list", everyone},
		func(_ context.Context, i *in[wire.NativeFind]) (wire.NativePage, error) {
			limit := i.Body.Limit
			if limit < 1 || limit > wire.MaxNatives {
				limit = wire.MaxNatives
			}
			list, next, err := s.config.Natives.Find(i.Body.Site, i.Body.States, i.Body.Cursor, limit)
			return wire.NativePage{Natives: append([]wire.Native{}, list...), Next: next}, err
		})
}

// keysOfNative brings the keys of a query into canonical form.
func keysOfNative(q wire.NativeQuery) ([]buyer.Key, error) {
	if err := batchFits(len(q.Keys), "keys"); err != nil {
		return nil, err
	}
	keys := make([]buyer.Key, len(q.Keys))
	for i, k := range q.Keys {
		c, err := buyer.Canonical(k)
		if err != nil {
			return nil, problem.Of(err).In("keys")
		}
		keys[i] = c
	}
	return keys, nil
}
