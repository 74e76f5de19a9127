package i18n

import (
	"errors"
	"strings"
	"testing"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

func load(t *testing.T) *Catalog {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestText(t *testing.T) {
	t.Parallel()
	c := load(t)
	for _, tc := range []struct {
		lang Lang
		key  string
		args []any
		want string
	}{
		{RU, "fault.id.invalid", nil, "Неверный идентификатор"},
		{EN, "fault.id.invalid", nil, "Invalid identifier"},
		{"de", "fault.id.invalid", nil, "Неверный идентификатор"},
		{EN, "no.such.key", nil, "no.such.key"},
		{RU, "points.count", []any{"count", 1}, "1 бонус"},
		{RU, "points.count", []any{"count", 3}, "3 бонуса"},
		{RU, "points.count", []any{"count", 11}, "11 бонусов"},
		{RU, "points.count", []any{"count", int64(21)}, "21 бонус"},
		{RU, "points.count", []any{"count", "1.5"}, "1.5 бонуса"},
		{RU, "points.count", []any{"count", 1250}, "1\u00a0250 бонусов"},
		{RU, "points.count", []any{"count", money.Points(125000)}, "1\u00a0250 бонусов"},
		{RU, "points.count", []any{"count", money.Points(2150)}, "21,50 бонуса"},
		{EN, "points.count", []any{"count", 1}, "1 point"},
		{EN, "points.count", []any{"count", 1250}, "1,250 points"},
		{RU, "fault.id.invalid", []any{"count", 5}, "Неверный идентификатор"},
	} {
		if got := c.Text(tc.lang, tc.key, tc.args...); got != tc.want {
			t.Errorf("Text(%s, %s, %v) = %q, want %q", tc.lang, tc.key, tc.args, got, tc.want)
		}
	}
}

func TestFault(t *testing.T) {
	t.Parallel()
	c := load(t)
	err := fault.Wrap(errors.New("secret cause"), fault.Invalid, "id.invalid", "at", "lines[2]")
	if got, want := c.Fault(EN, err), "Invalid identifier"; got != want {
		t.Errorf("Fault = %q, want %q", got, want)
	}
	if got, want := c.FaultLog(EN, err), "id.invalid at=lines[2]"; got != want {
		t.Errorf("FaultLog = %q, want %q", got, want)
	}
	if got, want := c.FaultField(RU, fault.Field{Path: "id", Code: "id.invalid"}), "Неверный идентификатор"; got != want {
		t.Errorf("FaultField = %q, want %q", got, want)
	}
}

func TestLanguageChoice(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]Lang{
		"": RU, "en": EN, "en-US,en;q=0.9": EN, "ru-RU,ru;q=0.9,en;q=0.8": RU, "de, en;q=0.5": EN, "de": RU,
		"en;q=0.1, ru;q=0.9": RU, ";;;": RU, "*": RU, strings.Repeat("en,", 100): RU,
	} {
		if got := FromHeader(header, RU); got != want {
			t.Errorf("FromHeader(%q) = %s, want %s", header, got, want)
		}
	}
	if got := FromHeader("de", EN); got != EN {
		t.Errorf("the fallback is not taken: %s", got)
	}
	for locale, want := range map[string]Lang{
		"": RU, "C": RU, "C.UTF-8": RU, "POSIX": RU, "ru_RU.UTF-8": RU, "ru": RU, "en_US.UTF-8": EN, "en": EN, "de_DE": EN,
	} {
		if got := FromLocale(locale); got != want {
			t.Errorf("FromLocale(%q) = %s, want %s", locale, got, want)
		}
	}
}

func BenchmarkText(b *testing.B) {
	c, err := Load()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c.Text(RU, "fault.id.invalid")
	}
}

// TestNoTextLacksAValue: a text whose argument is not given stops the test that
// shows it, so that nobody reads of "no value".
func TestNoTextLacksAValue(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a text without its argument is shown")
		}
	}()
	t.Log(load(t).Text(RU, "fault.adjust.approval"))
}

// TestQuotesWithinQuotes: a name with quotes of its own has inner ones within those
// of a text; quotes side by side stay.
func TestQuotesWithinQuotes(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		lang       Lang
		name, want string
	}{
		{RU, "Кино «Луч»", "«Кино „Луч“»"},
		{RU, "Луч", "«Луч»"},
		{RU, "а», «б", "«а», «б»"},
		{EN, "The “Ray”", "“The ‘Ray’”"},
		{EN, "Кино «Луч»", "“Кино «Луч»”"},
	} {
		letter := c.Text(x.lang, "staff.letter.invite", "name", "Анна", "house", x.name, "link", "https://example.org", "until", "завтра")
		if x.lang == RU && !strings.Contains(letter, x.want) {
			t.Errorf("the letter has no %s: %s", x.want, letter)
		}
		if got := c.Text(x.lang, "admin.form.quoted", "label", x.name); got != x.want {
			t.Errorf("%s, want %s", got, x.want)
		}
	}
}
