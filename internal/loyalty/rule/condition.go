package rule

import (
	"slices"
	"strconv"

	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// Condition is what must hold for a rule to act, as data: a field, and the
// values or the range that are wanted of it. So the trace can say what was
// found and what was needed.
type Condition struct {
	Field Field    `json:"field"`
	In    []string `json:"in,omitempty"`    // one of these is found; ids in decimal
	Not   []string `json:"not,omitempty"`   // none of these is found
	From  *int64   `json:"from,omitempty"`  // at least
	Below *int64   `json:"below,omitempty"` // less than

	info        *FieldInfo
	in, not     []string // folded
	inID, notID []id.ID
}

// MaxValues bounds the values that one condition names.
const MaxValues = 10_000

const (
	yes = "yes"
	no  = "no"
)

// compile checks the condition and makes it ready.
func (c *Condition) compile(k *checker, at string, of ...Of) {
	c.info = InfoOf(c.Field)
	if c.info == nil || !slices.Contains(of, c.info.Of) {
		k.check(false, at, "programme.field", "field", string(c.Field))
		c.info = &custom
		return
	}
	k.check(len(c.In) <= MaxValues && len(c.Not) <= MaxValues, at, "programme.too-many", "most", MaxValues)
	if c.info.Ranged() {
		k.check(len(c.In) == 0 && len(c.Not) == 0 && (c.From != nil || c.Below != nil), at, "programme.range")
		k.check(c.From == nil || c.Below == nil || *c.From < *c.Below || c.info.Form == Minute && *c.From != *c.Below, at, "programme.range")
		c.checkBounds(k, at)
		return
	}
	k.check(c.From == nil && c.Below == nil && len(c.In)+len(c.Not) > 0, at, "programme.values")
	c.in, c.inID = c.values(k, at, c.In)
	c.not, c.notID = c.values(k, at, c.Not)
}

func (c *Condition) checkBounds(k *checker, at string) {
	least, most := int64(-1<<53), int64(1<<53)
	switch c.info.Form {
	case Minute:
		least, most = 0, 1440
	case Money, Count:
		least = 0
	case Date:
		least, most = 1970_01_01, 9999_12_32
	}
	for _, v := range []*int64{c.From, c.Below} {
		k.check(v == nil || *v >= least && *v <= most, at, "programme.range")
	}
}

// values checks the words of a condition and gives them folded, or as ids.
func (c *Condition) values(k *checker, at string, words []string) (folded []string, ids []id.ID) {
	for _, w := range words {
		switch c.info.Form {
		case IDs:
			v, err := id.Parse(w)
			k.check(err == nil, at, "programme.value", "value", w)
			ids = append(ids, v)
		case Flag:
			k.check(w == yes || w == no, at, "programme.value", "value", w)
			folded = append(folded, w)
		case Choice:
			k.check(slices.Contains(c.info.Values, w), at, "programme.value", "value", w)
			folded = append(folded, w)
		default:
			f := text.Fold(w)
			k.check(f != "" && len(w) <= 300, at, "programme.value", "value", w)
			folded = append(folded, f)
		}
	}
	return folded, ids
}

// wordsHold tells whether the words found are wanted.
func (c *Condition) wordsHold(found []string) bool { return wanted(found, c.in, c.not) }

// wanted tells whether what was found has one of those in, if any are named,
// and none of those not.
func wanted[T comparable](found, in, not []T) bool {
	holds := len(in) == 0
	for _, v := range found {
		if slices.Contains(not, v) {
			return false
		}
		holds = holds || slices.Contains(in, v)
	}
	return holds
}

// rangeHolds tells whether a number lies in the range; one of minutes may go
// over midnight.
func (c *Condition) rangeHolds(v int64) bool {
	if c.info.Form == Minute && c.From != nil && c.Below != nil && *c.From > *c.Below {
		return v >= *c.From || v < *c.Below
	}
	return (c.From == nil || v >= *c.From) && (c.Below == nil || v < *c.Below)
}

// found is what a condition met: words, ids or a number; known is false where
// nothing is known of it.
type found struct {
	words []string
	ids   []id.ID
	n     int64
	known bool
	one   [1]string
	oneID [1]id.ID
}

func (f *found) word(w string) {
	if w != "" {
		f.one[0] = w
		f.words, f.known = f.one[:], true
	}
}

func (f *found) flag(v bool) {
	f.one[0] = no
	if v {
		f.one[0] = yes
	}
	f.words, f.known = f.one[:], true
}

func (f *found) id(v id.ID) {
	if v != 0 {
		f.oneID[0] = v
		f.ids, f.known = f.oneID[:], true
	}
}

func (f *found) number(n int64) { f.n, f.known = n, true }

// holds compares what was found with what is wanted.
func (c *Condition) holds(f *found) bool {
	switch {
	case c.info.Ranged():
		return f.known && c.rangeHolds(f.n)
	case c.info.Form == IDs:
		return wanted(f.ids, c.inID, c.notID)
	}
	return c.wordsHold(f.words)
}

// ofLine finds a field of a line.
func (f *found) ofLine(c *Condition, l *Line) {
	switch c.Field {
	case FieldProduct:
		if l.Folded == "" {
			f.word(text.Fold(l.SKU))
			return
		}
		f.word(l.Folded)
	case FieldType:
		f.word(l.Type)
	case FieldGroup:
		f.ids, f.known = l.Groups, len(l.Groups) > 0
	case FieldMemorandum:
		f.flag(l.Memorandum)
	case FieldPrice:
		if u := l.Units(); u > 0 {
			f.number(int64(l.Gross) / u)
		}
	default:
		f.word(l.Place.get(c.Field))
	}
}

// ofReceipt finds a field of a receipt that does not depend on amounts.
func (f *found) ofReceipt(c *Condition, r *Receipt) {
	switch c.Field {
	case FieldOutlet:
		f.id(r.Outlet)
	case FieldPartner:
		f.id(r.Partner)
	case FieldTill:
		f.id(r.Till)
	case FieldCashier:
		f.id(r.Cashier)
	case FieldChannel:
		f.word(r.Channel)
	case FieldWeekday:
		if r.Weekday >= 1 && r.Weekday <= 7 {
			f.word(weekdays[r.Weekday-1])
		}
	case FieldTime:
		f.number(int64(r.Minute))
	case FieldDate:
		f.number(dayNumber(r.Day))
	}
}

// ofMember finds a field of the member on the receipt's day.
func (f *found) ofMember(c *Condition, m *Member, day string) {
	switch c.Field {
	case FieldMember:
		f.flag(m.Known())
		return
	}
	if !m.Known() {
		return
	}
	switch c.Field {
	case FieldLevel:
		f.word(m.Level)
	case FieldMemberGroup:
		f.ids, f.known = m.Groups, len(m.Groups) > 0
	case FieldCategory:
		f.id(m.Category)
	case FieldCardType:
		f.ids, f.known = m.CardTypes, len(m.CardTypes) > 0
	case FieldSex:
		f.word(m.Sex)
	case FieldCity:
		f.word(m.City)
	case FieldTag:
		f.words, f.known = m.Tags, len(m.Tags) > 0
	case FieldSource:
		f.word(m.Source)
	case FieldPurchases:
		f.number(m.Purchases)
	case FieldTurnover:
		f.number(int64(m.Turnover))
	case FieldAge, FieldBirthday, FieldRelative, FieldLevelDays, FieldLastPurchase, FieldRegistered:
		f.ofDays(c, m, day)
	default:
		f.word(m.Custom[string(c.Field)[len(CustomField):]])
	}
}

// ofDays finds a field that is counted in days or years.
func (f *found) ofDays(c *Condition, m *Member, day string) {
	switch c.Field {
	case FieldAge:
		f.n, f.known = years(m.Birth, day)
	case FieldBirthday:
		f.n, f.known = sinceBirthday(m.Birth, day)
	case FieldRelative:
		for _, b := range m.Relatives {
			n, ok := sinceBirthday(b, day)
			if ok && (!f.known || c.rangeHolds(n)) {
				f.number(n)
			}
		}
	case FieldLevelDays:
		f.n, f.known = daysBetween(m.LevelDay, day)
	case FieldLastPurchase:
		f.n, f.known = daysBetween(m.LastDay, day)
	case FieldRegistered:
		f.n, f.known = daysBetween(m.RegisteredDay, day)
	}
}

// dayNumber reads YYYY-MM-DD as YYYYMMDD, 0 where it is none.
func dayNumber(day string) int64 {
	if len(day) != len("2006-01-02") {
		return 0
	}
	n, _ := strconv.ParseInt(day[:4]+day[5:7]+day[8:], 10, 64)
	return n
}

// daysBetween counts the days from one to another.
func daysBetween(from, to string) (int64, bool) {
	a, ok1 := parseDay(from)
	b, ok2 := parseDay(to)
	if !ok1 || !ok2 {
		return 0, false
	}
	return int64(b.Sub(a).Hours()) / 24, true
}

func idWords(ids []id.ID) []string {
	out := make([]string, len(ids))
	for i, v := range ids {
		out[i] = v.String()
	}
	return out
}
