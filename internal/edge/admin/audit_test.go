package admin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

var tags = regexp.MustCompile(`<[^>]*>`)

// TestTrailSpeaksWords: what was changed is told in the reader's words: rights,
// money, points, moments and the names of what ids stand for.
func TestTrailSpeaksWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("reader", []staff.Permission{staff.AuditSee, staff.KeysEdit, staff.ReferenceSee})
		h.ask(who, http.MethodPost, admin.Base+"/keys/new", url.Values{"name": {"Сайт"}, "scopes": {"reference.read"}})
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			for _, e := range []audit.Entry{
				{Action: "member.points-put", Target: audit.Target{Kind: "member", ID: "77"}, After: map[string]any{"points": 12_345}},
				{Action: "purchase.refunded", Target: audit.Target{Kind: "purchase", ID: "8"}, After: map[string]any{"money": 99_050}},
				{Action: "consent_text.saved", Target: audit.Target{Kind: "consent_text", ID: "9"}, After: map[string]any{"kind": "personal_data", "title": "Обработка"}},
				{Action: "intake.ended", Target: audit.Target{Kind: "intake", ID: "10"}, After: map[string]any{"size": 2048}},
				{Action: "cashier.pin-set", Target: audit.On("outlet", h.Outlet.ID), After: map[string]any{"outlet_ids": []string{h.Outlet.ID.String()}}},
				{Action: "product_type.saved", Target: audit.Target{Kind: "product_type", ID: "11"}, After: map[string]any{"code": "bar", "name_ru": "Бар и кухня", "name_en": "Bar"}},
			} {
				if err := audit.Note(t.Context(), tx, h.Clock.Now(), e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		said := strings.Join(strings.Fields(tags.ReplaceAllString(h.ask(who, http.MethodGet, admin.Base+"/audit", nil).Body.String(), " ")), " ")
		said = strings.ReplaceAll(said, "\u00a0", " ")
		for _, words := range []string{"Читать справочники", "123,45 бонуса", "990,50 ₽", "Обработка персональных данных", "Размер, байт", "2 048", h.Outlet.Name, "Тип товара «Бар и кухня»"} {
			if !strings.Contains(said, words) {
				t.Errorf("the trail does not say %q", words)
			}
		}
		for _, raw := range []string{"reference.read", "personal_data", "12 345", h.Outlet.ID.String()} {
			if strings.Contains(said, raw) {
				t.Errorf("the trail says %q", raw)
			}
		}
	})
}

// TestTrailNamesWhom: a line says which member it is of, by number, and by name to
// whoever may see members, with the way to his page; what was done to many is told
// as it was asked for. No ids are told.
func TestTrailNamesWhom(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		anna, oleg := h.register("Анна", "+79161234567"), h.register("Олег", "+79161234568")
		sees, reads := h.hire("sees", []staff.Permission{staff.MembersSee, staff.AuditSee, staff.PointsAdjust}), h.hire("reads", []staff.Permission{staff.AuditSee})
		done := h.ask(sees, http.MethodPost, admin.Base+"/members/bulk/points", url.Values{
			"all": {"yes"}, "list": {""}, "programme": {h.Programme.ID.String()}, "way": {"in"}, "points": {"15"}, "reason": {"за ожидание"},
		}).Header().Get("Location")
		h.ask(sees, http.MethodPost, done+"/begin", url.Values{})
		h.check(h.bulk.Work(t.Context()))
		h.check(h.members.SaveCustomField(t.Context(), member.CustomField{Key: "own", Kind: member.CustomText, LabelRU: "Своё поле", LabelEN: "Own field", Active: true}))
		plastic, err := h.cards.SaveType(t.Context(), card.Type{Code: "plastic", Name: "Пластик", Kind: card.Plastic, Active: true})
		h.check(err)
		_, _, err = h.cards.LoadBatch(t.Context(), plastic.ID, []card.Stock{{Number: "1000000017"}}, "к празднику", member.Actor{})
		h.check(err)
		h.check(d.Write(t.Context(), func(tx *db.Tx) error {
			for _, target := range []audit.Target{{Kind: "purchase", ID: oleg.Home.String() + "-8"}, {Kind: "member", ID: "77"}, {Kind: "intake", ID: "123456789"}} {
				if err := audit.Note(t.Context(), tx, h.Clock.Now(), audit.Entry{Action: target.Kind + ".seen", Target: target}); err != nil {
					return err
				}
			}
			return nil
		}))
		trail := func(who string) (body, said string) {
			body = h.ask(who, http.MethodGet, admin.Base+"/audit", nil).Body.String()
			said = strings.Join(strings.Fields(tags.ReplaceAllString(body, " ")), " ")
			return body, strings.ReplaceAll(said, "\u00a0", " ")
		}
		body, said := trail(sees)
		for _, want := range []string{
			"Участник № " + anna.Number + ", Анна", "Участник № " + oleg.Number + ", Олег", "Покупка участника № " + oleg.Number + ", Олег", "Участник –", "Дополнительное поле «Своё поле»", "Партия карт «Пластик, к празднику»",
			"Массовое действие «Начислить по 15",
		} {
			if !strings.Contains(said, want) {
				t.Errorf("the trail does not say %q: %s", want, said)
			}
		}
		for _, link := range []string{admin.Base + "/members/" + anna.Home.String(), done} {
			if !strings.Contains(body, `<a href="`+link+`"`) {
				t.Errorf("nothing leads to %s", link)
			}
		}
		if strings.Contains(body, `<a href="`+admin.Base+`/members/77"`) {
			t.Error("a page that is not there is led to")
		}
		body, blind := trail(reads)
		if !strings.Contains(blind, "Участник № "+anna.Number) || strings.Contains(blind, "Анна") || strings.Contains(body, `<a href="`+admin.Base+"/members/") {
			t.Errorf("to whoever may not see members: %s", blind)
		}
		for _, raw := range []string{anna.Home.String(), oleg.Home.String(), done[strings.LastIndexByte(done, '/')+1:], "123456789"} {
			if strings.Contains(said+blind, raw) {
				t.Errorf("the trail says %q", raw)
			}
		}
	})
}

// TestTrailFindsWhom: a search of the trail finds the lines of members and of their
// purchases: by number whoever reads it, by phone and name whoever may see members;
// the lines of one who was merged into another too.
func TestTrailFindsWhom(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		anna, twin, oleg := h.register("Анна", "+79161234567"), h.register("Аня", "+79161234569"), h.register("Олег", "+79161234568")
		sees, reads := h.hire("sees", []staff.Permission{staff.MembersSee, staff.AuditSee}), h.hire("reads", []staff.Permission{staff.AuditSee})
		h.check(d.Write(t.Context(), func(tx *db.Tx) error {
			for action, target := range map[string]audit.Target{
				"done.anna": {Kind: "member", ID: anna.Home.String()}, "done.twin": {Kind: "member", ID: twin.Home.String()},
				"done.bought": {Kind: "purchase", ID: anna.Home.String() + "-8"}, "done.oleg": {Kind: "member", ID: oleg.Home.String()},
			} {
				if err := audit.Note(t.Context(), tx, h.Clock.Now(), audit.Entry{Action: action, Target: target}); err != nil {
					return err
				}
			}
			return nil
		}))
		merges := merge.Merges{DB: d, IDs: h.IDs, Clock: h.Clock, Members: h.members, Desk: h.Desk}
		both := merge.Request{Into: anna.Home, From: twin.Home, By: member.Actor{Kind: member.BySystem}, Reason: "паспорт один"}
		look, err := merges.Preview(t.Context(), both)
		h.check(err)
		both.Digest = look.Digest
		_, err = merges.Merge(t.Context(), both)
		h.check(err)
		annas, nobody := []string{"done.anna", "done.bought", "done.twin"}, []string(nil)
		for _, c := range []struct {
			who, typed string
			want       []string
		}{
			{sees, anna.Number, annas},
			{sees, twin.Number, annas},
			{sees, "8 (916) 123-45-67", annas},
			{sees, "анна", annas},
			{sees, oleg.Number, []string{"done.oleg"}},
			{sees, "Олег", []string{"done.oleg"}},
			{sees, "Ольга", nobody},
			{reads, anna.Number, annas},
			{reads, oleg.Number, []string{"done.oleg"}},
			{reads, "+79161234568", nobody},
			{reads, "Олег", nobody},
		} {
			body := h.ask(c.who, http.MethodGet, admin.Base+"/audit?"+url.Values{"q": {c.typed}}.Encode(), nil).Body.String()
			got := regexp.MustCompile(`done\.[a-z]+`).FindAllString(tags.ReplaceAllString(body, " "), -1)
			slices.Sort(got)
			if diff := cmp.Diff(c.want, slices.Compact(got)); diff != "" {
				t.Errorf("%q: %s", c.typed, diff)
			}
		}
	})
}
