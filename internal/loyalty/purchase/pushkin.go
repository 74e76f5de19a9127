package purchase

import (
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// A Pushkin card pays for a ticket to an event of culture and for nothing
// else: one in an order, not together with money of one's own, and what it
// paid goes back to it only. The programme's settings may allow each of that;
// whether points are spent and earned is in the rules.

// paidByPushkin is what a Pushkin card pays.
func paidByPushkin(list []Payment) money.Amount { return PaidIn(list, rule.PushkinKind) }

// PaidIn is what is paid in a kind, however its name is written.
func PaidIn(list []Payment, kind string) (sum money.Amount) {
	for _, p := range list {
		if text.Fold(p.Kind) == kind {
			sum += p.Amount
		}
	}
	return sum
}

// pushkinAllows refuses a receipt that breaks the terms of the Pushkin card
// that pays for it; of one that is closed already it is told.
func (s *sale) pushkinAllows() error {
	if s.again != nil || s.mode == Record {
		return nil
	}
	return s.pushkinBroken()
}

// pushkinBroken says which of the terms the receipt breaks; nil: none.
func (s *sale) pushkinBroken() error {
	if s.programme.ID == 0 || paidByPushkin(s.cart.Payments) == 0 {
		return nil
	}
	terms := &s.programme.Settings
	for _, p := range s.cart.Payments {
		kind := text.Fold(p.Kind)
		switch {
		case p.Amount == 0 || kind == rule.PushkinKind:
		case kind == "certificate" || kind == "deposit":
			if !terms.PushkinCertificate {
				return fault.New(fault.Refused, "pushkin.certificate")
			}
		case !terms.PushkinMixed:
			return fault.New(fault.Refused, "pushkin.mixed", "kind", p.Kind)
		}
	}
	if n := s.pushkinPieces(); terms.PushkinOne && n != 1 {
		return fault.New(fault.Refused, "pushkin.one-ticket", "pieces", n)
	}
	for i := range s.cart.Lines {
		k := s.cart.Lines[i].known
		if k != nil && k.event != nil && !k.event.Pushkin && terms.PushkinListed {
			return fault.New(fault.Refused, "pushkin.event", "event", k.event.Name)
		}
	}
	return nil
}

// pushkinPieces is how many pieces the order has: of tickets only, where other
// money may pay for what is beside them.
func (s *sale) pushkinPieces() (n int64) {
	lines, tickets := s.receipt.Lines, int64(0)
	for i := range lines {
		n += lines[i].Units()
		if s.cart.Lines[i].pieces() > 0 || lines[i].Place != (rule.Place{}) {
			tickets += lines[i].Units()
		}
	}
	if s.programme.Settings.PushkinMixed && tickets > 0 {
		return tickets
	}
	return n
}

// toPushkin refuses a split that gives back to a Pushkin card other money than
// it has paid of what comes back.
func (f *Refund) toPushkin(s *Stored, named []Payment) error {
	if len(named) == 0 || paidByPushkin(s.Payments) == 0 {
		return nil
	}
	usual := *f
	usual.Payments = nil
	if err := usual.pay(s, nil); err != nil {
		return err
	}
	if want := paidByPushkin(usual.Payments); paidByPushkin(named) != want {
		return fault.New(fault.Refused, "pushkin.refund", "amount", want)
	}
	return nil
}
