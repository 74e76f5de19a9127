package draft

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
)

var rules = list[rule.Rule]{
	of: ruleForm, most: rule.MaxRules, what: "rule", key: func(r *rule.Rule) (string, string) { return r.ID, r.Name },
}

var ruleForm = &object[rule.Rule]{
	name: "rule", fresh: func() rule.Rule { return rule.Rule{} },
	fields: []field[rule.Rule]{
		need("id", func(r *rule.Rule) *string { return &r.ID }, words),
		key("name", func(r *rule.Rule) *string { return &r.Name }, words),
		need("kind", func(r *rule.Rule) *rule.Kind { return &r.Kind }, choice(rule.TariffRule, rule.DiscountRule, rule.ShareRule, rule.AccrualRule, rule.AwardRule, rule.MessageRule)),
		key("active", func(r *rule.Rule) *bool { return &r.Off }, not),
		key("priority", func(r *rule.Rule) *int { return &r.Priority }, count[int]()),
		key("from", func(r *rule.Rule) *string { return &r.From }, day),
		key("to", func(r *rule.Rule) *string { return &r.To }, day),
		key("when", func(r *rule.Rule) *[]rule.Condition { return &r.When }, when),
		key("scope", func(r *rule.Rule) *[]rule.Condition { return &r.Scope }, scope),
		key("stage", func(r *rule.Rule) *rule.Stage { return &r.Stage }, choice(rule.LineStage, rule.ReceiptStage)),
		key("choice", func(r *rule.Rule) *string { return &r.Choice }, words),
		key("group", func(r *rule.Rule) *string { return &r.Group }, words),
		key("rate", func(r *rule.Rule) *money.Rate { return &r.Rate }, percent),
		key("amount", func(r *rule.Rule) *money.Amount { return &r.Amount }, roubles),
		key("points", func(r *rule.Rule) *money.Points { return &r.Points }, points),
		key("each", func(r *rule.Rule) *money.Amount { return &r.Each }, roubles),
		key("each_unit", func(r *rule.Rule) *bool { return &r.EachUnit }, yesNo),
		key("by", func(r *rule.Rule) *rule.Basis { return &r.By }, choice(rule.BySum, rule.ByCount, rule.ByPast, rule.ByUsed)),
		key("table", func(r *rule.Rule) *[]rule.Row { return &r.Table }, list[rule.Row]{of: rowForm, most: rule.MaxRows}),
		key("multiply", func(r *rule.Rule) *money.Rate { return &r.Multiply }, times),
		key("positions", func(r *rule.Rule) *[]rule.Position { return &r.Positions }, list[rule.Position]{of: positionForm, most: rule.MaxRows}),
		key("take", func(r *rule.Rule) *int64 { return &r.Take }, count[int64]()),
		key("pay", func(r *rule.Rule) *int64 { return &r.Pay }, count[int64]()),
		key("cheapest", func(r *rule.Rule) **rule.Cheapest { return &r.Cheapest }, optional[rule.Cheapest]{cheapestForm}),
		key("set", func(r *rule.Rule) **rule.Set { return &r.Set }, optional[rule.Set]{setForm}),
		key("campaign", func(r *rule.Rule) *string { return &r.Campaign }, words),
		key("text", func(r *rule.Rule) *rule.Text { return &r.Text }, textForm),
		key("terms", func(r *rule.Rule) **rule.Terms { return &r.Terms }, optional[rule.Terms]{termsForm}),
		key("note", func(r *rule.Rule) *string { return &r.Note }, words),
	},
	before: func(r rule.Rule) rule.Rule {
		if r.By == rule.ByCount {
			rows := make([]rule.Row, len(r.Table))
			for i, row := range r.Table {
				row.From *= int64(money.Rouble)
				rows[i] = row
			}
			r.Table = rows
		}
		return r
	},
	after: countedTable,
}

// countedTable turns the steps of a table that goes by units from roubles, as
// they were read, to units.
func countedTable(r *reader, n *yaml.Node, at string, to *rule.Rule) {
	if to.By != rule.ByCount {
		return
	}
	for i := range to.Table {
		row := &to.Table[i]
		if row.From%int64(money.Rouble) != 0 {
			r.bad(n, fmt.Sprintf("%s.table[%d].from", at, i), "programme.text-whole")
		}
		row.From /= int64(money.Rouble)
	}
}

var rowForm = &object[rule.Row]{
	name: "row", fresh: func() rule.Row { return rule.Row{} }, flow: true,
	fields: []field[rule.Row]{
		need("from", func(r *rule.Row) *money.Amount { return (*money.Amount)(&r.From) }, roubles),
		key("rate", func(r *rule.Row) *money.Rate { return &r.Rate }, percent),
		key("amount", func(r *rule.Row) *money.Amount { return &r.Amount }, roubles),
		key("points", func(r *rule.Row) *money.Points { return &r.Points }, points),
	},
}

var positionForm = &object[rule.Position]{
	name: "position", fresh: func() rule.Position { return rule.Position{} }, flow: true,
	fields: []field[rule.Position]{
		need("n", func(p *rule.Position) *int64 { return &p.N }, count[int64]()),
		key("every", func(p *rule.Position) *bool { return &p.Every }, yesNo),
		need("rate", func(p *rule.Position) *money.Rate { return &p.Rate }, percent),
	},
}

var cheapestForm = &object[rule.Cheapest]{
	name: "cheapest", fresh: func() rule.Cheapest { return rule.Cheapest{Count: 1, Rate: money.Whole} }, flow: true,
	fields: []field[rule.Cheapest]{
		need("of", func(c *rule.Cheapest) *int64 { return &c.Of }, count[int64]()),
		key("count", func(c *rule.Cheapest) *int64 { return &c.Count }, count[int64]()),
		key("rate", func(c *rule.Cheapest) *money.Rate { return &c.Rate }, percent),
	},
}

var setForm = &object[rule.Set]{
	name: "set", fresh: func() rule.Set { return rule.Set{} },
	fields: []field[rule.Set]{
		need("parts", func(s *rule.Set) *[]rule.SetPart { return &s.Parts }, list[rule.SetPart]{of: setPartForm, most: 20}),
		key("price", func(s *rule.Set) *money.Amount { return &s.Price }, roubles),
		key("off", func(s *rule.Set) *money.Amount { return &s.Off }, roubles),
		key("rate", func(s *rule.Set) *money.Rate { return &s.Rate }, percent),
		key("most", func(s *rule.Set) *int64 { return &s.Most }, count[int64]()),
	},
}

var setPartForm = &object[rule.SetPart]{
	name: "set_part", fresh: func() rule.SetPart { return rule.SetPart{Count: 1} }, flow: true,
	fields: []field[rule.SetPart]{
		key("scope", func(p *rule.SetPart) *[]rule.Condition { return &p.Scope }, scope),
		key("count", func(p *rule.SetPart) *int64 { return &p.Count }, count[int64]()),
		key("rate", func(p *rule.SetPart) *money.Rate { return &p.Rate }, percent),
	},
}

// textForm is what is said in both languages; one text is the Russian.
var textForm = &object[rule.Text]{
	name: "text", fresh: func() rule.Text { return rule.Text{} },
	short: scalar[rule.Text]{
		parse: func(s string) (rule.Text, error) {
			v, err := words.parse(s)
			return rule.Text{RU: v}, err
		},
		form: func(v rule.Text) *value {
			if v.EN != "" {
				return nil
			}
			return textOf(v.RU)
		},
		shape: words.shape,
	},
	fields: []field[rule.Text]{
		need("ru", func(t *rule.Text) *string { return &t.RU }, words),
		key("en", func(t *rule.Text) *string { return &t.EN }, words),
	},
}

var termsForm = &object[rule.Terms]{
	name: "terms", fresh: func() rule.Terms { return rule.Terms{} }, flow: true,
	fields: []field[rule.Terms]{
		key("delay", func(t *rule.Terms) *int { return &t.Delay }, count[int]()),
		key("on_use", func(t *rule.Terms) *bool { return &t.OnUse }, yesNo),
		key("expiry", func(t *rule.Terms) **rule.Expiry { return &t.Expiry }, optional[rule.Expiry]{expiryForm}),
	},
}
