package sandbox

import "net/http"

func hostileRoutes(mux *http.ServeMux) {}
