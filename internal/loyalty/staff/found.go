package staff

import (
	"context"
	"slices"
	"strings"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/contact"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/reference"
)

// Founder is the first owner of a base.
type Founder struct {
	Name, Email, Password string
	Lang                  string // ru, en; "": the organization's
}

// Empty tells whether nobody works here yet.
func (s *Staff) Empty(ctx context.Context) (bool, error) {
	n, err := countPeople(ctx, s.d)
	return n == 0, err
}

// Found makes the first owner, only where nobody is yet (staff.founded): of
// two at once one is made.
func (s *Staff) Found(ctx context.Context, f Founder, w Where) (Person, error) {
	p := Person{Name: f.Name, Email: f.Email, Role: Owner, Lang: f.Lang, State: Active}
	if err := checkPerson(&p); err != nil {
		return Person{}, err
	}
	if err := checkPassword(f.Password, p); err != nil {
		return Person{}, err
	}
	// A base that has people is told so before a password is hashed.
	if empty, err := s.Empty(ctx); err != nil || !empty {
		return Person{}, founded(err)
	}
	hash, err := s.hash(ctx, f.Password)
	if err != nil {
		return Person{}, err
	}
	p.ID, p.Created = s.ids.New(), s.clock.Now()
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		version, err := reference.Bump(ctx, tx, SetStaff)
		if err != nil {
			return err
		}
		if n, err := countPeople(ctx, tx); err != nil || n > 0 {
			return founded(err)
		}
		p.Version = version
		if err := insertPerson(ctx, tx, p, hash); err != nil {
			return err
		}
		return note(audit.By(ctx, actor(p, w.clipped())), tx, s.clock.Now(), "founded", p.ID, nil, noted(p))
	})
	if err != nil {
		return Person{}, err
	}
	return p, nil
}

func founded(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "staff.founded")
}

// checkPerson checks what is typed in of a person and puts it in order.
func checkPerson(p *Person) error {
	var f reference.Form
	f.Name("name", &p.Name)
	if email, err := contact.Email(p.Email); err != nil {
		f.Add(fault.From(err).At("email"))
	} else {
		p.Email = email
	}
	if p.Lang != "" && !slices.Contains(i18n.Langs(), i18n.Lang(p.Lang)) {
		f.Add(fault.Field{Path: "lang", Code: "staff.lang-unknown"})
	}
	if len(p.Outlets) > MaxPlaces || len(p.Partners) > MaxPlaces {
		f.Add(fault.Field{Path: "places", Code: "staff.places-too-many", Args: fault.Pairs("max", MaxPlaces)})
	}
	p.Outlets = slices.Compact(slices.Sorted(slices.Values(p.Outlets)))
	p.Partners = slices.Compact(slices.Sorted(slices.Values(p.Partners)))
	if p.Role == Owner && p.Narrowed() {
		f.Add(fault.Field{Path: "places", Code: "staff.owner-everywhere"})
	}
	p.Role = strings.TrimSpace(p.Role)
	return f.Err()
}
