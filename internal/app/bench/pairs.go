package bench

import (
	"strconv"

	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/id"
)

// Pair is a filter and an order that somebody in marketing opens a list with.
type Pair struct {
	Name  string
	Query segment.Query
}

// Pairs are those that lists are measured by: what people really look for, from
// everybody to a handful, by what is stored and by what is reckoned.
func Pairs() []Pair {
	is := func(field string, op segment.Op, values ...string) segment.Condition {
		return segment.Condition{Field: field, Op: op, Values: values}
	}
	pair := func(name, order string, desc bool, conditions ...segment.Condition) Pair {
		return Pair{name, segment.Query{Order: segment.Order{Field: order, Desc: desc}, Filter: segment.Filter{Conditions: conditions}}}
	}
	active := is("state", segment.OpIn, "active")
	sms := is("consents", segment.OpIn, "advertising.sms")
	typed := pair("two words typed", "name", false, active)
	typed.Query.Search = "анна волк"
	outlet := pair("narrowed to an outlet: women of 25 to 35", "active", true, // what was done at all outlets is not for him
		is("sex", segment.OpIn, "female"), is("age", segment.OpBetween, "25", "35"), is("active", segment.OpFrom, "1"))
	outlet.Query.Outlets = []id.ID{firstShop + 5}
	return []Pair{
		pair("everybody", "name", false),
		pair("best buyers", "turnover", true, active),
		pair("best of the gold", "turnover", true, active, is("level", segment.OpIn, "gold")),
		pair("bought, not for 60 days", "last_purchase", true, active, is("purchases", segment.OpFrom, "2"), is("last_purchase_days", segment.OpFrom, "60")),
		pair("birthday within a week, takes SMS", "birthday", false, active, sms, is("birthday_in", segment.OpTo, "7")),
		pair("a small city, latest buyers", "last_purchase", true, is("city", segment.OpIn, "тула")),
		pair("a small group", "name", false, is("groups", segment.OpIn, strconv.Itoa(coffee))),
		pair("a tag, by average receipt", "average", true, active, is("tags", segment.OpIn, "кофе"), is("average", segment.OpFrom, "1500")),
		pair("registered this month, never bought", "registered", true, is("registered_days", segment.OpTo, "30"), is("purchases", segment.OpTo, "0")),
		typed,
		pair("points lie, no purchase for 90 days, takes SMS", "active", true, active, sms, is("active", segment.OpFrom, "500"), is("last_purchase_days", segment.OpFrom, "90")),
		outlet,
	}
}
