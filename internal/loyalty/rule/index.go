package rule

import (
	"slices"

	"kopilka/internal/platform/id"
)

// index finds the rules that can matter to a receipt: each lies under the
// values of its narrowest condition, so that ten thousand rules of products
// cost a receipt no more than ten.
type index struct {
	words   map[Field]map[string][]*Rule
	ids     map[Field]map[id.ID][]*Rule
	coded   map[*Campaign][]*Rule // opened by a code only
	general []*Rule
	open    []*Campaign // limited ones that need no code
}

// anchors are the fields that rules are found by, the narrowest first.
var anchors = []Field{
	FieldProduct, FieldSeat, FieldSession, FieldEvent, FieldGroup, FieldType, FieldRow, FieldSector, FieldZone, FieldEventType, FieldHall,
	FieldTill, FieldCashier, FieldOutlet, FieldMemberGroup, FieldCategory, FieldLevel, FieldTag, FieldCardType, FieldChannel, FieldPartner,
}

func (x *index) build(rules []*Rule) {
	*x = index{words: map[Field]map[string][]*Rule{}, ids: map[Field]map[id.ID][]*Rule{}, coded: map[*Campaign][]*Rule{}}
	for _, r := range rules {
		c := r.campaign
		if r.Off || c != nil && c.Off {
			continue
		}
		switch a := r.anchor(); {
		case c != nil && c.NeedsCode:
			x.coded[c] = append(x.coded[c], r)
		case r.level != "":
			x.addWord(FieldLevel, r.level, r)
		case a == nil:
			x.general = append(x.general, r)
		case a.info.Form == IDs:
			for _, v := range a.inID {
				x.addID(a.Field, v, r)
			}
		default:
			for _, w := range a.in {
				x.addWord(a.Field, w, r)
			}
		}
		if c != nil && !c.NeedsCode && c.Limits.bound() && !slices.Contains(x.open, c) {
			x.open = append(x.open, c)
		}
	}
}

func (x *index) addWord(f Field, w string, r *Rule) {
	m := x.words[f]
	if m == nil {
		m = map[string][]*Rule{}
		x.words[f] = m
	}
	if n := len(m[w]); n == 0 || m[w][n-1] != r { // a rule may name a value twice
		m[w] = append(m[w], r)
	}
}

func (x *index) addID(f Field, v id.ID, r *Rule) {
	m := x.ids[f]
	if m == nil {
		m = map[id.ID][]*Rule{}
		x.ids[f] = m
	}
	if n := len(m[v]); n == 0 || m[v][n-1] != r {
		m[v] = append(m[v], r)
	}
}

// anchor is the rule's narrowest condition that names values.
func (r *Rule) anchor() *Condition {
	all := [][]Condition{r.Scope, r.When}
	if r.campaign != nil {
		all = append(all, r.campaign.Scope, r.campaign.When)
	}
	for _, f := range anchors {
		for _, cs := range all {
			for i := range cs {
				if cs[i].Field == f && len(cs[i].in)+len(cs[i].inID) > 0 {
					return &cs[i]
				}
			}
		}
	}
	return nil
}

// find gives the rules that can matter, in the order they act.
func (x *index) find(into []*Rule, r *Receipt, m *Member, coded []*Campaign) []*Rule {
	into = append(into, x.general...)
	for _, c := range coded {
		into = append(into, x.coded[c]...)
	}
	var f found
	probe := Condition{}
	for field, byWord := range x.words {
		probe.Field, probe.info = field, InfoOf(field)
		x.each(&f, &probe, r, m, func() {
			for _, w := range f.words {
				into = append(into, byWord[w]...)
			}
		})
	}
	for field, byID := range x.ids {
		probe.Field, probe.info = field, InfoOf(field)
		x.each(&f, &probe, r, m, func() {
			for _, v := range f.ids {
				into = append(into, byID[v]...)
			}
		})
	}
	slices.SortFunc(into, func(a, b *Rule) int { return a.index - b.index })
	return slices.Compact(into)
}

// each calls visit for what the receipt has under the probe's field, line by
// line where it is one of lines.
func (x *index) each(f *found, probe *Condition, r *Receipt, m *Member, visit func()) {
	switch probe.info.Of {
	case OfLine:
		for i := range r.Lines {
			*f = found{}
			f.ofLine(probe, &r.Lines[i])
			visit()
		}
	case OfReceipt:
		*f = found{}
		f.ofReceipt(probe, r)
		visit()
	default:
		*f = found{}
		f.ofMember(probe, m, r.Day)
		visit()
	}
}
