package admin_test

import (
	"net/http"
	"net/url"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestFindsEverything: the search at the head of pages finds a member, a receipt
// and a code by what is typed, each for whoever may see it.
func TestFindsEverything(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		next := *h.Programme
		next.Campaigns = append(next.Campaigns, rule.Campaign{ID: "spring", Name: "Весна", Codes: []string{"весна26"}, NeedsCode: true})
		_, err := h.Programmes.Put(t.Context(), next, "test")
		h.check(err)
		m, err := h.members.Register(t.Context(), member.DefaultRules(), member.Registration{
			Profile: member.Profile{Surname: "Светлова"}, Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79161234567"}},
		}, member.Actor{Kind: member.BySystem})
		h.check(err)
		codes := &promo.Codes{DB: d, Clock: h.Clock}
		made, err := codes.Make(t.Context(), promo.Order{Programme: h.Programmes.Current().Get(h.Programme.ID), Campaign: "spring", Count: 1, By: "test"})
		h.check(err)
		cart := h.Cart(purchase.Buyer{}, purchasetest.Line("T1", 1, 5000))
		cart.Number = "Ч-000451"
		sold, err := h.Desk.Commit(t.Context(), cart)
		h.check(err)
		all := []staff.Permission{staff.MembersSee, staff.PurchasesSee, staff.ProgrammeSee}
		everything, elsewhere := h.hire("everything", all), h.hire("elsewhere", all, h.other)
		receipts, members := h.hire("receipts", all[1:2]), h.hire("members", all[:1])
		programme, list := admin.Base+"/programmes/"+h.Programme.ID.String(), admin.Base+"/members?q="
		for typed, to := range map[string]map[string]string{
			"8 916 123-45-67": {everything: admin.Base + "/members/" + m.Home.String(), members: admin.Base + "/members/" + m.Home.String(), receipts: admin.Base + "/purchases?q="},
			"Ч-000451":        {everything: pathOf(sold.Purchase), receipts: pathOf(sold.Purchase), members: list, elsewhere: list},
			made[0].Code:      {everything: programme, members: list},
			"Весна26":         {everything: programme, members: list},
			"Светлова":        {everything: list},
		} {
			for who, want := range to {
				if want[len(want)-1] == '=' {
					want += url.QueryEscape(typed)
				}
				if w := h.ask(who, http.MethodGet, admin.Base+"/find?q="+url.QueryEscape(typed), nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
					t.Errorf("%s: %d to %s, not %s", typed, w.Code, w.Header().Get("Location"), want)
				}
			}
		}
	})
}
