package admin

import (
	"cmp"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// auditField is what a field of a kind of thing is called; of is the field that
// it stands in.
func (p *page) auditField(kind, of, name string) string {
	if of == "reasons" {
		return p.reasonWords(name)
	}
	own := "audit.field." + kind + "." + name
	return p.textOr(own, p.textOr("audit.field."+name, strings.ReplaceAll(name, "_", " ")))
}

// auditNumber is a number: a time of day, a moment, money, points, or just that.
func (p *page) auditNumber(field string, n int64) string {
	switch field {
	case "cutover":
		return clockOf(int(n))
	case "created", "created_at", "changed_at", "expires", "made_at", "published_at", "starts", "ends", "old_until", "failing", "resume", "sent_at", "cancelled_at":
		if n == 0 {
			return "–"
		}
		return ui.DateTime(p.ctx(), clock.Micros(n))
	case "money", "price", "least", "amount":
		return ui.Money(p.ctx(), money.Amount(n))
	case "points", "points_given", "points_taken", "earned":
		return ui.Points(p.ctx(), money.Points(n))
	case "vat":
		return ui.Rate(p.ctx(), money.Rate(n))
	}
	return ui.Number(p.ctx(), n)
}

// auditCodes are the fields whose words have texts, by how their keys begin; a
// kind of thing and a dot before a field is that of this kind alone.
var auditCodes = map[string]string{
	"staff.state":       "staff.state.",
	"card_type.kind":    "admin.cards.kind-",
	"consent_text.kind": "admin.consent.kind-",
	"member_field.kind": "admin.fields.kind-",
	"bulk.kind":         "admin.bulk.",
	"state":             "audit.state.",
	"permissions":       "staff.permission.",
	"scopes":            "admin.scope.",
	"join_consents":     "segment.value.consents.",
	"paid_by":           "admin.receipt.pay-",
}

// auditWord is a word of a document: a code that has a text, an id that has a
// name, or itself.
func (p *page) auditWord(kind, field, s string) string {
	texts := cmp.Or(auditCodes[kind+"."+field], auditCodes[field])
	if texts != "" {
		return p.textOr(texts+s, s)
	}
	switch field {
	case "kind":
		if kind == "job" {
			return p.jobName(s)
		}
	case "role":
		return p.roleName(&staff.Person{Role: s})
	case "lang", "language":
		return p.langName(i18n.Lang(s))
	case "zone":
		return p.zoneName(s)
	case "reason", "cause":
		return p.textOr("fault."+s, s)
	}
	if i, err := id.Parse(s); err == nil && i != 0 {
		return p.auditNamed(kind, field, i, s)
	}
	return s
}

// auditNamed is the name of what an id in a document stands for.
func (p *page) auditNamed(kind, field string, i id.ID, s string) string {
	switch field {
	case "outlet_id", "outlet_ids", "outlets", "partner_id", "partners":
		if o, ok := p.Directory.Outlet(i); ok {
			return o.Name
		}
		if x, ok := p.Directory.Partner(i); ok {
			return x.Name
		}
	case "till_id":
		if place, ok := p.Directory.Place(i); ok {
			return place.Till.Name
		}
	case "programme":
		return p.programmeName(i)
	case "group":
		if kind == "bulk" {
			return p.groupName(i)
		}
	case "type", "type_id", "group_ids":
		return p.auditKind(kind, field, i)
	case "member":
		if of, err := p.namesOf([]home.ID{home.ID(i)}); err == nil {
			return cmp.Or(of[home.ID(i)], s)
		}
	}
	return s
}

// auditKind is the name of what goods or cards are a kind of.
func (p *page) auditKind(kind, field string, i id.ID) string {
	if kind == "card_batch" || kind == "card_stock" {
		return p.cardTypeName(i)
	}
	if field == "group_ids" {
		if g, err := p.Products.Group(p.ctx(), i); err == nil {
			return g.Name
		}
	} else if t, err := p.Products.Type(p.ctx(), i); err == nil {
		return cmp.Or(p.inLang(t.NameRU, t.NameEN), t.Code)
	}
	return i.String()
}

// auditOf is a value of a record: a campaign of a programme by its name.
func (p *page) auditOf(r *audit.Record, field, doc string) string {
	said := p.auditValue(r.Target.Kind, field, doc)
	if i, err := id.Parse(r.Target.ID); err == nil && field == "campaign" && r.Target.Kind == "programme" {
		if pr := p.Programmes.Current().Get(i); pr != nil {
			return p.campaignName(pr, said)
		}
	}
	return said
}
