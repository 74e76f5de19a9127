package storybook

import (
	"context"

	"github.com/a-h/templ"

	"kopilka/internal/edge/ui/kit"
)

// charts shows both kinds of chart.
func charts(ctx context.Context) templ.Component {
	x := []string{"01.11", "02.11", "03.11", "04.11"}
	day := say(ctx, "День", "Day")
	money := kit.Chart{
		Kind: kit.Line, X: x, Unit: "₽", Says: say(ctx, "Выручка по дням", "Revenue by day"), Over: day,
		Series: []kit.Series{
			{Name: say(ctx, "Этот месяц", "This month"), Color: kit.Earned, Data: []float64{12, 18, 9, 24}, Cells: []string{"12 ₽", "18 ₽", "9 ₽", "24 ₽"}},
			{Name: say(ctx, "Прошлый", "The last"), Color: kit.Beside, Data: []float64{10, 15, 14, 20}, Cells: []string{"10 ₽", "15 ₽", "14 ₽", "20 ₽"}},
		},
	}
	points := kit.Chart{
		Kind: kit.Bars, X: x, Says: say(ctx, "Бонусы по дням", "Points by day"), Over: day,
		Series: []kit.Series{
			{Name: say(ctx, "Начислено", "Earned"), Color: kit.Earned, Data: []float64{120, 80, 140, 60}, Cells: []string{"120", "80", "140", "60"}},
			{Name: say(ctx, "Списано", "Spent"), Color: kit.Spent, Data: []float64{-40, -70, 0, -20}, Cells: []string{"40", "70", "0", "20"}},
		},
	}
	return plots(money, points)
}
