package admin

import (
	"cmp"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// changeWords says what was changed of members in the reader's words: the trail
// keeps codes and ids.
type changeWords struct {
	page       *page
	names      *names
	custom     map[string]member.CustomField
	people     map[home.ID]string
	households map[string]string
}

func (p *page) changeWords(list []member.Change) (*changeWords, error) {
	w := &changeWords{page: p, names: p.names(), custom: map[string]member.CustomField{}, households: map[string]string{}}
	fields, err := member.CustomFields(p.ctx(), p.DB)
	if err != nil {
		return nil, err
	}
	for _, f := range fields {
		w.custom[f.Key] = f
	}
	var inviters []home.ID
	for i := range list {
		switch c := &list[i]; c.Field {
		case member.FieldInviter:
			if n, err := id.Parse(c.New); err == nil {
				inviters = append(inviters, home.ID(n))
			}
		case member.FieldHousehold:
			if err := w.household(cmp.Or(c.New, c.Old)); err != nil {
				return nil, err
			}
		}
	}
	w.people, err = p.namesOf(inviters)
	return w, err
}

func (w *changeWords) household(code string) error {
	n, err := id.Parse(code)
	if err != nil || w.households[code] != "" {
		return nil //nolint:nilerr // what is no id names none
	}
	v, err := member.GetHousehold(w.page.ctx(), w.page.DB, n)
	if err != nil && !fault.Is(err, "household.not-found") {
		return err
	}
	w.households[code] = cmp.Or(v.Name, w.page.text("admin.member.household"))
	return nil
}

// row is a change as it is shown. Contacts are masked: what they were is as
// personal as what they are.
func (w *changeWords) row(c *member.Change) changeRow {
	p := w.page
	r := changeRow{Field: w.field(c.Field), Was: w.value(c.Field, c.Old), Is: w.value(c.Field, c.New), By: p.text("admin.actor." + string(c.Actor)), At: c.At}
	if c.Actor == member.ByStaff {
		if who, err := p.Staff.Person(p.ctx(), c.By); err == nil {
			r.By = who.Name
		}
	}
	return r
}

func (w *changeWords) field(f member.Field) string {
	if key, own := strings.CutPrefix(string(f), member.CustomPrefix); own {
		x := w.custom[key]
		return cmp.Or(w.page.inLang(x.LabelRU, x.LabelEN), key)
	}
	return w.page.text("admin.change." + string(f))
}

func (w *changeWords) value(f member.Field, v string) string {
	if v == "" || v == member.Secret {
		return v
	}
	p := w.page
	if p.hides(f) {
		return member.Secret
	}
	switch f {
	case member.FieldPhone, member.FieldPhone + member.MainSuffix, member.FieldPhone + member.ProvenSuffix:
		return ui.Masked(v)
	case member.FieldEmail, member.FieldEmail + member.MainSuffix, member.FieldEmail + member.ProvenSuffix:
		return maskEmail(v)
	case member.FieldLogin, member.FieldExternal, member.FieldLogin + member.MainSuffix, member.FieldExternal + member.MainSuffix:
		kind, _, _ := strings.Cut(string(f), member.MainSuffix)
		return (&member.Ref{Kind: member.Kind(kind), Value: v}).Mask()
	case member.FieldState:
		return p.text("admin.change-state." + v)
	case member.FieldSex, member.FieldLanguage:
		return p.text("segment.value." + string(f) + "." + v)
	case member.FieldBirthDate, member.FieldDocumentIssuedOn:
		return w.page.daySaid(v)
	case member.FieldCategory:
		return cmp.Or(w.names.categories[v], v)
	case member.FieldGroup:
		return cmp.Or(w.names.groups[v], v)
	case member.FieldHousehold:
		return cmp.Or(w.households[v], v)
	case member.FieldInviter:
		n, _ := id.Parse(v)
		return cmp.Or(w.people[home.ID(n)], v)
	case member.FieldCard:
		return w.card(v)
	case member.FieldRelative:
		return w.relative(v)
	}
	if key, own := strings.CutPrefix(string(f), member.CustomPrefix); own {
		return w.own(key, v)
	}
	return v
}

// card is a card in the trail: its number and its state, or that it has another
// secret.
func (w *changeWords) card(v string) string {
	number, state, more := strings.Cut(v, " ")
	switch {
	case !more:
		return number
	case state == member.Secret:
		return w.page.text("admin.change.card-secret", "number", number)
	}
	return number + ", " + w.page.text("admin.card."+state)
}

// relative is a relative in the trail: what he is to the member, his birthday,
// his name.
func (w *changeWords) relative(v string) string {
	kind, rest, _ := strings.Cut(v, " ")
	day, name, _ := strings.Cut(rest, " ")
	return strings.TrimSpace(w.page.text("admin.relative."+kind) + " " + name + " " + w.page.daySaid(day))
}

func (w *changeWords) own(key, v string) string {
	c := w.custom[key]
	return w.page.ownValue(&c, v)
}

// ownOptions are all that an own field may be, in the reader's words; none: that is
// typed.
func (p *page) ownOptions(c *member.CustomField) (out []kit.Option) {
	switch c.Kind {
	case member.CustomBool:
		return []kit.Option{{Value: "true", Text: p.yesNo(true)}, {Value: "false", Text: p.yesNo(false)}}
	case member.CustomChoice:
		for _, x := range c.Choices {
			out = append(out, kit.Option{Value: x.Key, Text: p.inLang(x.LabelRU, x.LabelEN)})
		}
	case member.CustomText, member.CustomNumber, member.CustomDate:
	}
	return out
}

// ownValue is a value of a field that the organization has added, as it is read.
func (p *page) ownValue(c *member.CustomField, v string) string {
	switch c.Kind {
	case member.CustomBool:
		if v == "true" || v == "false" {
			return p.yesNo(v == "true")
		}
	case member.CustomDate:
		return p.daySaid(v)
	case member.CustomNumber:
		return p.decimalSaid(v)
	case member.CustomChoice:
		for _, x := range c.Choices {
			if x.Key == v {
				return p.inLang(x.LabelRU, x.LabelEN)
			}
		}
	}
	return v
}
