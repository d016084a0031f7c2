package sandbox

import "net/http"

func dianxiaomiRoutes(mux *http.ServeMux) {}
