package staff

import (
	"context"
	"slices"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/reference"
)

func noRole() *fault.Error { return fault.New(fault.NotFound, "staff.role-not-found") }

// Roles lists the roles: those that are built in, then the organization's own
// by name, closed ones too.
func (s *Staff) Roles(ctx context.Context) ([]Role, error) {
	own, err := db.All(ctx, s.d, scanRole, qRoles)
	return append(builtIn(), own...), err
}

// Role finds a role.
func (s *Staff) Role(ctx context.Context, code string) (Role, error) {
	role, err := roleByCode(ctx, s.d, storable(code))
	return role, notFound(err, noRole())
}

// SaveRole makes a role of the organization (Code "") or changes the one with
// the code. Nobody puts into a role, or takes out of one, what he may not do
// himself; nobody changes his own; who works at some places only changes none,
// since they count everywhere. A role that people have can't be closed.
func (s *Staff) SaveRole(ctx context.Context, who *Who, role Role) (Role, error) {
	var f reference.Form
	f.Name("name", &role.Name)
	f.State("state", &role.State)
	role.BuiltIn = false
	for _, p := range role.Permissions {
		if !slices.Contains(Permissions(), p) {
			f.Add(fault.Field{Path: "permissions", Code: "staff.permission-unknown", Args: fault.Pairs("value", string(p))})
			break
		}
	}
	if role.Permissions = inOrder(role.Permissions); len(role.Permissions) == 0 {
		f.Add(fault.Field{Path: "permissions", Code: "staff.permissions-missing"})
	}
	if err := f.Err(); err != nil {
		return Role{}, err
	}
	var saved Role
	err := s.manage(ctx, who, func(tx *db.Tx, now *Who, version int64) error {
		n := role // this may run again
		n.Version = version
		if now.Narrowed() || !now.holds(n.Permissions) {
			return fault.New(fault.Denied, "staff.above")
		}
		var before any
		if n.Code == "" {
			var count int64
			if err := tx.Row(ctx, qCountRoles).Scan(&count); err != nil || count >= MaxRoles {
				return orElse(err, fault.New(fault.TooLarge, "staff.too-many", "max", MaxRoles))
			}
			n.Code = s.ids.New().String()
			if err := insertRole(ctx, tx, n); err != nil {
				return err
			}
		} else {
			old, err := s.changeRole(ctx, tx, now, n, role.Version)
			if err != nil {
				return err
			}
			before = old
		}
		saved = n
		return audit.Note(by(ctx, now.Person), tx, s.clock.Now(), audit.Entry{
			Action: "role.saved", Target: audit.Target{Kind: "role", ID: n.Code}, Before: before, After: n,
		})
	})
	if err != nil {
		return Role{}, err
	}
	return saved, nil
}

func (s *Staff) changeRole(ctx context.Context, tx *db.Tx, now *Who, n Role, wanted int64) (old Role, err error) {
	if old, err = roleByCode(ctx, tx, storable(n.Code)); err != nil {
		return Role{}, notFound(err, noRole())
	}
	switch {
	case old.BuiltIn:
		return Role{}, fault.New(fault.Refused, "staff.role-built-in")
	case n.Code == now.Person.Role:
		return Role{}, fault.New(fault.Denied, "staff.own-role")
	case !now.holds(old.Permissions):
		return Role{}, fault.New(fault.Denied, "staff.above")
	case wanted != 0 && wanted != old.Version:
		return Role{}, fault.New(fault.Conflict, "reference.changed")
	}
	if n.State == reference.Closed {
		var people int64
		if err := tx.Row(ctx, qCountOfRole, n.Code, Closed).Scan(&people); err != nil || people > 0 {
			return Role{}, orElse(err, fault.New(fault.Refused, "staff.role-in-use", "people", people))
		}
	}
	return old, updateRole(ctx, tx, n)
}
