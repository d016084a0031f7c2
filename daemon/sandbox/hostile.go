package sandbox

import "net/http"

// The hostile pages belong to no marketplace. Their scripts also load on any
// rehearsal page that is opened with spy=1 or forge=1: there they run where
// the extension does. With adversary=1 a third one runs there before every other
// script of the page, and compares rows with each other.
func hostileRoutes(mux *http.ServeMux) {
	for name, note := range map[string]string{
		"spy":   "Watches all that a page can watch and keeps it in window.__seen.",
		"forge": "Makes up answers, events and requests; see window.forge and window.__forged.",
	} {
		mux.Handle("GET "+HostHostile+"/"+name, page{
			Lang: "en", Title: "Hostile page: " + name, Site: "hostile", Note: note,
			Styles: []string{"base.css"}, Script: "hostile-" + name + ".js",
		})
	}
	mux.Handle("GET "+HostHostile+"/{$}", http.RedirectHandler("/spy", http.StatusFound))
}
