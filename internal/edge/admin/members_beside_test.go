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

// TestContactsInTheListAreMasked: a list shows of e-mails, logins and codes of other
// systems no more than a member's page does before it is asked.
func TestContactsInTheListAreMasked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		m := h.register("Анна Королёва", "+79161234567")
		for kind, value := range map[member.Kind]string{member.Email: "anna.koroleva@example.org", member.Login: "annakoroleva", member.External: "crm-000017"} {
			_, err := h.members.AddIdentifier(t.Context(), member.DefaultRules(), m.Home, 0, member.NewIdentifier{Kind: kind, Value: value}, member.Actor{Kind: member.BySystem})
			h.check(err)
		}
		for _, may := range [][]staff.Permission{{staff.MembersSee}, {staff.MembersSee, staff.MembersContacts}} {
			who := h.hire("sees"+strings.ReplaceAll(string(may[len(may)-1]), ".", "-"), may)
			body := h.page(who, admin.Base+"/members?col=email&col=login&col=external&col=phone&filled.email=1")
			for _, whole := range []string{"anna.koroleva@", "annakoroleva", "crm-000017", "9161234567", "916 123-45-67"} {
				if strings.Contains(body, whole) {
					t.Errorf("%v: the list shows %s", may, whole)
				}
			}
			if !strings.Contains(body, "a***@e***.org") || !strings.Contains(body, `data-head=`) {
				t.Errorf("%v: the list does not show that there is an e-mail", may)
			}
		}
	})
}

// TestBoundsReplaceEachOther: a bound that is added to a list takes the place of the same
// bound of that field.
func TestBoundsReplaceEachOther(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("sees", []staff.Permission{staff.MembersSee})
		w := h.ask(who, http.MethodGet, admin.Base+"/members?from.age=18&to.age=60&add-field=age&add-op=from&add-value=30", nil)
		if to := w.Header().Get("Location"); !strings.Contains(to, "from.age=30") || strings.Contains(to, "18") || !strings.Contains(to, "to.age=60") {
			t.Errorf("%d %s", w.Code, to)
		}
		if body := h.ask(who, http.MethodGet, admin.Base+"/members?from.age=-1", nil).Body.String(); !strings.Contains(body, "от 0 до 36") {
			t.Error("it is not said which numbers there may be")
		}
	})
}
