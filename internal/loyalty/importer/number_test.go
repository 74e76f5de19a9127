package importer

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopilka/internal/platform/money"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	point, comma, sheet := numbers{decimal: '.'}, numbers{decimal: ','}, numbers{decimal: ',', sheet: true}
	const bad = -1 << 62
	for _, tc := range []struct {
		n    numbers
		s    string
		want int64 // millionths
	}{
		{point, "2.55", 2_550_000},
		{point, "0.001", 1_000},
		{point, "-11062.06", -11_062_060_000},
		{point, "1,234.5", 1_234_500_000},
		{point, "1,234,567", 1_234_567_000_000},
		{point, "-1,234", -1_234_000_000},
		{point, "2,55", bad},
		{point, "1,23,456", bad},
		{point, "1.5,000", bad},
		{point, "", bad},
		{point, "abc", bad},
		{point, "1e400", bad},
		{point, "99999999999999999999", bad},
		{comma, "2,55", 2_550_000},
		{comma, "1 234,5", 1_234_500_000},
		{comma, "1\u00a0234,5", 1_234_500_000},
		{comma, "1.234,56", 1_234_560_000},
		{comma, "1.234", 1_234_000_000},
		{comma, "2.55", bad},
		{sheet, "2.5499999999999998", 2_550_000},
		{sheet, "1.234", 1_234_000},
		{sheet, "2,55", 2_550_000},
		{sheet, "1.0000000000000001E-3", 1_000},
	} {
		got, ok := tc.n.price(tc.s)
		if !ok {
			got = bad
		}
		if got != tc.want {
			t.Errorf("%q with %q: %d, want %d", tc.s, tc.n.decimal, got, tc.want)
		}
	}
	for s, want := range map[string]money.Quantity{"6": 6000, "-0,345": -345, "0,30000000000000004": 300, "1,2345": bad, "": bad} {
		got, ok := comma.quantity(s)
		if !ok {
			got = bad
		}
		if got != want {
			t.Errorf("quantity %q: %d, want %d", s, got, want)
		}
	}
}

// TestPieces: whatever the price, the lines cost together what the row cost,
// and each by itself is a price times a quantity.
func TestPieces(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		micro := rapid.Int64Range(0, 1_000_000_000_000).Draw(t, "price")
		q := money.Quantity(rapid.OneOf(rapid.Int64Range(1, 1_000_000_000), rapid.Map(rapid.Int64Range(1, 1_000_000), func(n int64) int64 { return n * 1000 })).Draw(t, "quantity"))
		sum, ok := money.MulDiv(micro, int64(q), microKopeck*int64(money.Piece), money.HalfUp)
		if !ok || sum > 1e12 {
			t.Skip("too much")
		}
		var gross money.Amount
		var quantity money.Quantity
		lines := pieces(micro, q, money.Amount(sum))
		for _, p := range lines {
			if !p.near() || p.quantity <= 0 || p.price < 0 {
				t.Errorf("%+v", p)
			}
			gross, quantity = gross+p.gross, quantity+p.quantity
		}
		if gross != money.Amount(sum) || quantity != q || len(lines) > 2 {
			t.Errorf("%+v: %d kopecks of %d", lines, gross, sum)
		}
		if micro%microKopeck == 0 && len(lines) != 1 {
			t.Errorf("a whole price makes %d lines", len(lines))
		}
	})
}

func TestMoments(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ format, value, want string }{
		{"YYYY-MM-DD HH:mm:ss", "2010-12-01 08:26:00", "2010-12-01T05:26:00Z"},
		{"YYYY-MM-DD HH:mm:ss", "2010-12-01 08:26:00.125", "2010-12-01T05:26:00.125Z"},
		{"YYYY-MM-DD HH:mm:ss", "2010-12-01", ""},
		{"YYYY-MM-DD HH:mm:ss", "2010-13-01 08:26:00", ""},
		{"M/D/YYYY H:mm", "1/12/2010 8:26", "2010-01-12T05:26:00Z"},
		{"DD.MM.YYYY HH:mm", "31.12.2025 23:59", "2025-12-31T20:59:00Z"},
		{"DD.MM.YY", "01.02.26", "2026-01-31T21:00:00Z"},
		{"YYYY-MM-DDTHH:mm:ssZ", "2026-01-02T03:04:05+05:00", "2026-01-01T22:04:05Z"},
		{"YYYY-MM-DD", "0001-01-01", ""},
		{"YYYY-MM-DD", "9999-01-01", ""},
		{"excel", "40513.351388888892", "2010-12-01T05:26:00Z"}, // 08:26:00
		{"excel", "0.5", ""},
		{"excel", "1e9", ""},
		{"unix", "1291191960", "2010-12-01T08:26:00Z"},
	} {
		layout, err := layoutOf(tc.format)
		if err != nil {
			t.Errorf("%s: %v", tc.format, err)
			continue
		}
		m := moments{layouts: []string{layout}, zone: zone}
		for range 2 { // the second is answered from memory
			got := ""
			if at, ok := m.read(tc.value); ok {
				got = at.Time().Format(time.RFC3339Nano)
			}
			if got != tc.want {
				t.Errorf("%s %q: %s, want %s", tc.format, tc.value, got, tc.want)
			}
		}
	}
	for _, format := range []string{"", "HH:mm", "YYYY", "Jan 2 2006", "DD MMMM YYYY г.", "YYYY-MM-DD 15:04"} {
		if _, err := layoutOf(format); err == nil {
			t.Errorf("%q is taken for a format", format)
		}
	}
}
