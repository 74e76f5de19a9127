package segment

import (
	"slices"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
)

// shape is where a field lies in the base and how conditions on it are made.
type shape struct {
	expr  string // its column, of member m or member_figure f
	inF   bool
	index string // on (expr, home_id); "": none
	none  string // what the column has where there is nothing
	code  keyKind
	ask   func(k *asked) (part, *fault.Field) // nil: by the kind
	side  *side
	own   string // key of an own field, which has no column
	show  func(r *seen) Value
}

// keyKind is how a place in an order is written down.
type keyKind byte

const (
	byInt keyKind = iota
	byText
	byBytes
)

func (x *shape) on(s *statement) string {
	if x.own != "" {
		return "(m.custom ->> cast(" + s.arg(x.own) + " as text))"
	}
	return x.expr
}

// home is the id beside the order, of the table that the order is in, so that
// one index has both.
func (x *shape) home() string {
	if x.inF {
		return "f.home_id"
	}
	return "m.home_id"
}

var (
	ranged    = []Op{OpFrom, OpTo, OpBetween, OpIn, OpFilled, OpEmpty}
	chosen    = []Op{OpIn, OpNotIn, OpFilled, OpEmpty}
	mandatory = []Op{OpIn, OpNotIn}
	spanned   = []Op{OpFrom, OpTo, OpBetween, OpFilled, OpEmpty}
	named     = []Op{OpIn, OpFilled, OpEmpty}
)

// sum is a field of member_figure that is a number.
func sum(code string, kind Kind, column, index string, show func(r *seen) int64) Field {
	return Field{
		Code: code, Kind: kind, Ops: ranged, Order: index != "", Column: true, Late: true,
		shape: shape{expr: "f." + column, inF: true, index: index, none: "0", show: func(r *seen) Value { return Value{Kind: kind, Int: show(r)} }},
	}
}

// texts is a field of the member's own row with values that the program knows.
func texts(code, column string, values []string, ops []Op, show func(r *seen) string) Field {
	return Field{
		Code: code, Kind: Choice, Ops: ops, Column: true, Source: FromTexts, Values: values,
		shape: shape{expr: "m." + column, none: "''", code: byText, show: func(r *seen) Value { return Value{Kind: Choice, Text: show(r)} }},
	}
}

// identifier is a field of what finds a member.
func identifier(kind member.Kind) Field {
	return Field{
		Code: string(kind), Kind: Text, Ops: named, Column: true,
		shape: shape{
			ask:  askIdentifier,
			side: &side{table: "identifier", also: "x.kind = '" + string(kind) + "' and x.state = 'active'", column: "value"},
			show: func(r *seen) Value { return Value{Kind: Text, Text: r.identifiers[kind]} },
		},
	}
}

// several is a field of a table beside the member's.
func several(code string, source Source, t side, show func(r *seen) []string) Field {
	f := Field{Code: code, Kind: List, Ops: chosen, Column: show != nil, Source: source, shape: shape{side: &t, ask: askSeveral}}
	if show != nil {
		f.show = func(r *seen) Value { return Value{Kind: List, List: show(r)} }
	}
	return f
}

// relative is a field that is asked for by days from or to now, or years.
func relative(code string, kind Kind, ops []Op, of shape, ask func(k *asked) (part, *fault.Field)) Field {
	of.ask = ask
	return Field{Code: code, Kind: kind, Ops: ops, Late: of.inF, Column: of.show != nil, shape: of}
}

// builtIn are the fields that every organization has.
func builtIn() []Field {
	registered := shape{expr: "m.registered_at", index: "member_by_registered", none: "0", show: func(r *seen) Value { return Value{Kind: Time, Int: r.registered} }}
	last := shape{expr: "f.last_purchase_at", inF: true, index: "member_figure_last", none: "0", show: func(r *seen) Value { return Value{Kind: Time, Int: r.last} }}
	first := shape{expr: "f.first_purchase_at", inF: true, none: "0", show: func(r *seen) Value { return Value{Kind: Time, Int: r.first} }}
	born := shape{expr: "m.birth_date", none: "''", code: byText, show: func(r *seen) Value { return Value{Kind: Day, Text: r.born} }}
	birthday := shape{expr: "substr(m.birth_date, 6)", index: "member_birthday", none: "''", code: byText, show: showBirthday}
	fields := []Field{
		{Code: "name", Kind: Text, Ops: []Op{OpStarts}, Order: true, Column: true, shape: shape{
			expr: "m.name_folded", index: "member_by_name", code: byBytes, ask: askName, show: func(r *seen) Value { return Value{Kind: Text, Text: r.Name} },
		}},
		identifier(member.Phone), identifier(member.Email), identifier(member.Card), identifier(member.Number), identifier(member.External), identifier(member.Login),
		proven("phone_proven", member.Phone), proven("email_proven", member.Email),
		texts("state", "state", listedStates(), mandatory, func(r *seen) string { return string(r.State) }),
		{Code: "level", Kind: Choice, Ops: chosen, Column: true, Late: true, Source: FromLevels, shape: shape{
			expr: "f.level", inF: true, index: "member_figure_level", none: "''", code: byText, show: func(r *seen) Value { return Value{Kind: Choice, Text: r.Level} },
		}},
		{Code: "category", Kind: Choice, Ops: chosen, Column: true, Source: FromCategories, shape: shape{
			expr: "m.category_id", index: "member_by_category", none: "0", ask: askID, show: func(r *seen) Value { return Value{Kind: Choice, Text: idText(r.category)} },
		}},
		several("groups", FromGroups, side{table: "member_in_group", column: "group_id"}, func(r *seen) []string { return r.groups }),
		several("tags", FromTags, side{table: "member_tag", column: "tag_folded"}, func(r *seen) []string { return r.tags }),
		several("card_types", FromCardTypes, side{table: "card", also: "x.state = 'active'", column: "card_type_id", walked: true}, func(r *seen) []string { return r.cardTypes }),
		cardStates(),
		texts("sex", "sex", []string{"male", "female"}, chosen, func(r *seen) string { return r.sex }),
		{Code: "birth_date", Kind: Day, Ops: spanned, Column: true, shape: born},
		relative("age", Number, []Op{OpFrom, OpTo, OpBetween}, shape{expr: born.expr, none: born.none, code: byText, show: showAge}, askAge),
		{Code: "birthday", Kind: Birthday, Ops: []Op{OpBetween, OpIn}, Order: true, Column: true, shape: birthday},
		relative("birthday_in", Days, []Op{OpTo}, shape{expr: birthday.expr, index: birthday.index, none: birthday.none, code: byText}, askBirthdayIn),
		{Code: "city", Kind: Text, Ops: chosen, Column: true, Late: true, Source: FromFree, shape: shape{
			expr: "f.city_folded", inF: true, index: "member_figure_city", none: "''", code: byText, ask: askFolded, show: func(r *seen) Value { return Value{Kind: Text, Text: r.city} },
		}},
		{Code: "postcode", Kind: Text, Ops: []Op{OpIn, OpNotIn, OpStarts, OpFilled, OpEmpty}, Column: true, Source: FromFree, shape: shape{
			expr: "m.address_postcode", none: "''", code: byText, ask: askPostcode, show: func(r *seen) Value { return Value{Kind: Text, Text: r.postcode} },
		}},
		// A list shows of an address no more than a member's page does before it is asked.
		{Code: "address", Kind: Text, Ops: []Op{OpFilled, OpEmpty}, shape: shape{expr: "m.address_street", none: "''"}},
		relative("relative_birthday_in", Days, []Op{OpTo}, shape{expr: "substr(x.birth_date, 6)", side: &side{table: "member_relative", column: "birth_date"}}, askRelativeBirthdayIn),
		texts("language", "language", []string{"ru", "en"}, chosen, func(r *seen) string { return r.language }),
		{Code: "comment", Kind: Text, Ops: []Op{OpFilled, OpEmpty}, Column: true, shape: shape{expr: "m.comment", none: "''", code: byText, show: func(r *seen) Value { return Value{Kind: Text, Text: r.comment} }}},
		{Code: "registered", Kind: Time, Ops: []Op{OpFrom, OpTo, OpBetween}, Order: true, Column: true, shape: registered},
		relative("registered_days", Days, []Op{OpFrom, OpTo, OpBetween}, shape{expr: registered.expr, index: registered.index, none: "0"}, askDaysAgo),
		{Code: "registered_outlet", Kind: Choice, Ops: chosen, Column: true, Source: FromOutlets, shape: shape{
			expr: "m.registered_outlet", none: "0", ask: askID, show: func(r *seen) Value { return Value{Kind: Choice, Text: idText(r.outlet)} },
		}},
		{Code: "registered_source", Kind: Choice, Ops: mandatory, Column: true, Source: FromFree, shape: shape{
			expr: "m.registered_source", none: "''", code: byText, show: func(r *seen) Value { return Value{Kind: Choice, Text: r.source} },
		}},
		{Code: "inviter", Kind: Text, Ops: named, shape: shape{expr: "m.inviter", none: "0", ask: askInviter}},
		several("outlets", FromOutlets, side{table: "member_outlet", column: "outlet_id"}, nil),
		{Code: "consents", Kind: List, Ops: mandatory, Column: true, Late: true, Source: FromTexts, Values: consentNames(), shape: shape{
			expr: "f.consents", inF: true, none: "0", ask: askConsents, show: func(r *seen) Value { return Value{Kind: List, List: consentsOf(r.consents)} },
		}},
		{Code: "household", Kind: YesNo, Ops: []Op{OpYes, OpNo}, Column: true, shape: shape{
			side: &side{table: "household_member", also: "x.left_at is null"}, ask: askThere, show: showHousehold,
		}},
		sum("active", Points, "active", "member_figure_active", func(r *seen) int64 { return r.active }),
		sum("pending", Points, "pending", "", func(r *seen) int64 { return r.pending }),
		relative("expiring_in", Days, []Op{OpTo}, shape{}, askExpiringIn),
		{Code: "deposit", Kind: Money, Ops: []Op{OpFrom, OpTo, OpBetween}, Column: true, shape: shape{
			expr: "x.balance", side: openDeposit(), ask: askDeposit, show: func(r *seen) Value { return Value{Kind: Money, Int: r.deposit} },
		}},
		{Code: "has_deposit", Kind: YesNo, Ops: []Op{OpYes, OpNo}, Column: true, shape: shape{side: openDeposit(), ask: askThere, show: func(r *seen) Value { return yesNo(r.deposits) }}},
		sum("earned", Points, "earned", "", func(r *seen) int64 { return r.earned }),
		sum("spent", Points, "spent", "", func(r *seen) int64 { return r.spent }),
		sum("purchases", Number, "purchases", "member_figure_purchases", func(r *seen) int64 { return r.purchases }),
		sum("turnover", Money, "turnover", "member_figure_turnover", func(r *seen) int64 { return r.turnover }),
		sum("average", Money, "average", "member_figure_average", func(r *seen) int64 { return r.average }),
		sum("visits", Number, "visits", "", func(r *seen) int64 { return r.visits }),
		sum("tickets", Number, "tickets", "", func(r *seen) int64 { return r.tickets }),
		sum("orders", Number, "orders", "", func(r *seen) int64 { return r.orders }),
		sum("orders_unpaid", Number, "orders_unpaid", "", func(r *seen) int64 { return r.unpaid }),
		sum("refunds", Number, "refunds", "", func(r *seen) int64 { return r.refunds }),
		{Code: "first_purchase", Kind: Time, Ops: spanned, Column: true, Late: true, shape: first},
		{Code: "last_purchase", Kind: Time, Ops: spanned, Order: true, Column: true, Late: true, shape: last},
		relative("last_purchase_days", Days, []Op{OpFrom, OpTo, OpBetween}, shape{expr: last.expr, inF: true, index: last.index, none: "0"}, askDaysAgo),
	}
	for i := range fields {
		f := &fields[i]
		f.Late = f.Late || f.Code == "outlets"
		f.Whole = slices.Contains(wholes, f.Code)
	}
	return fields
}

// wholes are where a member was, his figures at all outlets, and what expires soon, which
// tells of purchases there. What he may spend and his level are not among them: he is
// served by these everywhere.
var wholes = []string{"outlets", "earned", "spent", "purchases", "turnover", "average", "visits", "tickets", "orders", "orders_unpaid", "refunds", "first_purchase", "last_purchase", "last_purchase_days", "expiring_in"}

// ownField makes a field of the organization's.
func ownField(c *member.CustomField) Field {
	key := c.Key
	f := Field{Code: "custom." + key, Column: true, Own: c, shape: shape{
		own: key, none: "''", code: byText,
	}}
	switch c.Kind {
	case member.CustomText:
		f.Kind, f.Ops, f.Source = Text, chosen, FromFree
	case member.CustomChoice:
		f.Kind, f.Ops, f.Source = Choice, chosen, FromOwn
	case member.CustomBool:
		f.Kind, f.Ops, f.ask = YesNo, []Op{OpYes, OpNo, OpFilled, OpEmpty}, askBool
	case member.CustomDate:
		f.Kind, f.Ops = Day, spanned
	case member.CustomNumber:
		f.Kind, f.Ops, f.ask = Decimal, spanned, askDecimal
	}
	kind := f.Kind
	f.show = func(r *seen) Value { return Value{Kind: kind, Text: r.custom[key]} }
	return f
}

// listedStates are the states of those who may stand in a list.
func listedStates() (out []string) {
	for _, s := range member.AllStates() {
		if s != member.Merged {
			out = append(out, string(s))
		}
	}
	return out
}
