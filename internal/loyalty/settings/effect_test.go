package settings_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"kopilka/internal/loyalty/audit"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/money"
)

// effect shows what a setting does: the same is played at a till twice, with
// the default and with another value, and comes to what is written here.
type effect struct {
	with     func(*rule.Programme)                    // what it takes to be seen
	students func(p *rule.Programme, category string) // likewise, with a category that is there
	change   func(*rule.Programme)
	outlet   func(*partner.Outlet)
	members  func(*stage, *member.Rules)
	play     func(*stage) string
	was, is  string
}

// effects are those of every setting, by its name.
var effects = func() map[string]effect {
	all := maps.Clone(commonEffects)
	maps.Copy(all, ticketEffects)
	return all
}()

// commonEffects are those of all others than ticketEffects.
var commonEffects = map[string]effect{
	"programme.point_value": {
		change: func(p *rule.Programme) { p.Settings.PointValue = 200 },
		play:   func(s *stage) string { return "due " + s.pay(1000, 10_000).Due.String() },
		was:    "due 90.00", is: "due 80.00",
	},
	"programme.accrual_step": {
		change: func(p *rule.Programme) { p.Settings.AccrualStep = 100 },
		play:   func(s *stage) string { return earned(s.sell(ticket(1, 1555))) },
		was:    "earned 1.55", is: "earned 1.00",
	},
	"programme.spend_step": {
		change: func(p *rule.Programme) { p.Settings.SpendStep = 1000 },
		play: func(s *stage) string {
			s.give(1900)
			c := s.Cart(s.buyer, ticket(1, 10_000))
			c.Wish.Max = true
			return "spent " + s.commit(c).Spent.String()
		},
		was: "spent 19.00", is: "spent 10.00",
	},
	"programme.round": {
		change: func(p *rule.Programme) { p.Settings.Round = money.Up },
		play:   func(s *stage) string { return earned(s.sell(ticket(1, 1051))) },
		was:    "earned 1.05", is: "earned 1.06",
	},
	"programme.earn_on": {
		with:   tenPercentOff,
		change: func(p *rule.Programme) { p.Settings.EarnOn = rule.BeforeDiscounts },
		play:   func(s *stage) string { return earned(s.sell(ticket(1, 10_000))) },
		was:    "earned 9.00", is: "earned 10.00",
	},
	"programme.earn_money_only": {
		change: func(p *rule.Programme) { p.Settings.EarnMoneyOnly = false },
		play:   func(s *stage) string { return earned(s.pay(1000, 10_000)) },
		was:    "earned 9.00", is: "earned 10.00",
	},
	"programme.earn_with_spend": {
		change: func(p *rule.Programme) { p.Settings.EarnWithSpend = false },
		play:   func(s *stage) string { return earned(s.pay(1000, 10_000)) },
		was:    "earned 9.00", is: "earned 0.00",
	},
	"programme.earn_on_discounted": {
		with:   tenPercentOff,
		change: func(p *rule.Programme) { p.Settings.EarnDiscounted = false },
		play:   func(s *stage) string { return earned(s.sell(ticket(1, 10_000))) },
		was:    "earned 9.00", is: "earned 0.00",
	},
	"programme.earn_on_certificate": {
		change: func(p *rule.Programme) { p.Settings.EarnCertificate = false },
		play: func(s *stage) string {
			c := s.Cart(s.buyer, ticket(1, 10_000))
			c.Payments = []purchase.Payment{{Kind: "certificate", Amount: 6000}, {Kind: "cash", Amount: 4000}}
			return earned(s.commit(c))
		},
		was: "earned 10.00", is: "earned 4.00",
	},
	"programme.progressive": {
		with: func(p *rule.Programme) {
			p.Rules = []rule.Rule{{ID: "steps", Kind: rule.DiscountRule, Table: []rule.Row{{From: 0, Rate: 10 * money.Percent}, {From: 100_000, Rate: 20 * money.Percent}}}}
		},
		change: func(p *rule.Programme) { p.Settings.Progressive = rule.OnPart },
		play:   func(s *stage) string { return "due " + s.sell(ticket(1, 200_000)).Due.String() },
		was:    "due 1600.00", is: "due 1700.00",
	},
	"programme.conditions_on": {
		with: func(p *rule.Programme) {
			tenPercentOff(p)
			p.Rules = append(p.Rules, fromThousand())
		},
		change: func(p *rule.Programme) { p.Settings.ConditionsOn = rule.BeforeAll },
		play:   func(s *stage) string { return "due " + s.sell(ticket(1, 100_000)).Due.String() },
		was:    "due 900.00", is: "due 800.00",
	},
	"programme.level_on": {
		with: func(p *rule.Programme) {
			p.Levels = []rule.Level{{ID: "silver", Priority: 1, Total: 10_000, Rules: []rule.Rule{{ID: "more", Kind: rule.AccrualRule, Points: 500}}}}
		},
		change: func(p *rule.Programme) { p.Settings.LevelOn = rule.LevelAfter },
		play:   func(s *stage) string { return earned(s.sell(ticket(1, 10_000))) },
		was:    "earned 10.00", is: "earned 15.00",
	},
	"programme.level_scope": {
		with: func(p *rule.Programme) {
			p.Levels = []rule.Level{{ID: "silver", Priority: 1, Total: 10_000, Rules: []rule.Rule{{ID: "more", Kind: rule.AccrualRule, Points: 500}}}}
		},
		change: func(p *rule.Programme) { p.Settings.LevelScope = rule.ScopeMember },
		play: func(s *stage) string { // what one of a family has bought opens a level for all, or for himself
			_, all := s.Family(s.T, 2)
			s.buyer = all[0]
			s.sell(ticket(1, 10_000))
			own := earned(s.sell(ticket(1, 10_000)))
			s.buyer = all[1]
			return own + ", " + earned(s.sell(ticket(1, 10_000)))
		},
		was: "earned 15.00, earned 15.00", is: "earned 15.00, earned 10.00",
	},
	"programme.price_floor": {
		with: func(p *rule.Programme) {
			p.Rules = []rule.Rule{{ID: "all", Kind: rule.DiscountRule, Rate: money.Whole}}
		},
		change: func(p *rule.Programme) { p.Settings.PriceFloor = 2500 },
		play:   func(s *stage) string { return "due " + s.sell(ticket(2, 10_000)).Due.String() },
		was:    "due 0.02", is: "due 50.00",
	},
	"programme.return_spent": {
		change: func(p *rule.Programme) { p.Settings.ReturnSpent = false },
		play: func(s *stage) string {
			sold := s.pay(1000, 10_000)
			return "given " + s.refund(sold).Given.String() + ", " + s.points()
		},
		was: "given 10.00, has 10.00 owes 0.00", is: "given 0.00, has 0.00 owes 0.00",
	},
	"programme.clawback": {
		change: func(p *rule.Programme) { p.Settings.Clawback = rule.ClawMoney },
		play: func(s *stage) string {
			sold := s.sell(ticket(1, 10_000))
			c := s.Cart(s.buyer, purchasetest.Line("B1", 1, 2000))
			c.Wish.Points = 1000
			s.commit(c)
			f := s.refund(sold)
			return "money " + f.Money.String() + ", " + s.points()
		},
		was: "money 100.00, has 0.00 owes 9.70", is: "money 90.30, has 0.00 owes 0.00",
	},
	"programme.expired_return": {
		with:   func(p *rule.Programme) { p.Earning.Expiry.Days = 10 },
		change: func(p *rule.Programme) { p.Settings.ExpiredReturn = 0 },
		play: func(s *stage) string {
			s.sell(ticket(1, 10_000))
			c := s.Cart(s.buyer, ticket(1, 10_000))
			c.Wish.Points = 1000
			sold := s.commit(c)
			s.Clock.Add(20 * 24 * time.Hour)
			s.refund(sold)
			return s.points()
		},
		was: "has 10.00 owes 0.00", is: "has 0.00 owes 0.00",
	},
	"programme.refund_conditions": {
		with:   func(p *rule.Programme) { p.Rules = []rule.Rule{fromThousand()} },
		change: func(p *rule.Programme) { p.Settings.RefundTerms = rule.TakeDifference },
		play:   halfBack,
		was:    "money 450.00", is: "money 400.00",
	},
	"programme.unlinked_refund": {
		change: func(p *rule.Programme) { p.Settings.UnlinkedTakes = false },
		play: func(s *stage) string {
			s.give(1900)
			_, err := s.Desk.RefundUnlinked(s.Context(), &purchase.UnlinkedRequest{
				Till: s.Till, Key: s.IDs.New().String(), Buyer: s.buyer, Lines: []purchase.UnlinkedLine{{SKU: "T1", Quantity: money.Piece, Price: 10_000}},
			})
			s.fatal(err)
			return s.points()
		},
		was: "has 9.00 owes 0.00", is: "has 19.00 owes 0.00",
	},
	"programme.adjust_approval_above": {
		change: func(p *rule.Programme) { p.Settings.ApproveAbove = 900 },
		play: func(s *stage) string {
			_, err := s.Desk.Adjust(s.Context(), &purchase.AdjustRequest{
				By: 1, Key: s.IDs.New().String(), Buyer: s.buyer, Programme: s.Programme.ID, Points: 901, Reason: "test", Actor: "test",
			})
			return purchasetest.Code(err)
		},
		was: "", is: "adjust.approval",
	},
	"programme.publish_approval": {
		change: func(p *rule.Programme) { p.Settings.PublishTwo = true },
		play: func(s *stage) string {
			alone := audit.By(s.Context(), audit.Actor{Kind: audit.Staff, ID: 7, Name: "Анна"})
			_, err := s.Programmes.Put(alone, *s.Programmes.Current().Get(s.Programme.ID), "Анна")
			return purchasetest.Code(err)
		},
		was: "", is: "programme.second-person",
	},
	"programme.offline_spend": {
		change: func(p *rule.Programme) { p.Settings.OfflineSpend = 900 },
		play: func(s *stage) string {
			s.give(1000)
			c := s.Cart(s.buyer, ticket(1, 10_000))
			c.Facts = &purchase.Facts{At: s.Clock.Now(), Points: 1000}
			a, err := s.Desk.Record(s.Context(), c)
			s.fatal(err)
			return fmt.Sprint(a.Purchase.Flags)
		},
		was: "[]", is: "[offline-above]",
	},
	"programme.spend_proof_above": {
		change: func(p *rule.Programme) { p.Settings.SpendProofAbove = 900 },
		play: func(s *stage) string {
			s.give(1000)
			c := s.Cart(s.buyer, ticket(1, 10_000))
			c.Wish.Points = 1000
			_, err := s.Desk.Commit(s.Context(), c)
			return purchasetest.Code(err)
		},
		was: "", is: "points.proof-needed",
	},
	"programme.unused_ticket_lapse": {
		with:   func(p *rule.Programme) { p.Earning.OnUse = true },
		change: func(p *rule.Programme) { p.Settings.UnusedLapse = 60 },
		play: func(s *stage) string {
			l := ticket(1, 10_000)
			l.SessionAt = s.Clock.Now().Add(24 * time.Hour)
			s.sell(l)
			s.Clock.Add(40 * 24 * time.Hour)
			return "pending " + s.Balance(s.T, s.buyer).Pending.String()
		},
		was: "pending 0.00", is: "pending 10.00",
	},
	"programme.hold_ttl": {
		change: func(p *rule.Programme) { p.Settings.HoldTTL = 90 },
		play: func(s *stage) string {
			r, err := s.Desk.Reserve(s.Context(), s.Cart(s.buyer, ticket(1, 10_000)), 0)
			s.fatal(err)
			s.Clock.Add(time.Hour)
			return "after an hour " + string(r.Reservation.StateAt(s.Clock.Now()))
		},
		was: "after an hour expired", is: "after an hour held",
	},
	"programme.claim_within": {
		change: func(p *rule.Programme) { p.Settings.ClaimWithin = 60 },
		play: func(s *stage) string {
			sold := s.commit(s.Cart(purchase.Buyer{}, ticket(1, 10_000)))
			s.Clock.Add(40 * 24 * time.Hour)
			c, err := s.Desk.Claim(s.Context(), &purchase.ClaimRequest{Buyer: s.buyer, Purchase: purchase.PurchaseRef{Home: sold.Home, ID: sold.ID}})
			if err != nil {
				return purchasetest.Code(err)
			}
			return "earned " + c.Purchase.Claim.Earned.String()
		},
		was: "claim.late", is: "earned 10.00",
	},
	"programme.guest_points": {
		change: func(p *rule.Programme) { p.Settings.GuestPoints = true },
		play: func(s *stage) string {
			s.rules.JoinByOrder, s.rules.JoinConsents, s.rules.GuestPurchases = true, nil, member.GuestsOrder
			return s.orders()
		},
		was: "2 purchases, earned 10.00", is: "2 purchases, earned 20.00",
	},
	"programme.late_max": {
		change: func(p *rule.Programme) { p.Settings.LateMax = 5 },
		play: func(s *stage) string {
			s.Clock.Add(11 * 24 * time.Hour) // so that the rules of its time are these
			c := s.Cart(s.buyer, ticket(1, 10_000))
			c.Facts = &purchase.Facts{At: s.Clock.Now().Add(-10 * 24 * time.Hour)}
			a, err := s.Desk.Record(s.Context(), c)
			s.fatal(err)
			return earned(a.Purchase)
		},
		was: "earned 10.00", is: "earned 0.00",
	},
	"programme.open_account": {
		change: func(p *rule.Programme) { p.Settings.OpenAccount = rule.OpenByHand },
		play: func(s *stage) string {
			first := s.commit(s.Cart(s.buyer, ticket(1, 10_000)))
			_, err := s.Desk.Open(s.Context(), s.buyer.Home, s.Programme.ID)
			s.fatal(err)
			return earned(first) + ", with an account " + earned(s.commit(s.Cart(s.buyer, ticket(1, 10_000))))
		},
		was: "earned 10.00, with an account earned 10.00", is: "earned 0.00, with an account earned 10.00",
	},
	"campaign.refund": {
		with: func(p *rule.Programme) {
			p.Campaigns = []rule.Campaign{{ID: "big", Rules: []rule.Rule{fromThousand()}}}
		},
		change: func(p *rule.Programme) { p.Campaigns[0].Refund = rule.TakeDifference },
		play:   halfBack,
		was:    "money 450.00", is: "money 400.00",
	},
	"campaign.award_on_claim": {
		with: func(p *rule.Programme) {
			p.Campaigns = rule.CampaignsOf(rule.Offer{ID: "gift", Rate: 20 * money.Percent})
			p.Rules = []rule.Rule{{ID: "reward", Kind: rule.AwardRule, Campaign: "gift"}}
		},
		change: func(p *rule.Programme) { p.Campaigns[0].AwardOnClaim = true },
		play: func(s *stage) string {
			sold := s.commit(s.Cart(purchase.Buyer{}, ticket(1, 10_000)))
			c, err := s.Desk.Claim(s.Context(), &purchase.ClaimRequest{Buyer: s.buyer, Purchase: purchase.PurchaseRef{Home: sold.Home, ID: sold.ID}})
			s.fatal(err)
			return fmt.Sprintf("%d codes", len(c.Purchase.Awards))
		},
		was: "0 codes", is: "1 codes",
	},
	"campaign.limits.return": {
		with: func(p *rule.Programme) {
			p.Campaigns = []rule.Campaign{{
				ID: "once", Codes: []string{"ONCE"}, NeedsCode: true, Limits: rule.Limits{PerHead: 1}, Rules: []rule.Rule{{ID: "once-10", Kind: rule.DiscountRule, Rate: 10 * money.Percent}},
			}}
		},
		change: func(p *rule.Programme) { p.Campaigns[0].Limits.Return = true },
		play: func(s *stage) string {
			buy := func() *purchase.Purchase {
				c := s.Cart(s.buyer, ticket(1, 10_000))
				c.Codes = []string{"ONCE"}
				return s.commit(c)
			}
			s.refund(buy())
			return "due " + buy().Due.String()
		},
		was: "due 100.00", is: "due 90.00",
	},
	"outlet.day_cutover": {
		with: func(p *rule.Programme) {
			p.Rules = []rule.Rule{{ID: "saturday", Kind: rule.DiscountRule, Rate: 10 * money.Percent, When: []rule.Condition{{Field: rule.FieldWeekday, In: []string{"6"}}}}}
		},
		outlet: func(o *partner.Outlet) { o.Cutover = 0 },
		play: func(s *stage) string {
			now := s.Clock.Now().In(time.UTC)
			friday := now.AddDate(0, 0, int(time.Friday-now.Weekday()+7)%7+7)
			s.Clock.Set(clock.Of(time.Date(friday.Year(), friday.Month(), friday.Day(), 22, 30, 0, 0, time.UTC))) // 01:30 of Saturday in Moscow
			return "due " + s.sell(ticket(1, 10_000)).Due.String()
		},
		was: "due 100.00", is: "due 90.00",
	},
	"organization.mandatory": {
		members: func(_ *stage, r *member.Rules) { r.Mandatory = append(r.Mandatory, member.FieldSurname) },
		play:    func(s *stage) string { return s.register(s.phone()) },
		was:     "active", is: "member.invalid",
	},
	"organization.unique_phone": {
		members: func(_ *stage, r *member.Rules) { r.UniquePhone = false },
		play: func(s *stage) string {
			phone := s.phone()
			s.register(phone)
			return s.register(phone)
		},
		was: "member.taken", is: "active",
	},
	"organization.unique_email": {
		members: func(_ *stage, r *member.Rules) { r.UniqueEmail = false },
		play: func(s *stage) string {
			email := s.email()
			s.register(s.phone(), email)
			return s.register(s.phone(), email)
		},
		was: "member.taken", is: "active",
	},
	"organization.confirm_phone": {
		members: func(_ *stage, r *member.Rules) { r.ConfirmPhone = true },
		play:    func(s *stage) string { return s.register(s.phone()) },
		was:     "active", is: "new",
	},
	"organization.confirm_email": {
		members: func(_ *stage, r *member.Rules) { r.ConfirmEmail = true },
		play: func(s *stage) string {
			return s.register(s.phone(), s.email())
		},
		was: "active", is: "new",
	},
	"organization.activation": {
		members: func(_ *stage, r *member.Rules) { r.Activation = true },
		play:    func(s *stage) string { return s.register(s.phone()) },
		was:     "active", is: "new",
	},
	"organization.till_proof_days": {
		members: func(_ *stage, r *member.Rules) { r.TillProof = 0 },
		play: func(s *stage) string {
			s.register(s.phone())
			s.Clock.Add(time.Hour)
			email, till := s.email(), member.Actor{Kind: member.ByKey, Source: member.FromTill}
			_, err := s.people.AddIdentifier(s.Context(), s.rules, s.buyer.Home, 0, email, till)
			s.fatal(err)
			ref := member.Ref{Kind: email.Kind, Value: email.Value}
			return "proof " + purchasetest.Code(member.MayProve(s.Context(), s.people.DB, &s.rules, s.buyer.Home, ref, s.Clock.Now()))
		},
		was: "proof member.contact-too-new", is: "proof ",
	},
	"organization.join_by_order": {
		members: func(_ *stage, r *member.Rules) { r.JoinByOrder = true },
		play: func(s *stage) string {
			s.rules.JoinConsents = nil
			return s.orders()
		},
		was: "join.off", is: "1 purchases, earned 10.00",
	},
	"organization.join_consents": {
		members: func(_ *stage, r *member.Rules) { r.JoinConsents = nil },
		play: func(s *stage) string {
			s.rules.JoinByOrder = true
			return s.orders()
		},
		was: "join.consents", is: "1 purchases, earned 10.00",
	},
	"organization.guest_purchases": {
		members: func(_ *stage, r *member.Rules) { r.GuestPurchases = member.GuestsOrder },
		play: func(s *stage) string {
			s.rules.JoinByOrder, s.rules.JoinConsents = true, nil
			return s.orders()
		},
		was: "1 purchases, earned 10.00", is: "2 purchases, earned 10.00",
	},
	"organization.region": {
		members: func(_ *stage, r *member.Rules) { r.Region = "FI" },
		play: func(s *stage) string {
			return s.register(member.NewIdentifier{Kind: member.Phone, Value: fmt.Sprintf("040 %07d", s.next())})
		},
		was: "member.invalid", is: "active",
	},
	"organization.category": {
		members: func(s *stage, r *member.Rules) { r.Category = s.students },
		students: func(p *rule.Programme, category string) {
			p.Rules = []rule.Rule{{ID: "category", Kind: rule.DiscountRule, Rate: 10 * money.Percent, When: []rule.Condition{{Field: rule.FieldCategory, In: []string{category}}}}}
		},
		play: func(s *stage) string {
			s.register(s.phone())
			return "due " + s.sell(ticket(1, 10_000)).Due.String()
		},
		was: "due 100.00", is: "due 90.00",
	},
}

func tenPercentOff(p *rule.Programme) {
	p.Rules = []rule.Rule{{ID: "ten", Kind: rule.DiscountRule, Rate: 10 * money.Percent, Stage: rule.LineStage}}
}

// fromThousand takes 100 ₽ off a receipt from 1000 ₽ on.
func fromThousand() rule.Rule {
	from := int64(100_000)
	return rule.Rule{
		ID: "thousand", Kind: rule.DiscountRule, Amount: 10_000, Stage: rule.ReceiptStage, When: []rule.Condition{{Field: rule.FieldSum, From: &from}},
	}
}

// halfBack buys two for 500 ₽ and brings one back.
func halfBack(s *stage) string {
	sold := s.sell(ticket(2, 50_000))
	f := s.refund(sold, purchase.RefundPart{Line: 0, Quantity: money.Piece})
	return "money " + f.Money.String()
}

func ticket(n int64, price money.Amount) purchase.CartLine { return purchasetest.Line("T1", n, price) }

func earned(p *purchase.Purchase) string { return "earned " + p.Earned.String() }

// TestEverySettingActs plays the effect of every setting on both engines.
func TestEverySettingActs(t *testing.T) {
	t.Parallel()
	onStage(t, func(t *testing.T, s *stage) {
		for name, e := range effects {
			t.Run(name, func(t *testing.T) {
				s.T = t
				for i, want := range []string{e.was, e.is} {
					s.set(&e, i == 1)
					if got := e.play(s); got != want {
						t.Errorf("%s: came to %q, wanted %q", [...]string{"default", "changed"}[i], got, want)
					}
				}
			})
		}
	})
}
