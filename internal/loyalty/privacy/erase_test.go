package privacy_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/privacy"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

var line = purchasetest.Line

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// people is a shop whose programme looks at whoever buys.
type people struct {
	*purchasetest.Shop
	t       *testing.T
	members *member.Members
	cards   *card.Cards
	privacy *privacy.Privacy
	by      member.Actor
	cardOf  id.ID
	group   id.ID
}

func open(t *testing.T, d *db.DB, change func(p *rule.Programme)) *people {
	t.Helper()
	p := purchasetest.Programme()
	off := func(name string, c rule.Condition) rule.Rule {
		return rule.Rule{ID: name, Kind: rule.DiscountRule, Amount: 10_00, When: []rule.Condition{c}}
	}
	p.Settings.RefundTerms = rule.TakeDifference
	p.Rules = []rule.Rule{
		off("city", rule.Condition{Field: rule.FieldCity, In: []string{"Урюпинск"}}),
		off("tag", rule.Condition{Field: rule.FieldTag, In: []string{"Нумизмат"}}),
	}
	if change != nil {
		change(&p)
	}
	s := &people{Shop: purchasetest.Open(t, d, p), t: t, by: member.Actor{Kind: member.ByKey, ID: 7, Source: "api"}}
	s.members = &member.Members{DB: d, IDs: s.IDs, Clock: s.Clock}
	s.cards = &card.Cards{Members: s.members, Key: bytes.Repeat([]byte{7}, 32)}
	s.privacy = &privacy.Privacy{DB: d, IDs: s.IDs, Clock: s.Clock, Desk: s.Desk}
	s.cardOf = must(s.cards.SaveType(t.Context(), card.Type{Code: "vip", Name: "VIP", Kind: card.Virtual, Active: true, Properties: card.Properties{Prefix: "29"}})).ID
	s.group = must(s.members.SaveGroup(t.Context(), member.Group{Name: "Друзья", Active: true})).ID
	return s
}

// values are what tells who he is; none of them may be found once he is erased.
var values = []string{
	"Златоустьева", "Пелагея", "Ксенофонтовна", "1987-11-23", "Урюпинск", "Незабудковая", "77-bis", "403113", "СЕРИЯ-9", "778899", "Отдел-Номер-5",
	"любит-тишину", "кодовое-слово-нуга", "79161234567", "pelageya@example.org", "внешний-100500", "нумизмат", "Аристарх", "2015-06-07", "203.0.113.77",
	"Firefox-Особый", "подпись-31", "просила-вернуть", "поднять-лично",
}

// person registers somebody of whom all is known, who has bought and come back.
func (s *people) person() (member.Member, *purchase.Purchase) {
	t, ctx := s.t, s.t.Context()
	if err := s.members.SaveCustomField(ctx, member.CustomField{Key: "likes", Kind: member.CustomText, LabelRU: "Л", LabelEN: "L", Active: true}); err != nil {
		t.Fatal(err)
	}
	text := must(s.members.PublishText(ctx, member.ConsentText{Kind: member.ToPersonalData, Language: "ru", Title: "Согласие", Body: "Согласен"}))
	m := must(s.members.Register(ctx, member.DefaultRules(), member.Registration{
		Profile: member.Profile{
			Surname: "Златоустьева", Name: "Пелагея", Patronymic: "Ксенофонтовна", BirthDate: "1987-11-23", Sex: member.Female,
			Address:  member.Address{City: "Урюпинск", Street: "Незабудковая", House: "77-bis", Postcode: "403113"},
			Document: member.Document{Type: "паспорт", Series: "СЕРИЯ-9", Number: "778899", IssuedBy: "Отдел-Номер-5"},
			Comment:  "любит-тишину", CodeWord: "кодовое-слово-нуга", Custom: map[string]string{"likes": "нумизмат"},
		},
		Identifiers: []member.NewIdentifier{
			{Kind: member.Phone, Value: "+79161234567"}, {Kind: member.Email, Value: "pelageya@example.org"}, {Kind: member.External, Value: "внешний-100500"},
		},
		Tags: []string{"Нумизмат"}, Groups: []id.ID{s.group}, Relatives: []member.Relative{{Kind: "child", Name: "Аристарх", BirthDate: "2015-06-07"}},
		Consents: []member.NewConsent{{Kind: member.ToPersonalData, Action: member.Granted, Text: text.ID, TextVersion: text.Version, IP: "203.0.113.77", UserAgent: "Firefox-Особый", Proof: "подпись-31"}},
	}, s.by))
	must(s.members.Update(ctx, member.DefaultRules(), m.Home, 0, member.Patch{Set: map[member.Field]string{member.FieldComment: "любит-тишину и кофе"}}, s.by))
	must(s.cards.Issue(ctx, m.Home, card.NewCard{Type: s.cardOf}, s.by))
	b := purchase.Buyer{Home: m.Home}
	c := s.Cart(b, line("T1", 4, 300_00))
	p := s.sell(c)
	if len(p.Lines[0].Discounts) != 2 || p.Seen.Person == "" {
		t.Fatalf("the rules saw %+v, %q", p.Lines[0].Discounts, p.Seen.Person)
	}
	must(s.Desk.Adjust(ctx, &purchase.AdjustRequest{By: 1, Key: "hand", Buyer: b, Programme: s.Programme.ID, Points: 5_00, Reason: "просила-вернуть", Actor: "key"}))
	return m, p
}

func (s *people) sell(c *purchase.Cart) *purchase.Purchase {
	s.t.Helper()
	a, err := s.Desk.Commit(s.t.Context(), c)
	if err != nil {
		s.t.Fatal(err)
	}
	return a.Purchase
}

func (s *people) refund(p *purchase.Purchase, pieces int64) *purchase.Refund {
	s.t.Helper()
	r := &purchase.RefundRequest{Till: s.Till, Key: s.IDs.New().String(), Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}}
	if pieces > 0 {
		r.Lines = []purchase.RefundPart{{Quantity: money.Quantity(pieces) * money.Piece}}
	}
	a, err := s.Desk.Refund(s.t.Context(), r)
	if err != nil {
		s.t.Fatal(err)
	}
	return a.Refund
}

func (s *people) clean() {
	s.t.Helper()
	if r := must(verify.Run(s.t.Context(), s.DB, verify.Options{})); !r.Clean() {
		s.t.Fatalf("%+v", r.Breaks)
	}
}

// found tells in which rows of the base a text stands, whatever the case.
func (s *people) found(text string) (where []string) {
	s.t.Helper()
	text = strings.ToLower(text)
	for table, columns := range privacy.ColumnsOf(s.t, s.DB) {
		if table == "programme_version" {
			continue // its rules name a city and a tag, whosever
		}
		values, n := make([]*string, len(columns)), make([]int, len(columns))
		into := make([]any, len(columns))
		for i := range columns {
			into[i] = &values[i]
		}
		if err := s.DB.Each(s.t.Context(), func(r db.Row) error {
			if err := r.Scan(into...); err != nil {
				return err
			}
			for i, v := range values {
				// PostgreSQL gives bytes in hex.
				if v != nil && (strings.Contains(strings.ToLower(*v), text) || strings.Contains(*v, hex.EncodeToString([]byte(text)))) {
					n[i]++
				}
			}
			return nil
		}, `select cast(`+strings.Join(columns, ` as text), cast(`)+` as text) from `+table); err != nil {
			s.t.Fatalf("%s: %v", table, err)
		}
		for i, c := range columns {
			if n[i] > 0 {
				where = append(where, fmt.Sprintf("%s.%s (%d)", table, c, n[i]))
			}
		}
	}
	slices.Sort(where)
	return where
}

// TestErasure: nothing of a person is left anywhere, and the books are whole.
func TestErasure(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		ctx := t.Context()
		m, p := s.person()
		first := s.refund(p, 1)
		for _, v := range values[:len(values)-1] {
			if len(s.found(v)) == 0 {
				t.Errorf("%s is not even there before", v)
			}
		}
		s.clean()
		ask := privacy.Erasure{Member: m.Home, Ground: privacy.Demanded, RequestedAt: s.Clock.Now(), Reference: "17-05/2026", By: s.by}
		s.Clock.Add(24 * time.Hour)
		if _, err := s.privacy.Erase(ctx, ask); purchasetest.Code(err) != "erase.points-left" {
			t.Fatal(err)
		}
		if len(s.found("Златоустьева")) == 0 {
			t.Fatal("what is refused must leave everything")
		}
		ask.Forfeit = true
		a := must(s.privacy.Erase(ctx, ask))
		for _, v := range values {
			if where := s.found(v); len(where) > 0 {
				t.Errorf("%s is still in %v", v, where)
			}
		}
		s.clean()
		if a.DueOn != "2026-03-16" || !a.OnTime || a.Forfeited == 0 || a.Number != m.Number || !slices.ContainsFunc(a.Tables, func(w home.Wiped) bool { return w.Table == "purchase" && w.Rows == 1 }) {
			t.Errorf("%+v", a)
		}
		s.Clock.Add(time.Hour)
		again := must(s.privacy.Erase(ctx, privacy.Erasure{Member: m.Home, Ground: privacy.Withdrawn, By: s.by}))
		if list := must(s.privacy.Acts(ctx, 0, 10)); again.ID != a.ID || again.At != a.At || len(list) != 1 || list[0].ID != a.ID {
			t.Errorf("%+v, then %+v of %d", a, again, len(list))
		}
		// What he bought still comes back, to the kopeck.
		second := s.refund(p, 0)
		if first.Money+second.Money != p.Due || second.Short != 0 || second.Kept != 0 || second.Held+first.Held != 0 {
			t.Errorf("%d came back, then %d, of %d: %+v", first.Money, second.Money, p.Due, second)
		}
		s.clean()
		st := must(s.Desk.Find(ctx, purchase.PurchaseRef{Home: p.Home, ID: p.ID}))
		if _, err := s.Desk.Why(ctx, st, purchase.Asked{}); purchasetest.Code(err) != "purchase.person-erased" {
			t.Error(err)
		}
		if found := must(member.Find(ctx, d, "+79161234567", "")); len(found) != 0 {
			t.Errorf("he is found: %+v", found)
		}
		must(s.members.Register(ctx, member.DefaultRules(), member.Registration{Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79161234567"}}}, s.by))
		s.clean()
	})
}

// TestErasureIsRefused while something of him is still under way.
func TestErasureIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		ctx := t.Context()
		m, _ := s.person()
		ask := privacy.Erasure{Member: m.Home, Ground: privacy.Reached, Forfeit: true, By: s.by}
		refused := func(code string) {
			t.Helper()
			if _, err := s.privacy.Erase(ctx, ask); purchasetest.Code(err) != code {
				t.Errorf("%v, want %s", err, code)
			}
		}
		v := must(s.members.FoundHousehold(ctx, m.Home, "Златоустьевы", nil, s.by))
		refused("household.closing")
		must(s.members.EndHousehold(ctx, v.ID, s.by))
		r := must(s.Desk.Reserve(ctx, s.Cart(purchase.Buyer{Home: m.Home}, line("T1", 1, 100_00)), 10*time.Minute)).Reservation
		refused("erase.reserved")
		must(s.Desk.Cancel(ctx, purchase.PurchaseRef{Home: r.Home, ID: r.ID}))
		deposit := must(s.Desk.DoDeposit(ctx, &purchase.DepositRequest{By: 1, Key: "o", Do: purchase.OpenDeposit, Home: m.Home, Reason: "Златоустьева просила"}))
		refused("erase.deposit")
		must(s.Desk.DoDeposit(ctx, &purchase.DepositRequest{By: 1, Key: "c", Do: purchase.CloseDeposit, Home: m.Home, Deposit: deposit.ID, Reason: "Златоустьева ушла"}))
		for code, bad := range map[string]privacy.Erasure{
			"erase.ground":       {Member: m.Home, Ground: "bored"},
			"erase.requested-at": {Member: m.Home, Ground: privacy.Reached, RequestedAt: s.Clock.Now() + 1},
			"erase.reference":    {Member: m.Home, Ground: privacy.Reached, Reference: "Златоустьева"},
			"member.not-found":   {Member: 77, Ground: privacy.Reached},
		} {
			if _, err := s.privacy.Erase(ctx, bad); purchasetest.Code(err) != code {
				t.Errorf("%v, want %s", err, code)
			}
		}
		must(s.privacy.Erase(ctx, ask))
		if where := s.found("Златоустьев"); len(where) > 0 {
			t.Error(where)
		}
		s.clean()
	})
}

// TestTermsOfTheLaw counts days.
func TestTermsOfTheLaw(t *testing.T) {
	t.Parallel()
	friday := clock.Of(time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC))
	for ground, day := range map[privacy.Ground]string{
		privacy.Demanded: "2026-03-20", privacy.Unlawful: "2026-03-20", privacy.Withdrawn: "2026-04-05", privacy.Reached: "2026-04-05",
	} {
		if got := ground.DueOn(friday, time.UTC); got != day {
			t.Errorf("%s: %s, want %s", ground, got, day)
		}
		// The day begins there before it does here.
		samara := time.FixedZone("", 4*60*60)
		midnight := clock.Of(time.Date(2026, 3, 6, 0, 0, 0, 0, samara))
		if got := ground.DueOn(midnight, samara); got != day {
			t.Errorf("%s in Samara: %s, want %s", ground, got, day)
		}
	}
}

// TestCopyIsWhole reads a copy of a person of whom all is known.
func TestCopyIsWhole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		m, p := s.person()
		s.refund(p, 1)
		var b bytes.Buffer
		if err := must(s.privacy.Export(t.Context(), m.Home)).Write(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		var v struct {
			Complete bool
			Sections []struct {
				Table string
				Rows  []map[string]any
			}
		}
		if err := json.Unmarshal(b.Bytes(), &v); err != nil || !v.Complete {
			t.Fatal(err, v.Complete)
		}
		for _, value := range values[:len(values)-1] {
			if !strings.Contains(strings.ToLower(b.String()), strings.ToLower(value)) {
				t.Errorf("%s is not told", value)
			}
		}
		full := map[string]bool{}
		for _, sec := range v.Sections {
			full[sec.Table] = len(sec.Rows) > 0
		}
		for _, table := range []string{"consent", "card", "lot", "posting", "purchase", "refund", "adjustment", "member_in_group", "member_relative", "member_change"} {
			if !full[table] {
				t.Errorf("%s is empty", table)
			}
		}
	})
}
