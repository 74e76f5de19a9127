package member

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// CustomKind says what an own field holds.
type CustomKind string

// The kinds of own fields.
const (
	CustomText   CustomKind = "text"
	CustomNumber CustomKind = "number" // decimal, a point before at most six digits
	CustomDate   CustomKind = "date"   // YYYY-MM-DD
	CustomBool   CustomKind = "bool"   // true or false
	CustomChoice CustomKind = "choice" // key of one of the choices
)

// CustomField is a field that the organization has added to the profile.
type CustomField struct {
	Key      string     `json:"key"` // never changes
	Kind     CustomKind `json:"kind"`
	LabelRU  string     `json:"label_ru"`
	LabelEN  string     `json:"label_en"`
	Required bool       `json:"required"`
	Active   bool       `json:"active"` // false: no longer asked; values stay
	Position int64      `json:"position"`
	Choices  []Choice   `json:"choices"`
}

// Choice is one value of a CustomChoice field.
type Choice struct {
	Key     string `json:"key"`
	LabelRU string `json:"label_ru"`
	LabelEN string `json:"label_en"`
}

// Limits on own fields.
const (
	MaxCustomFields = 100
	MaxChoices      = 200
	maxDigits       = 15 // of a number, before the point
	maxDecimals     = 6
)

const (
	customColumns = `field_key, kind, label_ru, label_en, required, active, position, choices`
	qCustomFields = `select ` + customColumns + ` from member_field order by position, field_key`
	qPutCustom    = `insert into member_field (field_key, kind, label_ru, label_en, required, active, position, choices)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (field_key) do update set label_ru = excluded.label_ru, label_en = excluded.label_en, required = excluded.required,
 active = excluded.active, position = excluded.position, choices = excluded.choices
where member_field.kind = excluded.kind`
)

// CustomFields lists the own fields in their order, those no longer asked too.
func CustomFields(ctx context.Context, q db.Q) ([]CustomField, error) {
	return db.All(ctx, q, scanCustom, qCustomFields)
}

func scanCustom(r db.Row) (CustomField, error) {
	var f CustomField
	var choices string
	if err := r.Scan(&f.Key, &f.Kind, &f.LabelRU, &f.LabelEN, &f.Required, &f.Active, &f.Position, &choices); err != nil {
		return f, err
	}
	return f, json.Unmarshal([]byte(choices), &f.Choices)
}

// SaveCustomField makes an own field or changes it; its kind stays for good,
// since members have values of it.
func (m *Members) SaveCustomField(ctx context.Context, c CustomField) error {
	var f form
	c.check(&f)
	if err := f.err(); err != nil {
		return err
	}
	if c.Choices == nil {
		c.Choices = []Choice{}
	}
	choices, err := json.Marshal(c.Choices)
	if err != nil {
		return err
	}
	return m.DB.Write(ctx, func(tx *db.Tx) error {
		there, err := CustomFields(ctx, tx)
		if err != nil {
			return err
		}
		if len(there) >= MaxCustomFields && !slices.ContainsFunc(there, func(o CustomField) bool { return o.Key == c.Key }) {
			return fault.New(fault.TooLarge, "member.too-many", "max", MaxCustomFields)
		}
		n, err := tx.Exec(ctx, qPutCustom, c.Key, c.Kind, c.LabelRU, c.LabelEN, c.Required, c.Active, c.Position, string(choices))
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "member.custom-kind")
		}
		if err != nil {
			return err
		}
		var before any
		if at := slices.IndexFunc(there, func(o CustomField) bool { return o.Key == c.Key }); at >= 0 {
			before = there[at]
		}
		return audit.Note(ctx, tx, m.Clock.Now(), audit.Entry{
			Action: "member_field.saved", Target: audit.Target{Kind: "member_field", ID: c.Key}, Before: before, After: c,
		})
	})
}

func (c *CustomField) check(f *form) {
	if !IsKey(c.Key) {
		f.add("key", &fault.Field{Code: "member.bad-key"})
	}
	f.needed("label_ru", &c.LabelRU, MaxName)
	f.needed("label_en", &c.LabelEN, MaxName)
	switch c.Kind {
	case CustomText, CustomNumber, CustomDate, CustomBool:
		if len(c.Choices) > 0 {
			f.add("choices", &fault.Field{Code: "member.bad-choice"})
		}
		return
	case CustomChoice:
	default:
		f.add("kind", &fault.Field{Code: "member.bad-kind"})
		return
	}
	if len(c.Choices) == 0 || len(c.Choices) > MaxChoices {
		f.add("choices", tooMany(MaxChoices))
		return
	}
	for i := range c.Choices {
		path := pathOf("choices", i)
		ch := &c.Choices[i]
		if !IsKey(ch.Key) || slices.IndexFunc(c.Choices, func(o Choice) bool { return o.Key == ch.Key }) < i {
			f.add(path+".key", &fault.Field{Code: "member.bad-key"})
		}
		f.needed(path+".label_ru", &ch.LabelRU, MaxName)
		f.needed(path+".label_en", &ch.LabelEN, MaxName)
	}
}

// IsKey tells a name that programs use: 1 to 50 of a-z, 0-9 and _.
func IsKey(s string) bool {
	return s != "" && len(s) <= MaxShort && only(s, "abcdefghijklmnopqrstuvwxyz0123456789_")
}

// Canonical puts a value into the form in which the field keeps it, or tells what
// is wrong with it.
func (c *CustomField) Canonical(s string) (string, *fault.Field) {
	s, wrong := checkLine(s)
	if wrong != nil || s == "" {
		return s, wrong
	}
	switch c.Kind {
	case CustomNumber:
		return canonicalNumber(s)
	case CustomDate:
		return checkDate(s)
	case CustomBool:
		if s != "true" && s != "false" {
			return s, &fault.Field{Code: "member.bad-bool"}
		}
	case CustomChoice:
		if !slices.ContainsFunc(c.Choices, func(o Choice) bool { return o.Key == s }) {
			return s, &fault.Field{Code: "member.bad-choice"}
		}
	}
	if len(s) > MaxCustomValue*4 || len([]rune(s)) > MaxCustomValue {
		return s, tooLong(MaxCustomValue)
	}
	return s, nil
}

// canonicalNumber writes a decimal without needless signs and zeros, so that
// equal numbers are equal texts.
func canonicalNumber(s string) (string, *fault.Field) {
	wrong := &fault.Field{Code: "member.bad-number"}
	if money.Doubtful(s) {
		return s, &fault.Field{Code: "member.doubtful-number"}
	}
	digits, minus := strings.CutPrefix(strings.Replace(s, ",", ".", 1), "-")
	whole, fraction, point := strings.Cut(digits, ".")
	if whole == "" || point && fraction == "" || !only(whole, "0123456789") || !only(fraction, "0123456789") {
		return s, wrong
	}
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if len(whole) > maxDigits || len(fraction) > maxDecimals {
		return s, &fault.Field{Code: "member.number-size", Args: fault.Pairs("whole", maxDigits, "decimals", maxDecimals)}
	}
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if minus && whole != "0" {
		whole = "-" + whole
	}
	return whole, nil
}

// custom puts the values of own fields into their canonical forms, drops empty
// ones, and tells what is wrong with them; only those named by touched are
// looked at, nil for all.
func (f *form) custom(fields []CustomField, values map[string]string, touched map[string]bool) {
	for key, s := range values {
		if touched != nil && !touched[key] {
			continue
		}
		at := slices.IndexFunc(fields, func(c CustomField) bool { return c.Key == key && c.Active })
		if at < 0 {
			f.add(CustomPrefix+key, &fault.Field{Code: "member.bad-field"})
			continue
		}
		v, wrong := fields[at].Canonical(s)
		f.add(CustomPrefix+key, wrong)
		if values[key] = v; v == "" {
			delete(values, key)
		}
	}
	for i := range fields {
		c := &fields[i]
		if c.Required && c.Active && values[c.Key] == "" && (touched == nil || touched[c.Key]) {
			f.add(CustomPrefix+c.Key, mandatory())
		}
	}
}
