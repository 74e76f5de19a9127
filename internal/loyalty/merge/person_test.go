package merge_test

import (
	"testing"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestPersonOfMerged: consents of both are his, and the last word of each kind
// counts; phones, and what is still to be looked for of him as a guest, are his.
func TestPersonOfMerged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		ctx, people := t.Context(), s.People()
		text := map[member.ConsentKind]member.ConsentText{}
		for _, k := range []member.ConsentKind{member.ToPersonalData, member.ToRules} {
			text[k] = must(people.PublishText(ctx, member.ConsentText{Kind: k, Language: "ru", Title: "Согласие", Body: "Согласен"}))
		}
		joins := func(phone string, consents ...member.ConsentKind) purchase.Buyer {
			in := member.Registration{Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: phone}}}
			for _, k := range consents {
				in.Consents = append(in.Consents, member.NewConsent{Kind: k, Action: member.Granted, Text: text[k].ID, TextVersion: text[k].Version})
			}
			s.Shop.Clock.Add(time.Hour)
			return purchase.Buyer{Home: must(people.Register(ctx, member.DefaultRules(), in, purchasetest.By)).Home}
		}
		a := joins("+79160000001", member.ToPersonalData, member.ToRules)
		b := joins("+79160000002", member.ToPersonalData)
		s.Shop.Clock.Add(time.Hour)
		must(people.Consent(ctx, b.Home, []member.NewConsent{{Kind: member.ToPersonalData, Action: member.Withdrawn}}, purchasetest.By))
		before := len(must(member.GuestsDueOf(ctx, d, a.Home))) + len(must(member.GuestsDueOf(ctx, d, b.Home)))
		p := must(s.Preview(ctx, ask(a, b)))
		s.unite(a, b)
		now := map[member.ConsentKind]member.ConsentAction{}
		for _, c := range must(member.ConsentsNow(ctx, d, a.Home)) {
			now[c.Kind] = c.Action
		}
		if len(p.Consents) != len(now) || now[member.ToPersonalData] != member.Withdrawn || now[member.ToRules] != member.Granted {
			t.Errorf("%+v, previewed %+v", now, p.Consents)
		}
		if left, has := must(member.GuestsDueOf(ctx, d, b.Home)), must(member.GuestsDueOf(ctx, d, a.Home)); len(left) != 0 || len(has) != before {
			t.Errorf("%d left and %d his of %d", len(left), len(has), before)
		}
		if found := must(member.Find(ctx, d, "+79160000002", "")); len(found) != 1 || found[0].Home != a.Home {
			t.Errorf("%+v", found)
		}
		s.proved()
	})
}

// TestTillProvesNothingByMerging: a phone that a till has registered lately
// opens nobody's points by his being merged with its member.
func TestTillProvesNothingByMerging(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		ctx, people, rules := t.Context(), s.People(), member.DefaultRules()
		rules.TillProof = 7
		joins := func(phone, source string) purchase.Buyer {
			s.Shop.Clock.Add(time.Hour)
			by := member.Actor{Kind: member.ByKey, ID: 7, Source: source}
			return purchase.Buyer{Home: must(people.Register(ctx, rules, member.Registration{Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: phone}}}, by)).Home}
		}
		a, b, c := joins("+79160000001", member.FromTill), joins("+79160000002", member.FromTill), joins("+79160000003", "api")
		may := func(phone string) string {
			return purchasetest.Code(member.MayProve(ctx, d, &rules, a.Home, member.Ref{Kind: member.Phone, Value: phone}, s.Shop.Clock.Now()))
		}
		s.Shop.Clock.Add(time.Hour)
		s.unite(a, b)
		s.Shop.Clock.Add(time.Hour)
		s.unite(a, c)
		if own, his, hers := may("+79160000001"), may("+79160000002"), may("+79160000003"); own != "" || his != "member.contact-too-new" || hers != "" {
			t.Errorf("%q, %q, %q", own, his, hers)
		}
		s.Shop.Clock.Add(8 * 24 * time.Hour)
		if his := may("+79160000002"); his != "" {
			t.Errorf("%q", his)
		}
	})
}
