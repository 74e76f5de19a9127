package admin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

var gift = regexp.MustCompile(`(?s)По подаркам.*Вступление в программу.*70`)

// TestWhatIfIsForWhoMay: who edits programmes everywhere asks; who works at some
// outlets sees nothing of it; a question of another programme is not found under
// this one; one that can't be asked is told why. The answer names gifts by what they are for.
func TestWhatIfIsForWhoMay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		_, err := h.Desk.Commit(t.Context(), h.Cart(h.Person(t), purchasetest.Line("T1", 2, 5000)))
		h.check(err)
		may := []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit}
		edits, here := h.hire("edits", may), h.hire("here", may, h.Outlet.ID)
		path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/what-if"
		month := h.Clock.Now().Time().Format("2006-01")
		form := url.Values{"from": {month}, "to": {month}}
		if w := h.ask(edits, http.MethodPost, path, form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != path {
			t.Fatalf("without a draft: %d %s", w.Code, w.Header().Get("Location"))
		}
		_, err = h.Programmes.SaveDraft(t.Context(), programme.Drafted{
			Programme: h.Programme.ID, Version: 1, Name: "Основная", Text: "code: main\nname: Основная\nearning: {rate: 20%}\nwelcome: 70\n", By: "Ольга",
		})
		h.check(err)
		if w := h.ask(edits, http.MethodPost, path, url.Values{"from": {"2020-01"}, "to": {month}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("too long ago: %d", w.Code)
		}
		w := h.ask(edits, http.MethodPost, path, form)
		question := w.Header().Get("Location")
		if w.Code != http.StatusSeeOther || !regexp.MustCompile(`/what-if/\d+$`).MatchString(question) {
			t.Fatalf("asked: %d %s: %s", w.Code, question, w.Body)
		}
		h.check(h.questions.AnswerAll(t.Context()))
		if w := h.ask(edits, http.MethodGet, question, nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "программа стоила бы") || !gift.MatchString(w.Body.String()) {
			t.Errorf("the answer: %d, %s", w.Code, w.Body)
		}
		for _, r := range []struct{ method, path string }{{http.MethodGet, path}, {http.MethodPost, path}, {http.MethodGet, question}, {http.MethodPost, question + "/stop"}, {http.MethodPost, question + "/drop"}} {
			if w := h.ask(here, r.method, r.path, form); w.Code != http.StatusForbidden {
				t.Errorf("%s %s of who works at an outlet: %d", r.method, r.path, w.Code)
			}
		}
		other, err := h.Programmes.SaveDraft(t.Context(), programme.Drafted{Name: "Вторая", Text: "code: second\nname: Вторая\n", By: "Ольга"})
		h.check(err)
		if w := h.ask(edits, http.MethodGet, strings.Replace(question, h.Programme.ID.String(), other.Programme.String(), 1), nil); w.Code != http.StatusNotFound {
			t.Errorf("under another programme: %d", w.Code)
		}
	})
}
