package i18n

import (
	"strconv"
	"strings"
	"time"

	"kopilka/internal/platform/money"
)

// Value formats one argument of a text for the language: money, points,
// rates, quantities and times as the functions of this package do, whole
// numbers with their thousands apart. What has no form of its own stays as it is.
func Value(lang Lang, v any) any {
	switch v := v.(type) {
	case int:
		return Number(lang, v)
	case int64:
		return Number(lang, v)
	case money.Amount:
		return Money(lang, v)
	case money.Points:
		return Points(lang, v)
	case money.Rate:
		return Rate(lang, v)
	case money.Quantity:
		return Quantity(lang, v)
	case time.Time:
		return DateTime(lang, v)
	}
	return v
}

// pluralCount gives a count in the form go-i18n wants: a whole number, or a
// decimal text for a share ("1.5"). Any other value has no plural.
func pluralCount(v any) any {
	switch v := v.(type) {
	case int, int64:
		return v
	case money.Points:
		if v%100 == 0 {
			return int64(v / 100)
		}
		return v.String()
	case string:
		if _, err := strconv.ParseFloat(v, 64); err == nil && !strings.ContainsAny(v, "eEnNxX") {
			return v
		}
	}
	return nil
}
