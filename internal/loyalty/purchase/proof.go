package purchase

import (
	"fmt"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// proof is a one-time QR that a purchase was identified by; it is used up in
// the purchase's own transaction, so it is accepted once.
type proof struct {
	card id.ID
	step int64
}

// useProof uses the one-time QR up.
func (s *sale) useProof(g *group, p *Purchase) error {
	if s.proof == nil {
		return nil
	}
	ok, err := g.desk.UseStep(g.ctx, g.tx, p.Home, s.proof.card, s.proof.step)
	if err != nil {
		return fmt.Errorf("%w: %w", errBase, err)
	}
	if !ok {
		return fault.New(fault.Refused, "card.qr-used")
	}
	return nil
}
