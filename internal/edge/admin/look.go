package admin

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf16"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/i18n"
)

// known gives a person's pages his own language, unless this browser has chosen
// another.
func (p *page) known(ctx context.Context, who *staff.Person) context.Context {
	lang := i18n.Lang(who.Lang)
	if _, chosen := ui.ChosenLang(p.r); chosen || lang == "" {
		return ctx
	}
	look := *ui.Of(ctx)
	look.Lang = lang
	return httpx.WithLang(ui.With(ctx, &look), lang)
}

// other is the same page in the other language.
func other(r *http.Request) kit.Link {
	lang := i18n.EN
	if ui.Of(r.Context()).Lang == i18n.EN {
		lang = i18n.RU
	}
	place := *r.URL
	if r.Method != http.MethodGet {
		place = url.URL{Path: r.URL.Path}
	}
	q := place.Query()
	q.Del(doneParam)
	q.Set(ui.LangParam, string(lang))
	return kit.Link{Text: string(lang), Href: place.Path + "?" + q.Encode()}
}

// local is the address if it leads to a page of the console, else the console
// itself: nobody is sent elsewhere by a link to us.
func local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || u.Opaque != "" || strings.Contains(to, "\\") ||
		u.Path != Base && !strings.HasPrefix(u.Path, Base+"/") {
		return Base
	}
	return to
}

// toast tells the reader something beside the page. A header takes ASCII only.
func (p *page) toast(text string, bad bool) {
	told, err := json.Marshal(map[string]any{"toast": map[string]any{"text": text, "bad": bad}})
	if err != nil {
		return // a text and a flag: can't be
	}
	p.w.Header().Set("HX-Trigger", ascii(string(told)))
}

func ascii(s string) string {
	const hex = "0123456789abcdef"
	var b strings.Builder
	for _, r := range s {
		if r < 0x7f {
			b.WriteRune(r)
			continue
		}
		for _, u := range utf16.Encode([]rune{r}) {
			b.WriteString(`\u`)
			for shift := 12; shift >= 0; shift -= 4 {
				b.WriteByte(hex[u>>shift&0xf])
			}
		}
	}
	return b.String()
}

// withNext is a page of the console that leads on to another afterwards.
func withNext(path, next string) string {
	if next = local(next); next == Base {
		return Base + path
	}
	return Base + path + "?next=" + url.QueryEscape(next)
}
