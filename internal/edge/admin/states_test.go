package admin_test

import (
	"net/http"
	"regexp"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

var rawState = regexp.MustCompile(`segment\.value\.[a-z._]*|admin\.change-state\.[a-z]*`)

// TestStatesInWords: each state that a member can be in is told in words, on his
// page and where a list is asked for by it.
func TestStatesInWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		into, m := h.register("Орлова", "+79161234568"), h.register("Светлова", "+79161234567")
		who := h.hire("sees", []staff.Permission{staff.MembersSee})
		list := admin.Base + "/members"
		for _, s := range member.AllStates() {
			h.check(d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `update member set state = $1, merged_into = $2 where home_id = $3`, s, into.Home, m.Home)
				return err
			}))
			for _, path := range []string{list + "/" + m.Home.String(), list + "?in.state=" + string(s)} {
				w := h.ask(who, http.MethodGet, path, nil)
				if raw := rawState.FindString(w.Body.String()); w.Code != http.StatusOK || raw != "" {
					t.Errorf("%s: %s: %d, it says %q", s, path, w.Code, raw)
				}
			}
		}
	})
}
