package segment

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// asking is what conditions are read against.
type asking struct {
	catalogue *Catalogue
	zone      *time.Location
	today     time.Time // midnight of the zone's day
	region    string
	wrong     []fault.Field
}

func (l *Lists) asking(c *Catalogue) *asking {
	return &asking{catalogue: c, zone: l.zone(), today: l.today(), region: l.region()}
}

// asked is one condition that is read.
type asked struct {
	*asking
	*Condition
	f    *Field
	path string
}

// Check tells what is wrong with a filter ("segment.bad-filter", with the
// places).
func (l *Lists) Check(c *Catalogue, f *Filter) error {
	a := l.asking(c)
	a.read(f)
	return a.err()
}

func (a *asking) err() error {
	if len(a.wrong) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "segment.bad-filter").With(a.wrong...)
}

// read makes a filter ready, or notes what is wrong with it.
func (a *asking) read(f *Filter) *choice {
	c := &choice{}
	if len(f.Conditions) > MaxConditions {
		a.wrong = append(a.wrong, fault.Field{Path: "conditions", Code: "segment.too-many", Args: fault.Pairs("max", MaxConditions)})
		return c
	}
	for i := range f.Conditions {
		k := &asked{asking: a, Condition: &f.Conditions[i], path: "conditions[" + strconv.Itoa(i) + "]"}
		if p, err := k.part(); err != nil {
			a.wrong = append(a.wrong, *err)
		} else {
			c.parts = append(c.parts, p)
		}
	}
	if strings.TrimSpace(f.Search) != "" {
		if p, err := a.search(f.Search); err != nil {
			a.wrong = append(a.wrong, *err)
		} else {
			c.parts = append(c.parts, p)
		}
	}
	return c
}

func (k *asked) bad(n int, code string) *fault.Field {
	path := k.path + ".values"
	if n >= 0 {
		path += "[" + strconv.Itoa(n) + "]"
	}
	return &fault.Field{Path: path, Code: code}
}

func (k *asked) part() (part, *fault.Field) {
	f, ok := k.catalogue.Get(k.Field)
	if !ok {
		wrong := k.catalogue.missing(k.Field, k.path+".field")
		return part{}, &wrong
	}
	k.f = &f
	if !slices.Contains(f.Ops, k.Op) {
		return part{}, &fault.Field{Path: k.path + ".op", Code: "segment.bad-op"}
	}
	if err := k.counted(); err != nil {
		return part{}, err
	}
	if f.ask != nil {
		return f.ask(k)
	}
	return k.plain()
}

// counted checks how many values there are.
func (k *asked) counted() *fault.Field {
	n := len(k.Values)
	switch {
	case n > MaxValues:
		return &fault.Field{Path: k.path + ".values", Code: "segment.too-many", Args: fault.Pairs("max", MaxValues)}
	case !k.Op.valued() && n > 0,
		k.Op.valued() && n == 0,
		(k.Op == OpFrom || k.Op == OpTo) && n != 1,
		k.Op == OpBetween && n != 2:
		return k.bad(-1, "segment.values")
	}
	return nil
}

// plain asks as the kind of the field does.
func (k *asked) plain() (part, *fault.Field) {
	if k.Op == OpFilled || k.Op == OpEmpty {
		return k.f.has(k.Op == OpFilled), nil
	}
	switch k.f.Kind {
	case Number, Points, Money:
		return k.numbers()
	case Time:
		return k.times()
	case Day:
		return k.days()
	case Birthday:
		return k.birthdays()
	}
	return k.words(func(s string) string { return s })
}

// words asks for texts; as makes of a value what the column has.
func (k *asked) words(as func(string) string) (part, *fault.Field) {
	values := make([]string, len(k.Values))
	for i, v := range k.Values {
		values[i] = as(v)
		switch {
		case !text.Valid(v, MaxSearch) || values[i] == "", k.f.Source == FromTexts && !slices.Contains(k.f.Values, v):
			return part{}, k.bad(i, "segment.bad-value")
		}
	}
	if k.Op == OpNotIn {
		return k.f.notAmong(values), nil
	}
	return k.f.among(values), nil
}

// parsed reads each value.
func parsed[T any](k *asked, read func(string) (T, bool)) ([]T, *fault.Field) {
	out := make([]T, len(k.Values))
	for i, s := range k.Values {
		v, ok := read(s)
		if !ok {
			return nil, k.unread(i)
		}
		out[i] = v
	}
	return out, nil
}

// unread says of a value that it is none of what the field wants.
func (k *asked) unread(n int) *fault.Field {
	switch k.f.Kind {
	case Number, Days:
		return k.bad(n, "segment.bad-number")
	case Decimal, Points, Money:
		return k.bad(n, "segment.bad-decimal")
	case Time, Day, Birthday:
		return k.bad(n, "segment.bad-day")
	default:
		return k.bad(n, "segment.bad-value")
	}
}

// span is what From, To and Between ask of a column whose values are ordered as
// they are; above keeps out what has none.
func span[T any](k *asked, v []T, above any) part {
	var list []compared
	if k.Op != OpTo {
		list = append(list, compared{">=", v[0]})
	} else if above != nil {
		list = append(list, compared{">", above})
	}
	if k.Op != OpFrom {
		list = append(list, compared{"<=", v[len(v)-1]})
	}
	return k.f.scalar(list)
}

// scale is how many decimals a value of the kind is written with.
func (k Kind) scale() int {
	if k == Money || k == Points {
		return 2
	}
	return 0
}

// sums are the values as their kind counts.
func (k *asked) sums() ([]int64, *fault.Field) {
	return parsed(k, func(s string) (int64, bool) {
		v, rounded, err := money.ParseDecimal(s, k.f.Kind.scale(), money.HalfUp)
		return v, err == nil && !rounded
	})
}

func (k *asked) numbers() (part, *fault.Field) {
	values, err := k.sums()
	switch {
	case err != nil:
		return part{}, err
	case k.Op == OpIn:
		return k.f.among(values), nil
	}
	return span(k, values, nil), nil
}

func (k *asked) day(s string) (time.Time, bool) {
	t, err := time.ParseInLocation(time.DateOnly, s, k.zone)
	return t, err == nil && t.Year() > 1800 && t.Year() < 3000
}

// times: days of the zone over a time.
func (k *asked) times() (part, *fault.Field) {
	values, err := parsed(k, k.day)
	if err != nil {
		return part{}, err
	}
	var from, to time.Time
	if k.Op != OpTo {
		from = values[0]
	}
	if k.Op != OpFrom {
		to = values[len(values)-1]
	}
	return k.within(from, to), nil
}

// within is from the beginning of one day to the end of another; a zero one is
// open. What has never been is not within.
func (k *asked) within(from, to time.Time) part {
	list := []compared{{">", int64(0)}}
	if !from.IsZero() {
		list[0] = compared{">=", max(1, int64(clock.Of(from)))}
	}
	if !to.IsZero() {
		list = append(list, compared{"<", int64(clock.Of(to.AddDate(0, 0, 1)))})
	}
	return k.f.scalar(list)
}

func (k *asked) days() (part, *fault.Field) {
	values, err := parsed(k, func(s string) (string, bool) {
		_, ok := k.day(s)
		return s, ok
	})
	if err != nil {
		return part{}, err
	}
	return span(k, values, ""), nil
}

func (k *asked) birthdays() (part, *fault.Field) {
	values, err := parsed(k, func(s string) (string, bool) {
		_, err := time.Parse(time.DateOnly, "2000-"+s)
		return s, err == nil
	})
	switch {
	case err != nil:
		return part{}, err
	case k.Op == OpIn:
		return k.f.among(values), nil
	}
	return k.round(values[0], values[1]), nil
}

// round is from one day of the year to another, over its end if need be.
func (k *asked) round(from, to string) part {
	if from <= to {
		return k.f.scalar([]compared{{">=", from}, {"<=", to}})
	}
	return k.f.scalar([]compared{{">=", from}}, []compared{{">", ""}, {"<=", to}})
}

// askFolded asks for words however they are written.
func askFolded(k *asked) (part, *fault.Field) {
	if !k.Op.valued() {
		return k.plain()
	}
	return k.words(text.Fold)
}

// askName asks how the name begins.
func askName(k *asked) (part, *fault.Field) {
	var alternatives [][]compared
	for i, v := range k.Values {
		folded := text.Fold(v)
		if !text.Valid(v, MaxSearch) || folded == "" {
			return part{}, k.bad(i, "segment.bad-value")
		}
		alternatives = append(alternatives, begins(folded))
	}
	return k.f.scalar(alternatives...), nil
}

// begins is what the folded bytes of a text that begins so lie between: no byte
// of UTF-8 is 0xff.
func begins(folded string) []compared {
	return []compared{{">=", []byte(folded)}, {"<", append([]byte(folded), 0xff)}}
}

func ids(k *asked) ([]int64, *fault.Field) {
	return parsed(k, func(s string) (int64, bool) {
		v, err := id.Parse(s)
		return int64(v), err == nil
	})
}

// askID asks for one of some ids.
func askID(k *asked) (part, *fault.Field) {
	if !k.Op.valued() {
		return k.plain()
	}
	values, err := ids(k)
	switch {
	case err != nil:
		return part{}, err
	case k.Op == OpNotIn:
		return k.f.notAmong(values), nil
	}
	return k.f.among(values), nil
}

// askSeveral asks for rows of a table beside the member's: ids, or tags.
func askSeveral(k *asked) (part, *fault.Field) {
	t := k.f.side
	if !k.Op.valued() {
		return t.has(k.Op == OpFilled, nil), nil
	}
	switch k.f.Source {
	case FromTexts:
		values, err := parsed(k, func(s string) (string, bool) { return s, slices.Contains(k.f.Values, s) })
		return t.among(k.Op == OpIn, values), err
	case FromTags:
		values, err := parsed(k, func(s string) (string, bool) { return text.Fold(s), text.Valid(s, MaxSearch) && text.Fold(s) != "" })
		return t.among(k.Op == OpIn, values), err
	}
	values, err := ids(k)
	return t.among(k.Op == OpIn, values), err
}

// askIdentifier asks for what finds a member, in any writing.
func askIdentifier(k *asked) (part, *fault.Field) {
	t := k.f.side
	if !k.Op.valued() {
		return t.has(k.Op == OpFilled, nil), nil
	}
	values, err := parsed(k, func(s string) (string, bool) {
		r, err := member.Normalise(member.Kind(k.f.Code), s, k.region)
		return r.Value, err == nil
	})
	return t.among(true, values), err
}

// askThere asks whether there is a row.
func askThere(k *asked) (part, *fault.Field) { return k.f.side.has(k.Op == OpYes, nil), nil }

// askBool asks an own field that is true, false or not told.
func askBool(k *asked) (part, *fault.Field) {
	switch k.Op {
	case OpYes:
		return k.f.among([]string{"true"}), nil
	case OpNo:
		return k.f.among([]string{"false"}), nil
	}
	return k.f.has(k.Op == OpFilled), nil
}

// askDecimal compares an own field as the number that it is.
func askDecimal(k *asked) (part, *fault.Field) {
	if !k.Op.valued() {
		return k.f.has(k.Op == OpFilled), nil
	}
	const decimals = 6
	values, err := parsed(k, func(s string) (string, bool) {
		v, rounded, err := money.ParseDecimal(s, decimals, money.HalfUp)
		sign := ""
		if v < 0 {
			sign, v = "-", -v
		}
		return fmt.Sprintf("%s%d.%0*d", sign, v/1e6, decimals, v%1e6), err == nil && !rounded
	})
	if err != nil {
		return part{}, err
	}
	return part{where: func(s *statement) string {
		number := func() string {
			on := k.f.on(s)
			if s.dialect == db.SQLite {
				return "case when " + on + " <> '' then cast(" + on + " as real) end"
			}
			return "case when " + on + " ~ '^-?[0-9]+([.][0-9]+)?$' then cast(" + on + " as numeric) end"
		}
		value := func(v string) string {
			if s.dialect == db.SQLite {
				return "cast(" + s.arg(v) + " as real)"
			}
			return "cast(cast(" + s.arg(v) + " as text) as numeric)"
		}
		var all []string
		if k.Op != OpTo {
			all = append(all, number()+" >= "+value(values[0]))
		}
		if k.Op != OpFrom {
			all = append(all, number()+" <= "+value(values[len(values)-1]))
		}
		return "(" + strings.Join(all, " and ") + ")"
	}}, nil
}

// maxDays bounds numbers of days and years.
const maxDays = 36500

func counts(k *asked) ([]int, *fault.Field) {
	out, wrong := parsed(k, func(s string) (int, bool) {
		n, err := strconv.Atoi(s)
		return n, err == nil
	})
	for i, n := range out {
		if n < 0 || n > maxDays {
			wrong = k.bad(i, "segment.range")
			wrong.Args = fault.Pairs("most", maxDays)
			return nil, wrong
		}
	}
	return out, wrong
}

// askDaysAgo asks how many days ago something was, by the zone's days. What has
// never been was not so many days ago.
func askDaysAgo(k *asked) (part, *fault.Field) {
	n, err := counts(k)
	if err != nil {
		return part{}, err
	}
	var from, to time.Time
	if k.Op != OpTo {
		to = k.today.AddDate(0, 0, -n[0])
	}
	if k.Op != OpFrom {
		from = k.today.AddDate(0, 0, -n[len(n)-1])
	}
	return k.within(from, to), nil
}

// askAge asks how many years are full.
func askAge(k *asked) (part, *fault.Field) {
	const most = 200
	n, err := counts(k)
	if err != nil {
		return part{}, err
	}
	years := func(n int) string { // the birth date of who turns n today
		return strconv.Itoa(k.today.Year()-min(n, most)) + k.today.Format("-01-02")
	}
	list := []compared{{">", ""}}
	if k.Op != OpFrom {
		list[0] = compared{">", years(n[len(n)-1] + 1)}
	}
	if k.Op != OpTo {
		list = append(list, compared{"<=", years(n[0])})
	}
	return k.f.scalar(list), nil
}

// askBirthdayIn asks for a birthday within some days from today.
func askBirthdayIn(k *asked) (part, *fault.Field) {
	const year = 365
	n, err := counts(k)
	switch {
	case err != nil:
		return part{}, err
	case n[0] >= year:
		return k.f.scalar([]compared{{">", ""}}), nil
	}
	return k.round(k.today.Format("01-02"), k.today.AddDate(0, 0, n[0]).Format("01-02")), nil
}
