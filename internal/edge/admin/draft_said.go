package admin

import (
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/whatif"
	"kopilka/internal/platform/fault"
)

// doSay asks for what a form says, in words, and changes nothing.
const doSay = "say"

// saidView is beside the form of a rule, a level or a campaign: what it says, and
// what it would have given.
type saidView struct {
	Lines []string   // it in words
	Wrong []string   // why it can't be said
	Fill  string     // what is to be filled in before it can be
	Gave  []kit.Pair // in the last calculation that knew it
	Of    string     // the months of that
	Ask   string     // where it is calculated
}

// saySaved puts the item beside its form as it is in the draft.
func (e *partForm) saySaved(i string) {
	e.says = &saidView{Lines: e.inWordsOf(&e.read.Programme, i)}
}

// sayTyped puts it there as it was typed.
func (e *partForm) sayTyped() error {
	e.says = &saidView{}
	if blanks := e.blanks(); len(blanks) > 0 {
		e.says.Fill = e.sayBlanks(blanks)
		return nil
	}
	keys, was, is := e.typedItem()
	text, err := e.written(keys, was, is)
	if err != nil {
		return err
	}
	read, err := draft.Read(text, e.names)
	if broken := e.names.Err(); broken != nil {
		return broken
	}
	if err != nil {
		for _, w := range fault.From(err).Fields {
			e.says.Wrong = append(e.says.Wrong, e.Texts.FaultField(e.lang(), e.named(w))) // the form has no lines
		}
		return nil
	}
	i := is.Get("id").Word
	if e.add == "" {
		i = was.Get("id").Word
	}
	e.says.Lines = e.inWordsOf(&read.Programme, i)
	return nil
}

// askItem answers with the item's form and what it says.
func (e *partForm) askItem() error {
	if e.says == nil {
		if len(e.f.wrong) > 0 {
			e.says = &saidView{Fill: e.text("admin.draft.says-mend")} // what is wrong stands in the form
		} else if err := e.sayTyped(); err != nil {
			return err
		}
	}
	if err := e.sayGave(); err != nil {
		return err
	}
	return e.ask(e.itemGroups(), e.query())
}

// inWordsOf is an item of a programme in words; none where it is not there.
func (e *partForm) inWordsOf(pr *rule.Programme, i string) []string {
	return e.wordsOf(pr, e.names, e.name, i)
}

// wordsOf is a rule, a level or a campaign of a programme in words.
func (p *page) wordsOf(pr *rule.Programme, names *naming, what, i string) []string {
	v := parted{page: p, tell: p.teller(names, pr)}
	lists := [][]itemView{v.rules(pr).Items, v.levels(pr).Items, v.campaigns(pr).Items}
	for at := 0; at < len(lists); at++ {
		for _, x := range lists[at] {
			if x.What == what && x.ID == i && i != "" {
				return wordsOfItem(&x)
			}
			if len(x.Rules) > 0 {
				lists = append(lists, x.Rules)
			}
		}
	}
	return nil
}

// wordsOfItem are an item's words and those of its rules, a line each. A name that
// somebody gave it is in the form already; a rule without one is called by what
// it does.
func wordsOfItem(x *itemView) (out []string) {
	if x.Does != "" {
		out = append(out, x.Does)
	} else if x.What == "rule" {
		out = append(out, x.Title)
	}
	for _, l := range x.More {
		out = append(out, sentence([]string{l}))
	}
	for i := range x.Rules {
		out = append(out, strings.Join(wordsOfItem(&x.Rules[i]), ". "))
	}
	return out
}

// sayGave adds what a rule or a campaign of the draft gave in the last
// calculation over past months that knew it.
func (e *partForm) sayGave() error {
	if e.name == "level" || e.add != "" {
		return nil
	}
	a := &asking{page: e.page, of: e.stored.Programme, path: programmesPath + "/" + e.stored.Programme.String() + "/what-if"}
	e.says.Ask = a.path
	list, err := e.Questions.Of(e.ctx(), a.of)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].State != whatif.Done {
			continue
		}
		q, err := e.Questions.Get(e.ctx(), list[i].ID)
		if err != nil {
			return err
		}
		if q.Answer == nil {
			continue
		}
		if gave, there := e.gaveIn(q.Answer); there {
			e.says.Of, e.says.Gave = a.period(&q), e.gavePairs(&gave)
			return nil
		}
	}
	return nil
}

// gaveIn sums up what the rule, or the campaign's rules, gave.
func (e *partForm) gaveIn(x *whatif.Answer) (sum whatif.Gave, there bool) {
	i := e.parts.At(e.at).Get("id").Word
	for n := range x.Rule {
		r := &x.Rule[n]
		if e.name == "rule" && r.Rule == i || e.name == "campaign" && r.Campaign == i {
			sum.Receipts, sum.Discount, sum.Told, sum.Earned = sum.Receipts+r.Now.Receipts, sum.Discount+r.Now.Discount, sum.Told+r.Now.Told, sum.Earned+r.Now.Earned
			there = true
		}
	}
	return sum, there
}

func (e *partForm) gavePairs(g *whatif.Gave) []kit.Pair {
	ctx := e.ctx()
	out := []kit.Pair{{Name: e.text("admin.whatif.receipts"), Value: ui.Number(ctx, g.Receipts)}}
	if g.Discount+g.Told != 0 {
		out = append(out, kit.Pair{Name: e.text("admin.whatif.discounts"), Value: ui.Money(ctx, g.Discount+g.Told)})
	}
	if g.Earned != 0 {
		out = append(out, kit.Pair{Name: e.text("admin.whatif.earned"), Value: ui.Points(ctx, g.Earned)})
	}
	return out
}
