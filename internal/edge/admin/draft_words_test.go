package admin

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestWordsStand: words that are shown in one field are read from it as the same
// words, whatever stands in them; what people type without quotes is read as before.
func TestWordsStand(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string][]string{
		"Омск, Казань;Пермь\nОмск": {"Омск", "Казань", "Пермь"},
		`"Осёл, друг"; Кот`:        {"Осёл, друг", "Кот"},
		`Кафе "Зима", Бар`:         {`Кафе "Зима"`, "Бар"},
		`"Зима" на углу, Бар`:      {`"Зима" на углу`, "Бар"},
		`"", 5" диск, "`:           {`5" диск`, `"`},
		`"a ""b"", c" , d`:         {`a "b", c`, "d"},
	} {
		if got := wordsIn(typed); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		words := distinct(rapid.SliceOf(rapid.StringMatching(`[аб ,;"]{1,6}`)).Draw(t, "words"))
		if got := wordsIn(wordsOut(words)); !slices.Equal(got, words) {
			t.Errorf("%q became %q by %s", words, got, wordsOut(words))
		}
	})
}
