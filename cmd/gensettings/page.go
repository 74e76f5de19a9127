package main

import (
	"bytes"
	"fmt"
	"strings"

	"kopilka/internal/loyalty/settings"
	"kopilka/internal/platform/config"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/setting"
)

// generate makes the page: Russian first, then English.
func generate() ([]byte, error) {
	texts, err := i18n.Load()
	if err != nil {
		return nil, err
	}
	p := page{texts: texts}
	for i, lang := range i18n.Langs() {
		p.lang = lang
		if i > 0 {
			p.out.WriteString("\n")
		}
		p.write(i == 0)
	}
	return p.out.Bytes(), nil
}

// page is the page as it is being written in one of its languages.
type page struct {
	texts *i18n.Catalog
	lang  i18n.Lang
	out   bytes.Buffer
}

func (p *page) text(key string, args ...any) string { return p.texts.Text(p.lang, key, args...) }

func (p *page) write(first bool) {
	fmt.Fprintf(&p.out, "# %s\n\n", p.text("setting.page.title"))
	if first {
		p.out.WriteString("*[In English below.](#settings)*\n\n")
	}
	fmt.Fprintf(&p.out, "%s\n", p.text("setting.page.intro"))
	for _, l := range settings.Levels() {
		p.head(l.Title(), l.About(), p.text("setting.page.value"))
		for _, i := range settings.Table(l) {
			_, key, _ := strings.Cut(i.Name, ".")
			p.row("`"+key+"`", "**"+p.text(i.Title())+".** "+p.text(i.About()), p.value(&i), p.standard(&i))
		}
	}
	p.head("setting.level.process", "setting.level.process.about")
	for _, s := range config.List() {
		p.row("`"+s.Key+"`", p.text("config.key."+s.Key), word(s.Default, p.text("setting.page.nothing")))
	}
}

// head begins a table: the key, what it is for, more columns, the default.
func (p *page) head(title, about string, more ...string) {
	fmt.Fprintf(&p.out, "\n## %s\n\n%s\n\n", p.text(title), p.text(about))
	columns := append(append([]string{"", ""}, more...), p.text("setting.page.default"))
	p.row(columns...)
	fmt.Fprintf(&p.out, "|%s\n", strings.Repeat(" --- |", len(columns)))
}

func (p *page) row(cells ...string) {
	for _, c := range cells {
		fmt.Fprintf(&p.out, "| %s ", strings.ReplaceAll(c, "|", "\\|"))
	}
	p.out.WriteString("|\n")
}

// value says what a setting may be.
func (p *page) value(i *setting.Info) string {
	out := p.text("setting.kind." + string(i.Kind))
	if i.Most != "" {
		out += ", " + p.text("setting.page.range", "least", i.Least, "most", i.Most)
	}
	if i.Never {
		out += ", " + p.text("setting.page.never")
	}
	words := make([]string, len(i.Choices))
	for n, w := range i.Choices {
		words[n] = "`" + w + "`"
		if i.Explained() {
			words[n] += " – " + p.text(i.Word(w))
		}
	}
	switch {
	case len(words) == 0:
	case i.Explained():
		out += ": " + strings.Join(words, "; ")
	default:
		out += ": " + strings.Join(words, ", ")
	}
	return out
}

func (p *page) standard(i *setting.Info) string {
	if i.Inherits != "" {
		return p.text("setting.page.inherits", "name", i.Inherits)
	}
	return word(i.Default, p.text("setting.page.nothing"))
}

// word is a value as it is written, or what stands for none.
func word(v, nothing string) string {
	if v == "" {
		return nothing
	}
	return "`" + v + "`"
}
