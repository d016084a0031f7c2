package localapi

import (
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
)

// unbroken lets a mistake of ours end one request and no other, and logs it:
// net/http by itself ends the request without a word, since its log is off.
// The text of a panic is kept only where the runtime wrote it; any other may
// hold what a person entered.
func (s *Server) unbroken(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			broken := recover()
			if broken == nil {
				return
			}
			if broken != http.ErrAbortHandler {
				what := fmt.Sprintf("a panic with a %T", broken)
				if known, ok := broken.(runtime.Error); ok {
					what = known.Error()
				}
				s.config.Log.Error("a request broke", "error", what, "stack", string(debug.Stack()))
			}
			panic(http.ErrAbortHandler)
		}()
		next.ServeHTTP(w, r)
	})
}
