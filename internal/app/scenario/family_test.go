package scenario

import (
	"net/http"
	"strings"
	"testing"

	"kopilka/client"
)

const family = "family-account.yaml"

// «Несколько карт могут быть объединены в мастер-счёт», «по накоплению
// определённого количества активных баллов ему присваивается уровень», «изменение
// уровня сопровождается изменением активного баланса»: three on one account.
func TestFamilyOnOneAccount(t *testing.T) {
	tell(t, family, "2026-03-02 12:00", func(s *shop) {
		anna, boris, vera := s.joins("Анна"), s.joins("Борис"), s.joins("Вера")
		s.sells(&receipt{who: boris, lines: []client.CartLine{line("goods", 1, 100_00)}, allowed: 50_00, due: 100_00, earned: 10_00, level: "standard"})
		house, err := s.office.FoundHousehold(s.Context(), &client.HouseholdBody{Founder: anna, Name: "Ивановы", Members: []string{boris, vera}})
		s.no(err)
		if len(house.Members) != 3 {
			t.Errorf("%+v", house)
		}
		s.has(boris, 0, 0) // his ten points wait in his own account

		s.sells(&receipt{who: anna, lines: []client.CartLine{line("goods", 1, 1000_00)}, allowed: 500_00, due: 1000_00, earned: 100_00, level: "standard"})
		s.sells(&receipt{who: boris, lines: []client.CartLine{line("goods", 1, 1500_00)}, allowed: 750_00, due: 1500_00, earned: 150_00, level: "standard"})
		for _, who := range []string{anna, boris, vera} {
			s.has(who, 250_00, 0)
		}
		// The third fills the account up to the level of all, which gives a hundred.
		lifts := s.sells(&receipt{who: vera, lines: []client.CartLine{line("goods", 1, 500_00)}, allowed: 250_00, due: 500_00, earned: 50_00, level: "vip"})
		s.has(anna, 400_00, 0)
		s.stands(boris, "vip", "2026-05-31")
		s.sells(&receipt{
			who: boris, lines: []client.CartLine{line("goods", 1, 1000_00)}, spend: 300_00,
			discount: 50_00, allowed: 475_00, spent: 300_00, due: 650_00, earned: 65_00, level: "vip",
			why: whys{"vip-5": {"Скидка 50,00 ₽", "Discount of ₽50.00"}},
		})
		s.has(vera, 165_00, 0)

		// Vera leaves. What she bought for the family goes back to the family.
		_, err = s.office.LeaveHousehold(s.Context(), house.ID, &client.HouseholdMemberBody{Member: vera})
		s.no(err)
		s.has(vera, 0, 0)
		if back := s.refunds(lifts); back.Founder != anna || back.Earned != 50_00 {
			t.Errorf("%+v", back)
		}
		// Boris has his own points again once the household has ended.
		_, err = s.office.EndHousehold(s.Context(), house.ID)
		s.no(err)
		s.has(boris, 10_00, 0)
	})
}

// The level of all falls at the end of its term where the family has spent its
// points, and takes fifty with it.
func TestFamilyFalls(t *testing.T) {
	tell(t, family, "2026-03-02 12:00", func(s *shop) {
		anna, boris := s.joins("Анна"), s.joins("Борис")
		_, err := s.office.FoundHousehold(s.Context(), &client.HouseholdBody{Founder: anna, Name: "Семья", Members: []string{boris}})
		s.no(err)
		s.sells(&receipt{who: boris, lines: []client.CartLine{line("goods", 1, 3000_00)}, allowed: 1500_00, due: 3000_00, earned: 300_00, level: "vip"})
		s.has(anna, 400_00, 0)
		s.sells(&receipt{
			who: anna, lines: []client.CartLine{line("goods", 1, 1000_00)}, spend: 300_00,
			discount: 50_00, allowed: 475_00, spent: 300_00, due: 650_00, earned: 65_00, level: "vip",
		})
		s.has(boris, 165_00, 0)
		s.days(91)
		s.stands(boris, "standard", "")
		s.has(boris, 115_00, 0)
	})
}

// A family of two on one account. With level_scope: member only he rises who has
// bought, and he alone pays less; with account the two rise together.
func TestFamilyOfOwnLevels(t *testing.T) {
	const file = "family-levels.yaml"
	tell(t, file, "2026-03-02 12:00", func(s *shop) {
		anna, boris := s.joins("Анна"), s.joins("Борис")
		house, err := s.office.FoundHousehold(s.Context(), &client.HouseholdBody{Founder: anna, Name: "Ивановы", Members: []string{boris}})
		s.no(err)
		lifts := s.sells(&receipt{who: boris, lines: []client.CartLine{line("goods", 3, 1000_00)}, allowed: 1500_00, due: 3000_00, earned: 150_00, level: "gold"})
		s.stands(boris, "gold", "2026-05-31")
		s.stands(anna, "standard", "")
		s.has(anna, 150_00, 0)
		s.sells(&receipt{who: anna, lines: []client.CartLine{line("goods", 1, 1000_00)}, allowed: 500_00, due: 1000_00, earned: 50_00, level: "standard"})
		s.sells(&receipt{
			who: boris, lines: []client.CartLine{line("goods", 1, 1000_00)}, spend: 200_00,
			discount: 100_00, allowed: 450_00, spent: 200_00, due: 700_00, earned: 35_00, level: "gold",
			why: whys{"gold-10": {"Скидка 100,00 ₽", "Discount of ₽100.00"}},
		})
		s.has(anna, 35_00, 0)
		changes, err := s.office.ListLevelChanges(s.Context(), boris, nil)
		s.no(err)
		if n := len(changes.Items); n != 2 || changes.Items[0].To != "gold" || changes.Items[0].Operation != lifts.ID {
			t.Errorf("%+v", changes.Items)
		}

		// What the level came of goes back, and the level with it: his alone.
		if back := s.refunds(lifts); back.Founder != anna || back.Level != "standard" {
			t.Errorf("%+v", back)
		}
		s.stands(boris, "standard", "")

		s.put(strings.Replace(s.read(file), "level_scope: member", "level_scope: account", 1))
		s.sells(&receipt{who: anna, lines: []client.CartLine{line("goods", 1, 1300_00)}, allowed: 650_00, due: 1300_00, earned: 65_00, level: "gold"})
		s.stands(boris, "gold", "")

		// Points that go with a level would be everybody's.
		s.put(s.read(file))
		status, told := s.send(strings.Replace(s.read(file), "    total: 3000", "    total: 3000\n    gift: 100", 1))
		if status != http.StatusBadRequest || !strings.Contains(told, "programme.level-scope") || !strings.Contains(told, `"line":20`) {
			t.Errorf("%d %s", status, told)
		}
		_, err = s.office.LeaveHousehold(s.Context(), house.ID, &client.HouseholdMemberBody{Member: boris})
		s.no(err)
		s.stands(boris, "standard", "")
	})
}
