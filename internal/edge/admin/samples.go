package admin

import (
	"embed"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/reference"
)

// samples are programmes to begin with: of the sorts that organizations have.
// None names anything that an empty base lacks but sampleTypes. What people read of them, names
// and comments, is in the language of the folder; nothing else differs.
//
//go:embed samples
var samples embed.FS

// sampleNames are the samples, in the order in which they are offered.
func sampleNames() []string { return []string{"bonus", "cinema", "theatre", "chain", "shop", "empty"} }

func (p *page) sampleText(name string) (string, error) {
	text, err := samples.ReadFile("samples/" + string(p.lang()) + "/" + name + ".yaml")
	if err != nil {
		return "", fault.Wrap(err, fault.NotFound, "admin.no-page")
	}
	return string(text), nil
}

// sampleTypes are the product types that samples tell apart: whoever takes one has
// them, so that nothing of it is unknown.
var sampleTypes = map[string][]string{"cinema": {"ticket", "bar"}, "theatre": {"ticket"}}

// withTypes is a sample's text with the product types that it is of: those of the
// catalogue that are called so, whatever their codes; the others are made, where
// the reader may.
func (p *page) withTypes(sample, text string) (string, error) {
	there, err := p.Products.Types(p.ctx(), reference.Page{Limit: reference.MaxLimit})
	if err != nil {
		return "", err
	}
	for _, code := range sampleTypes[sample] {
		key := "admin.sample.type-" + code
		made := catalog.Type{Code: code, NameRU: p.Texts.Text(i18n.RU, key), NameEN: p.Texts.Text(i18n.EN, key), Payable: true, Earns: true}
		like := func(t catalog.Type) bool {
			return strings.EqualFold(t.Code, code) || strings.EqualFold(t.NameRU, made.NameRU) || strings.EqualFold(t.NameEN, made.NameEN)
		}
		if i := slices.IndexFunc(there.Items, like); i >= 0 {
			if there.Items[i].Code == code {
				continue
			}
			word := regexp.MustCompile(`([{ ])` + code + `([:}])`) // as a key of rates, or what a scope names
			text = word.ReplaceAllString(text, "${1}"+strings.ReplaceAll(strconv.Quote(there.Items[i].Code), "$", "$$")+"${2}")
			continue
		}
		if !p.goes("/catalogue/types/new") {
			continue // the draft tells what is missing
		}
		if _, err := p.Products.SaveType(p.ctx(), made); err != nil && !fault.Is(err, "catalog.code-taken") {
			return "", err
		}
	}
	return text, nil
}

// sampleView is a sample as it is offered.
type sampleView struct {
	Name, Title, About string
	Lines              []string
}

// mostOfSample is how many lines of a sample are shown before it is taken.
const mostOfSample = 5

func (p *page) samples() ([]sampleView, error) {
	var out []sampleView
	for _, name := range sampleNames() {
		text, err := p.sampleText(name)
		if err != nil {
			return nil, err
		}
		names := p.naming()
		d, err := draft.Read([]byte(text), names)
		if err != nil {
			return nil, err
		}
		v := sampleView{Name: name, Title: p.text("admin.sample." + name), About: p.text("admin.sample." + name + "-text")}
		tell := p.teller(names, &d.Programme)
		for i, part := range p.partsOf(tell, &d.Programme, draft.Parts(&d.Programme, names), "", "")[1:] {
			if none := [2]bool{d.Programme.Earning.Rate == 0, d.Programme.Spending.Share == 0 && len(d.Programme.Spending.ByType) == 0}; i < len(none) && none[i] {
				continue // what it does not give goes without saying here
			}
			v.Lines = append(v.Lines, linesOf(part)...)
		}
		v.Lines = v.Lines[:min(len(v.Lines), mostOfSample)]
		if name == "empty" {
			v.Lines = nil
		}
		out = append(out, v)
	}
	return out, nil
}

// linesOf is a part of a programme in as few words as there are.
func linesOf(p partView) (out []string) {
	out = append(out, p.Lines...)
	for _, x := range p.Items {
		line := x.Title
		if x.Does != "" {
			line += ": " + x.Does
		}
		out = append(out, line)
	}
	return out
}

func (p *page) newProgramme() error {
	list, err := p.samples()
	if err != nil {
		return err
	}
	title := p.text("admin.programmes.new")
	return p.show(title, "/programmes", newProgrammePage(title, list))
}

// newProgrammeSent begins a draft with a sample, under a code that is free.
func (p *page) newProgrammeSent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	text, err := p.sampleText(f.get("sample"))
	if err != nil {
		return err
	}
	if text, err = p.withTypes(f.get("sample"), text); err != nil {
		return err
	}
	d, err := draft.Read([]byte(text), p.naming())
	if err != nil {
		return err
	}
	if text, err = p.settled(text, &d.Programme); err != nil {
		return err
	}
	made, err := p.Programmes.SaveDraft(p.ctx(), programme.Drafted{Name: d.Programme.Name, Text: text, By: p.byWhom()})
	if err != nil {
		return err
	}
	return p.to(programmesPath+"/"+made.Programme.String()+"/draft", "draft-begun")
}

// settled is a sample's text with a code that is free, by the organization's clock.
func (p *page) settled(text string, of *rule.Programme) (string, error) {
	t, err := draft.Open([]byte(text))
	if err != nil {
		return "", err
	}
	for key, is := range map[string][2]string{"code": {of.Code, p.freeCode(of)}, "zone": {of.Zone, p.Organization().Zone}} {
		if is[0] == is[1] {
			continue
		}
		if err := t.Set("", key, draft.Part{Word: is[1]}); err != nil {
			return "", err
		}
	}
	out, err := t.Bytes()
	return string(out), err
}

// freeCode is the code of a programme, or one like it that is not taken.
func (p *page) freeCode(of *rule.Programme) string {
	code := of.Code
	for i := 2; p.Programmes.Current().ByCode(code) != nil; i++ {
		code = of.Code + "-" + strconv.Itoa(i)
	}
	return code
}
