package admin

import (
	"errors"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/setting"
)

// param1 is a word of the path.
func (p *page) param1(name string) string { return chi.URLParam(p.r, name) }

// settingWord is a value of a setting in the reader's words.
func (p *page) settingWord(i *setting.Info, at any) string {
	switch v := at.(type) {
	case *bool:
		if *v {
			return p.text("segment.op.yes")
		}
		return p.text("segment.op.no")
	case *money.Amount:
		return ui.Money(p.ctx(), *v)
	case *money.Points:
		if i.Never && *v < 0 {
			return p.text("admin.settings.never")
		}
		return ui.Points(p.ctx(), *v)
	case *int:
		return p.settingNumber(i, *v)
	case *string:
		return *v
	case *id.ID:
		return p.settingReference(*v)
	case setting.Word:
		if w := v.Get(); w != "" {
			return p.text(i.Word(w))
		}
		return p.text("admin.settings.inherits")
	}
	words := p.settingWords(i, chosenOf(at))
	if len(words) == 0 {
		return p.text("admin.settings.nothing")
	}
	return strings.Join(words, ", ")
}

func (p *page) settingNumber(i *setting.Info, n int) string {
	switch i.Kind {
	case setting.Minutes:
		return clockOf(n)
	case setting.Span:
		return p.text("admin.settings.minutes", "count", n)
	}
	return p.text("admin.settings.days", "count", n)
}

// settingReference is what the thing is called that a setting names: now these
// are categories of members.
func (p *page) settingReference(i id.ID) string {
	if i == 0 {
		return p.text("admin.settings.nothing")
	}
	if name := p.names().categories[i.String()]; name != "" {
		return name
	}
	return i.String()
}

// settingWords are words of a setting of several.
func (p *page) settingWords(i *setting.Info, words []string) []string {
	out := make([]string, len(words))
	for n, w := range words {
		out[n] = w
		for _, key := range []string{"admin.change." + w, "segment.value.consents." + w} {
			if p.Texts.Has(p.lang(), key) {
				out[n] = p.text(key)
				break
			}
		}
	}
	return out
}

// chosenOf are the words of a value of several.
func chosenOf(at any) []string {
	switch v := at.(type) {
	case *[]member.Field:
		return plainWords(*v)
	case *[]member.ConsentKind:
		return plainWords(*v)
	}
	return nil
}

func plainWords[W ~string](words []W) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

func wordsOf[W ~string](words []string) []W {
	out := make([]W, len(words))
	for i, w := range words {
		out[i] = W(w)
	}
	return out
}

// typed is a value as the form of its setting has it.
func settingTyped(at any) []string {
	switch v := at.(type) {
	case *bool:
		return []string{strconv.FormatBool(*v)}
	case *int:
		return []string{strconv.Itoa(*v)}
	case *string:
		return []string{*v}
	case *id.ID:
		return []string{v.String()}
	case setting.Word:
		return []string{v.Get()}
	}
	return chosenOf(at)
}

const settingField = "value"

func (p *page) editSetting() error {
	s, err := p.settingOf()
	if err != nil {
		return err
	}
	r, version, err := member.LoadRules(p.ctx(), p.DB)
	if err != nil {
		return err
	}
	return p.askSetting(p.filled(map[string][]string{settingField: settingTyped(s.Field(&r)), "version": {id.ID(version).String()}}), s)
}

func (p *page) askSetting(f *form, s *setting.Setting[member.Rules]) error {
	std := member.DefaultRules()
	f.fromKey(s.Key)
	v := settingForm{
		Key: s.Name, About: p.text(s.About()), Default: p.settingWord(&s.Info, s.Field(&std)), Version: f.values.Get("version"),
		Path: settingsPath + "/" + s.Key,
	}
	v.Title = p.text(s.Title())
	v.Entry = p.settingEntry(f, &s.Info)
	v.Whole, v.Wrong = f.problems()
	if len(f.wrong) > 0 || f.whole != "" {
		return p.again(v.Title, settingsHere, settingFormPage(v))
	}
	return p.show(v.Title, settingsHere, settingFormPage(v))
}

// fromKey gives what is wrong with a setting to the one field of its form.
func (f *form) fromKey(key string) {
	if why, ok := f.wrong[key]; ok {
		f.wrong[settingField] = why
		delete(f.wrong, key)
	}
}

// settingForm is the form of one setting.
type settingForm struct {
	Title, Key, About, Default, Path, Version string
	Entry                                     entry
	Whole                                     string
	Wrong                                     []kit.Field
}

// settingEntry is the place that a setting of the kind is set in.
func (p *page) settingEntry(f *form, i *setting.Info) entry {
	e := entry{Field: f.field(settingField, "setting", needed)}
	switch i.Kind {
	case setting.Flag:
		e.as = asChoice
		of(kit.Option{Value: "true", Text: p.text("admin.settings.yes")}, kit.Option{Value: "false", Text: p.text("admin.settings.no")})(&e.Field)
	case setting.Choice:
		e.as = asChoice
		for _, w := range i.Choices {
			of(kit.Option{Value: w, Text: p.text(i.Word(w))})(&e.Field)
		}
	case setting.Choices:
		options := make([]kit.Option, len(i.Choices))
		for n, w := range p.settingWords(i, i.Choices) {
			options[n] = kit.Option{Value: i.Choices[n], Text: w}
		}
		e = f.boxes(settingField, "setting", options)
	case setting.Reference:
		e.Needed = false
		of(p.categories()...)(&e.Field)
	case setting.Days, setting.Span:
		narrow(&e.Field)
		mode("numeric")(&e.Field)
		e.Hint = p.text("admin.settings.from-to", "least", i.Least, "most", i.Most)
	default:
		narrow(&e.Field)
	}
	return e
}

// categories are those of members that may be chosen.
func (p *page) categories() []kit.Option {
	out := []kit.Option{{Value: "0", Text: p.text("admin.settings.nothing")}}
	list, err := member.Categories(p.ctx(), p.DB)
	if err != nil {
		return out
	}
	for _, c := range list {
		if c.Active {
			out = append(out, kit.Option{Value: c.ID.String(), Text: c.Name})
		}
	}
	return out
}

// setTo gives a setting what was typed.
func setTo(at any, f *form) error {
	typed := f.get(settingField)
	switch v := at.(type) {
	case *bool:
		*v = typed == "true"
	case *int:
		n, err := strconv.Atoi(f.p.plain(typed))
		if err != nil {
			return errors.New("not a number")
		}
		*v = n
	case *string:
		*v = strings.ToUpper(typed)
	case *id.ID:
		if typed == "0" { // nothing is chosen
			*v = 0
			return nil
		}
		n, err := id.Parse(typed)
		if err != nil {
			return err
		}
		*v = n
	case setting.Word:
		v.Set(typed)
	case *[]member.Field:
		*v = wordsOf[member.Field](f.values[settingField])
	case *[]member.ConsentKind:
		*v = wordsOf[member.ConsentKind](f.values[settingField])
	}
	return nil
}

func (p *page) settingSent() error {
	return p.saveSetting(func(f *form, s *setting.Setting[member.Rules], r *member.Rules) error {
		if err := setTo(s.Field(r), f); err != nil {
			return fault.Wrap(err, fault.Invalid, "admin.invalid").With(fault.Field{Path: settingField, Code: "admin.number"})
		}
		return nil
	})
}

// settingReset gives a setting its default back.
func (p *page) settingReset() error {
	return p.saveSetting(func(_ *form, s *setting.Setting[member.Rules], r *member.Rules) error {
		setting.Table[member.Rules]{*s}.Reset(r)
		return nil
	})
}

func (p *page) saveSetting(change func(*form, *setting.Setting[member.Rules], *member.Rules) error) error {
	s, err := p.settingOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	version, err := numberOf(f.get("version"))
	if err != nil {
		return err
	}
	r, _, err := member.LoadRules(p.ctx(), p.DB)
	if err != nil {
		return err
	}
	if err = change(f, s, &r); err == nil {
		err = p.Members.SaveRules(p.ctx(), r, version)
	}
	if err != nil {
		if f.refuse(err) {
			return p.askSetting(f, s)
		}
		return err
	}
	if err := p.Changed(p.ctx()); err != nil {
		return err
	}
	return p.to(settingsPath+"?level=organization", "saved")
}
