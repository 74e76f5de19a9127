package draft_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/platform/fault"
)

const whole = `code: kino
name: Кинобонус
from: 2026-01-01
outlets: [outlet-1, outlet-2]
settings:
  point_value: 1 ₽
  spend_proof_above: 500
earning: {rate: 5%, by_type: {bar: 10, ticket: "2,5 %"}, expiry: {mode: purchase, days: 180}}
spending: {share: 30%}
welcome: 100
levels:
  - {id: silver, priority: 1}
  - id: gold
    priority: 2
    days: 30
    visits: 20
    rules:
      - {id: gold-5, kind: accrual, rate: 5%}
campaigns:
  - id: morning
    when: {weekday: [сб, sun], time: "09:00-12:00", level: gold, member: yes, sum: {from: 1 000 ₽}, city: {not: [Казань]}, custom.hobby: кино}
    rules:
      - {id: double, kind: accrual, multiply: x2, scope: {type: [ticket]}}
  - id: may
    codes: МАЙ
    limits: {in_all: 100, per_member: 1}
    rules:
      - id: fixed
        kind: discount
        amount: 99.90
        when: [{tag: vip}, {tag: gold, count: 3}]
`

// Whatever is wrong is told, each in its place.
func TestWrongPlaces(t *testing.T) {
	t.Parallel()
	if _, err := draft.Read([]byte(whole), names{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", []string{"1:1  programme.text-empty"}},
		{"comment", "# nothing\n", []string{"1:1  programme.text-empty"}},
		{"no map", "[]", []string{"1:1  programme.text-map"}},
		{"numbers that none holds", "code: x\nname: y\npriority: 99999999999999999999\nlevels: [{id: a, priority: 99999999999999999999}]\n", []string{"3:11 priority programme.text-large", "4:28 levels[0].priority programme.level-priority"}},
		{"broken", "code: x\nname: [\n", []string{"2:1  programme.text-content"}},
		{"two documents", "code: x\n---\ncode: y\n", []string{"2:1  programme.text-two"}},
		{"missing", "code: x\n", []string{"1:1 name programme.text-missing"}},
		{"unknown and twice", "code: x\nname: y\nnaem: z\ncode: x\n", []string{"3:1 naem programme.text-unknown", "4:1 code programme.text-twice"}},
		{"alias", "code: &a x\nname: *a\n", []string{"1:7 code programme.text-alias", "2:7 name programme.text-alias"}},
		{"merge", "code: x\nname: y\nsettings:\n  <<: {round: up}\n", []string{"4:3 settings programme.text-tag"}},
		{"nothing said", "code: x\nname:\n", []string{"2:6 name programme.text-nothing"}},
		{"tag", "code: !x x\nname: y\n", []string{"1:7 code programme.text-tag"}},
		{
			"points of levels of each one's own", replace(whole, "  spend_proof_above: 500", "  level_scope: member", "id: silver, priority: 1}", "id: silver, priority: 1, points: 50, gift: 5}", "    visits: 20", "    visits: 20\n    price: 3\n    fall: 2"),
			[]string{
				"12:39 levels[0].points programme.level-scope", "12:49 levels[0].gift programme.level-scope",
				"17:12 levels[1].price programme.level-scope", "18:11 levels[1].fall programme.level-scope",
			},
		},
		{
			"many", replace(whole, "1 ₽", "дорого", "outlet-2", "shop", "10, ticket", "10 %%, ticket", "sat", "x", "сб", "праздник", "x2", "2.0000001", "99.90", "-5", "{tag: vip}", "{price: 5}", "МАЙ", "[МАЙ, май]"),
			[]string{
				"4:21 outlets[1] programme.text-no-such", "6:16 settings.point_value money.invalid", "8:36 earning.by_type.bar money.invalid",
				"21:21 campaigns[0].when[0] programme.value", "23:47 campaigns[0].rules[0].multiply money.too-precise",
				"25:18 campaigns[1].codes[1] programme.campaign-code-twice", "30:17 campaigns[1].rules[0].amount programme.rule-amount", "31:17 campaigns[1].rules[0].when.price programme.text-unknown",
			},
		},
		{
			"ranges", replace(whole, `"09:00-12:00"`, "9", "{from: 1 000 ₽}", "{from: 5, below: 5}", "count: 3", "count: {to: 1, below: 1, over: 2}", "[ticket]", "{in: [], or: 1}"),
			[]string{
				"21:38 campaigns[0].when[1] programme.text-time", "21:72 campaigns[0].when[4] programme.range",
				"23:74 campaigns[0].rules[0].scope[0] programme.text-unknown", "31:55 campaigns[1].rules[0].when[2] programme.text-ends", "31:65 campaigns[1].rules[0].when[2] programme.text-unknown",
			},
		},
		{"two ways", replace(whole, "amount: 99.90", "rate: 5\n        take: 3"), []string{"28:9 campaigns[1].rules[0] programme.rule-way"}},
		{"award of nothing", "code: x\nname: y\nrules: [{id: a, kind: award, campaign: none}]\n", []string{"3:40 rules[0].campaign programme.award"}},
		{"deep", strings.Repeat("[", 100_000), []string{"1:1  programme.text-form"}},
		{"bomb", "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n", []string{
			"1:1 a programme.text-unknown", "1:1 code programme.text-missing", "1:1 name programme.text-missing", "2:1 b programme.text-unknown", "3:1 c programme.text-unknown",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := draft.Read([]byte(c.text), names{})
			var got []string
			for _, f := range fault.From(err).Fields {
				got = append(got, fmt.Sprintf("%d:%d %s %s", f.Line, f.Column, f.Path, f.Code))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%v\n%s", diff, c.text)
			}
		})
	}
}

func replace(text string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(text) }

func TestTooLarge(t *testing.T) {
	t.Parallel()
	if _, err := draft.Read(make([]byte, draft.MaxText+1), names{}); !fault.Is(err, "programme.too-large") {
		t.Error(err)
	}
}

func TestJSONWithPairsOfEscapes(t *testing.T) {
	t.Parallel()
	d, err := draft.Read([]byte("{\n\t\"code\": \"x\",\n\t\"name\": \"\\ud83d\\ude00 \\/\"\n}"), names{})
	if err != nil || d.Programme.Name != "😀 /" {
		t.Errorf("%v %v", d, err)
	}
}
