package staff

import (
	"context"
	"slices"
	"time"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// Invite makes a person, who has no password yet, and the token of the link by
// which he sets one, within a week. Where mail is set up he is sent it.
func (s *Staff) Invite(ctx context.Context, who *Who, p Person) (Person, string, error) {
	if err := checkPerson(&p); err != nil {
		return Person{}, "", err
	}
	var made Person
	token, hash := newToken()
	err := s.manage(ctx, who, func(tx *db.Tx, now *Who, version int64) error {
		n := p // this may run again
		if err := allowed(ctx, tx, now, n); err != nil {
			return err
		}
		if count, err := countPeople(ctx, tx); err != nil || count >= MaxStaff {
			return orElse(err, fault.New(fault.TooLarge, "staff.too-many", "max", MaxStaff))
		}
		n.ID, n.State, n.Created, n.Seen, n.Version = s.ids.New(), Invited, s.clock.Now(), 0, version
		n.TOTP, n.Passkeys = false, 0
		if err := insertPerson(ctx, tx, n, ""); err != nil {
			return err
		}
		if err := putPlaces(ctx, tx, n); err != nil {
			return err
		}
		if err := s.putLink(ctx, tx, n.ID, ForInvitation, inviteLasts, hash); err != nil {
			return err
		}
		if err := s.put(ctx, tx, n.ID, token); err != nil {
			return err
		}
		made = n
		return note(by(ctx, now.Person), tx, s.clock.Now(), "invited", n.ID, nil, noted(n))
	})
	if err != nil {
		return Person{}, "", err
	}
	return made, token, nil
}

// allowed checks that who may give a person his role and places, and that
// these are there.
func allowed(ctx context.Context, tx *db.Tx, who *Who, p Person) error {
	role, err := roleByCode(ctx, tx, p.Role)
	if err != nil {
		return notFound(err, noRole())
	}
	if role.State != reference.Active {
		return noRole()
	}
	for in, places := range map[string][]id.ID{qOutletsThere: p.Outlets, qPartnersThere: p.Partners} {
		if err := there(ctx, tx, in, places); err != nil {
			return err
		}
	}
	return who.over(p, role)
}

// Save changes a person's name, e-mail, role, places and language; a Version
// other than 0 must be the one that is there. Anybody may change his own name,
// e-mail and language, nobody his own role and places. When what he proves
// himself by or what he may do changes, his sessions end.
func (s *Staff) Save(ctx context.Context, who *Who, p Person) (Person, error) {
	if err := checkPerson(&p); err != nil {
		return Person{}, err
	}
	var saved Person
	save := func(tx *db.Tx, now *Who, old login, version int64) error {
		if p.Version != 0 && p.Version != old.Version {
			return fault.New(fault.Conflict, "reference.changed")
		}
		n := old.Person
		n.Name, n.Email, n.Role, n.Outlets, n.Partners, n.Lang, n.Version = p.Name, p.Email, p.Role, p.Outlets, p.Partners, p.Lang, version
		moved := n.Role != old.Role || !slices.Equal(n.Outlets, old.Outlets) || !slices.Equal(n.Partners, old.Partners)
		if moved {
			if old.ID == now.Person.ID {
				return fault.New(fault.Denied, "staff.own-role")
			}
			if err := allowed(ctx, tx, now, n); err != nil {
				return err
			}
			if err := lastOwner(ctx, tx, old.Person); err != nil && n.Role != Owner {
				return err
			}
			if err := putPlaces(ctx, tx, n); err != nil {
				return err
			}
		}
		if n.Email != old.Email {
			if err := who.Fresh(s.clock.Now()); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, qDropLinks, n.ID); err != nil {
				return err
			}
		}
		if moved || n.Email != old.Email {
			if _, err := tx.Exec(ctx, qDropOthers, n.ID, who.Session); err != nil {
				return err
			}
		}
		saved = n
		if err := updatePerson(ctx, tx, n); err != nil {
			return err
		}
		return note(by(ctx, now.Person), tx, s.clock.Now(), "saved", n.ID, noted(old.Person), noted(n))
	}
	var err error
	if p.ID == who.Person.ID {
		err = s.change(ctx, p.ID, func(tx *db.Tx, old login, version int64) error {
			if old.State != Active {
				return fault.New(fault.Unauthorized, "staff.session-ended")
			}
			return save(tx, &Who{Session: who.Session, Person: old.Person}, old, version)
		})
	} else {
		err = s.manageOne(ctx, who, p.ID, save)
	}
	if err != nil {
		return Person{}, err
	}
	return saved, nil
}

// Block ends a person's sessions and lets him in no more, until Unblock.
func (s *Staff) Block(ctx context.Context, who *Who, person id.ID) error {
	return s.setState(ctx, who, person, "blocked", Blocked)
}

// Unblock lets a blocked person in again.
func (s *Staff) Unblock(ctx context.Context, who *Who, person id.ID) error {
	return s.setState(ctx, who, person, "unblocked", Active)
}

// Close is for one who works here no more: for good. His e-mail is free.
func (s *Staff) Close(ctx context.Context, who *Who, person id.ID) error {
	return s.setState(ctx, who, person, "closed", Closed)
}

func (s *Staff) setState(ctx context.Context, who *Who, person id.ID, action string, state State) error {
	return s.manageOne(ctx, who, person, func(tx *db.Tx, now *Who, old login, version int64) error {
		n := old.Person
		n.State, n.Version = state, version
		if state == Active {
			if old.State != Blocked {
				return nil
			}
			if old.password == "" {
				n.State = Invited
			}
		} else if err := lastOwner(ctx, tx, old.Person); err != nil {
			return err
		}
		if err := updatePerson(ctx, tx, n); err != nil {
			return err
		}
		for _, q := range []string{qDropLinks, qDropSessions} {
			if _, err := tx.Exec(ctx, q, n.ID); err != nil {
				return err
			}
		}
		return note(by(ctx, now.Person), tx, s.clock.Now(), action, n.ID, noted(old.Person), noted(n))
	})
}

// DropProofs takes the codes of his phone and his passkeys from another, who has
// lost them: his password is enough until he sets up new ones. His sessions end.
func (s *Staff) DropProofs(ctx context.Context, who *Who, person id.ID) error {
	return s.manageOne(ctx, who, person, func(tx *db.Tx, now *Who, old login, version int64) error {
		if err := dropTOTP(ctx, tx, person, version); err != nil {
			return err
		}
		for _, q := range []string{qDropPasskeys, qDropSessions} {
			if _, err := tx.Exec(ctx, q, person); err != nil {
				return err
			}
		}
		return note(by(ctx, now.Person), tx, s.clock.Now(), "proofs-dropped", person, nil, nil)
	})
}

// Reinvite gives the token of a new link, by which an invited person sets his
// password, within a week, and an active one a new one, within a day; he is
// sent it too. Links before are worth nothing.
func (s *Staff) Reinvite(ctx context.Context, who *Who, person id.ID) (string, error) {
	token, hash := newToken()
	err := s.manageOne(ctx, who, person, func(tx *db.Tx, now *Who, old login, _ int64) error {
		var purpose Purpose
		var lasts time.Duration
		switch old.State {
		case Invited:
			purpose, lasts = ForInvitation, inviteLasts
		case Active:
			purpose, lasts = ForReset, givenLasts
		default:
			return fault.New(fault.Conflict, "staff.blocked")
		}
		if err := s.putLink(ctx, tx, person, purpose, lasts, hash); err != nil {
			return err
		}
		if err := s.put(ctx, tx, person, token); err != nil {
			return err
		}
		return note(by(ctx, now.Person), tx, s.clock.Now(), "link-made", person, nil, nil)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// EndSessions ends all sessions of another.
func (s *Staff) EndSessions(ctx context.Context, who *Who, person id.ID) error {
	return s.manageOne(ctx, who, person, func(tx *db.Tx, now *Who, _ login, _ int64) error {
		if _, err := tx.Exec(ctx, qDropSessions, person); err != nil {
			return err
		}
		return note(by(ctx, now.Person), tx, s.clock.Now(), "sessions-ended", person, nil, nil)
	})
}

// Seen lists the people that who may know of, as People does.
func (s *Staff) Seen(ctx context.Context, who *Who, page reference.Page) (reference.List[Person], error) {
	for {
		list, err := s.People(ctx, page)
		list.Items = slices.DeleteFunc(list.Items, func(p Person) bool { return !who.Sees(p) })
		if err != nil || len(list.Items) > 0 || list.Next == "" {
			return list, err
		}
		page.After = list.Next // a part of which he sees nobody is no part
	}
}

// People lists people by e-mail, closed ones too.
func (s *Staff) People(ctx context.Context, page reference.Page) (reference.List[Person], error) {
	state := State(page.State)
	page.State = ""
	list, err := reference.Rows(ctx, s.d, page, scanListed, func(p listed) string { return p.key }, qPeople, string(state))
	out := reference.List[Person]{Next: list.Next}
	for _, p := range list.Items {
		if err == nil {
			err = addPlaces(ctx, s.d, &p.Person)
		}
		out.Items = append(out.Items, p.Person)
	}
	return out, err
}

// Person finds a person.
func (s *Staff) Person(ctx context.Context, person id.ID) (Person, error) {
	p, err := personByID(ctx, s.d, person)
	return p, notFound(err, noPerson())
}

// ByEmail finds the person who signs in with the e-mail.
func (s *Staff) ByEmail(ctx context.Context, email string) (Person, error) {
	p, err := personByEmail(ctx, s.d, foldEmail(email))
	if err != nil {
		return Person{}, notFound(err, noPerson())
	}
	return s.Person(ctx, p.ID)
}
