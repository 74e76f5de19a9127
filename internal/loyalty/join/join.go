// Package join makes guests members: who orders by a phone or an e-mail that is
// nobody's yet becomes a member by it, where the organization wants that
// (join_by_order), and what he bought as a guest becomes his
// (guest_purchases).
//
// An order is sold to the guest first, as it was quoted to him, and given to
// him as a claim once he is a member: so what an order costs does not depend on
// who he becomes, and one that is refused makes nobody a member. Each step can
// be done again: the sale is known by its key, the member by his phone or
// e-mail, the receipt by its claim. A till that was not answered asks again and
// is told what there is by then.
//
// Invariants: two orders at one instant make one member; a receipt is given
// once, to a member who alone has the phone or e-mail that it names and has
// proven it, or whom the order itself has named; who has not granted what
// join_consents asks stays a guest. What was bought before he joined counts for
// sums and levels, and gives points only where guest_points says so.
package join

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Joins are the operations by which guests become members. It is safe for
// concurrent use.
type Joins struct {
	DB      *db.DB
	Clock   clock.Clock
	Members *member.Members
	Desk    *purchase.Desk
	Rules   func() member.Rules // as they are now
}

// Order is what an order tells of its guest beside his phone or e-mail.
type Order struct {
	Profile     member.Profile
	Identifiers []member.NewIdentifier // others that are his
	Proof       id.ID                  // the one-time code that proved what the receipt names; zero: none
	Consents    []member.NewConsent
}

// Joined says whose a guest's receipt is.
type Joined struct {
	Member   home.ID          // zero: nobody's, he stays a guest
	New      bool             // the order made him a member
	Why      *fault.Error     // he stays a guest
	Purchase *purchase.Stored // as it is the member's; nil: it is not
}

// Order gives the receipt of a guest to the member who has his phone or e-mail,
// whom it makes if there is none. nil: nobody asks for that. order is what was
// told of him; nil: nothing.
func (j *Joins) Order(ctx context.Context, p *purchase.Purchase, g purchase.Guest, order *Order, by member.Actor) (*Joined, error) {
	if g.None() || p.Home.Kind() == home.Member {
		return nil, nil
	}
	rules := j.Rules()
	if !rules.JoinByOrder {
		if order == nil {
			return nil, nil
		}
		return &Joined{Why: fault.New(fault.Refused, "join.off")}, nil
	}
	if order == nil {
		order = &Order{}
	}
	m, err := j.find(ctx, g)
	if err == nil && m == nil {
		m, err = j.make(ctx, rules, &registering{p, member.Ref(g), order}, by)
	}
	if err != nil {
		return staysGuest(err)
	}
	claimed, err := j.Desk.Claim(ctx, &purchase.ClaimRequest{
		Buyer: purchase.Buyer{Home: m.Home}, Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID},
		Contact: (*purchase.Contact)(&g),
	})
	if err != nil {
		return staysGuest(err)
	}
	return &Joined{Member: m.Home, New: m.Registered.At == p.At, Purchase: claimed.Purchase}, nil
}

// staysGuest tells why the rules leave a guest what he is; our own failures are
// the caller's, who is to ask again.
func staysGuest(err error) (*Joined, error) {
	why := fault.From(err)
	if ours(why) {
		return nil, err
	}
	return &Joined{Why: why}, nil
}

func ours(f *fault.Error) bool { return f.Kind == fault.Internal || f.Kind == fault.Unavailable }

// errThere says that somebody has the phone or e-mail by now.
var errThere = errors.New("join: the phone or e-mail is a member's by now")

// find gives the one member who has a phone or an e-mail; nil: nobody has it.
func (j *Joins) find(ctx context.Context, g purchase.Guest) (*member.Member, error) {
	all, err := j.holders(ctx, j.DB, member.Ref(g))
	switch {
	case err != nil || len(all) == 0:
		return nil, err
	case len(all) > 1:
		return nil, fault.New(fault.Conflict, "buyer.several")
	case !all[0].Serves():
		return nil, fault.New(fault.Refused, "join.not-served")
	}
	m, err := member.Get(ctx, j.DB, all[0].Home)
	return &m, err
}

// holders are the members whose a phone or an e-mail is now.
func (j *Joins) holders(ctx context.Context, q db.Q, ref member.Ref) ([]member.Resolved, error) {
	found, err := member.ResolveAll(ctx, q, []member.Ref{ref})
	return slices.DeleteFunc(found[ref], func(r member.Resolved) bool { return r.Identifier != member.On || r.State.Gone() }), err
}

// registering is a guest who is to become a member.
type registering struct {
	purchase *purchase.Purchase
	ref      member.Ref
	order    *Order
}

// make makes a guest a member, or finds the one who was made meanwhile. His
// membership begins with the order.
func (j *Joins) make(ctx context.Context, rules member.Rules, r *registering, by member.Actor) (*member.Member, error) {
	if err := r.consented(rules.JoinConsents); err != nil {
		return nil, err
	}
	reg := r.registration()
	by.Outlet = r.purchase.Outlet
	var made member.Member
	err := j.DB.Write(ctx, func(tx *db.Tx) error {
		if err := j.turn(ctx, tx, r.refs(reg.Identifiers, rules.Region)); err != nil {
			return err
		}
		there, err := j.holders(ctx, tx, r.ref)
		if err == nil && len(there) > 0 {
			err = errThere
		}
		if err != nil {
			return err
		}
		made, err = j.Members.RegisterIn(ctx, tx, rules, reg, by)
		return err
	})
	if !errors.Is(err, errThere) && !fault.Is(err, "member.taken") {
		return &made, err
	}
	m, none := j.find(ctx, purchase.Guest(r.ref))
	switch {
	case none != nil || m != nil:
		return m, none
	case errors.Is(err, errThere): // he who had it has left in this moment
		return nil, fault.Wrap(err, fault.Unavailable, "desk.busy")
	}
	return nil, err // another phone or e-mail that he told is somebody's
}

func (r *registering) registration() member.Registration {
	first := member.NewIdentifier{Kind: r.ref.Kind, Value: r.ref.Value, Main: true, Proof: r.order.Proof}
	return member.Registration{
		Profile: r.order.Profile, Identifiers: append([]member.NewIdentifier{first}, r.order.Identifiers...),
		Consents: r.order.Consents, Cashier: r.purchase.Cashier, At: r.purchase.At, Ordered: r.ref,
	}
}

// consented refuses a guest who has not granted what is asked of members.
func (r *registering) consented(asked []member.ConsentKind) error {
	var missing []string
	for _, k := range asked {
		granted := func(c member.NewConsent) bool { return c.Kind == k && c.Action == member.Granted }
		if !slices.ContainsFunc(r.order.Consents, granted) {
			missing = append(missing, string(k))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fault.New(fault.Refused, "join.consents", "kinds", strings.Join(missing, ", "))
}

// refs are the phones and e-mails that the order names, each in its one form.
func (r *registering) refs(list []member.NewIdentifier, region string) (out []member.Ref) {
	for _, n := range list {
		if ref, err := member.Normalise(n.Kind, n.Value, region); err == nil { // else it is refused
			out = append(out, ref)
		}
	}
	return out
}
