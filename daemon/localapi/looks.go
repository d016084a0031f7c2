package localapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"blackmark/daemon/localapi/socket"
	"blackmark/shared/wire"
)

// looksOperations are how well the sites' pages were understood.
func (s *Server) looksOperations(api huma.API) {
	everyone := []Caller{Extension, Local}
	route(s, api, operation{http.MethodGet, "/v1/sites", "sites", "How well the sites' pages are understood", everyone},
		func(context.Context, *nothing) (wire.SiteReports, error) { return s.config.Sites.Reports(), nil })
	route(s, api, operation{http.MethodPost, "/v1/sites/forget", "forget-sites", "Count anew how pages are understood", everyone},
		func(context.Context, *nothing) (wire.SiteReports, error) {
			err := s.config.Sites.Forget()
			return s.config.Sites.Reports(), err
		})
}

// looks counts how pages were understood.
func (s *session) looks(data []byte) (any, error) {
	var m wire.PageLooks
	if err := socket.Decode(data, &m); err != nil {
		return nil, err
	}
	if len(m.Looks) == 0 || len(m.Looks) > wire.MaxRows {
		return nil, errRows.In("looks")
	}
	return wire.Done{Type: "done", ID: m.ID}, s.server.config.Sites.Look(m.Looks)
}
