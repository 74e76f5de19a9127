package draft

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// scalar is a single value.
type scalar[T any] struct {
	parse func(s string) (T, error)
	form  func(v T) *value
	shape func(s *schemas) *value
}

func (f scalar[T]) read(r *reader, n *yaml.Node, at string, to *T) {
	s, ok := r.scalar(n, at)
	if !ok {
		return
	}
	v, err := f.parse(s)
	if err != nil {
		r.refuse(n, at, err)
		return
	}
	*to = v
}

func (f scalar[T]) write(_ *writer, v T) *value { return f.form(v) }

func (f scalar[T]) schema(s *schemas) *value { return f.shape(s) }

func (f scalar[T]) diff(d *differ, at path, was, is T) { d.changed(at, f.form(was), f.form(is)) }

// words is a text.
var words = scalar[string]{
	parse: func(s string) (string, error) {
		if strings.ContainsFunc(s, unprintable) {
			return "", fault.New(fault.Invalid, "programme.text-characters")
		}
		return s, nil
	},
	form: textOf,
	shape: func(s *schemas) *value {
		return s.object("type", s.list(textOf("string"), textOf("number"), textOf("boolean")))
	},
}

// unprintable are characters that a text can't bring over.
func unprintable(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\ufeff' || r == '\ufffe' || r == '\uffff' || r == unicode.ReplacementChar
}

// day is a date, YYYY-MM-DD.
var day = scalar[string]{
	parse: func(s string) (string, error) {
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return "", fault.New(fault.Invalid, "programme.text-day")
		}
		return s, nil
	},
	form:  figure,
	shape: func(s *schemas) *value { return s.pattern(`^\d{4}-\d{2}-\d{2}$`, "2026-01-31") },
}

// roubles is money.
var roubles = scalar[money.Amount]{
	parse: func(s string) (money.Amount, error) {
		s = strings.TrimSpace(s)
		for _, sign := range []string{"₽", "руб.", "руб", "RUB"} {
			s = strings.TrimSuffix(s, sign)
		}
		return money.ParseAmount(s)
	},
	form: func(v money.Amount) *value { return figure(short(v.String())) },
	shape: func(s *schemas) *value {
		return s.figure("^-?\\d[\\d \u00a0\u2009\u202f]*([.,]\\d{1,2})? ?(₽|руб\\.?|RUB)?$", "99.90")
	},
}

// short leaves zero kopecks out.
func short(s string) string { return strings.TrimSuffix(s, ".00") }

// points are points.
var points = scalar[money.Points]{
	parse: func(s string) (money.Points, error) {
		v, err := money.ParseAmount(s)
		return money.Points(v), err
	},
	form: func(v money.Points) *value {
		s := short(v.String())
		if strings.Contains(s, ".") {
			s = strings.TrimSuffix(s, "0")
		}
		return figure(s)
	},
	shape: func(s *schemas) *value { return s.figure(`^-?\d[\d ]*([.,]\d{1,2})?$`, "50") },
}

// pointsOrNever are points; below zero is "never".
var pointsOrNever = scalar[money.Points]{
	parse: func(s string) (money.Points, error) {
		if s == "never" {
			return -1, nil
		}
		return points.parse(s)
	},
	form: func(v money.Points) *value {
		if v == -1 {
			return figure("never")
		}
		return points.form(v)
	},
	shape: func(s *schemas) *value { return s.either(points.schema(s), s.object("const", textOf("never"))) },
}

// percent is a rate.
var percent = scalar[money.Rate]{
	parse: money.ParseRate,
	form:  func(v money.Rate) *value { return figure(v.String() + "%") },
	shape: func(s *schemas) *value { return s.figure(`^\d[\d ]*([.,]\d{1,4})? ?%?$`, "2.5%") },
}

// times is how many times as much: x2.
var times = scalar[money.Rate]{
	parse: func(s string) (money.Rate, error) {
		v, rounded, err := money.ParseDecimal(strings.TrimLeft(strings.TrimSpace(s), "xX×хХ"), 6, money.Down)
		if err == nil && rounded {
			err = fault.New(fault.Invalid, "money.too-precise", "decimals", 6)
		}
		return money.Rate(v), err
	},
	form: func(v money.Rate) *value {
		whole, rest := v/money.Whole, v%money.Whole
		s := strconv.FormatInt(int64(whole), 10)
		if rest != 0 {
			digits := strconv.FormatInt(int64(money.Whole+rest), 10)
			s += "." + strings.TrimRight(digits[1:], "0")
		}
		return figure("x" + s)
	},
	shape: func(s *schemas) *value { return s.figure(`^[xX×хХ]?\d+([.,]\d{1,6})?$`, "x2") },
}

// count is a whole number.
func count[T ~int | ~int64]() scalar[T] {
	return scalar[T]{
		parse: func(s string) (T, error) {
			n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
			if errors.Is(err, strconv.ErrRange) {
				return 0, fault.New(fault.Invalid, "programme.text-large", "most", math.MaxInt64)
			}
			if err != nil || int64(T(n)) != n {
				return 0, fault.New(fault.Invalid, "programme.text-whole")
			}
			return T(n), nil
		},
		form: number[T],
		shape: func(s *schemas) *value {
			return s.either(s.object("type", textOf("integer")), s.pattern(`^-?\d+$`, "30"))
		},
	}
}

// seniority is the place of a level among the others: one that no number holds
// is too large for it too, which says how large it may be.
var seniority = func() scalar[int] {
	out := count[int]()
	parse := out.parse
	out.parse = func(s string) (int, error) {
		n, err := parse(s)
		if fault.Is(err, "programme.text-large") {
			return math.MaxInt, nil
		}
		return n, err
	}
	return out
}()

var (
	yeses = []string{"yes", "true", "да", "on"}
	noes  = []string{"no", "false", "нет", "off"}
)

func parseFlag(s string) (bool, error) {
	for i := range yeses {
		switch strings.ToLower(s) {
		case yeses[i]:
			return true, nil
		case noes[i]:
			return false, nil
		}
	}
	return false, fault.New(fault.Invalid, "programme.choice", "choices", "yes, no")
}

// yesNo is a flag.
var yesNo = scalar[bool]{parse: parseFlag, form: flag, shape: flagShape}

// not is a flag that is kept the other way round: active is what is not off.
var not = scalar[bool]{
	parse: func(s string) (bool, error) {
		v, err := parseFlag(s)
		return !v, err
	},
	form:  func(v bool) *value { return flag(!v) },
	shape: flagShape,
}

func flagShape(s *schemas) *value {
	out := s.list(textOf("yes"), textOf("no"), textOf("да"), textOf("нет"))
	return s.either(s.object("type", textOf("boolean")), s.object("enum", out))
}

// choice is one of some words.
func choice[T ~string](all ...T) scalar[T] {
	names := make([]string, len(all))
	for i, w := range all {
		names[i] = string(w)
	}
	return scalar[T]{
		parse: func(s string) (T, error) {
			for _, w := range all {
				if string(w) == s {
					return w, nil
				}
			}
			return "", fault.New(fault.Invalid, "programme.choice", "choices", strings.Join(names, ", "))
		},
		form: func(v T) *value { return textOf(string(v)) },
		shape: func(s *schemas) *value {
			out := s.list()
			for _, n := range names {
				out.items = append(out.items, textOf(n))
			}
			return s.object("enum", out)
		},
	}
}

// idNumber is the id of a programme: only the API gives it.
var idNumber = scalar[id.ID]{
	parse: id.Parse,
	form:  func(v id.ID) *value { return &value{sort: quotedValue, text: v.String()} },
	shape: func(s *schemas) *value { return s.pattern(`^\d+$`, "912345678901234567") },
}

// named is something of the base by its code or name.
type named struct{ of rule.Field }

func (f named) find(r *reader, n *yaml.Node, at string) (id.ID, bool) {
	s, ok := r.scalar(n, at)
	if !ok {
		return 0, false
	}
	if v, ok := r.names.Find(f.of, s); ok {
		return v, true
	}
	if v, err := id.Parse(s); err == nil {
		if _, ok := r.names.Word(f.of, v); ok {
			return v, true
		}
	}
	r.bad(n, at, "programme.text-no-such", "of", string(f.of), "value", s, "known", Nearest(s, r.names.Words(f.of)))
	return 0, false
}

func (f named) read(r *reader, n *yaml.Node, at string, to *id.ID) { *to, _ = f.find(r, n, at) }

func (f named) write(w *writer, v id.ID) *value {
	if word, ok := w.names.Word(f.of, v); ok {
		return textOf(word)
	}
	return quoted(v.String())
}

func (f named) schema(s *schemas) *value { return words.shape(s) }

func (f named) diff(d *differ, at path, was, is id.ID) {
	d.changed(at, f.write(d.writer, was), f.write(d.writer, is))
}

// namedText is named where the rule keeps the id as text; "" is none.
type namedText struct{ named }

func (f namedText) read(r *reader, n *yaml.Node, at string, to *string) {
	if v, ok := f.find(r, n, at); ok {
		*to = v.String()
	}
}

func (f namedText) write(w *writer, v string) *value {
	i, err := id.Parse(v)
	if err != nil {
		return textOf(v)
	}
	return f.named.write(w, i)
}

func (f namedText) diff(d *differ, at path, was, is string) {
	said := func(v string) *value {
		if v == "" {
			return nil
		}
		return f.write(d.writer, v)
	}
	d.changed(at, said(was), said(is))
}
