package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// BlockedLimit is how many names eBay's list of blocked buyers holds.
const BlockedLimit = 5000

// lateFor is how long an answer takes that comes late.
const lateFor = 3 * time.Second

const blockedNote = "Known from sources: the path, textarea#app-page-form-0 with usernames and commas between, button[type=\"submit\"] " +
	"that replaces the whole list, the limit. Neutral, no source: that the form is one, how the page tells that it saved or refused, words and looks."

// blocked is the one list of blocked buyers, for as long as the sandbox runs, and
// how it answers the next time.
type blocked struct {
	mu     sync.Mutex
	Names  []string `json:"names"`
	Writes int      `json:"writes"` // forms that arrived, kept or not
	// Answer is what happens to a form: "" keeps and says so; "refuse" says no;
	// "late" keeps after a while; "lost" keeps and ends the connection;
	// "unheard" ends it and keeps nothing; "strict" keeps all but names that begin
	// with "no_such"; "script" keeps, and the page stays the same document;
	// "changed" shows a page with another structure; "signed_out" leads elsewhere;
	// "slow" shows an empty field at first.
	Answer string `json:"answer"`
}

func blockedRoutes(mux *http.ServeMux, host string) {
	b := &blocked{Names: []string{"sample_blocked-1", "sample_blocked-2", "sample_blocked-3"}}
	mux.HandleFunc("GET "+host+"/bmgt/BuyerBlock", b.page)
	mux.HandleFunc("POST "+host+"/bmgt/BuyerBlock", b.replace)
	mux.HandleFunc("GET "+host+"/__sandbox/blocked", b.tell)
	mux.HandleFunc("PUT "+host+"/__sandbox/blocked", b.set)
	mux.HandleFunc("GET "+host+"/signin", func(w http.ResponseWriter, _ *http.Request) {
		write(w, "ebay-signin", served{Note: blockedNote})
	})
}

// blockedPage is what the page of blocked buyers shows.
type blockedPage struct {
	served
	Names          string
	Field          string // the id of the field
	ByScript, Slow bool
	Saved, Refused bool
}

func (b *blocked) page(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Answer == "signed_out" {
		http.Redirect(w, r, "/signin", http.StatusFound)
		return
	}
	said := r.URL.Query().Get("said")
	p := blockedPage{served: served{Note: blockedNote}, Names: strings.Join(b.Names, ","), Field: "app-page-form-0",
		ByScript: b.Answer == "script", Slow: b.Answer == "slow", Saved: said == "saved", Refused: said == "refused"}
	if b.Answer == "changed" {
		p.Field = "blocked-buyers"
	}
	write(w, "ebay-blocked", p)
}

// replace makes the list what the form holds, or does what it was told to.
func (b *blocked) replace(w http.ResponseWriter, r *http.Request) {
	names := namesOf(r.FormValue("blocked"))
	b.mu.Lock()
	b.Writes++
	answer := b.Answer
	b.mu.Unlock()
	if answer == "late" {
		time.Sleep(lateFor) // the real one would not hurry either where the browser has gone
	}
	said := "saved"
	switch {
	case answer == "refuse" || len(names) > BlockedLimit:
		said = "refused"
	case answer == "unheard":
		panic(http.ErrAbortHandler)
	default:
		b.keep(names, answer == "strict")
	}
	if answer == "lost" {
		panic(http.ErrAbortHandler)
	}
	if answer == "script" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Redirect(w, r, "/bmgt/BuyerBlock?said="+said, http.StatusSeeOther)
}

func (b *blocked) keep(names []string, strict bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Names = slices.DeleteFunc(names, func(name string) bool { return strict && strings.HasPrefix(name, "no_such") })
}

// namesOf splits what the field holds; a name that stands there twice counts once.
func namesOf(text string) []string {
	names, seen := []string{}, map[string]bool{}
	for _, name := range strings.Split(text, ",") {
		name = strings.TrimSpace(name)
		if name != "" && !seen[strings.ToLower(name)] {
			seen[strings.ToLower(name)] = true
			names = append(names, name)
		}
	}
	return names
}

// tell says what the list holds; it is no part of the site.
func (b *blocked) tell(w http.ResponseWriter, _ *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	writeJSON(w, b)
}

// set makes the list what a test wants, and says how it answers from now on.
func (b *blocked) set(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(b); err != nil {
		http.Error(w, fmt.Sprintf("no list: %v", err), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
