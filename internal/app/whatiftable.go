package app

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"kopilka/internal/loyalty/whatif"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/money"
)

// whatIf prints what a programme would have come to, for people.
func (p *program) whatIf(r *whatif.Report) {
	p.say("whatif.title", "code", r.Code, "version", r.Version, "from", r.From, "to", r.To)
	p.whatIfSums(r)
	p.whatIfDays(r)
	p.whatIfRules(r)
	p.whatIfLevels(r)
	p.whatIfMembers(r)
	for _, o := range r.Over {
		p.say("whatif.over", "campaign", strings.TrimSuffix(o.Campaign+" "+o.Code, " "), "limit", o.Limit, "uses", o.Uses)
	}
	if r.Merged > 0 {
		p.say("whatif.merged", "members", r.Merged)
	}
	if len(r.Unseen) > 0 {
		p.say("whatif.unseen", "fields", strings.Join(r.Unseen, ", "))
	}
}

func (p *program) rubles(v money.Amount) string  { return i18n.Money(p.lang, v) }
func (p *program) bonuses(v money.Points) string { return i18n.Points(p.lang, v) }
func (p *program) number(v int64) string         { return i18n.Number(p.lang, v) }

// whatIfSums prints both sides of the whole period and what is between them.
func (p *program) whatIfSums(r *whatif.Report) {
	t := p.whatIfGrid("what", "then", "now", "difference")
	then, now := &r.Then, &r.Now
	count := func(what string, x, y int64) { t.row(p.whatIfText(what), p.number(x), p.number(y), p.number(y-x)) }
	amount := func(what string, x, y money.Amount) {
		t.row(p.whatIfText(what), p.rubles(x), p.rubles(y), p.rubles(y-x))
	}
	points := func(what string, x, y money.Points) {
		t.row(p.whatIfText(what), p.bonuses(x), p.bonuses(y), p.bonuses(y-x))
	}
	count("receipts", then.Receipts, now.Receipts)
	count("refunds", then.Refunds, now.Refunds)
	amount("gross", then.Gross, now.Gross)
	amount("discount", then.Discount, now.Discount)
	amount("told", then.Told, now.Told)
	amount("money", then.Money, now.Money)
	points("earned", then.Earned, now.Earned)
	points("gifts", then.Gifts, now.Gifts)
	points("spent", then.Spent, now.Spent)
	points("expired", then.Expired, now.Expired)
	amount("value", then.Value, now.Value)
	amount("cost", then.Cost, now.Cost)
	t.print()
}

func (p *program) whatIfDays(r *whatif.Report) {
	if len(r.Days) == 0 {
		return
	}
	t := p.whatIfGrid("day", "receipts", "discount", "told", "earned", "spent", "expired", "cost-then", "cost-now")
	for i := range r.Days {
		d := &r.Days[i]
		t.row(d.Day, p.number(d.Now.Receipts), p.rubles(d.Now.Discount), p.rubles(d.Now.Told), p.bonuses(d.Now.Earned),
			p.bonuses(d.Now.Spent), p.bonuses(d.Now.Expired), p.rubles(d.Then.Cost), p.rubles(d.Now.Cost))
	}
	t.print()
}

func (p *program) whatIfRules(r *whatif.Report) {
	if len(r.Rule) == 0 {
		return
	}
	t := p.whatIfGrid("rule", "receipts-then", "receipts-now", "discount-then", "discount-now", "told", "earned-then", "earned-now")
	for i := range r.Rule {
		x := &r.Rule[i]
		name := cmp.Or(x.Name, x.Rule)
		if x.Campaign != "" {
			name = x.Campaign + " › " + name
		}
		t.row(name, p.number(x.Then.Receipts), p.number(x.Now.Receipts), p.rubles(x.Then.Discount), p.rubles(x.Now.Discount), p.rubles(x.Now.Told),
			p.bonuses(x.Then.Earned), p.bonuses(x.Now.Earned))
	}
	t.print()
}

func (p *program) whatIfLevels(r *whatif.Report) {
	if len(r.Moves) == 0 {
		return
	}
	t := p.whatIfGrid("level", "then", "now")
	for _, m := range r.Moves {
		sign := "↓"
		if m.Up {
			sign = "↑"
		}
		none := p.whatIfText("no-level")
		t.row(sign+" "+cmp.Or(m.From, none)+" → "+cmp.Or(m.To, none), p.number(m.Then), p.number(m.Now))
	}
	t.print()
}

func (p *program) whatIfMembers(r *whatif.Report) {
	fmt.Fprintln(p.stdout)
	p.say("whatif.members", "gain", r.Members.Gain, "lose", r.Members.Lose, "same", r.Members.Same)
	for _, list := range []struct {
		title string
		of    []whatif.Member
	}{{"winner", r.Winners}, {"loser", r.Losers}} {
		if len(list.of) == 0 {
			continue
		}
		t := p.whatIfGrid(list.title, "then", "now", "difference")
		for _, m := range list.of {
			t.row(m.Home.String(), p.rubles(m.Then), p.rubles(m.Now), p.rubles(m.Now-m.Then))
		}
		t.print()
	}
}

func (p *program) whatIfText(what string) string { return p.texts.Text(p.lang, "whatif."+what) }

// grid is rows in columns: the first to the left, all others, which are
// figures, to the right.
type grid struct {
	p    *program
	rows [][]string
}

// whatIfGrid begins a grid with the titles of its columns.
func (p *program) whatIfGrid(titles ...string) *grid {
	row := make([]string, len(titles))
	for i, t := range titles {
		row[i] = p.whatIfText(t)
	}
	return &grid{p: p, rows: [][]string{row}}
}

func (t *grid) row(cells ...string) { t.rows = append(t.rows, cells) }

func (t *grid) print() {
	wide := make([]int, len(t.rows[0]))
	for _, row := range t.rows {
		for i, cell := range row {
			wide[i] = max(wide[i], utf8.RuneCountInString(cell))
		}
	}
	fmt.Fprintln(t.p.stdout)
	for _, row := range t.rows {
		for i, cell := range row {
			pad := strings.Repeat(" ", wide[i]-utf8.RuneCountInString(cell))
			switch i {
			case 0:
				fmt.Fprint(t.p.stdout, cell+pad)
			default:
				fmt.Fprint(t.p.stdout, "  "+pad+cell)
			}
		}
		fmt.Fprintln(t.p.stdout)
	}
}
