package admin_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// TestHistorySpeaksWords: what was changed of a member is told in words and
// names, whatever it was; contacts are masked in all of it.
func TestHistorySpeaksWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		ctx, by, rules := t.Context(), member.Actor{Kind: member.BySystem}, member.DefaultRules()
		h.check(h.members.SaveCustomField(ctx, member.CustomField{Key: "pet", Kind: member.CustomBool, LabelRU: "Есть питомец", LabelEN: "Has a pet", Active: true}))
		group, err := h.members.SaveGroup(ctx, member.Group{Name: "Друзья зала", Active: true})
		h.check(err)
		category, err := h.members.SaveCategory(ctx, member.Category{Name: "Студент", Active: true})
		h.check(err)
		first, err := h.members.Register(ctx, rules, member.Registration{
			Profile: member.Profile{Surname: "Светлова"}, Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79161234567"}},
		}, by)
		h.check(err)
		m, err := h.members.Register(ctx, rules, member.Registration{
			Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79161112233"}, {Kind: member.Phone, Value: "+79164445566"}, {Kind: member.Email, Value: "anna@example.ru"}},
			Groups:      []id.ID{group.ID}, Inviter: "+79161234567",
			Relatives: []member.Relative{{Kind: "child", Name: "Пётр", BirthDate: "2015-05-01"}},
		}, by)
		h.check(err)
		_, err = h.members.Update(ctx, rules, m.Home, 0, member.Patch{Set: map[member.Field]string{
			member.FieldCategory: category.ID.String(), member.FieldBirthDate: "1990-02-28", member.FieldSex: member.Male, "custom.pet": "true",
			member.FieldDocumentType: "паспорт", member.FieldAddressStreet: "Советская",
		}, Relatives: &[]member.Relative{}}, by)
		h.check(err)
		_, err = h.members.SetMain(ctx, m.Home, 0, member.Ref{Kind: member.Phone, Value: "+79164445566"}, by)
		h.check(err)
		kind, err := h.cards.SaveType(ctx, card.Type{Code: "v", Name: "Виртуальная", Kind: card.Virtual, Active: true, Properties: card.Properties{Prefix: "29"}})
		h.check(err)
		_, err = h.cards.Issue(ctx, m.Home, card.NewCard{Type: kind.ID}, by)
		h.check(err)
		_, err = h.members.FoundHousehold(ctx, m.Home, "Ивановы", nil, by)
		h.check(err)
		_, err = h.members.Block(ctx, m.Home, 0, "споры", by)
		h.check(err)

		page := h.ask(h.hire("reads", []staff.Permission{staff.MembersSee}), http.MethodGet, admin.Base+"/members/"+m.Home.String()+"/changes", nil)
		text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page.Body.String(), "|")
		for _, want := range []string{"Светлова", "Друзья зала", "Студент", "Ивановы", "28.02.1990", "мужской", "Есть питомец", "|да|", "заблокирован", "Ребёнок Пётр 01.05.2015", "Основной телефон", "Улица", "окумент"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not told", want)
			}
		}
		for _, code := range []string{
			"+79161112233", "+79164445566", "anna@example.ru", m.Home.String() + "|", first.Home.String(), group.ID.String(), category.ID.String(),
			"phone_main", "custom.pet", "birth_date", "document_type", "address_street", "|true|", "|male|", "|blocked|", "1990-02-28", "admin.change",
		} {
			if strings.Contains(text, code) {
				t.Errorf("%q is told as it is kept", code)
			}
		}
	})
}
