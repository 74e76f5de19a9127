package draft

import (
	"fmt"
	"slices"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/text"
)

// meeting is conditions that all must hold; it warns of the first that can't
// hold beside those before it.
type meeting struct {
	*warner
	words map[rule.Field][]string // that are left, of a field that has one value
	from  map[rule.Field]int64
	below map[rule.Field]int64
	time  *[1440]bool // minutes that are left
	told  bool
}

func (w *warner) meet() *meeting {
	m := &meeting{warner: w, words: map[rule.Field][]string{}, from: map[rule.Field]int64{}, below: map[rule.Field]int64{}}
	for _, i := range w.p.Outlets {
		m.words[rule.FieldOutlet] = append(m.words[rule.FieldOutlet], i.String())
	}
	return m
}

// many are fields of which a member or a line has more than one value.
var many = []rule.Field{
	rule.FieldGroup, rule.FieldPayment, rule.FieldMemberGroup, rule.FieldCardType, rule.FieldTag, rule.FieldRelative,
}

// addAll adds conditions that stand at a path; without one nothing is said of
// them.
func (m *meeting) addAll(at string, cs []rule.Condition) {
	for i := range cs {
		path := ""
		if at != "" {
			path = fmt.Sprintf("%s[%d]", at, i)
		}
		m.add(path, &cs[i])
	}
}

func (m *meeting) add(at string, c *rule.Condition) {
	info := rule.InfoOf(c.Field)
	if info == nil {
		return
	}
	var holds bool
	switch {
	case info.Form == rule.Minute:
		holds = m.minutes(c)
	case info.Ranged():
		holds = m.narrow(c)
	default:
		holds = m.keep(info, c)
		m.known(at, c)
	}
	if info.Of == rule.OfMember && c.Field != rule.FieldMember && (info.Ranged() || len(c.In) > 0) {
		holds = holds && m.keep(rule.InfoOf(rule.FieldMember), &rule.Condition{Field: rule.FieldMember, In: []string{"yes"}})
	}
	switch {
	case at == "" || m.told:
	case !holds:
		m.told = true
		m.warn(at, "programme.warn-excluded", "field", string(c.Field))
	case c.Field == rule.FieldDate && c.Below != nil && m.facts.Today != "" && *c.Below <= number8(m.facts.Today):
		m.warn(at, "programme.warn-over", "day", bound(rule.Date, *c.Below-1).text)
	}
}

// known warns of levels and product types that there are not.
func (m *meeting) known(at string, c *rule.Condition) {
	if at == "" {
		return
	}
	for _, w := range slices.Concat(c.In, c.Not) {
		switch {
		case c.Field == rule.FieldLevel && !m.levels[text.Fold(w)]:
			m.warn(at, "programme.warn-no-level", "level", w, "known", Nearest(w, m.levelIDs()))
		case c.Field == rule.FieldType:
			m.typed(at, w)
		}
	}
	if c.Field == rule.FieldType {
		m.wanted(c.In)
	}
	if c.Field == rule.FieldMemberGroup && len(c.In) > 0 && !slices.ContainsFunc(c.In, m.peopled) {
		m.warn(at, "programme.warn-nobody")
	}
}

func (w *warner) levelIDs() []string {
	ids := make([]string, len(w.p.Levels))
	for i := range w.p.Levels {
		ids[i] = w.p.Levels[i].ID
	}
	return ids
}

// keep leaves of a field's values those that are wanted; false: none.
func (m *meeting) keep(info *rule.FieldInfo, c *rule.Condition) bool {
	in, not := folded(c.In), folded(c.Not)
	if info.Form == rule.Flag && len(in) == 0 {
		in = []string{"yes", "no"}
	}
	wanted := slices.DeleteFunc(slices.Clone(in), func(w string) bool { return slices.Contains(not, w) })
	if len(in) > 0 && len(wanted) == 0 {
		return false
	}
	if slices.Contains(many, c.Field) {
		return true
	}
	before, bound := m.words[c.Field]
	switch {
	case len(in) == 0 && bound:
		wanted = slices.DeleteFunc(slices.Clone(before), func(w string) bool { return slices.Contains(not, w) })
	case len(in) == 0:
		return true
	case bound:
		wanted = slices.DeleteFunc(wanted, func(w string) bool { return !slices.Contains(before, w) })
	}
	m.words[c.Field] = wanted
	return len(wanted) > 0
}

func folded(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = text.Fold(w)
	}
	return out
}

// narrow narrows a range; false: nothing is left of it.
func (m *meeting) narrow(c *rule.Condition) bool {
	if slices.Contains(many, c.Field) {
		return true
	}
	if c.From != nil {
		if v, ok := m.from[c.Field]; !ok || *c.From > v {
			m.from[c.Field] = *c.From
		}
	}
	if c.Below != nil {
		if v, ok := m.below[c.Field]; !ok || *c.Below < v {
			m.below[c.Field] = *c.Below
		}
	}
	from, low := m.from[c.Field]
	below, high := m.below[c.Field]
	return !low || !high || from < below
}

// minutes leaves those of the day that are wanted; false: none.
func (m *meeting) minutes(c *rule.Condition) bool {
	from, below := int64(0), int64(1440)
	if c.From != nil {
		from = *c.From
	}
	if c.Below != nil {
		below = *c.Below
	}
	var left [1440]bool
	any := false
	for i := range int64(1440) {
		wanted := i >= from && i < below
		if from > below {
			wanted = i >= from || i < below
		}
		left[i] = wanted && (m.time == nil || m.time[i])
		any = any || left[i]
	}
	m.time = &left
	return any
}

// number8 reads YYYY-MM-DD as YYYYMMDD.
func number8(day string) int64 {
	v, err := parseBound(rule.Date, day)
	if err != nil {
		return 0
	}
	return v
}
