package rule

import (
	"cmp"
	"strings"

	"kopilka/internal/platform/money"
)

// fill gives words that are left out their defaults.
func (s *Settings) fill() {
	d := DefaultSettings()
	s.RefundTerms = cmp.Or(s.RefundTerms, d.RefundTerms)
	s.Progressive = cmp.Or(s.Progressive, d.Progressive)
	s.ConditionsOn = cmp.Or(s.ConditionsOn, d.ConditionsOn)
	s.LevelOn = cmp.Or(s.LevelOn, d.LevelOn)
}

func (p *Programme) checkSettings(c *checker) {
	s := &p.Settings
	c.check(s.PointValue > 0 && s.PointValue <= 1e9, "settings.point_value", "programme.point-value")
	c.check(s.AccrualStep > 0 && s.AccrualStep <= 1e9, "settings.accrual_step", "programme.step")
	c.check(s.SpendStep > 0 && s.SpendStep <= 1e9, "settings.spend_step", "programme.step")
	// A step that is no whole number of kopecks would take off less than it is worth.
	whole, ok := money.MulDiv(int64(s.SpendStep), int64(s.PointValue), 100, money.Down)
	back, ok2 := money.MulDiv(whole, 100, max(int64(s.PointValue), 1), money.Down)
	c.check(ok && ok2 && back == int64(s.SpendStep), "settings.spend_step", "programme.step-kopecks")
	c.check(s.Round <= money.HalfEven, "settings.round", "programme.choice", "choices", strings.Join(money.Roundings(), ", "))
	c.check(s.PriceFloor >= 0, "settings.price_floor", "programme.floor")
	oneOf(c, "settings.earn_on", s.EarnOn, BeforeDiscounts, AfterDiscounts)
	oneOf(c, "settings.clawback", s.Clawback, ClawDebt, ClawMoney, ClawForgive)
	oneOf(c, "settings.refund_conditions", s.RefundTerms, KeepTerms, RecomputeTerms, TakeDifference)
	oneOf(c, "settings.progressive", s.Progressive, OnWhole, OnPart)
	oneOf(c, "settings.conditions_on", s.ConditionsOn, BeforeStage, BeforeAll)
	oneOf(c, "settings.level_on", s.LevelOn, LevelBefore, LevelAfter)
	c.check(days(s.ExpiredReturn), "settings.expired_return", "programme.days")
	c.check(days(s.LateMax), "settings.late_max", "programme.days")
}

// oneOf checks that a word is one of those there are.
func oneOf[T ~string](c *checker, path string, v T, words ...T) {
	all := make([]string, len(words))
	for i, w := range words {
		if v == w {
			return
		}
		all[i] = string(w)
	}
	c.check(false, path, "programme.choice", "choices", strings.Join(all, ", "))
}
