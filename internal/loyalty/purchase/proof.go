package purchase

import (
	"fmt"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// ProofKind is how the buyer showed that the account is his to spend from.
type ProofKind string

// The kinds of proof. Whoever fills a Cart has checked it; a one-time QR or
// code is used up in the purchase's own transaction.
const (
	ProofQR     ProofKind = "qr"     // a one-time QR of his card
	ProofCode   ProofKind = "code"   // a code sent to his phone
	ProofSecret ProofKind = "secret" // the secret code or PIN of his card
)

// Proof is a proof that was given. The zero Proof is none.
type Proof struct {
	Kind ProofKind
	Card id.ID      // of a QR
	Step int64      // of a QR: the step of its one-time code
	Code id.ID      // of a code: which, as it was checked; 0: used up already
	Of   member.Ref // of a code: where it was sent
	Home home.ID    // of a code: for whom it was taken; 0: whoever buys

	// Wrong is why the proof does not hold. It is told only if the purchase is
	// still to be done: what an earlier request did under the same key with a
	// proof that was good then is answered again.
	Wrong error `json:"-"`
}

// useProof uses a one-time QR or code up, so that it is accepted once.
func (s *sale) useProof(g *group, p *Purchase) error {
	v := &s.cart.Proof
	ok := true
	var err, used error
	switch {
	case v.Kind == ProofQR:
		ok, err = g.desk.UseStep(g.ctx, g.tx, p.Home, v.Card, v.Step)
		used = fault.New(fault.Refused, "card.qr-used")
	case v.Kind == ProofCode && v.Code != 0 && (p.Spent > 0 || p.Deposit != 0):
		if ok = v.Home == 0 || v.Home == p.Home; ok {
			ok, err = member.UseProof(g.ctx, g.tx, member.ToSpend, v.Of, v.Code, g.now)
		}
		used = fault.New(fault.Refused, "member.no-proof")
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errBase, err)
	}
	if !ok {
		return used
	}
	return nil
}

// needsProof refuses spending without the proof that the programme asks for: of
// points, and of a deposit's money, which is as good as they are.
func (s *sale) needsProof(by *rule.Programme, p *Purchase) error {
	if wrong := s.cart.Proof.Wrong; wrong != nil {
		return wrong
	}
	above := by.Settings.SpendProofAbove
	if s.mode == Record || above < 0 || s.cart.Proof.Kind != "" {
		return nil
	}
	if p.Spent <= above && !p.depositAsksProof(by) {
		return nil
	}
	return fault.New(fault.Refused, "points.proof-needed", "above", above)
}
