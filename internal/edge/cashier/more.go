package cashier

import (
	"slices"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/i18n"
)

// More is a field that is asked of a new member besides those that every till asks
// for: one that the organization's rules want, or one of its own that is required.
type More struct {
	Name    member.Field `json:"name"`
	Path    []string     `json:"path"` // of the request's profile
	Label   string       `json:"label"`
	Day     bool         `json:"day,omitempty"`
	Options []Option     `json:"options,omitempty"` // none: it is typed
}

// Option is one of what a field may be.
type Option struct {
	Value string `json:"value"`
	Text  string `json:"text"`
}

// always are the fields that the form of a till has.
var always = []member.Field{member.FieldPhone, member.FieldEmail, member.FieldName, member.FieldSurname, member.FieldBirthDate}

// more are the fields without which nobody would be registered.
func (c *Cashier) more(k *call, mandatory []member.Field) ([]More, error) {
	ctx := k.r.Context()
	var out []More
	for _, f := range mandatory {
		if slices.Contains(always, f) {
			continue
		}
		m := More{Name: f, Path: pathOf(f), Label: ui.T(ctx, "admin.change."+string(f)), Day: f == member.FieldDocumentIssuedOn}
		switch f {
		case member.FieldSex:
			m.Options = []Option{{member.Male, ui.T(ctx, "segment.value.sex.male")}, {member.Female, ui.T(ctx, "segment.value.sex.female")}}
		case member.FieldLanguage:
			m.Options = []Option{{string(i18n.RU), "Русский"}, {string(i18n.EN), "English"}}
		case member.FieldCategory:
			categories, err := member.Categories(ctx, c.DB)
			if err != nil {
				return nil, err
			}
			for _, x := range categories {
				m.Options = append(m.Options, Option{x.ID.String(), x.Name})
			}
		}
		out = append(out, m)
	}
	own, err := member.CustomFields(ctx, c.DB)
	for i := range own {
		if own[i].Active && own[i].Required {
			out = append(out, c.own(k, &own[i]))
		}
	}
	return out, err
}

func (c *Cashier) own(k *call, x *member.CustomField) More {
	ctx := k.r.Context()
	called := func(ru, en string) string {
		if ui.Of(ctx).Lang == i18n.EN {
			return en
		}
		return ru
	}
	name := member.Field(member.CustomPrefix + x.Key)
	m := More{Name: name, Path: pathOf(name), Label: called(x.LabelRU, x.LabelEN), Day: x.Kind == member.CustomDate}
	switch x.Kind {
	case member.CustomBool:
		m.Options = []Option{{"true", ui.T(ctx, "admin.settings.yes")}, {"false", ui.T(ctx, "admin.settings.no")}}
	case member.CustomChoice:
		for _, o := range x.Choices {
			m.Options = append(m.Options, Option{o.Key, called(o.LabelRU, o.LabelEN)})
		}
	}
	return m
}

// pathOf is where the request of a registration has a field of the profile.
func pathOf(f member.Field) []string {
	for _, within := range []string{"address_", "document_", member.CustomPrefix} {
		if key, ok := strings.CutPrefix(string(f), within); ok {
			return []string{within[:len(within)-1], key}
		}
	}
	return []string{string(f)}
}
