// Package i18n holds every text a person reads, in Russian and English.
//
// Texts live in locales/<lang>/<domain>.yaml, flat keys, one pair of files per
// domain; a key stands in exactly one file and in both languages (a test
// checks it). A text is a template over its named arguments: the argument
// "phone" is written {{.phone}} or {{.Phone}}. A text with plural forms (one,
// few, many, other) takes its form from the argument "count".
package i18n

import (
	"embed"
	"errors"
	"fmt"
	"path"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/knadh/koanf/parsers/yaml"
	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"kopilka/internal/platform/fault"
)

// Lang is a language of the interface.
type Lang string

// The languages; Russian is the first and the fallback.
const (
	RU Lang = "ru"
	EN Lang = "en"
)

// Langs gives the languages, the fallback first.
func Langs() []Lang { return []Lang{RU, EN} }

//go:embed locales
var locales embed.FS

// Catalog is all texts in all languages. It is read-only after Load and safe
// for concurrent use.
type Catalog struct {
	localizers map[Lang]*goi18n.Localizer
	plural     map[Lang]map[string]bool // key → has plural forms
}

// Load gives the embedded texts, read once: it takes longer than all else that a
// program does before it serves. It fails only on a broken locale file, which the
// package's tests find first.
func Load() (*Catalog, error) { return loaded() }

var loaded = sync.OnceValues(readCatalog)

func readCatalog() (*Catalog, error) {
	bundle := goi18n.NewBundle(language.Russian)
	c := &Catalog{localizers: map[Lang]*goi18n.Localizer{}, plural: map[Lang]map[string]bool{}}
	for _, lang := range Langs() {
		c.plural[lang] = map[string]bool{}
		if err := c.loadLang(bundle, lang); err != nil {
			return nil, fmt.Errorf("i18n: %w", err)
		}
	}
	for _, lang := range Langs() {
		c.localizers[lang] = goi18n.NewLocalizer(bundle, string(lang), string(RU))
	}
	return c, nil
}

func (c *Catalog) loadLang(bundle *goi18n.Bundle, lang Lang) error {
	dir := path.Join("locales", string(lang))
	files, err := locales.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, file := range files {
		name := path.Join(dir, file.Name())
		content, err := locales.ReadFile(name)
		if err != nil {
			return err
		}
		messages, err := bundle.ParseMessageBytes(language.Make(string(lang)), content, unmarshal)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, m := range messages {
			if _, twice := c.plural[lang][m.ID]; twice {
				return fmt.Errorf("%s: key %q stands in another file too", name, m.ID)
			}
			c.plural[lang][m.ID] = m.One != "" || m.Few != "" || m.Many != ""
		}
	}
	return nil
}

// unmarshal reads YAML the way go-i18n asks: v is a *any.
func unmarshal(content []byte, v any) error {
	m, err := yaml.Parser().Unmarshal(content)
	if err != nil {
		return err
	}
	*v.(*any) = m
	return nil
}

// Has tells whether the key has a text in the language itself, without the
// fallback.
func (c *Catalog) Has(lang Lang, key string) bool {
	_, ok := c.plural[lang][key]
	return ok
}

// Text renders the key's text; args are name, value pairs. A key that is
// missing in the language is rendered in Russian, one missing there too as
// the key itself.
func (c *Catalog) Text(lang Lang, key string, args ...any) string {
	return c.render(lang, key, fault.Pairs(args...))
}

// Fault renders what a failure says to whom it is shown.
func (c *Catalog) Fault(lang Lang, err *fault.Error) string {
	return c.render(lang, "fault."+err.Code, err.Args)
}

// FaultLog renders what a failure says to a technician: the key
// "fault.<code>.log" where there is one, else the code and its arguments.
// The cause is left out: it may name things the till must not store.
func (c *Catalog) FaultLog(lang Lang, err *fault.Error) string {
	if key := "fault." + err.Code + ".log"; c.Has(lang, key) {
		return c.render(lang, key, err.Args)
	}
	return (&fault.Error{Code: err.Code, Args: err.Args}).Error()
}

// FaultField renders what is wrong with one place of a request.
func (c *Catalog) FaultField(lang Lang, f fault.Field) string {
	return c.render(lang, "fault."+f.Code, f.Args)
}

func (c *Catalog) render(lang Lang, key string, args []fault.Arg) string {
	if !c.Has(lang, key) {
		lang = RU
	}
	localizer := c.localizers[lang]
	if localizer == nil {
		return key
	}
	lc := &goi18n.LocalizeConfig{MessageID: key}
	if len(args) > 0 {
		lc.TemplateData = c.templateData(lang, args, lc)
	}
	if !c.plural[lang][key] {
		lc.PluralCount = nil // go-i18n would look for a form that the text does not have
	}
	text, err := localizer.Localize(lc)
	if _, missing := errors.AsType[*goi18n.MessageNotFoundErr](err); missing || text == "" {
		return key
	}
	return inQuotes(lang, whole(key, text))
}

// inQuotes turns quotes within quotes into those that stand there: «Кино „Луч“». A
// name with quotes of its own comes into quotes of many a text.
func inQuotes(lang Lang, text string) string {
	open, end, within := '«', '»', [2]rune{'„', '“'}
	if lang == EN {
		open, end, within = '“', '”', [2]rune{'‘', '’'}
	}
	if strings.Count(text, string(open)) < 2 {
		return text
	}
	depth := 0
	return strings.Map(func(r rune) rune {
		switch {
		case r == open:
			if depth++; depth > 1 {
				return within[0]
			}
		case r == end && depth > 0:
			if depth--; depth > 0 {
				return within[1]
			}
		}
		return r
	}, text)
}

// noValue is what a template writes where an argument was not given.
const noValue = "<no value>"

// whole is a text with all its arguments. Nobody reads that there is "no value":
// a test in which a text lacks one stops there, whatever it tests, and in
// operation an ellipsis stands for it.
func whole(key, text string) string {
	if !strings.Contains(text, noValue) {
		return text
	}
	if testing.Testing() {
		panic("i18n: " + key + " lacks an argument: " + text)
	}
	return strings.ReplaceAll(text, noValue, "…")
}

// templateData formats the arguments for the language and notes the count.
func (c *Catalog) templateData(lang Lang, args []fault.Arg, lc *goi18n.LocalizeConfig) map[string]any {
	data := make(map[string]any, 2*len(args))
	for _, arg := range args {
		if arg.Name == "count" {
			lc.PluralCount = pluralCount(arg.Value)
		}
		value := Value(lang, arg.Value)
		data[arg.Name] = value
		data[capital(arg.Name)] = value
	}
	return data
}

func capital(name string) string {
	r, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(r)) + name[size:]
}

// FromHeader picks the language for an Accept-Language header; the fallback
// where the header names neither language.
func FromHeader(accept string, fallback Lang) Lang {
	const longest = 200 // past that it is no browser's
	if accept == "" || len(accept) > longest {
		return fallback
	}
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return fallback
	}
	for _, tag := range tags {
		base, _ := tag.Base()
		for _, lang := range Langs() {
			if base.String() == string(lang) {
				return lang
			}
		}
	}
	return fallback
}

// FromLocale picks the language for a POSIX locale such as LANG holds:
// Russian for ru_*, and where nothing is said ("", "C", "POSIX"); else English.
func FromLocale(locale string) Lang {
	name, _, _ := strings.Cut(strings.ToLower(locale), ".")
	if name == "" || name == "c" || name == "posix" || strings.HasPrefix(name, string(RU)) {
		return RU
	}
	return EN
}
