package identity

import (
	"context"
	"errors"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// SaveCashier makes a cashier (ID 0) or changes the one with the ID; the PIN
// stays as it is. A Version other than 0 must be the one that is there.
func (r *Registry) SaveCashier(ctx context.Context, c Cashier) (Cashier, error) {
	var f reference.Form
	f.Code("code", &c.Code)
	f.Name("name", &c.Name)
	f.State("state", &c.State)
	if err := f.Err(); err != nil {
		return Cashier{}, err
	}
	var saved Cashier
	err := r.d.Write(ctx, func(tx *db.Tx) error {
		n := c // c stays as asked for: this may run again
		now, err := reference.Bump(ctx, tx, SetCashiers)
		if err != nil {
			return err
		}
		if err := outletsExist(ctx, tx, n.OutletID); err != nil {
			return err
		}
		if n.ID == 0 {
			if err := room(ctx, tx, qCountCashiers, MaxCashiers); err != nil {
				return err
			}
			n.ID, n.Version, n.HasPIN = r.ids.New(), now, false
			saved = n
			return audit.Saved(ctx, tx, r.clock.Now(), insertCashier(ctx, tx, n), "cashier", n.ID, nil, n)
		}
		old, err := cashierByID(ctx, tx, n.ID)
		if err != nil {
			return notFound(err, fault.New(fault.NotFound, "identity.cashier-not-found"))
		}
		if err := unmoved(n.Version, old.Version); err != nil {
			return err
		}
		n.Version, n.HasPIN = now, old.HasPIN
		saved = n
		return audit.Saved(ctx, tx, r.clock.Now(), updateCashier(ctx, tx, n), "cashier", n.ID, old, n)
	})
	if errors.Is(err, db.ErrConflict) {
		return Cashier{}, fault.Wrap(err, fault.Conflict, "identity.cashier-code-taken", "code", c.Code)
	}
	if err != nil {
		return Cashier{}, err
	}
	return saved, nil
}

// Cashier finds a cashier.
func (r *Registry) Cashier(ctx context.Context, i id.ID) (Cashier, error) {
	c, err := cashierByID(ctx, r.d, i)
	return c, notFound(err, fault.New(fault.NotFound, "identity.cashier-not-found"))
}

// Cashiers lists cashiers by code, those who work at the outlet or, with 0,
// all.
func (r *Registry) Cashiers(ctx context.Context, outlet id.ID, p reference.Page) (reference.List[Cashier], error) {
	return reference.Rows(ctx, r.d, p, scanCashier, func(c Cashier) string { return c.Code }, qCashiers, outlet)
}

func room(ctx context.Context, q db.Q, count string, most int64) error {
	var n int64
	if err := q.Row(ctx, count).Scan(&n); err != nil {
		return err
	}
	if n >= most {
		return fault.New(fault.TooLarge, "identity.too-many", "max", most)
	}
	return nil
}

// Cashiers finds cashiers in memory, closed ones too. It knows nothing until
// the first Refresh. It is safe for concurrent use.
type Cashiers struct {
	cache *reference.Cache[cashiers]
}

type cashiers struct {
	byID   map[id.ID]Cashier
	byCode map[string]id.ID
}

// NewCashiers makes a directory that is empty until Refresh.
func NewCashiers() *Cashiers {
	return &Cashiers{reference.NewCache(SetCashiers, &cashiers{}, loadCashiers)}
}

// Refresh loads what has changed in the base since the last time, by one
// short query where nothing has; it tells whether anything had.
func (c *Cashiers) Refresh(ctx context.Context, q db.Q) (bool, error) { return c.cache.Refresh(ctx, q) }

// Get finds a cashier by id.
func (c *Cashiers) Get(i id.ID) (Cashier, bool) {
	v, ok := c.cache.Get().byID[i]
	return v, ok
}

// ByCode finds a cashier by code.
func (c *Cashiers) ByCode(code string) (Cashier, bool) {
	s := c.cache.Get()
	v, ok := s.byID[s.byCode[code]]
	return v, ok
}

func loadCashiers(ctx context.Context, q db.Q, _ *cashiers, _ int64) (*cashiers, error) {
	s := &cashiers{byID: map[id.ID]Cashier{}, byCode: map[string]id.ID{}}
	err := q.Each(ctx, func(r db.Row) error {
		c, err := scanCashier(r)
		s.byID[c.ID], s.byCode[c.Code] = c, c.ID
		return err
	}, qAllCashiers)
	return s, err
}
