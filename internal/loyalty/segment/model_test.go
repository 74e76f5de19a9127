package segment_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/text"
)

// person is a member as the slow, obvious model knows him.
type person struct {
	home                           home.ID
	state                          string
	erased                         bool
	surname, name, patronymic      string
	born, sex, language, city      string
	comment, source                string
	category, outlet               int64
	custom                         map[string]string
	registered                     clock.Micros
	groups, outlets                []int64
	tags                           []string
	phone, email, card             string
	household                      bool
	level                          string
	consents                       []string
	active, pending, earned, spent int64
	purchases, turnover, average   int64
	visits, first, last            int64
	tickets, orders, unpaid, back  int64

	beside
}

func (p *person) folded() string {
	return text.Fold(strings.Join([]string{p.surname, p.name, p.patronymic}, " "))
}

func (p *person) given() string {
	return text.Fold(strings.Join([]string{p.name, p.patronymic, p.surname}, " "))
}

// world is what conditions are judged against.
type world struct {
	now  time.Time // in the zone
	zone *time.Location
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

// meets judges a condition as one would say it.
func (w *world) meets(p *person, c *segment.Condition) bool {
	if met, known := w.meetsBeside(p, c); known {
		return met
	}
	switch c.Field {
	case "name":
		return slices.ContainsFunc(c.Values, func(v string) bool { return strings.HasPrefix(p.folded(), text.Fold(v)) })
	case "phone":
		return identifier(c, member.Phone, p.phone)
	case "email":
		return identifier(c, member.Email, p.email)
	case "card":
		return identifier(c, member.Card, p.card)
	case "number":
		return identifier(c, member.Number, p.number())
	case "external":
		return several(c, nil)
	case "state":
		return choice(c, p.state)
	case "level":
		return choice(c, p.level)
	case "category":
		return choice(c, idOf(p.category))
	case "registered_outlet":
		return choice(c, idOf(p.outlet))
	case "groups":
		return several(c, idsOf(p.groups))
	case "outlets":
		return several(c, idsOf(p.outlets))
	case "tags":
		return several(c, p.tags)
	case "consents":
		return several(c, p.consents)
	case "sex":
		return choice(c, p.sex)
	case "language":
		return choice(c, p.language)
	case "city":
		return choice(c, text.Fold(p.city))
	case "comment":
		return choice(c, p.comment)
	case "registered_source":
		return choice(c, p.source)
	case "birth_date":
		return spanned(c, p.born)
	case "birthday":
		return birthday(c, p.born)
	case "birthday_in":
		return p.born != "" && w.birthdayIn(p.born, atoi(c.Values[0]))
	case "age":
		return p.born != "" && between(c, w.age(p.born))
	case "household":
		return p.household == (c.Op == segment.OpYes)
	case "registered":
		return w.time(c, int64(p.registered))
	case "registered_days":
		return w.ago(c, int64(p.registered))
	case "first_purchase":
		return w.time(c, p.first)
	case "last_purchase":
		return w.time(c, p.last)
	case "last_purchase_days":
		return w.ago(c, p.last)
	case "active":
		return amount(c, p.active, 2)
	case "pending":
		return amount(c, p.pending, 2)
	case "earned":
		return amount(c, p.earned, 2)
	case "spent":
		return amount(c, p.spent, 2)
	case "turnover":
		return amount(c, p.turnover, 2)
	case "average":
		return amount(c, p.average, 2)
	case "purchases":
		return amount(c, p.purchases, 0)
	case "visits":
		return amount(c, p.visits, 0)
	case "tickets":
		return amount(c, p.tickets, 0)
	case "orders":
		return amount(c, p.orders, 0)
	case "orders_unpaid":
		return amount(c, p.unpaid, 0)
	case "refunds":
		return amount(c, p.back, 0)
	case "custom.pet":
		return choice(c, p.custom["pet"])
	case "custom.shoe":
		return decimal(c, p.custom["shoe"])
	case "custom.vip":
		v := p.custom["vip"]
		return c.Op == segment.OpYes && v == "true" || c.Op == segment.OpNo && v == "false" || c.Op == segment.OpFilled && v != "" || c.Op == segment.OpEmpty && v == ""
	case "custom.since":
		return spanned(c, p.custom["since"])
	}
	panic("the model does not know " + c.Field)
}

// finds judges a search.
func (w *world) finds(p *person, search string) bool {
	words := strings.Fields(text.Fold(search))
	in := func(name string) bool {
		if !strings.HasPrefix(name, words[0]) {
			return false
		}
		for _, x := range words[1:] {
			if !strings.Contains(name, " "+x) {
				return false
			}
		}
		return true
	}
	if in(p.folded()) || in(p.given()) {
		return true
	}
	for _, r := range member.Refs(search, "") {
		switch r.Value {
		case p.phone, p.email, p.card, p.number():
			return true
		}
	}
	return false
}

func identifier(c *segment.Condition, kind member.Kind, has string) bool {
	plain := segment.Condition{Op: c.Op}
	for _, v := range c.Values {
		r, err := member.Normalise(kind, v, "")
		if err != nil {
			panic(err)
		}
		plain.Values = append(plain.Values, r.Value)
	}
	return several(&plain, one(has))
}

func one(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func idOf(i int64) string {
	if i == 0 {
		return ""
	}
	return strconv.FormatInt(i, 10)
}

func idsOf(list []int64) []string {
	var out []string
	for _, i := range list {
		out = append(out, idOf(i))
	}
	return out
}

func several(c *segment.Condition, has []string) bool {
	any := slices.ContainsFunc(c.Values, func(v string) bool {
		return slices.ContainsFunc(has, func(h string) bool { return text.Fold(h) == text.Fold(v) })
	})
	switch c.Op {
	case segment.OpIn:
		return any
	case segment.OpNotIn:
		return !any
	}
	return (len(has) > 0) == (c.Op == segment.OpFilled)
}

func choice(c *segment.Condition, v string) bool {
	values := c.Values
	if c.Field == "city" {
		values = nil
		for _, x := range c.Values {
			values = append(values, text.Fold(x))
		}
	}
	switch c.Op {
	case segment.OpIn:
		return slices.Contains(values, v)
	case segment.OpNotIn:
		return !slices.Contains(values, v)
	}
	return (v != "") == (c.Op == segment.OpFilled)
}

func spanned(c *segment.Condition, v string) bool {
	switch c.Op {
	case segment.OpFrom:
		return v != "" && v >= c.Values[0]
	case segment.OpTo:
		return v != "" && v <= c.Values[0]
	case segment.OpBetween:
		return v != "" && v >= c.Values[0] && v <= c.Values[1]
	}
	return (v != "") == (c.Op == segment.OpFilled)
}

func between(c *segment.Condition, v int) bool {
	switch c.Op {
	case segment.OpFrom:
		return v >= atoi(c.Values[0])
	case segment.OpTo:
		return v <= atoi(c.Values[0])
	}
	return v >= atoi(c.Values[0]) && v <= atoi(c.Values[1])
}

func (w *world) time(c *segment.Condition, at int64) bool {
	v := ""
	if at != 0 {
		v = day(clock.Micros(at).In(w.zone))
	}
	return spanned(c, v)
}

func (w *world) ago(c *segment.Condition, at int64) bool {
	if at == 0 {
		return false
	}
	t := clock.Micros(at).In(w.zone)
	then := time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC)
	today := time.Date(w.now.Year(), w.now.Month(), w.now.Day(), 12, 0, 0, 0, time.UTC)
	days := int(today.Sub(then) / (24 * time.Hour))
	if days < 0 { // still to come: not so many days ago
		return c.Op == segment.OpFrom && false
	}
	return between(c, days)
}

func (w *world) age(born string) int {
	n := 0
	for ; fmt.Sprintf("%04d%s", atoi(born[:4])+n+1, born[4:]) <= day(w.now); n++ {
	}
	return n
}

func (w *world) birthdayIn(born string, n int) bool {
	if n >= 365 {
		return true
	}
	for d := w.now; ; d = d.AddDate(0, 0, 1) {
		if day(d)[5:] == born[5:] {
			return true
		}
		// who was born on a 29 February has his birthday between two others
		if born[5:] == "02-29" && day(d)[5:] == "02-28" && n > 0 && day(d.AddDate(0, 0, 1))[5:] == "03-01" {
			return true
		}
		if n--; n < 0 {
			return false
		}
	}
}

func birthday(c *segment.Condition, born string) bool {
	if born == "" {
		return false
	}
	d := born[5:]
	if c.Op == segment.OpIn {
		return slices.Contains(c.Values, d)
	}
	if from, to := c.Values[0], c.Values[1]; from <= to {
		return from <= d && d <= to
	}
	return c.Values[0] <= d || d <= c.Values[1]
}

func amount(c *segment.Condition, v int64, scale int) bool {
	unit := big.NewRat(1, 1)
	for range scale {
		unit.Mul(unit, big.NewRat(10, 1))
	}
	has := new(big.Rat).SetInt64(v)
	value := func(n int) *big.Rat {
		r, _ := new(big.Rat).SetString(c.Values[n])
		return r.Mul(r, unit)
	}
	switch c.Op {
	case segment.OpIn:
		for i := range c.Values {
			if value(i).Cmp(has) == 0 {
				return true
			}
		}
		return false
	case segment.OpFrom:
		return has.Cmp(value(0)) >= 0
	case segment.OpTo:
		return has.Cmp(value(0)) <= 0
	case segment.OpBetween:
		return has.Cmp(value(0)) >= 0 && has.Cmp(value(1)) <= 0
	}
	return (v != 0) == (c.Op == segment.OpFilled)
}

func decimal(c *segment.Condition, s string) bool {
	if c.Op == segment.OpFilled || c.Op == segment.OpEmpty {
		return (s != "") == (c.Op == segment.OpFilled)
	}
	if s == "" {
		return false
	}
	v, _ := new(big.Rat).SetString(s)
	at := func(n int) int {
		r, _ := new(big.Rat).SetString(c.Values[n])
		return v.Cmp(r)
	}
	switch c.Op {
	case segment.OpFrom:
		return at(0) >= 0
	case segment.OpTo:
		return at(0) <= 0
	}
	return at(0) >= 0 && at(1) <= 0
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

// less orders as a list does.
func less(o segment.Order) func(a, b *person) int {
	key := func(a, b *person) int {
		switch o.Field {
		case "", "name":
			return bytes.Compare([]byte(a.folded()), []byte(b.folded()))
		case "birthday":
			return cmp.Compare(monthDay(a.born), monthDay(b.born))
		case "registered":
			return cmp.Compare(a.registered, b.registered)
		case "last_purchase":
			return cmp.Compare(a.last, b.last)
		case "active":
			return cmp.Compare(a.active, b.active)
		case "purchases":
			return cmp.Compare(a.purchases, b.purchases)
		case "turnover":
			return cmp.Compare(a.turnover, b.turnover)
		case "average":
			return cmp.Compare(a.average, b.average)
		}
		panic("the model does not order by " + o.Field)
	}
	return func(a, b *person) int {
		c := cmp.Or(key(a, b), cmp.Compare(a.home, b.home))
		if o.Desc {
			return -c
		}
		return c
	}
}

func monthDay(born string) string {
	if born == "" {
		return ""
	}
	return born[5:]
}

// list is what a list must have.
func (w *world) list(people []*person, f *segment.Filter, o segment.Order, outlets []int64) []home.ID {
	var all []*person
	for _, p := range people {
		ok := p.state != "merged" && !p.erased
		for i := range f.Conditions {
			ok = ok && w.meets(p, &f.Conditions[i])
		}
		ok = ok && (strings.TrimSpace(f.Search) == "" || w.finds(p, f.Search))
		if outlets != nil {
			ok = ok && slices.ContainsFunc(outlets, func(o int64) bool { return slices.Contains(p.outlets, o) })
		}
		if ok {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, less(o))
	out := make([]home.ID, len(all))
	for i, p := range all {
		out[i] = p.home
	}
	return out
}
