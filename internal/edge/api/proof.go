package api

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Proof shows that the account is the buyer's to spend from: a code that was
// sent to his phone and checked, or the secret code of his card. A one-time QR
// is a proof by itself.
type Proof struct {
	Code   id.ID  `json:"code,omitzero"`
	Secret string `json:"secret,omitempty" maxLength:"64"`
}

// proof checks what proof came along. One that does not hold is told by the
// desk, and only where the purchase is still to be done.
func (c *call) proof(ctx context.Context, b purchase.Buyer, named *Buyer, given *Proof) (purchase.Proof, error) {
	switch {
	case b.Kind == string(member.QR):
		return c.proofByQR(ctx, named.QR)
	case given == nil || given.Code == 0 && given.Secret == "":
		return purchase.Proof{}, nil
	case given.Code != 0 && given.Secret != "":
		return purchase.Proof{}, fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "proof", Code: "api.proof-ways"})
	case given.Code != 0:
		return c.proofByCode(ctx, b, given.Code)
	}
	return c.proofBySecret(ctx, b, given.Secret)
}

// proofByCode names the phone that the code went to: the one that the buyer is
// known by, else his main one.
func (c *call) proofByCode(ctx context.Context, b purchase.Buyer, code id.ID) (purchase.Proof, error) {
	out := purchase.Proof{Kind: purchase.ProofCode, Code: code}
	m, err := c.memberOf(ctx, b)
	if err != nil {
		return refusedProof(out, err)
	}
	out.Home, out.Of = m.Home, member.Ref{Kind: member.Phone, Value: m.Main(member.Phone)}
	if b.Kind == string(member.Phone) || b.Kind == string(member.Email) {
		out.Of = member.Ref{Kind: member.Kind(b.Kind), Value: b.Value}
	}
	if err := c.mayProve(ctx, m.Home, out.Of); err != nil {
		return refusedProof(out, err)
	}
	return out, nil
}

// mayProve refuses a phone or e-mail by which nothing is to be spent yet.
func (c *call) mayProve(ctx context.Context, h home.ID, ref member.Ref) error {
	rules := c.Rules()
	return member.MayProve(ctx, c.DB, &rules, h, ref, c.Clock.Now())
}

// refusedProof keeps what is wrong with a proof for the desk to tell.
func refusedProof(p purchase.Proof, err error) (purchase.Proof, error) {
	if kind := fault.From(err).Kind; kind == fault.Internal || kind == fault.Unavailable {
		return p, err
	}
	p.Wrong = err
	return p, nil
}

// memberOf finds the one member that a buyer names.
func (c *call) memberOf(ctx context.Context, b purchase.Buyer) (member.Member, error) {
	h := b.Home
	if h == 0 {
		ref := member.Ref{Kind: member.Kind(b.Kind), Value: b.Value}
		found, err := member.ResolveAll(ctx, c.DB, []member.Ref{ref})
		if err != nil {
			return member.Member{}, err
		}
		for _, r := range found[ref] {
			if !r.Serves() {
				continue
			}
			if h != 0 {
				return member.Member{}, fault.New(fault.Conflict, "buyer.several")
			}
			h = r.Home
		}
	}
	if h == 0 {
		return member.Member{}, fault.New(fault.NotFound, "buyer.not-found")
	}
	return member.Get(ctx, c.DB, h)
}
