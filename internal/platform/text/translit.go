package text

import (
	"strings"
	"unicode"
)

// Translit writes Russian in Latin letters by GOST 7.79-2000, system B; all
// other characters stay. ц is c before e, i, j and y, else cz; the hard sign,
// the soft sign, ы and э have the grave accents of the standard. A letter that
// becomes several is capital throughout in a capital word: "ЩИ" is "SHHI",
// "Щи" is "Shhi".
func Translit(s string) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/4)
	runes := []rune(s)
	for i, r := range runes {
		lower := unicode.ToLower(r)
		latin, ok := latinOf(lower)
		if !ok {
			b.WriteRune(r)
			continue
		}
		if lower == 'ц' && i+1 < len(runes) && strings.ContainsRune("иеёыйэюя", unicode.ToLower(runes[i+1])) {
			latin = "c"
		}
		switch {
		case lower == r:
		case capitalWord(runes, i):
			latin = strings.ToUpper(latin)
		default:
			latin = strings.ToUpper(latin[:1]) + latin[1:]
		}
		b.WriteString(latin)
	}
	return b.String()
}

// capitalWord tells by its neighbours whether the letter at i stands in a word
// of capitals.
func capitalWord(runes []rune, i int) bool {
	if i+1 < len(runes) && unicode.IsLetter(runes[i+1]) {
		return unicode.IsUpper(runes[i+1])
	}
	return i > 0 && unicode.IsUpper(runes[i-1])
}

func latinOf(r rune) (string, bool) {
	switch {
	case r == 'ё':
		return "yo", true
	case r < 'а' || r > 'я':
		return "", false
	}
	return [...]string{
		"a", "b", "v", "g", "d", "e", "zh", "z", "i", "j", "k", "l", "m", "n", "o", "p",
		"r", "s", "t", "u", "f", "x", "cz", "ch", "sh", "shh", "``", "y`", "`", "e`", "yu", "ya",
	}[r-'а'], true
}
