package staff

import (
	"context"
	"slices"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// ProofLasts is how long a proof is fresh enough for risky actions.
const ProofLasts = 15 * time.Minute

// Who is the person of a whole session with his rights. It is shared: its
// slices must not be changed.
type Who struct {
	Session     id.ID
	Person      Person
	Permissions []Permission
	Proven      clock.Micros

	command bool    // nobody's session: see Command
	outlets []id.ID // where he is narrowed to, those of his partners too; in order
}

// Can tells whether he may do what the permission names.
func (w *Who) Can(p Permission) bool { return slices.Contains(w.Permissions, p) }

// Require refuses who may do what none of the permissions names.
func (w *Who) Require(any ...Permission) error {
	if len(any) == 0 || slices.ContainsFunc(any, w.Can) {
		return nil
	}
	return fault.New(fault.Denied, "staff.not-permitted", "permission", string(any[0]))
}

// Narrowed tells whether he works at some outlets only.
func (w *Who) Narrowed() bool { return w.Person.Narrowed() }

// At tells whether he works at the outlet.
func (w *Who) At(outlet id.ID) bool {
	if !w.Narrowed() {
		return true
	}
	_, ok := slices.BinarySearch(w.outlets, outlet)
	return ok
}

// Covers tells whether he works wherever something is that is bound to these outlets
// and partners, a partner's outlets to come too; bound to none it is everywhere.
func (w *Who) Covers(outlets, partners []id.ID) bool {
	if !w.Narrowed() {
		return true
	}
	elsewhere := func(o id.ID) bool { return !w.At(o) }
	others := func(x id.ID) bool { return !slices.Contains(w.Person.Partners, x) }
	return len(outlets)+len(partners) > 0 && !slices.ContainsFunc(outlets, elsewhere) && !slices.ContainsFunc(partners, others)
}

// Outlets are those that he is narrowed to, his partners' too, in order; none
// where he works everywhere (see Narrowed).
func (w *Who) Outlets() []id.ID { return w.outlets }

// Fresh refuses (staff.proof-stale) who has not proven himself for ProofLasts:
// a risky action is not done by whoever finds a console open.
func (w *Who) Fresh(now clock.Micros) error {
	if now < w.Proven.Add(ProofLasts) {
		return nil
	}
	return fault.New(fault.Denied, "staff.proof-stale")
}

// Narrowed tells whether the person works at some outlets or partners only.
func (p *Person) Narrowed() bool { return len(p.Outlets)+len(p.Partners) > 0 }

// Permits tells whether a person may do now what the permission names, also
// where he is not signed in: what he has begun goes on by it.
func (s *Staff) Permits(ctx context.Context, person id.ID, need Permission) (bool, error) {
	w, err := s.Standing(ctx, person)
	return err == nil && w.Can(need), err
}

// Standing is what a person may do now, and where, also where he is not signed in;
// who does not work here any more may do nothing.
func (s *Staff) Standing(ctx context.Context, person id.ID) (*Who, error) {
	p, err := personByID(ctx, s.d, person)
	if err != nil {
		return nil, notFound(err, noPerson())
	}
	w := &Who{Person: p}
	if p.State != Active {
		return w, nil
	}
	role, err := roleByCode(ctx, s.d, p.Role)
	if err != nil {
		return nil, err
	}
	w.Permissions = role.Permissions
	w.outlets, err = outletsOf(ctx, s.d, p)
	return w, err
}

// Others counts those beside a person who may do everywhere what the permission
// names, and can sign in.
func Others(ctx context.Context, q db.Q, but id.ID, need Permission) (sum int64, err error) {
	own, err := db.All(ctx, q, scanRole, qRoles)
	if err != nil {
		return 0, err
	}
	for _, role := range append(builtIn(), own...) {
		if !slices.Contains(role.Permissions, need) {
			continue
		}
		var n int64
		if err := q.Row(ctx, qOthersOf, role.Code, Active, but).Scan(&n); err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}
