package pages

import (
	"strings"
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/platform/db"
)

// TestLongNames: names that are long and have no spaces make no page wider than
// the window.
func TestLongNames(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	err := s.service.DB.Write(t.Context(), func(tx *db.Tx) error {
		const long = "КонстантинопольскаястаршеклассницаВерхнеуральскаяЗаречная"
		for _, set := range []string{
			`update member set surname = $1, name = $1, patronymic = $1, comment = $1, address_street = $1`, `update staff set name = $1`,
			`update api_key set name = $1`, `update product set name = $1`, `update card_type set name = $1`, `update partner set name = $1`, `update cashier set name = $1`,
		} {
			if _, err := tx.Exec(t.Context(), set, long); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, look := range looks() {
		t.Run(look.Name(), func(t *testing.T) {
			p := console(t, b, s.url, look)
			member := s.toMember(p)
			pages := []string{"/admin/members", "/admin/purchases?span=quarter", "/admin/me", "/admin/people", "/admin/people/new", "/admin/keys", "/admin/catalogue", "/admin/cards", "/admin/audit", member + "/edit", member + "/merge", member, member + "/cards"}
			for _, page := range pages {
				p.Go(s.url + page)
				p.Wait(drawn)
				p.Fits()
				p.Shot("long" + strings.NewReplacer("/", "-", "?", "-").Replace(page))
			}
		})
	}
}
