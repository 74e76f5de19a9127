package text

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"": "", "  ": "", "Иванов": "иванов", "  Пётр \t Ильич\n": "петр ильич", "ЁЖИК": "ежик", "Пе\u0308тр": "петр", "Й и\u0306": "й й",
		"А\u00a0Б": "а б", "Café": "café", "Cafe\u0301": "café", "Строка\u200b2": "строка2", "ё\u0308": "е", "Ëlan": "ëlan",
		"a\xffb": "a\ufffdb", "Ѐ": "ѐ", "е \u0308": "е \u0308", "Ко\u00adшка": "кошка",
	} {
		if got := Fold(s); got != want {
			t.Errorf("%q folds to %q, want %q", s, got, want)
		}
	}
}

type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

func checkFold(t tester, s string) {
	t.Helper()
	got := Fold(s)
	if again := Fold(got); again != got {
		t.Fatalf("%q folds to %q and that to %q", s, got, again)
	}
	if !utf8.ValidString(got) || !norm.NFC.IsNormalString(got) || strings.Contains(got, "  ") || strings.TrimFunc(got, unicode.IsSpace) != got || strings.ContainsRune(got, 'ё') {
		t.Fatalf("%q folds to %q", s, got)
	}
	if other := Fold(norm.NFD.String(s)); other != got {
		t.Fatalf("%q folds to %q, decomposed to %q", s, got, other)
	}
}

func TestFoldIsStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		anything := rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune("еЁёЕ\u0308\u0301\u0323 \u00a0\u200dйИ\u0306İẞ\u0345")))
		checkFold(t, rapid.StringOf(anything).Draw(t, "s"))
	})
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Пётр  Ильич", "е\u200d\u0308", "\u0344ё\u0323", "İI\u0307"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkFold(t, s) })
}

func TestTranslit(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"абвгдеёжзийклмнопрстуфхцчшщъыьэюя": "abvgdeyozhzijklmnoprstufxczchshshh``y``e`yuya",
		"АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ": "ABVGDEYOZHZIJKLMNOPRSTUFXCZCHSHSHH``Y``E`YUYA",
		"Щи":               "Shhi",
		"ЩИ да каша":       "SHHI da kasha",
		"Я":                "Ya",
		"цирк, цапля, Цой": "cirk, czaplya, Czoj",
		"ЦЕНА":             "CENA",
		"Отец":             "Otecz",
		"Ещё 5 ₽, Юля!":    "Eshhyo 5 ₽, Yulya!",
		"БЮРО Ю":           "BYURO Yu",
		"":                 "",
	} {
		if got := Translit(s); got != want {
			t.Errorf("%q is %q, want %q", s, got, want)
		}
	}
}

func FuzzTranslit(f *testing.F) {
	f.Add("Щука и цапля")
	f.Fuzz(func(t *testing.T, s string) {
		got := Translit(s)
		if strings.ContainsFunc(got, func(r rune) bool { return 'А' <= r && r <= 'я' || r == 'ё' || r == 'Ё' }) {
			t.Fatalf("%q is %q", s, got)
		}
		if again := Translit(got); again != got {
			t.Fatalf("%q is %q and that %q", s, got, again)
		}
	})
}

func TestValid(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"": true, "Анна": true, "Анна!": true, "12345": true, "123456": false, "пятьб": true, "шесть!": false, "👩\u200d🚀": true, "\u00a0": true,
		"a\nb": false, "a\tb": false, "a\x00": false, "a\x7f": false, "a\u0085": false, "a\u2028": false, "a\u202eb": false, "\u2066": false, "\xff": false, "\ufffd": true,
	} {
		if got := Valid(s, 5); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func TestClip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, limit := rapid.String().Draw(t, "s"), rapid.IntRange(0, 20).Draw(t, "limit")
		want := s
		if runes := []rune(s); len(runes) > limit {
			want = string(runes[:limit])
		}
		if got := Clip(s, limit); got != want {
			t.Fatalf("%q, want %q", got, want)
		}
		if got := Clip(s, limit); utf8.ValidString(s) && !Valid(got, limit) && Valid(s, len(s)) {
			t.Fatalf("%q was valid, its clip %q is not", s, got)
		}
	})
	if got := Clip("\xff\xfe\xfd", 2); got != "\xff\xfe" {
		t.Errorf("broken bytes: %q", got)
	}
	if Clip("abc", -1) != "" {
		t.Error("less than nothing is left")
	}
}
