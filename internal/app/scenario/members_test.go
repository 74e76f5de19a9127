package scenario

import (
	"testing"

	"kopilka/client"
	"kopilka/internal/loyalty/identity"
)

// TestSearchMembers: an outside system lists members by what they have bought;
// one that is bound to an outlet sees whom that has served.
func TestSearchMembers(t *testing.T) {
	tell(t, boxOffice, "2026-03-02 12:00", func(s *shop) {
		anna, boris, vera := s.joins("Анна"), s.joins("Борис"), s.joins("Вера")
		s.sells(&receipt{who: anna, outlet: "hall", lines: []client.CartLine{line("bar", 1, 100_00)}, due: 100_00})
		s.sells(&receipt{who: boris, outlet: "site", lines: []client.CartLine{line("bar", 1, 300_00)}, due: 300_00})
		_, err := s.service.Figures.Drain(s.Context())
		s.no(err)
		s.no(s.service.Refresher.Drain(s.Context()))
		found := func(c *client.Client, q *client.MemberSearch) (ids []string) {
			page, err := c.SearchMembers(s.Context(), q)
			s.no(err)
			for _, m := range page.Items {
				ids = append(ids, m.ID)
			}
			return ids
		}
		same := func(got []string, want ...string) {
			s.Helper()
			if len(got) != len(want) {
				s.Fatalf("%v, want %v", got, want)
			}
			for i := range want {
				if got[i] != want[i] {
					s.Errorf("%v, want %v", got, want)
				}
			}
		}
		bought := []client.MemberCondition{{Field: "turnover", Op: "from", Values: []string{"100"}}}
		same(found(s.office, &client.MemberSearch{Conditions: bought, Order: "turnover", Descending: true}), boris, anna)
		same(found(s.office, &client.MemberSearch{Conditions: []client.MemberCondition{{Field: "purchases", Op: "to", Values: []string{"0"}}}}), vera)
		page, err := s.office.SearchMembers(s.Context(), &client.MemberSearch{Search: "анна", Columns: []string{"turnover", "last_purchase", "comment"}, Count: true})
		s.no(err)
		if len(page.Items) != 1 || page.Count == nil || *page.Count != 1 || page.Items[0].Values["turnover"][0] != "10000" || page.Items[0].Values["comment"] != nil {
			s.Errorf("%+v", page)
		}
		outlets, err := s.office.ListOutlets(s.Context(), nil)
		s.no(err)
		for _, o := range outlets.Items {
			if o.Code == "hall" {
				same(found(s.bound(o.ID, identity.MembersRead), &client.MemberSearch{}), anna)
			}
		}
		_, err = s.tills["hall"].SearchMembers(s.Context(), &client.MemberSearch{})
		s.refused(err, 403, "api.no-till")
		_, err = s.office.SearchMembers(s.Context(), &client.MemberSearch{Conditions: []client.MemberCondition{{Field: "nothing", Op: "in", Values: []string{"1"}}}})
		s.refused(err, 400, "segment.bad-filter")
		fields, err := s.office.ListMemberFields(s.Context())
		s.no(err)
		if len(fields.Items) < 30 {
			s.Errorf("%d fields", len(fields.Items))
		}
	})
}
