package contact

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGuesses(t *testing.T) {
	t.Parallel()
	for s, want := range map[string][]Guess{
		"":                     nil,
		"Иванов Иван":          nil,
		"ivanov":               nil,
		"broken\x001":          nil,
		"L1.10.94287082":       {{KindQR, "L1.10.94287082"}},
		" Ivan@Example.RU ":    {{KindEmail, "Ivan@example.ru"}},
		"ivan@":                nil,
		"8 (916) 123-45-67":    {{KindPhone, "+79161234567"}, {KindNumber, "8 (916) 123-45-67"}},
		"9161234567":           {{KindPhone, "+79161234567"}, {KindNumber, "9161234567"}},
		"+7 916 123-45-67":     {{KindPhone, "+79161234567"}, {KindNumber, "+7 916 123-45-67"}},
		"2037215727383":        {{KindCard, "2037215727383"}, {KindNumber, "2037215727383"}},
		"2037 2157 2738 3":     {{KindCard, "2037215727383"}, {KindNumber, "2037215727383"}},
		"2037215727384":        {{KindNumber, "2037215727384"}},
		"20000011":             {{KindCard, "20000011"}, {KindNumber, "20000011"}},
		"4111111111111111":     {{KindCard, "4111111111111111"}, {KindNumber, "4111111111111111"}},
		";2037215727383=25?":   {{KindCard, "2037215727383"}, {KindNumber, "2037215727383"}},
		";2037215727383?":      {{KindCard, "2037215727383"}, {KindNumber, "2037215727383"}},
		"A-1024":               {{KindNumber, "A-1024"}},
		"7":                    {{KindNumber, "7"}},
		"user1@":               {{KindNumber, "user1@"}},
		"998901234567":         {{KindNumber, "998901234567"}},
		"+998901234567":        {{KindPhone, "+998901234567"}, {KindNumber, "+998901234567"}},
		";=1?":                 nil,
		"L1.10.9428708":        {{KindNumber, "L1.10.9428708"}},
		"\u00a09161234567\r\n": {{KindPhone, "+79161234567"}, {KindNumber, "9161234567"}},
	} {
		if diff := cmp.Diff(want, Guesses(s, "")); diff != "" {
			t.Errorf("%q: %s", s, diff)
		}
	}
	if KindQR.String() != "qr" || Kind(0).String() != "unknown" || Kind(99).String() != "unknown" {
		t.Error("kinds have wrong names")
	}
}

func FuzzGuesses(f *testing.F) {
	for _, s := range []string{"8 (916) 123-45-67", "L1.10.94287082", "a@b.ru", ";2037215727383=25?", "Иванов 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, g := range Guesses(s, "") {
			if g.Value == "" {
				t.Fatalf("%q may be a %v of nothing", s, g.Kind)
			}
			switch again := Guesses(g.Value, ""); {
			case g.Kind == KindNumber:
			case len(again) == 0 || again[0] != g:
				t.Fatalf("%q may be %v, which may be %v", s, g, again)
			}
		}
	})
}
