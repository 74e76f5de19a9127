package i18n

import (
	"strconv"
	"strings"
)

// Value formats one argument of a text for the language: whole numbers get
// their thousands apart; whatever has no form of its own stays as it is.
func Value(lang Lang, v any) any {
	switch v := v.(type) {
	case int:
		return Number(lang, v)
	case int64:
		return Number(lang, v)
	}
	return v
}

// pluralCount gives a count in the form go-i18n wants: a whole number, or a
// decimal text for a share ("1.5"). Any other value has no plural.
func pluralCount(v any) any {
	switch v := v.(type) {
	case int, int64:
		return v
	case string:
		if _, err := strconv.ParseFloat(v, 64); err == nil && !strings.ContainsAny(v, "eEnNxX") {
			return v
		}
	}
	return nil
}
