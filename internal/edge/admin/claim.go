package admin

import (
	"context"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// claimView is a receipt that is given to a member: whom, and is it he.
type claimView struct {
	Title, Path string
	Whole       string
	Find        kit.Field
	Member      home.ID    // found; 0: nobody yet
	Who         []kit.Pair // of him, contacts masked
}

// claim asks whom a receipt of nobody's is given to.
func (p *page) claim() error {
	s, err := p.purchaseOf()
	if err != nil {
		return err
	}
	return p.askClaim(p.filled(nil), s)
}

func (p *page) askClaim(f *form, s *purchase.Stored) error {
	v := p.claimView(s)
	v.Find = f.field("who", "claim-who", needed, first, most(member.MaxFind))
	return p.showClaim(f, v)
}

func (p *page) claimView(s *purchase.Stored) claimView {
	return claimView{Title: p.text("admin.claim.title", "number", p.receiptTitle(s)), Path: receiptPath(s)}
}

func (p *page) showClaim(f *form, v claimView) error {
	v.Whole, _ = f.problems()
	if len(f.wrong) > 0 || f.whole != "" {
		return p.again(v.Title, purchasesHere, claimPage(v))
	}
	return p.show(v.Title, purchasesHere, claimPage(v))
}

// claimSent shows who was found and, once that is agreed to, gives him the
// receipt.
func (p *page) claimSent() error {
	s, err := p.purchaseOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	if f.on("member") {
		err = p.doClaim(f, s)
	} else {
		err = p.agreeClaim(f, s)
	}
	if err != nil && f.refuse(claimFault(err)) {
		return p.askClaim(f, s)
	}
	return err
}

// oneFound is the one member who takes part and whom somebody's words name.
func (p *page) oneFound(words string) (member.Resolved, error) {
	one, several, err := member.FindOne(p.ctx(), p.DB, words, p.Rules().Region)
	switch {
	case err != nil:
		return one, err
	case several:
		return one, fault.New(fault.Conflict, "buyer.several")
	case one.Home == 0:
		return one, fault.New(fault.Conflict, "admin.claim-nobody")
	}
	return one, nil
}

// agreeClaim shows the one whom the words name.
func (p *page) agreeClaim(f *form, s *purchase.Stored) error {
	found, err := p.oneFound(f.get("who"))
	if err != nil {
		return err
	}
	m, err := member.Get(p.ctx(), p.DB, found.Home)
	if err != nil {
		return err
	}
	v := p.claimView(s)
	v.Member = found.Home
	v.Who = []kit.Pair{
		{Name: p.text("admin.claim.name"), Value: nameOf(&m)},
		{Name: p.text("admin.claim.number"), Value: m.Number},
		{Name: p.text("admin.claim.by"), Value: found.Mask()},
	}
	return p.showClaim(f, v)
}

func (p *page) doClaim(f *form, s *purchase.Stored) error {
	m, err := id.Parse(f.get("member"))
	if err != nil || m < 0 {
		return fault.New(fault.Conflict, "admin.claim-nobody")
	}
	_, err = p.Desk.Claim(p.ctx(), &purchase.ClaimRequest{
		Buyer: purchase.Buyer{Home: home.ID(m)}, Purchase: purchase.PurchaseRef{Home: s.Home, ID: s.ID}, May: p.who.At, Beside: p.noteClaim(s),
	})
	if err != nil {
		return err
	}
	return p.to(receiptPath(s), "claimed")
}

// claimFault gives a refusal the field that it is about, where that is the
// member.
func claimFault(err error) error {
	e := fault.From(err)
	switch e.Code {
	case "buyer.several", "admin.claim-nobody", "member.bad-search", "buyer.not-served":
		out := *e
		return (&out).With(out.At("who"))
	}
	return err
}

// claimNote is what the trail keeps of a claim.
type claimNote struct {
	Member home.ID `json:"member"`
	Earned int64   `json:"earned"`
}

// noteClaim notes in the trail who gave the receipt away.
func (p *page) noteClaim(s *purchase.Stored) func(context.Context, db.Q, *purchase.Claim) error {
	who := audit.Of(p.ctx())
	return func(ctx context.Context, q db.Q, c *purchase.Claim) error {
		return audit.Note(audit.By(ctx, who), q, p.Clock.Now(), audit.Entry{
			Action: "purchase.claimed", Target: audit.Target{Kind: "purchase", ID: s.Home.String() + "-" + s.ID.String()},
			After: claimNote{Member: c.Member, Earned: int64(c.Earned)},
		})
	}
}
