package setting

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// OfFlag makes a setting that is on or off.
func OfFlag[T any](key string, field func(*T) *bool, std bool) Setting[T] {
	word := "no"
	if std {
		word = "yes"
	}
	return Setting[T]{
		Info:  Info{Key: key, Kind: Flag, Default: word},
		Field: func(v *T) any { return field(v) }, reset: func(v *T) { *field(v) = std },
		wrong: func(*T) []fault.Field { return nil },
	}
}

// OfMoney makes a setting of kopecks.
func OfMoney[T any](key string, field func(*T) *money.Amount, std, least, most money.Amount) Setting[T] {
	return figure(Money, key, field, std, least, most, decimal[money.Amount])
}

// OfPoints makes a setting of hundredths of points.
func OfPoints[T any](key string, field func(*T) *money.Points, std, least, most money.Points) Setting[T] {
	return figure(Points, key, field, std, least, most, decimal[money.Points])
}

// OfPointsOrNever makes a setting of points that may also be never: −1, which
// is its default.
func OfPointsOrNever[T any](key string, field func(*T) *money.Points, most money.Points) Setting[T] {
	s := OfPoints(key, field, -1, 0, most)
	s.Default, s.Never = "never", true
	above := s.wrong
	s.wrong = func(v *T) []fault.Field {
		if *field(v) == -1 {
			return nil
		}
		return above(v)
	}
	return s
}

// OfDays makes a setting of a number of days.
func OfDays[T any](key string, field func(*T) *int, std, most int) Setting[T] {
	return figure(Days, key, field, std, 0, most, strconv.Itoa)
}

// OfMinutes makes a setting of a time of day.
func OfMinutes[T any](key string, field func(*T) *int, std int) Setting[T] {
	return figure(Minutes, key, field, std, 0, 24*60-1, strconv.Itoa)
}

// OfSpan makes a setting of how many minutes something lasts.
func OfSpan[T any](key string, field func(*T) *int, std, least, most int) Setting[T] {
	return figure(Span, key, field, std, least, most, strconv.Itoa)
}

func figure[T any, F ~int | ~int64](kind Kind, key string, field func(*T) *F, std, least, most F, write func(F) string) Setting[T] {
	return Setting[T]{
		Info:  Info{Key: key, Kind: kind, Default: write(std), Least: write(least), Most: write(most)},
		Field: func(v *T) any { return field(v) }, reset: func(v *T) { *field(v) = std },
		wrong: func(v *T) []fault.Field {
			if *field(v) >= least && *field(v) <= most {
				return nil
			}
			return []fault.Field{{Code: "setting.between", Args: fault.Pairs("least", write(least), "most", write(most))}}
		},
	}
}

// decimal writes hundredths without needless zeros.
func decimal[F ~int64](v F) string {
	s := money.Amount(v).String()
	return strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(s, "0"), "0"), ".")
}

// OfChoice makes a setting that is one of some words.
func OfChoice[T any, W ~string](key string, field func(*T) *W, std W, words ...W) Setting[T] {
	s := choice(key, field, words)
	s.Default = string(std)
	s.reset = func(v *T) { *field(v) = std }
	s.wrong = func(v *T) []fault.Field { return among(words, *field(v)) }
	return s
}

// OfInherited makes a setting that is one of some words, or nothing: then the
// setting that has the name holds.
func OfInherited[T any, W ~string](key, from string, field func(*T) *W, words ...W) Setting[T] {
	s := choice(key, field, words)
	s.Inherits = from
	s.reset = func(v *T) { *field(v) = "" }
	s.wrong = func(v *T) []fault.Field {
		if *field(v) == "" {
			return nil
		}
		return among(words, *field(v))
	}
	return s
}

func choice[T any, W ~string](key string, field func(*T) *W, words []W) Setting[T] {
	return Setting[T]{
		Info: Info{Key: key, Kind: Choice, Choices: texts(words)},
		Field: func(v *T) any {
			return Word{func() string { return string(*field(v)) }, func(s string) { *field(v) = W(s) }}
		},
		said: func(v *T) bool { return *field(v) != "" },
	}
}

// OfRounding makes a setting of a way to round.
func OfRounding[T any](key string, field func(*T) *money.Rounding, std money.Rounding) Setting[T] {
	return Setting[T]{
		Info: Info{Key: key, Kind: Choice, Default: std.String(), Choices: money.Roundings()},
		Field: func(v *T) any {
			return Word{field(v).String, func(s string) { _ = field(v).UnmarshalText([]byte(s)) }} // it is one of them
		},
		reset: func(v *T) { *field(v) = std },
		wrong: func(v *T) []fault.Field { return among(money.Roundings(), field(v).String()) },
	}
}

// OfChoices makes a setting that is any of some words, each once.
func OfChoices[T any, W ~string](key string, field func(*T) *[]W, std, words []W) Setting[T] {
	return Setting[T]{
		Info:  Info{Key: key, Kind: Choices, Default: strings.Join(texts(std), ", "), Choices: texts(words)},
		Field: func(v *T) any { return field(v) }, reset: func(v *T) { *field(v) = slices.Clone(std) },
		wrong: func(v *T) (wrong []fault.Field) {
			for i, w := range *field(v) {
				f := among(words, w)
				if f == nil && slices.Index(*field(v), w) < i {
					f = []fault.Field{{Code: "setting.twice"}}
				}
				if f != nil {
					f[0].Path = fmt.Sprintf("[%d]", i)
					wrong = append(wrong, f...)
				}
			}
			return wrong
		},
	}
}

// OfText makes a setting that is a word; wrong says what is wrong with it.
func OfText[T any](key string, field func(*T) *string, std string, wrong func(string) []fault.Field) Setting[T] {
	return Setting[T]{
		Info:  Info{Key: key, Kind: Text, Default: std},
		Field: func(v *T) any { return field(v) }, reset: func(v *T) { *field(v) = std },
		wrong: func(v *T) []fault.Field { return wrong(*field(v)) },
	}
}

// OfReference makes a setting that names something else; by default nothing.
// Whether that is there is the affair of who stores it.
func OfReference[T any](key string, field func(*T) *id.ID) Setting[T] {
	return Setting[T]{
		Info:  Info{Key: key, Kind: Reference},
		Field: func(v *T) any { return field(v) }, reset: func(v *T) { *field(v) = 0 },
		wrong: func(*T) []fault.Field { return nil },
	}
}

// among tells what is wrong with a word that must be one of some.
func among[W ~string](words []W, w W) []fault.Field {
	if slices.Contains(words, w) {
		return nil
	}
	return []fault.Field{{Code: "setting.choice", Args: fault.Pairs("choices", strings.Join(texts(words), ", "))}}
}

func texts[W ~string](words []W) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}
