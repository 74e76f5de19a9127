package draft_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/platform/id"
)

func TestWarnings(t *testing.T) {
	t.Parallel()
	const head = "code: x\nname: y\n"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", whole, nil},
		{"over", head + "to: 2026-01-01\n", []string{"3:5 programme.warn-over"}},
		{"Pushkin cards", head + "settings: {pushkin_mixed: yes, pushkin_one_ticket: no, pushkin_earn: no}\n", []string{"3:27 programme.warn-pushkin", "3:52 programme.warn-pushkin"}},
		{"today is not over", head + "to: 2026-06-01\n", nil},
		{"gate", head + "earning: {rate: 5%, on_use: yes}\nrules: [{id: a, kind: discount, by: used, table: [{from: 5, rate: 1%}]}]\n", []string{"3:29 programme.no-gate", "4:37 programme.no-gate"}},
		{"gives", head + "gives: points\nrules: [{id: a, kind: discount, rate: 5%}]\n", []string{"4:23 programme.warn-gives"}},
		{"award of what is off", head + "rules: [{id: a, kind: award, campaign: c}]\ncampaigns: [{id: c, active: no}]\n", []string{"3:40 programme.warn-award"}},
		{"empty", head + "campaigns: [{id: c}]\n", []string{"3:13 programme.warn-empty"}},
		{"shadowed", head + "rules:\n- {id: b, kind: spending, rate: 10%, scope: {type: bar}}\n- {id: a, kind: spending, rate: 30%}\n", []string{"4:3 programme.warn-shadowed"}},
		{"not shadowed", head + "rules:\n- {id: b, kind: spending, priority: 1, rate: 10%, scope: {type: bar}}\n- {id: a, kind: spending, rate: 30%}\n", nil},
		{"a level that is passed", head + "levels:\n- {id: a, priority: 1}\n- {id: b, priority: 2, total: 1000}\n- {id: c, priority: 3, total: 500}\n", []string{"5:3 programme.warn-level"}},
		{"a level of a group", head + "levels:\n- {id: b, priority: 2, total: 1000}\n- {id: c, priority: 3, member_group: member_group-1}\n", nil},
		{"a level given by hand", head + "levels:\n- {id: a, priority: 1}\n- {id: b, priority: 2, total: 1000}\n- {id: c, priority: 3}\n", nil},
		{"no such level", head + "rules: [{id: a, kind: discount, rate: 5%, when: {level: gold}}]\n", []string{"3:57 programme.warn-no-level"}},
		{"two values of one", head + "rules: [{id: a, kind: discount, rate: 5%, when: [{city: Омск}, {city: Казань}]}]\n", []string{"3:71 programme.warn-excluded"}},
		{"an own field", head + "rules: [{id: a, kind: discount, rate: 5%, when: {custom.taste: Drama, custom.dog: true, custom.day: 2025-12-31}}]\n", nil},
		{"an own field that is no longer asked for", head + "rules: [{id: a, kind: discount, rate: 5%, when: {custom.old: a}}]\n", []string{"3:62 programme.warn-own-away"}},
		{"what an own field can't be", head + "rules: [{id: a, kind: discount, rate: 5%, when: {custom.taste: [drama, fun], custom.dog: {not: да}}}]\ncampaigns: [{id: c, when: {custom.hat: a, custom.day: 31.12.2025}, rules: [{id: b, kind: discount, rate: 5%}]}]\n", []string{"3:64 programme.warn-own", "3:90 programme.warn-own", "4:40 programme.warn-no-own", "4:55 programme.warn-own"}},
		{"two tags", head + "rules: [{id: a, kind: discount, rate: 5%, when: [{tag: a}, {tag: b}]}]\n", nil},
		{"in and not", head + "rules: [{id: a, kind: discount, rate: 5%, when: {tag: {in: a, not: [A, b]}}}]\n", []string{"3:55 programme.warn-excluded"}},
		{"no member, gold", head + "rules: [{id: a, kind: discount, rate: 5%, when: {member: no, age: {from: 5}}}]\n", []string{"3:67 programme.warn-excluded"}},
		{"ranges apart", head + "campaigns: [{id: c, when: {sum: {below: 100}}, rules: [{id: a, kind: discount, rate: 5%, when: {sum: {from: 100}}}]}]\n", []string{"3:102 programme.warn-excluded"}},
		{"over midnight", head + "rules: [{id: a, kind: discount, rate: 5%, when: [{time: 22:00-04:00}, {time: 03:00-05:00}, {time: 04:00-22:00}]}]\n", []string{"3:99 programme.warn-excluded"}},
		{"another outlet", head + "outlets: outlet-1\nrules: [{id: a, kind: discount, rate: 5%, when: {outlet: outlet-2}}]\n", []string{"4:58 programme.warn-excluded"}},
		{"a date that is over", head + "rules: [{id: a, kind: discount, rate: 5%, when: {date: {to: 2026-05-31}}}]\n", []string{"3:56 programme.warn-over"}},
		{"codes alike", head + "campaigns: [{id: c, codes: [МАК, MAK], rules: [{id: a, kind: discount, rate: 5%}]}]\n", []string{"3:34 programme.warn-alike"}},
		{"no such type", head + "earning: {rate: 5%, by_type: {bar: 1%, pub: 2%}}\nspending: {share: 5%, by_type: {Bar: 1%, pub: 2%}}\n", []string{"3:45 programme.warn-no-type", "4:47 programme.warn-no-type"}},
		{"no such type in a condition", head + "rules: [{id: a, kind: discount, rate: 5%, scope: {type: {in: [bar, pub]}}}]\n", []string{"3:57 programme.warn-no-type"}},
		{"types that no goods are of", head + "earning: {rate: 5%, by_type: {hat: 1%}}\nrules: [{id: a, kind: accrual, rate: 5%, scope: {type: [hat, bar]}}, {id: b, kind: accrual, rate: 5%, scope: {type: Hat}}]\n", []string{"1:1 programme.warn-no-goods"}},
		{"nothing of types that no goods are of", head + "earning: {rate: 5%, by_type: {hat: 0%}}\nspending: {share: 5%, by_type: {hat: 0%}}\n", nil},
		{"of a type or another", head + "rules: [{id: a, kind: accrual, rate: 5%, scope: {type: [hat, bar]}}, {id: b, kind: accrual, rate: 5%, scope: {type: {not: hat}}}]\n", nil},
		{"more than the price", head + "earning: {rate: 500%, by_type: {bar: 101%, ticket: 100%}}\nrules: [{id: a, kind: accrual, rate: 150%}]\n", []string{"3:17 programme.warn-rate", "3:38 programme.warn-rate", "4:38 programme.warn-rate"}},
		{"a level's type", head + "levels:\n- {id: a, priority: 1}\n- {id: b, priority: 2, days: 9, sum: 9, parts: [{types: [pub], sum: 5}]}\n", []string{"5:49 programme.warn-no-type"}},
		{"points earn points", head + "settings: {earn_money_only: no}\nspending: {share: 100%}\n", []string{"3:29 programme.warn-paid-earns"}},
		{"points earn points, of a part", head + "settings: {earn_money_only: no}\nspending: {share: 50%}\n", nil},
		{
			"points that end too soon", head + "earning: {rate: 5%, delay: 14, expiry: {mode: purchase, days: 14}}\nrules: [{id: a, kind: accrual, rate: 5%, terms: {delay: 20}}, {id: b, kind: accrual, rate: 5%, terms: {delay: 1}}]\n",
			[]string{"3:40 programme.warn-soon-over", "4:49 programme.warn-soon-over"},
		},
		{"points that end late enough", head + "earning: {rate: 5%, delay: 14, expiry: {mode: purchase, days: 15}}\n", nil},
		{"a group of nobody", head + "rules: [{id: a, kind: discount, rate: 5%, when: {member_group: member_group-9}}, {id: b, kind: discount, rate: 5%, when: {member_group: [member_group-9, member_group-1]}}]\n", []string{"3:64 programme.warn-nobody"}},
		{"two campaigns at once", head + "campaigns:\n- {id: c, name: Лето, to: 2026-08-31, scope: {type: bar}, rules: [{id: a, kind: discount, rate: 5%}]}\n- {id: d, from: 2026-08-01, rules: [{id: b, kind: discount, rate: 7%, scope: {type: bar}}]}\n", []string{"5:3 programme.warn-together"}},
		{"two campaigns of which one acts", head + "campaigns:\n- {id: c, rules: [{id: a, kind: discount, rate: 5%}]}\n- {id: d, alone: yes, rules: [{id: b, kind: discount, rate: 7%}]}\n", []string{"5:3 programme.warn-apart"}},
		{"two campaigns, one after the other", head + "campaigns:\n- {id: c, to: 2026-07-31, rules: [{id: a, kind: discount, rate: 5%}]}\n- {id: d, from: 2026-08-01, rules: [{id: b, kind: discount, rate: 7%}]}\n", nil},
		{"two campaigns, one by a code", head + "campaigns:\n- {id: c, codes: SUMMER, rules: [{id: a, kind: discount, rate: 5%}]}\n- {id: d, rules: [{id: b, kind: discount, rate: 7%}, {id: e, kind: accrual, rate: 1%}]}\n", nil},
		{"a group of none", head + "groups: {a: best}\n", []string{"3:13 programme.warn-group"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, err := draft.Read([]byte(c.text), names{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range d.Warnings(draft.Facts{Today: "2026-06-01", Types: []string{"bar", "ticket", "hat"}, Bare: []string{"hat"}, Empty: []id.ID{9}, Own: []member.CustomField{
				{Key: "old", Kind: member.CustomText}, {Key: "taste", Active: true, Kind: member.CustomChoice, Choices: []member.Choice{{Key: "drama"}}}, {Key: "dog", Active: true, Kind: member.CustomBool}, {Key: "day", Active: true, Kind: member.CustomDate}, {Key: "hobby", Active: true, Kind: member.CustomText},
			}}) {
				got = append(got, fmt.Sprintf("%d:%d %s", f.Line, f.Column, f.Code))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whatever the programme, looking for warnings ends.
func TestWarningsOfAnyProgramme(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { draft.Warnings(drawProgramme(t), draft.Facts{Today: "2026-03-01"}) })
}
