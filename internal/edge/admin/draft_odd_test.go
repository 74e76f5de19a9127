package admin_test

import (
	"html"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestOddTypingIsAnswered: whatever is typed into whichever field of a draft's forms,
// of new parts too, the form comes back with it or it is saved; nothing breaks, and
// what was typed is still there.
func TestOddTypingIsAnswered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("edits", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit})
		path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/draft"
		h.ask(who, http.MethodPost, path+"/begin", url.Values{})
		send := func(part, do string, f url.Values) (int, string) {
			f.Set("do", do)
			w := h.ask(who, http.MethodPost, path+"/part/"+part, f)
			return w.Code, html.UnescapeString(w.Body.String())
		}
		tries := func(part string, base url.Values) {
			t.Helper()
			_, body := send(part, "fields", maps.Clone(base))
			form := formIn(body)
			for _, odd := range []string{"-5", "abc", "101%", "1,000,0"} {
				all := maps.Clone(form)
				for name := range form {
					if base.Has(name) || slices.Contains([]string{"version", "content", "do", "name", "csrf"}, name) {
						continue
					}
					one := maps.Clone(form)
					one.Set(name, odd)
					all.Set(name, odd)
					if odd == "abc" || part == "rule" {
						answered(t, part, name, one, send)
					}
				}
				answered(t, part, "all", all, send)
			}
		}
		h.ask(who, http.MethodPost, path+"/part/level", url.Values{"name": {"Гость"}, "priority": {"1"}, "sum": {"1"}, "days": {"30"}, "do": {"save"}})
		h.ask(who, http.MethodPost, path+"/part/campaign", url.Values{"name": {"Первая"}, "do": {"save"}})
		for _, in := range []string{"", "?in=level:level", "?in=campaign:campaign"} {
			for _, kind := range rule.Kinds() {
				for _, way := range rule.Ways(kind) {
					tries("rule"+in, url.Values{"kind": {string(kind)}, "way": {way}, "name": {"Правило"}})
				}
			}
		}
		for _, part := range []string{"level", "campaign", "head", "earning", "spending", "settings"} {
			tries(part, url.Values{"name": {"Часть"}})
		}
	})
}

func answered(t *testing.T, part, name string, f url.Values, send func(part, do string, f url.Values) (int, string)) {
	t.Helper()
	f.Del("version")
	f.Del("content")
	code, body := send(part, "save", f)
	switch code {
	case http.StatusSeeOther:
	case http.StatusUnprocessableEntity:
		if !strings.Contains(body, "<form") {
			t.Errorf("%s %s: %d without a form", part, name, code)
		}
	default:
		t.Errorf("%s, %s=%q: %d %.300s", part, name, f[name], code, body)
	}
}
