// Package ui is the look of every workplace: who sees a page, in which language,
// theme and zone (Look), the files that pages use (Static), and what a page may
// load and run (Protect).
//
// Its components are in package kit, the only place with class names; package
// storybook shows each of them in each of its states. A page never writes a
// number, a date or a word by itself: it asks the functions here, which take the
// reader's language from the context.
package ui

import (
	"context"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/contact"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/money"
)

// Theme is light or dark.
type Theme string

// The themes. Auto is the reader's system's.
const (
	Auto  Theme = ""
	Light Theme = "light"
	Dark  Theme = "dark"
)

// Themes are all themes, in the order that they are chosen from.
func Themes() []Theme { return []Theme{Auto, Light, Dark} }

// Look is how a page is shown to its reader.
type Look struct {
	Lang  i18n.Lang
	Theme Theme
	Zone  *time.Location // that times are told in
	Now   clock.Micros
	Texts *i18n.Catalog
}

type lookKey struct{}

// With gives a context whose reader sees pages so.
func With(ctx context.Context, l *Look) context.Context {
	return context.WithValue(ctx, lookKey{}, l)
}

// Of is the look of the context's reader. A page without one is the program's
// own mistake.
func Of(ctx context.Context) *Look {
	l, ok := ctx.Value(lookKey{}).(*Look)
	if !ok {
		panic("ui: a page without a look")
	}
	return l
}

// T is a text in the reader's language; args are name, value pairs.
func T(ctx context.Context, key string, args ...any) string {
	l := Of(ctx)
	return l.Texts.Text(l.Lang, key, args...)
}

// Number is a whole number: 1 248.
func Number[N ~int | ~int64](ctx context.Context, n N) string { return i18n.Number(Of(ctx).Lang, n) }

// Money is a sum in roubles with its kopecks: 1 250,50 ₽.
func Money(ctx context.Context, a money.Amount) string { return i18n.Money(Of(ctx).Lang, a) }

// Points is a number of points with their name: 1 248 бонусов.
func Points(ctx context.Context, p money.Points) string { return T(ctx, "ui.points", "count", p) }

// Signed is a number of points that came or went: +48, −57,50.
func Signed(ctx context.Context, p money.Points) string {
	s := i18n.Points(Of(ctx).Lang, p)
	if p > 0 {
		return "+" + s
	}
	return s
}

// Rate is a share: 12,5 %.
func Rate(ctx context.Context, r money.Rate) string { return i18n.Rate(Of(ctx).Lang, r) }

// Date is a day of the reader's zone: 22.11.2026.
func Date(ctx context.Context, at clock.Micros) string {
	return i18n.Date(Of(ctx).Lang, local(ctx, at))
}

// DateTime is a minute of the reader's zone: 22.11.2026 14:05.
func DateTime(ctx context.Context, at clock.Micros) string {
	return i18n.DateTime(Of(ctx).Lang, local(ctx, at))
}

// Machine is a time as a machine reads it, for the datetime attribute.
func Machine(at clock.Micros) string { return at.Time().Format(time.RFC3339) }

func local(ctx context.Context, at clock.Micros) time.Time { return at.In(Of(ctx).Zone) }

const (
	justNow  = time.Minute
	relative = 7 * 24 * time.Hour // past that a date says more
)

// Ago is how long ago something was, in words for up to a week and as a date
// before: «5 минут назад», «вчера», 22.11.2026. What is to come is a date and
// time.
func Ago(ctx context.Context, at clock.Micros) string {
	now := Of(ctx).Now
	d := now.Time().Sub(at.Time())
	switch days := daysBetween(local(ctx, at), local(ctx, now)); {
	case d < 0:
		return DateTime(ctx, at)
	case d < justNow:
		return T(ctx, "ui.just-now")
	case d < time.Hour:
		return T(ctx, "ui.minutes-ago", "count", int(d/time.Minute))
	case days == 0:
		return T(ctx, "ui.hours-ago", "count", int(d/time.Hour))
	case days == 1:
		return T(ctx, "ui.yesterday")
	case d < relative:
		return T(ctx, "ui.days-ago", "count", days)
	}
	return Date(ctx, at)
}

func daysBetween(a, b time.Time) int {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(day(b).Sub(day(a)).Hours() / 24)
}

// Phone is a phone as people write it: +7 916 123-45-67.
func Phone(number string) string { return contact.WritePhone(number) }

// Masked is a phone of which only what tells it from others can be read.
func Masked(number string) string { return contact.MaskPhone(number) }
