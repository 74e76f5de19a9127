package spoken_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/spoken"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
)

// numbered know whatever is named, by a number of its own, and call it by that.
type numbered map[string]id.ID

func (n numbered) Find(of rule.Field, word string) (id.ID, bool) {
	if n[string(of)+word] == 0 {
		n[string(of)+word] = id.ID(len(n) + 1)
	}
	return n[string(of)+word], true
}

func (n numbered) Word(_ rule.Field, i id.ID) (string, bool) { return "№ " + i.String(), true }

func (numbered) Words(rule.Field) []string { return nil }

func load(t *testing.T) *i18n.Catalog {
	t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// TestEveryRuleHasWords: each kind, each way to work and each field of a
// condition is said in both languages.
func TestEveryRuleHasWords(t *testing.T) {
	t.Parallel()
	texts := load(t)
	for _, lang := range i18n.Langs() {
		has := func(key string) {
			if !texts.Has(lang, key) {
				t.Errorf("%s: %s has no words", lang, key)
			}
		}
		for _, kind := range rule.Kinds() {
			has("rule.kind." + string(kind))
			if len(rule.Ways(kind)) == 0 {
				t.Errorf("a rule of the kind %s works in no way", kind)
			}
			for _, way := range rule.Ways(kind) {
				has("rule.way." + string(kind) + "." + way)
				has("rule.does." + string(kind) + "." + way)
			}
		}
		for _, f := range rule.Fields() {
			has("rule.field." + string(f.Field))
		}
		for _, o := range rule.Occasions() {
			has("rule.occasion." + string(o))
		}
		for _, m := range []rule.ExpiryMode{rule.Never, rule.AfterAccrual, rule.AfterPurchase, rule.OnDates} {
			has("rule.expiry." + string(m))
		}
		for _, b := range []rule.Basis{rule.BySum, rule.ByCount, rule.ByPast, rule.ByUsed} {
			has("rule.by." + string(b))
		}
	}
}

// raw is what no sentence for people may have in it: keys of texts, codes of
// the text form, holes of templates.
var raw = regexp.MustCompile(`rule\.|why\.|<no value>|\{\{|first_purchase|event_type|(– |от |или |or )(ticket|bar|standard|yes|no|mon|sat|sun)\b`)

// TestProgrammesInWords: all that the programmes of the sources have is said,
// and no sentence has a raw code in it.
func TestProgrammesInWords(t *testing.T) {
	t.Parallel()
	texts := load(t)
	files, err := filepath.Glob("../../../testdata/programmes/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		names := numbered{}
		d, err := draft.Read(text, names)
		if err != nil {
			t.Fatal(err)
		}
		for _, lang := range i18n.Langs() {
			tell := spoken.Teller{
				Speaker: spoken.Speaker{Texts: texts, Lang: lang, Names: names},
				Call:    func(_ rule.Field, word string) string { return "«" + strings.ToUpper(word) + "»" },
			}
			for _, said := range everything(tell, &d.Programme) {
				if said == "" || raw.MatchString(said) {
					t.Errorf("%s, %s: «%s»", filepath.Base(file), lang, said)
				}
			}
		}
	}
}

func everything(tell spoken.Teller, p *rule.Programme) []string {
	out := append(tell.Earning(&p.Earning), tell.Spending(&p.Spending)...)
	rules := func(list []rule.Rule) {
		for i := range list {
			out = append(append(out, tell.Does(&list[i])), tell.Only(&list[i])...)
		}
	}
	rules(p.Rules)
	for i := range p.Levels {
		how, more := tell.Level(&p.Levels[i])
		out = append(append(out, how), more...)
		rules(p.Levels[i].Rules)
	}
	for i := range p.Campaigns {
		out = append(out, tell.Campaign(&p.Campaigns[i])...)
		rules(p.Campaigns[i].Rules)
	}
	for i := range p.Gifts {
		what, only := tell.GiftRule(&p.Gifts[i])
		out = append(append(out, what), only...)
	}
	return out
}

// TestPlurals: figures and their words agree.
func TestPlurals(t *testing.T) {
	t.Parallel()
	texts := load(t)
	for _, c := range []struct {
		lang i18n.Lang
		rule rule.Rule
		want string
	}{
		{i18n.RU, rule.Rule{Kind: rule.AccrualRule, Points: 21_00, Each: 1000_00}, "21 бонус за каждые полные 1 000 ₽"},
		{i18n.RU, rule.Rule{Kind: rule.AccrualRule, Points: 50_00, Each: 99_50}, "50 бонусов за каждые полные 99,50 ₽"},
		{i18n.RU, rule.Rule{Kind: rule.AccrualRule, Points: 1_50, EachUnit: true}, "1,50 бонуса за каждую штуку"},
		{i18n.RU, rule.Rule{Kind: rule.DiscountRule, Cheapest: &rule.Cheapest{Of: 4, Count: 1, Rate: 500_000}}, "Скидка 50 % на 1 самую дешёвую штуку, если их от 4"},
		{i18n.RU, rule.Rule{Kind: rule.AccrualRule, Multiply: 1_500_000}, "Бонусы × 1,5"},
		{i18n.RU, rule.Rule{Kind: rule.ShareRule}, "Бонусами платить нельзя"},
		{i18n.EN, rule.Rule{Kind: rule.AccrualRule, Points: 1_00}, "1 point"},
		{i18n.EN, rule.Rule{Kind: rule.DiscountRule, Amount: 100_00, EachUnit: true}, "₽100 off each item"},
		{i18n.EN, rule.Rule{Kind: rule.AccrualRule, Points: 2_00, Each: 10_000_00}, "2 points for each full ₽10,000"},
	} {
		tell := spoken.Teller{Speaker: spoken.Speaker{Texts: texts, Lang: c.lang, Names: numbered{}}}
		if got := strings.ReplaceAll(tell.Does(&c.rule), "\u00a0", " "); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
