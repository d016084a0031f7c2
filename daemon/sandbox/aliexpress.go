package sandbox

import "net/http"

func aliexpressRoutes(mux *http.ServeMux) {}
