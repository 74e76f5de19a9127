package purchase_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// club is a shop whose programme has a rule for each fact of a member.
type club struct {
	*purchasetest.Shop
	members *member.Members
	cards   *card.Cards
	by      member.Actor

	group, category, cardType id.ID
	rules                     []rule.Condition // one of each rule, by the rule's id
}

func newClub(t *testing.T, d *db.DB) *club {
	s := purchasetest.Open(t, d, purchasetest.Programme())
	c := &club{Shop: s, by: member.Actor{Kind: member.BySystem, Source: "Сайт"}}
	c.members = &member.Members{DB: d, IDs: s.IDs, Clock: s.Clock}
	c.cards = &card.Cards{Members: c.members, Key: []byte("0123456789abcdef0123456789abcdef")}
	ctx := t.Context()
	c.group = must(c.members.SaveGroup(ctx, member.Group{Name: "Друзья", Active: true})).ID
	c.category = must(c.members.SaveCategory(ctx, member.Category{Name: "Студент", Active: true})).ID
	c.cardType = must(c.cards.SaveType(ctx, card.Type{Code: "vip", Name: "VIP", Kind: card.Virtual, Active: true, Properties: card.Properties{Prefix: "29"}})).ID
	if err := c.members.SaveCustomField(ctx, member.CustomField{Key: "hall", Kind: member.CustomText, LabelRU: "Зал", LabelEN: "Hall", Active: true}); err != nil {
		t.Fatal(err)
	}
	n := func(v int64) *int64 { return &v }
	c.rules = []rule.Condition{
		{Field: rule.FieldSex, In: []string{"female"}},
		{Field: rule.FieldAge, From: n(30), Below: n(40)},
		{Field: rule.FieldBirthday, From: n(-3), Below: n(4)},
		{Field: rule.FieldCity, In: []string{"КАЗАНЬ"}},
		{Field: rule.FieldCategory, In: []string{c.category.String()}},
		{Field: "custom.hall", In: []string{"Большой"}},
		{Field: rule.FieldRegistered, From: n(0), Below: n(1)},
		{Field: rule.FieldSource, In: []string{"сайт"}},
		{Field: rule.FieldMemberGroup, In: []string{c.group.String()}},
		{Field: rule.FieldTag, In: []string{"Киноман"}},
		{Field: rule.FieldCardType, In: []string{c.cardType.String()}},
		{Field: rule.FieldRelative, From: n(0), Below: n(1)},
	}
	return c
}

// apply puts the conditions into the programme, a rule of a rouble each.
func (c *club) apply(t *testing.T, cs ...rule.Condition) {
	t.Helper()
	p := *c.Programmes.Current().Get(c.Programme.ID)
	p.Rules = nil
	for _, x := range cs {
		p.Rules = append(p.Rules, rule.Rule{ID: string(x.Field), Kind: rule.DiscountRule, Amount: 100, When: []rule.Condition{x}})
	}
	c.Programme = must(c.Programmes.Put(t.Context(), p, "test"))
}

// match registers a member of whom each of the conditions holds.
func (c *club) match(t *testing.T) purchase.Buyer {
	t.Helper()
	m := must(c.members.Register(t.Context(), member.DefaultRules(), member.Registration{
		Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79160000001"}},
		Profile: member.Profile{
			Name: "Анна", BirthDate: "1990-03-03", Sex: member.Female, Address: member.Address{City: " Казань"}, Category: c.category,
			Custom: map[string]string{"hall": "большой"},
		},
		// Late on 1 March in UTC, on the 2nd by the programme's calendar.
		At: clock.Of(purchasetest.Start.AddDate(0, 0, -1)).Add(13 * 3600e9), Tags: []string{"киноман", "постоянный"}, Groups: []id.ID{c.group},
		Relatives: []member.Relative{{Kind: "child", Name: "Пётр", BirthDate: "2015-07-01"}, {Kind: "child", Name: "Вера", BirthDate: "2017-03-02"}},
	}, c.by))
	must(c.cards.Issue(t.Context(), m.Home, card.NewCard{Type: c.cardType}, c.by))
	return purchase.Buyer{Home: m.Home}
}

// other registers a member of whom none of them holds.
func (c *club) other(t *testing.T) purchase.Buyer {
	t.Helper()
	m := must(c.members.Register(t.Context(), member.DefaultRules(), member.Registration{
		Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79160000002"}},
		Profile: member.Profile{
			Name: "Олег", BirthDate: "1980-07-03", Sex: member.Male, Address: member.Address{City: "Омск"}, Custom: map[string]string{"hall": "малый"},
		},
		At: clock.Of(purchasetest.Start.AddDate(0, 0, -2)), Tags: []string{"новый"},
		Relatives: []member.Relative{{Kind: "child", Name: "Пётр", BirthDate: "2015-07-01"}},
	}, member.Actor{Kind: member.BySystem, Source: "till"}))
	k := must(c.cards.Issue(t.Context(), m.Home, card.NewCard{Type: c.cardType}, c.by))
	must(c.cards.Block(t.Context(), m.Home, k.ID, "потеряна", c.by)) // not in use
	return purchase.Buyer{Home: m.Home}
}

// sell quotes and commits a receipt and tells which rules acted; the two must
// agree.
func (c *club) sell(t *testing.T, b purchase.Buyer) (*purchase.Purchase, map[string]bool) {
	t.Helper()
	cart := c.Cart(b, line("T1", 1, 100_000))
	q := must(c.Desk.Quote(t.Context(), cart))
	cart.Quote = q.ID
	p := commit(t, c.Shop, cart)
	if p.Due != q.Outcome.Due || p.Earned != q.Outcome.Earned {
		t.Errorf("quoted %d and %d, done %d and %d", q.Outcome.Due, q.Outcome.Earned, p.Due, p.Earned)
	}
	acted := map[string]bool{}
	for _, d := range p.Lines[0].Discounts {
		acted[d.Rule] = true
	}
	return p, acted
}

// steps gives a full trace by rule.
func steps(r *purchase.Reasons) map[string]rule.Step {
	out := map[string]rule.Step{}
	for _, s := range slices.Concat(r.Trace, r.Refused) {
		out[s.Rule] = s
	}
	return out
}

func (c *club) why(t *testing.T, p *purchase.Purchase, a purchase.Asked) *purchase.Reasons {
	t.Helper()
	return must(c.Desk.Why(t.Context(), must(c.Desk.Find(t.Context(), ref(p))), a))
}

// TestFacts: rules on each fact of a member act for those of whom it holds and
// for nobody else, the same in quote and commit, and the reasons are told.
func TestFacts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClub(t, d)
		ann, oleg := c.match(t), c.other(t)
		for _, x := range c.rules { // each alone: only what it needs is read
			c.apply(t, x)
			if _, acted := c.sell(t, ann); !acted[string(x.Field)] {
				t.Errorf("%s does not hold of whom it should", x.Field)
			}
			p, acted := c.sell(t, oleg)
			if len(acted) > 0 {
				t.Errorf("%s holds of whom it should not", x.Field)
			}
			r := c.why(t, p, purchase.Asked{Full: true})
			if s := steps(r)[string(x.Field)]; !r.Same || s.Applied || len(s.Args) < 2 || s.Args[0].Name != "found" {
				t.Errorf("%s: same %v, %+v", x.Field, r.Same, s)
			}
			if short := c.why(t, p, purchase.Asked{}); len(short.Refused) > 0 || len(r.Refused) == 0 || len(short.Trace) != len(r.Trace) {
				t.Errorf("%s: of the short reasons %d are of rules that could not act, of the full ones %d", x.Field, len(short.Refused), len(r.Refused))
			}
		}
		c.apply(t, c.rules...)
		p, acted := c.sell(t, ann)
		if len(acted) != len(c.rules) || p.Discount != 100*12 {
			t.Errorf("acted: %v", acted)
		}
		want := rule.Member{
			RegisteredDay: "2026-03-02", Source: "сайт", Birth: "1990-03-03", Sex: "female", City: "казань", Category: c.category,
			Custom: map[string]string{"hall": "большой"}, Tags: []string{"киноман", "постоянный"}, Groups: []id.ID{c.group},
			CardTypes: []id.ID{c.cardType}, Relatives: []string{"2015-07-01", "2017-03-02"},
		}
		got := must(c.Desk.Find(t.Context(), ref(p))).Seen.Member
		got.Spendable, got.Purchases, got.Turnover, got.LastDay = 0, 0, 0, ""
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("what the document keeps (-want +got):\n%s", diff)
		}
		proved(t, d)
	})
}

// TestFactsOfRecord: a record knows the member as a commit does; what he is
// changed to afterwards changes no reason.
func TestFactsOfRecord(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClub(t, d)
		ann := c.match(t)
		c.apply(t, c.rules...)
		cart := c.Cart(ann, line("T1", 1, 100_000))
		cart.Facts = &purchase.Facts{At: c.Clock.Now()}
		p := must(c.Desk.Record(t.Context(), cart)).Purchase
		if p.Would == nil || p.Would.Discount != 1200 {
			t.Errorf("would: %+v", p.Would)
		}
		must(c.members.Update(t.Context(), member.DefaultRules(), ann.Home, 0, member.Patch{Set: map[member.Field]string{"address_city": "Омск"}}, c.by))
		r := c.why(t, p, purchase.Asked{Full: true})
		if s := steps(r)["city"]; !r.Same || s.Reason != rule.WhyClosed {
			t.Errorf("same %v, %+v", r.Same, s)
		}
		// A quote follows him at once.
		if q := must(c.Desk.Quote(t.Context(), c.Cart(ann, line("T1", 1, 100_000)))); q.Outcome.Discount != 1100 {
			t.Errorf("after he moved: %d off", q.Outcome.Discount)
		}
	})
}

// TestWhyByOtherRules: a purchase is explained by any version of any
// programme; what was not known then is named.
func TestWhyByOtherRules(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClub(t, d)
		ann := c.match(t)
		c.apply(t, c.rules[3]) // city
		p, _ := c.sell(t, ann)
		c.apply(t, c.rules[3], c.rules[9]) // and a tag
		r := c.why(t, p, purchase.Asked{Version: c.Programme.Version, Full: true})
		s := steps(r)
		if !s["city"].Applied || s["tag"].Reason != "unmet-tag" || !cmp.Equal(r.Unseen, []rule.Field{rule.FieldTag}) {
			t.Errorf("%+v", r)
		}
		if first := c.why(t, p, purchase.Asked{Version: 1}); first.Same || len(first.Unseen) > 0 || first.Version != 1 {
			t.Errorf("by the first version: %+v", first)
		}
		other := purchasetest.Programme()
		other.Code, other.Earning.Rate, other.Priority = "other", 0, -1
		made := must(c.Programmes.Put(t.Context(), other, "test"))
		if r := c.why(t, p, purchase.Asked{Programme: made.ID, Version: 1}); r.Programme != made.ID || r.Same {
			t.Errorf("by another programme: %+v", r)
		}
		for _, a := range []purchase.Asked{{Version: -1}, {Programme: made.ID}} {
			_, err := c.Desk.Why(t.Context(), must(c.Desk.Find(t.Context(), ref(p))), a)
			if !fault.Is(err, "purchase.why-version") {
				t.Errorf("%+v: %v", a, err)
			}
		}
		_, err := c.Desk.Why(t.Context(), must(c.Desk.Find(t.Context(), ref(p))), purchase.Asked{Version: 99})
		if f := fault.From(err); f.Code != "programme.version-not-found" || !cmp.Equal(f.Args, fault.Pairs("version", int64(99), "newest", c.Programme.Version)) {
			t.Error(err)
		}
	})
}

// TestWhySpending: points that other rules would not have taken are taken as
// far as those go.
func TestWhySpending(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClub(t, d)
		b := c.Member(t)
		c.Give(t, b, 50_000)
		cart := c.Cart(b, line("T1", 1, 100_000))
		cart.Wish.Points = 40_000
		p := commit(t, c.Shop, cart)
		next := *c.Programme
		next.Spending.Share, next.Spending.ByType = 100_000, nil // a tenth
		c.Programme = must(c.Programmes.Put(t.Context(), next, "test"))
		s := steps(c.why(t, p, purchase.Asked{Version: c.Programme.Version}))[rule.SpendRule]
		if !s.Applied || s.Amount != 10_000 {
			t.Errorf("%+v", s)
		}
	})
}
