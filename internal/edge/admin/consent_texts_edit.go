package admin

import (
	"bytes"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
)

// newConsentText offers a draft to whoever publishes the first text of a kind: he
// reads it, fills its gaps in and publishes it himself.
func (p *page) newConsentText() error {
	q := p.r.URL.Query()
	kind, lang := member.ConsentKind(q.Get("kind")), i18n.Lang(q.Get("language"))
	if !slices.Contains(consentKinds, kind) || !slices.Contains(i18n.Langs(), lang) {
		return fault.New(fault.NotFound, "admin.no-page")
	}
	had, err := p.textOf(kind, lang)
	if err != nil {
		return err
	}
	if had != 0 {
		return p.to(consentTextPath(had)+"/edit", "")
	}
	t := member.ConsentText{ID: p.Members.IDs.New(), Version: 1, Kind: kind, Language: string(lang)}
	t.Title = p.draftOf(&t, "title")
	t.Body = p.draftOf(&t, "body")
	return p.askText(p.filled(textTyped(&t)), &t)
}

// draftOf is a part of the draft of a text, in the text's own language.
func (p *page) draftOf(t *member.ConsentText, part string) string {
	key := "admin.consent-draft." + string(t.Kind) + "-" + part
	return p.Texts.Text(i18n.Lang(t.Language), key, "organization", p.Organization().Name)
}

// gapIn is how what the publisher has to fill in begins, in the text's language.
func (p *page) gapIn(t *member.ConsentText) string {
	return p.Texts.Text(i18n.Lang(t.Language), "admin.consent-draft.gap")
}

// textOf is the text of a kind in a language; 0: there is none.
func (p *page) textOf(kind member.ConsentKind, lang i18n.Lang) (id.ID, error) {
	texts, err := member.TextsNow(p.ctx(), p.DB)
	at := slices.IndexFunc(texts, func(t member.ConsentText) bool { return t.Kind == kind && t.Language == string(lang) })
	if err != nil || at < 0 {
		return 0, err
	}
	return texts[at].ID, nil
}

func textTyped(t *member.ConsentText) url.Values {
	return url.Values{
		"text": {t.ID.String()}, "version": {strconv.FormatInt(t.Version, 10)}, "kind": {string(t.Kind)}, "language": {t.Language}, "title": {t.Title}, "body": {t.Body},
	}
}

// askText asks for a version of a text: the first, or the one after the last.
func (p *page) askText(f *form, t *member.ConsentText) error {
	s := sheet{
		Title: p.text("admin.consent-texts.new", "kind", p.kindOfText(t.Kind)), Here: consentTextsHere, Action: consentTextsPath + "/new", Back: consentTextsPath,
		Crumbs: []kit.Link{{Text: p.text("admin.nav.consent-texts"), Href: consentTextsPath}}, Do: p.text("admin.consent-texts.do"),
		Sub: p.text("admin.consent-texts.form", "version", f.values.Get("version"), "language", p.langName(i18n.Lang(t.Language))),
	}
	if t.Version == 1 {
		s.Notes = []string{p.text("admin.consent-texts.draft")}
	} else {
		path := consentTextPath(t.ID)
		s.Title, s.Action, s.Back = p.text("admin.consent-texts.next-of", "kind", p.kindOfText(t.Kind)), path+"/edit", path
	}
	s.Notes = append(s.Notes, p.text("admin.consent-texts.for-good"))
	for _, name := range []string{"text", "version", "kind", "language"} {
		s.Hidden = append(s.Hidden, sentAlong{name, f.values.Get(name)})
	}
	s.Parts = []sheetPart{{Entries: lines(
		f.field("title", "consent-title", needed, first, most(member.MaxTextTitle)),
		f.field("body", "consent-body", needed, rows(20), most(member.MaxTextBody)),
	)}}
	return p.ask(f, s)
}

func (p *page) editConsentText() error {
	t, err := p.nextText()
	if err != nil {
		return err
	}
	return p.askText(p.filled(textTyped(&t)), &t)
}

// nextText is the version to come of the text that the address names, as the last
// one is worded.
func (p *page) nextText() (member.ConsentText, error) {
	i, err := p.param("text")
	if err != nil {
		return member.ConsentText{}, err
	}
	t, err := member.LastText(p.ctx(), p.DB, i)
	t.Version++
	return t, err
}

func (p *page) editConsentTextSent() error {
	t, err := p.nextText()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	return p.publishText(f, &t)
}

func (p *page) newConsentTextSent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	t := member.ConsentText{Version: 1, Kind: member.ConsentKind(f.get("kind")), Language: f.get("language")}
	if !slices.Contains(consentKinds, t.Kind) || !slices.Contains(i18n.Langs(), i18n.Lang(t.Language)) {
		return fault.New(fault.NotFound, "admin.no-page")
	}
	if t.ID, err = id.Parse(f.get("text")); err != nil {
		return fault.Wrap(err, fault.Invalid, "admin.bad-form")
	}
	had, err := p.textOf(t.Kind, i18n.Lang(t.Language))
	if err != nil {
		return err
	}
	if had != 0 && had != t.ID {
		// Somebody has published one meanwhile: what was typed is its next version.
		if t, err = member.LastText(p.ctx(), p.DB, had); err != nil {
			return err
		}
		t.Version++
		f.values.Set("text", t.ID.String())
		f.values.Set("version", "1")
	}
	return p.publishText(f, &t)
}

// publishText publishes what was typed as the version that the form was shown
// for; next is the one that it would be now.
func (p *page) publishText(f *form, next *member.ConsentText) error {
	version, err := numberOf(f.get("version"))
	if err != nil {
		return err
	}
	t := *next
	t.Version, t.Title, t.Body = version, f.get("title"), strings.ReplaceAll(f.values.Get("body"), "\r\n", "\n")
	if strings.Contains(t.Title+t.Body, p.gapIn(&t)) {
		err = fault.New(fault.Invalid, "admin.invalid").With(fault.Field{Path: "body", Code: "admin.consent-gap", Args: fault.Pairs("gap", p.gapIn(&t)+" …]")})
	} else if t, err = p.Members.PublishText(p.ctx(), t); fault.Is(err, "member.text-moved") {
		err = p.sentTwice(f, &t, next, err)
	}
	if err != nil {
		if f.refuse(err) {
			return p.askText(f, next)
		}
		return err
	}
	return p.to(consentTextPath(t.ID), "text-published")
}

// sentTwice lets pass what is published already, word for word; else the form
// goes on to the version that is free.
func (p *page) sentTwice(f *form, t, next *member.ConsentText, moved error) error {
	last, err := member.LastText(p.ctx(), p.DB, next.ID)
	if err != nil {
		return err
	}
	if bytes.Equal(last.SHA256, t.SHA256) {
		t.ID = last.ID
		return nil
	}
	next.Version = last.Version + 1
	f.values.Set("version", strconv.FormatInt(next.Version, 10))
	return moved
}
