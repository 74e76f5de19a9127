package app

import (
	"context"
	"net/url"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/jobs"
	"kopilka/internal/platform/mail"
	"kopilka/internal/platform/text"
)

// mailer is what sends letters: the server of the settings; without one, in
// development, a folder; else nothing.
func mailer(o CoreOptions) (staff.Mailer, error) {
	m := &o.Config.Mail
	switch {
	case m.Host != "":
		return mail.New(mail.Options{
			Host: m.Host, Port: m.Port, User: m.User, Password: string(m.Password), From: m.From, TLS: mail.TLS(m.TLS), Timeout: m.Timeout,
		})
	case o.Letters != "":
		return mail.NewFolder(o.Letters, o.Log), nil
	}
	return nil, nil
}

// carry sends letters off as jobs, whichever process has put them into the
// post.
func (c *Core) carry() {
	jobs.Handle(c.Jobs, c.Staff.SendLetter)
	jobs.Handle(c.Jobs, func(ctx context.Context, f staff.Forgotten) error {
		return c.Staff.FindForgotten(ctx, f, jobs.Complete)
	})
}

// maxHouse is how much of an organization's name a letter's subject has.
const maxHouse = 80

// letter words the letter with a person's link in his language, or the
// organization's.
func (c *Core) letter(l staff.Link) mail.Letter {
	o := c.Organization()
	lang := i18n.Lang(l.Person.Lang)
	if lang == "" {
		lang = o.Lang
	}
	house := o.Name
	if house == "" {
		house = c.Texts.Text(lang, "ui.product")
	}
	house = text.Clip(house, maxHouse)
	link := passwordLink(c.address, l.Token)
	key := "staff.letter." + string(l.Purpose)
	p := mail.Page{
		Lang: lang, House: house, Link: link,
		Subject: c.Texts.Text(lang, key+"-subject", "house", house),
		Button:  c.Texts.Text(lang, key+"-button"),
		Text: c.Texts.Text(lang, key, "name", l.Person.Name, "house", house, "link", link,
			"until", i18n.DateTime(lang, l.Ends.Time().In(o.Location()))),
	}
	return mail.Letter{Subject: p.Subject, Text: p.Text, HTML: mail.HTML(p)}
}

// passwordLink is the address of the page on which a person sets his password.
func passwordLink(address, token string) string {
	return address + admin.Base + "/reset?token=" + url.QueryEscape(token)
}
