package admin

import (
	"net/url"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// editMe asks how the person himself is called, which his e-mail is and in
// which language he reads letters. His role and places are for others to change.
func (p *page) editMe() error {
	who := &p.who.Person
	return p.askEditMe(p.filled(url.Values{
		"name": {who.Name}, "email": {who.Email}, "lang": {who.Lang}, "version": {id.ID(who.Version).String()},
	}))
}

func (p *page) askEditMe(f *form) error {
	return p.ask(f, sheet{
		Title: p.text("admin.me.edit"), Action: mePath + "/edit", Back: mePath, Here: "/me",
		Crumbs: []kit.Link{{Text: p.text("ui.my-page"), Href: mePath}},
		Parts: []sheetPart{{Entries: append(lines(
			f.field("name", "person-name", needed, first, most(reference.MaxName)),
			f.field("email", "email", needed, kind("email", "username"), most(maxEmail)),
		), entry{Field: f.field("lang", "own-lang", of(p.langOptions()...), p.elsewhere), as: asChoice})}},
		Hidden: []sentAlong{{"version", f.get("version")}},
	})
}

func (p *page) editMeSent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	w := p.who.Person
	w.Name, w.Email, w.Lang = f.get("name"), f.get("email"), f.get("lang")
	if w.Version, err = numberOf(f.get("version")); err == nil {
		_, err = p.Staff.Save(p.ctx(), p.who, w)
	}
	switch {
	case err == nil:
		// What this browser had chosen before would stand over it.
		ui.ChooseLang(p.w, p.r, i18n.Lang(w.Lang))
		return p.to(mePath, "saved")
	case f.refusePerson(err):
		return p.askEditMe(f)
	}
	return err
}

// elsewhere says by the field of the language that this browser has chosen another.
func (p *page) elsewhere(f *kit.Field) {
	if lang, chosen := ui.ChosenLang(p.r); chosen && string(lang) != p.who.Person.Lang {
		f.Hint = p.text("admin.me.lang-here", "lang", p.langName(lang))
	}
}
