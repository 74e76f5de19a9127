package purchase

import (
	"fmt"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// ProofKind is how the buyer showed that the account is his to spend from.
type ProofKind string

// The kinds of proof. Whoever fills a Cart has checked it, but for a one-time
// QR, whose step is used up in the purchase's own transaction.
const (
	ProofQR     ProofKind = "qr"     // a one-time QR of his card
	ProofCode   ProofKind = "code"   // a code sent to his phone
	ProofSecret ProofKind = "secret" // the secret code or PIN of his card
)

// Proof is a proof that was given. The zero Proof is none.
type Proof struct {
	Kind ProofKind
	Card id.ID // of a QR
	Step int64 // of a QR: the step of its one-time code
}

// useProof uses a one-time QR up, so that it is accepted once.
func (s *sale) useProof(g *group, p *Purchase) error {
	if s.cart.Proof.Kind != ProofQR {
		return nil
	}
	ok, err := g.desk.UseStep(g.ctx, g.tx, p.Home, s.cart.Proof.Card, s.cart.Proof.Step)
	if err != nil {
		return fmt.Errorf("%w: %w", errBase, err)
	}
	if !ok {
		return fault.New(fault.Refused, "card.qr-used")
	}
	return nil
}

// needsProof refuses spending without the proof that the programme asks for.
func (s *sale) needsProof(p *rule.Programme, spent money.Points) error {
	above := p.Settings.SpendProofAbove
	if s.mode == Record || above < 0 || spent <= above || s.cart.Proof.Kind != "" {
		return nil
	}
	return fault.New(fault.Refused, "points.proof-needed", "above", above)
}
