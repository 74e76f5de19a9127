package ui

import (
	"testing"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/money"
)

func TestWordsOfTimeAndPoints(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Asia/Kamchatka")
	if err != nil {
		t.Fatal(err)
	}
	// Half past one at night in Kamchatka.
	now := time.Date(2026, 11, 27, 1, 30, 0, 0, zone)
	look := func(lang i18n.Lang) *Look { return &Look{Lang: lang, Zone: zone, Now: clock.Of(now), Texts: texts} }
	ru, en := With(t.Context(), look(i18n.RU)), With(t.Context(), look(i18n.EN))
	for _, c := range []struct {
		ago    time.Duration
		ru, en string
	}{
		{0, "только что", "just now"},
		{59 * time.Second, "только что", "just now"},
		{time.Minute, "1 минуту назад", "1 minute ago"},
		{22 * time.Minute, "22 минуты назад", "22 minutes ago"},
		{59*time.Minute + 59*time.Second, "59 минут назад", "59 minutes ago"},
		{time.Hour, "1 час назад", "1 hour ago"},
		{100 * time.Minute, "вчера", "yesterday"}, // it was another day
		{25 * time.Hour, "вчера", "yesterday"},
		{26 * time.Hour, "2 дня назад", "2 days ago"},
		{7*24*time.Hour - time.Second, "7 дней назад", "7 days ago"},
		{7 * 24 * time.Hour, "20.11.2026", "20 Nov 2026"},
		{-time.Hour, "27.11.2026 02:30", "27 Nov 2026, 02:30"},
	} {
		at := clock.Of(now.Add(-c.ago))
		if got := Ago(ru, at); got != c.ru {
			t.Errorf("%s ago: %q, not %q", c.ago, got, c.ru)
		}
		if got := Ago(en, at); got != c.en {
			t.Errorf("%s ago: %q, not %q", c.ago, got, c.en)
		}
	}
	for _, c := range []struct {
		points         money.Points
		ru, en, signed string
	}{
		{1_00, "1 бонус", "1 point", "+1"},
		{2_00, "2 бонуса", "2 points", "+2"},
		{5_00, "5 бонусов", "5 points", "+5"},
		{11_00, "11 бонусов", "11 points", "+11"},
		{21_00, "21 бонус", "21 points", "+21"},
		{1_50, "1,50 бонуса", "1.50 points", "+1,50"},
		{-1_248_00, "−1\u00a0248 бонусов", "−1,248 points", "−1\u00a0248"},
		{0, "0 бонусов", "0 points", "0"},
	} {
		if got := [3]string{Points(ru, c.points), Points(en, c.points), Signed(ru, c.points)}; got != [3]string{c.ru, c.en, c.signed} {
			t.Errorf("%d: %q", c.points, got)
		}
	}
}
