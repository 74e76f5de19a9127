package admin_test

import (
	"html"
	"net/http"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestCardsInTheList: members are listed by types of their cards, which are chosen and
// shown by name; who works at some outlets lists his own so, and nobody else's.
func TestCardsInTheList(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		gold, err := h.cards.SaveType(t.Context(), card.Type{Code: "gold", Name: "Золотая", Kind: card.Virtual, Active: true, Properties: card.Properties{Prefix: "29"}})
		h.check(err)
		anna, _ := h.register("Анна Королёва", "+79161234567"), h.register("Иван Петров", "+79161234568")
		_, err = h.cards.Issue(t.Context(), anna.Home, card.NewCard{Type: gold.ID}, member.Actor{Kind: member.BySystem})
		h.check(err)
		sees := []staff.Permission{staff.MembersSee}
		all, elsewhere := h.hire("all", sees), h.hire("elsewhere", sees, h.other)
		list := admin.Base + "/members?col=card_types&col=card_states&col=has_deposit&in.card_types=" + gold.ID.String()
		get := func(who, path string) string {
			t.Helper()
			w := h.ask(who, http.MethodGet, path, nil)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d", path, w.Code)
			}
			return html.UnescapeString(w.Body.String())
		}
		body := get(all, list)
		if !strings.Contains(body, "Королёва") || strings.Contains(body, "Петров") || !strings.Contains(tags.ReplaceAllString(body, " "), "Золотая") {
			t.Errorf("by a type of cards: %s", mainForm.FindString(body))
		}
		if strings.Contains(get(all, list+"0"), "Королёва") {
			t.Error("a card of no such type finds her")
		}
		if strings.Contains(get(elsewhere, list), "Королёва") {
			t.Error("who works elsewhere lists her")
		}
		proven := func(op string) bool {
			return strings.Contains(get(all, admin.Base+"/members?"+op+".phone_proven=1"), "Королёва")
		}
		if proven("yes") || !proven("no") {
			t.Error("a phone that was not proven counts as proven")
		}
		_, err = d.Exec(t.Context(), `update identifier set proven_at = 1 where kind = 'phone'`)
		h.check(err)
		if !proven("yes") || proven("no") {
			t.Error("a phone that was proven counts as not proven")
		}
	})
}
