package sandbox_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"blackmark/daemon/sandbox"
)

// The list of blocked buyers is what the last form held, and the page can be made
// to refuse it, to lose its answer and to change.
func TestBlockedBuyers(t *testing.T) {
	server := httptest.NewServer(sandbox.Handler())
	defer server.Close()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	do := func(method, path, body string) (*http.Response, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = sandbox.HostEBay
		if method == http.MethodPost {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		response, err := client.Do(r)
		if err != nil {
			return nil, ""
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response, string(text)
	}
	const page, control = "/bmgt/BuyerBlock", "/__sandbox/blocked"
	send := func(names string) *http.Response {
		response, _ := do(http.MethodPost, page, url.Values{"blocked": {names}}.Encode())
		return response
	}
	kept := func() string {
		var list struct {
			Names []string `json:"names"`
		}
		_, text := do(http.MethodGet, control, "")
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			t.Fatal(err)
		}
		return strings.Join(list.Names, ",")
	}
	set := func(answer string) { do(http.MethodPut, control, fmt.Sprintf(`{"answer": %q}`, answer)) }

	send("one, two,ONE,,three ")
	if got := kept(); got != "one,two,three" {
		t.Fatalf("the list is %q", got)
	}
	if _, text := do(http.MethodGet, page, ""); !strings.Contains(text, `<textarea id="app-page-form-0" name="blocked" rows="8">one,two,three</textarea>`) || !strings.Contains(text, `<button type="submit">`) {
		t.Errorf("the page lacks its anchors: %s", text)
	}
	for _, c := range []struct {
		answer, sent, want string
		said               string // where the answer leads; empty: there is none
	}{
		{"", "four", "four", page + "?said=saved"},
		{"refuse", "five", "four", page + "?said=refused"},
		{"unheard", "five", "four", ""},
		{"lost", "five", "five", ""},
		{"strict", "six,no_such_buyer", "six", page + "?said=saved"},
		{"", strings.Repeat("x,", 3) + strings.Join(names(sandbox.BlockedLimit), ","), "six", page + "?said=refused"},
	} {
		set(c.answer)
		response := send(c.sent)
		said := ""
		if response != nil {
			said = response.Header.Get("Location")
		}
		if got := kept(); got != c.want || said != c.said {
			t.Errorf("%q: the list is %.40q and the answer leads to %q", c.answer, got, said)
		}
	}
	set("slow")
	if _, text := do(http.MethodGet, page, ""); !strings.Contains(text, `data-slow="six"></textarea>`) {
		t.Errorf("the field is not empty at first: %s", text)
	}
	set("changed")
	if _, text := do(http.MethodGet, page, ""); strings.Contains(text, `id="app-page-form-0"`) {
		t.Error("the structure did not change")
	}
	set("signed_out")
	if response, _ := do(http.MethodGet, page, ""); response.Header.Get("Location") != "/signin" {
		t.Error("who is signed out sees the list")
	}
}

func names(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("sample_%d", i)
	}
	return all
}
