package api

import (
	"context"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/fault"
)

// proofByQR checks a one-time QR; its step is used up with the purchase.
func (c *call) proofByQR(ctx context.Context, payload string) (purchase.Proof, error) {
	out := purchase.Proof{Kind: purchase.ProofQR}
	shown, err := c.Cards.VerifyQR(ctx, c.DB, payload, c.Clock.Now())
	if err != nil {
		return refusedProof(out, err)
	}
	out.Card, out.Step = shown.Card, shown.Step
	return out, nil
}

// proofBySecret checks the secret code of the card that the buyer showed.
func (c *call) proofBySecret(ctx context.Context, b purchase.Buyer, secret string) (purchase.Proof, error) {
	out := purchase.Proof{Kind: purchase.ProofSecret}
	if b.Kind != "card" {
		return out, fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "proof.secret", Code: "api.secret-of-card"})
	}
	m, err := c.memberOf(ctx, b)
	if err != nil {
		return refusedProof(out, err)
	}
	cards, err := card.List(ctx, c.DB, m.Home)
	if err != nil {
		return out, err
	}
	rules := c.Rules()
	for i := range cards {
		if cards[i].Number == b.Value {
			if err := c.Cards.ProveSecret(ctx, m.Home, cards[i].ID, secret, rules.TrustedSince(c.Clock.Now())); err != nil {
				return refusedProof(out, err)
			}
			return out, nil
		}
	}
	return refusedProof(out, fault.New(fault.NotFound, "card.not-found"))
}
