package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"kopilka/internal/platform/money"
)

const (
	nbsp  = "\u00a0" // no line break inside "1 250,50 ₽"
	minus = "−"
)

// Number renders a whole number with its thousands apart: 1 250, 1,250.
func Number[T ~int | ~int64](lang Lang, n T) string { return decimal(lang, int64(n), 0, 0) }

// Money renders kopecks as roubles, always with kopecks: 1 250,50 ₽, ₽1,250.50.
func Money(lang Lang, kopecks money.Amount) string {
	digits := decimal(lang, int64(kopecks), 2, 2)
	if lang == EN {
		if rest, negative := strings.CutPrefix(digits, minus); negative {
			return minus + "₽" + rest
		}
		return "₽" + digits
	}
	return digits + nbsp + "₽"
}

// Points renders hundredths of a point, the hundredths only where there are
// any: 1 250, 1 250,50.
func Points(lang Lang, hundredths money.Points) string {
	if hundredths%100 == 0 {
		return decimal(lang, int64(hundredths), 2, 0)
	}
	return decimal(lang, int64(hundredths), 2, 2)
}

// Rate renders millionths as per cent: 5 %, 12,5 %, 5%.
func Rate(lang Lang, millionths money.Rate) string {
	digits := decimal(lang, int64(millionths), 4, 0)
	if lang == EN {
		return digits + "%"
	}
	return digits + nbsp + "%"
}

// Quantity renders thousandths of a piece: 2, 1,5.
func Quantity(lang Lang, thousandths money.Quantity) string {
	return decimal(lang, int64(thousandths), 3, 0)
}

// decimal renders n, counted in units of 10^-scale, with at least minScale
// digits after the point.
func decimal(lang Lang, n int64, scale, minScale int) string {
	digits, sign := strconv.FormatInt(n, 10), ""
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		digits, sign = rest, minus
	}
	if pad := scale + 1 - len(digits); pad > 0 {
		digits = strings.Repeat("0", pad) + digits
	}
	whole, part := digits[:len(digits)-scale], digits[len(digits)-scale:]
	for len(part) > minScale && part[len(part)-1] == '0' {
		part = part[:len(part)-1]
	}
	group, point := nbsp, ","
	if lang == EN {
		group, point = ",", "."
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteRune(d)
	}
	if part != "" {
		b.WriteString(point + part)
	}
	return b.String()
}

// Date renders the calendar day of t: 22.11.2026, 22 Nov 2026.
func Date(lang Lang, t time.Time) string {
	if lang == EN {
		return t.Format("2 Jan 2006")
	}
	return t.Format("02.01.2006")
}

// YearDay renders the day of t without its year: 31.12, 31 Dec.
func YearDay(lang Lang, t time.Time) string {
	if lang == EN {
		return t.Format("2 Jan")
	}
	return t.Format("02.01")
}

// DateTime renders t to the minute: 22.11.2026 14:05, 22 Nov 2026, 14:05.
func DateTime(lang Lang, t time.Time) string {
	if lang == EN {
		return t.Format("2 Jan 2006, 15:04")
	}
	return t.Format("02.01.2006 15:04")
}

var monthsOf = [...]string{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"}

// LongDate renders the calendar day of t in words: 22 ноября 2026, 22 November 2026.
func LongDate(lang Lang, t time.Time) string {
	if lang == EN {
		return t.Format("2 January 2006")
	}
	return fmt.Sprintf("%d%s%s%s%d", t.Day(), nbsp, monthsOf[t.Month()-1], nbsp, t.Year())
}

var months = [...]string{"январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"}

// Month renders the calendar month of t: ноябрь 2026, November 2026.
func Month(lang Lang, t time.Time) string {
	if lang == EN {
		return t.Format("January 2006")
	}
	return fmt.Sprintf("%s%s%d", months[t.Month()-1], nbsp, t.Year())
}
