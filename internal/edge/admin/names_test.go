package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestDraftsFaultsCallByName: what is wrong with a draft names its other parts, and
// what conditions look at, as people do.
func TestDraftsFaultsCallByName(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		edits := h.hire("edits", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit})
		_, err := h.Programmes.SaveDraft(t.Context(), programme.Drafted{Programme: h.Programme.ID, Version: 1, Name: "Основная", By: "Ольга", Text: `code: main
name: Основная
gives: points
levels:
  - {id: low, name: Низкий, priority: 1, total: 300}
  - {id: high, name: Высокий, priority: 2, total: 200}
rules:
  - {id: off, name: Скидка всем, kind: discount, rate: 5%}
  - {id: half, name: Половина чека, kind: spending, rate: 50%}
  - {id: third, name: Треть чека, kind: spending, rate: 30%}
`})
		h.check(err)
		body := h.ask(edits, http.MethodGet, admin.Base+"/programmes/"+h.Programme.ID.String()+"/draft", nil).Body.String()
		for _, want := range []string{"и для уровня «Высокий»", "программа даёт только бонусы", "срабатывает правило «Половина чека»"} {
			if !strings.Contains(body, want) {
				t.Errorf("the draft does not say: %s", want)
			}
		}
	})
}

// TestMergeCallsMembersByName: a merge that can't be says of whom by name and
// number, and not by what the base calls him.
func TestMergeCallsMembersByName(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		anna, twin := h.register("Анна", "+79161234567"), h.register("Анна", "+79161234568")
		_, err := h.members.FoundHousehold(t.Context(), twin.Home, "Семья", nil, member.Actor{Kind: member.ByStaff, ID: 1, Source: "admin"})
		h.check(err)
		merges := h.hire("merges", []staff.Permission{staff.MembersSee, staff.MembersMerge})
		path := admin.Base + "/members/" + anna.Home.String() + "/merge"
		w := h.ask(merges, http.MethodPost, path, url.Values{"who": {"+79161234568"}})
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Анна, № "+twin.Number) || strings.Contains(w.Body.String(), "("+twin.Home.String()+")") {
			t.Errorf("%d: %s", w.Code, w.Body)
		}
	})
}
