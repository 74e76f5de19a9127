package partner_test

import (
	"slices"
	"testing"

	"kopilka/internal/loyalty/partner"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestDirectoryIsByName: the directory gives partners, outlets and tills by their
// names, as people look for them; tills by their outlets first.
func TestDirectoryIsByName(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		own := b.partner("own")
		for i, name := range []string{"Юность", "Аврора", "Мир"} {
			code := string(rune('a' + i))
			must[partner.Partner](t)(b.SavePartner(b.ctx, partner.Partner{Code: code, Name: name}))
			o := must[partner.Outlet](t)(b.SaveOutlet(b.ctx, partner.Outlet{PartnerID: own.ID, Code: code, Name: name, Zone: "Asia/Omsk", Cutover: partner.DefaultCutover}))
			must[partner.Till](t)(b.SaveTill(b.ctx, partner.Till{OutletID: o.ID, Code: "1", Name: "Касса у входа"}))
			must[partner.Till](t)(b.SaveTill(b.ctx, partner.Till{OutletID: o.ID, Code: "2", Name: "Бар"}))
		}
		must[bool](t)(b.dir.Refresh(b.ctx, d))
		if got := b.dir.OutletCodes(); !slices.Equal(got, []string{"b", "c", "a"}) {
			t.Errorf("outlets: %q", got)
		}
		if got := b.dir.PartnerCodes(); !slices.Equal(got, []string{"b", "c", "own", "a"}) {
			t.Errorf("partners: %q", got)
		}
		if got := b.dir.TillCodes(); !slices.Equal(got, []string{"b/2", "b/1", "c/2", "c/1", "a/2", "a/1"}) {
			t.Errorf("tills: %q", got)
		}
	})
}
