package admin

import (
	"embed"
	"strconv"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
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

// makeTypes makes the types of a sample that are not there, where the reader may.
func (p *page) makeTypes(sample string) error {
	if !p.goes("/catalogue/types/new") {
		return nil // the draft tells what is missing
	}
	for _, code := range sampleTypes[sample] {
		key := "admin.sample.type-" + code
		_, err := p.Products.SaveType(p.ctx(), catalog.Type{
			Code: code, NameRU: p.Texts.Text(i18n.RU, key), NameEN: p.Texts.Text(i18n.EN, key), Payable: true, Earns: true,
		})
		if err != nil && !fault.Is(err, "catalog.code-taken") {
			return err
		}
	}
	return nil
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
	if err := p.makeTypes(f.get("sample")); err != nil {
		return err
	}
	d, err := draft.Read([]byte(text), p.naming())
	if err != nil {
		return err
	}
	if code := p.freeCode(&d.Programme); code != d.Programme.Code {
		t, err := draft.Open([]byte(text))
		if err != nil {
			return err
		}
		if err := t.Set("", "code", draft.Part{Word: code}); err != nil {
			return err
		}
		changed, err := t.Bytes()
		if err != nil {
			return err
		}
		text = string(changed)
	}
	made, err := p.Programmes.SaveDraft(p.ctx(), programme.Drafted{Name: d.Programme.Name, Text: text, By: p.byWhom()})
	if err != nil {
		return err
	}
	return p.to(programmesPath+"/"+made.Programme.String()+"/draft", "draft-begun")
}

// freeCode is the code of a programme, or one like it that is not taken.
func (p *page) freeCode(of *rule.Programme) string {
	code := of.Code
	for i := 2; p.Programmes.Current().ByCode(code) != nil; i++ {
		code = of.Code + "-" + strconv.Itoa(i)
	}
	return code
}
