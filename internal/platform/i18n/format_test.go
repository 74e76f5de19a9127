package i18n

import (
	"math"
	"testing"
	"time"
)

func TestFormat(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 2, 4, 5, 0, 0, time.UTC)
	for name, tc := range map[string]struct{ got, want string }{
		"money":                {Money(RU, 125050), "1\u00a0250,50\u00a0₽"},
		"money of a million":   {Money(RU, 123456789), "1\u00a0234\u00a0567,89\u00a0₽"},
		"money of one kopeck":  {Money(RU, 1), "0,01\u00a0₽"},
		"money zero":           {Money(RU, 0), "0,00\u00a0₽"},
		"money below zero":     {Money(RU, -100), "−1,00\u00a0₽"},
		"money en":             {Money(EN, 125050), "₽1,250.50"},
		"money en below zero":  {Money(EN, -5), "−₽0.05"},
		"least money":          {Money(RU, math.MinInt64), "−92\u00a0233\u00a0720\u00a0368\u00a0547\u00a0758,08\u00a0₽"},
		"points whole":         {Points(RU, 125000), "1\u00a0250"},
		"points with part":     {Points(RU, 1250), "12,50"},
		"points small":         {Points(EN, 7), "0.07"},
		"points en":            {Points(EN, 12500000), "125,000"},
		"rate":                 {Rate(RU, 50_000), "5\u00a0%"},
		"rate with part":       {Rate(RU, 125_000), "12,5\u00a0%"},
		"rate of a millionth":  {Rate(EN, 1), "0.0001%"},
		"quantity":             {Quantity(RU, 2000), "2"},
		"quantity with part":   {Quantity(EN, 1500), "1.5"},
		"number":               {Number(RU, 999), "999"},
		"number of a thousand": {Number(RU, 1000), "1\u00a0000"},
		"date":                 {Date(RU, at), "02.11.2026"},
		"date en":              {Date(EN, at), "2 Nov 2026"},
		"long date":            {LongDate(RU, at), "2\u00a0ноября\u00a02026"},
		"long date en":         {LongDate(EN, at), "2 November 2026"},
		"month":                {Month(RU, at), "ноябрь\u00a02026"},
		"month en":             {Month(EN, at), "November 2026"},
		"date and time":        {DateTime(RU, at), "02.11.2026 04:05"},
		"date and time en":     {DateTime(EN, at), "2 Nov 2026, 04:05"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: %q, want %q", name, tc.got, tc.want)
		}
	}
}
