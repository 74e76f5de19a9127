package staff

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

const (
	loginColumns = `s.staff_id, s.name, s.email, s.role, s.lang, s.state, s.totp is not null,
		(select count(*) from staff_passkey k where k.staff_id = s.staff_id and k.copied_at = 0), s.created_at, s.seen_at, s.version,
		s.password, s.totp, s.totp_begun, s.totp_step`

	qLogins       = `select ` + loginColumns + ` from staff s`
	qLoginByID    = qLogins + ` where s.staff_id = $1`
	qLoginByEmail = qLogins + ` where s.email_folded = $1`
	qCountPeople  = `select count(*) from staff`
	qInsertPerson = `insert into staff (staff_id, name, email, email_folded, role, lang, state, password, totp_step, created_at, seen_at, version, search_folded)
		values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, 0, $10, $11)`
	qUpdatePerson = `update staff set name = $2, email = $3, email_folded = $4, role = $5, lang = $6, state = $7, version = $8, search_folded = $9 where staff_id = $1`
	qSetPassword  = `update staff set password = $2 where staff_id = $1`
	qOtherOwners  = `select count(*) from staff where role = $1 and state = $2 and staff_id <> $3`
	// Of those who work everywhere.
	qOthersOf = `select count(*) from staff s where role = $1 and state = $2 and staff_id <> $3
		and not exists (select 1 from staff_outlet o where o.staff_id = s.staff_id) and not exists (select 1 from staff_partner p where p.staff_id = s.staff_id)`
	qPeople = `select ` + loginColumns + `, lower_key from (select s0.*, coalesce(s0.email_folded, '') || ' ' || s0.staff_id as lower_key from staff s0) s
		where lower_key > $1 and ($2 = '' or search_folded like $2 escape '\') and $3 = '' and (state = $5 or $5 = '') order by lower_key limit $4`
	qSignedIn = `update staff set seen_at = $2 where staff_id = $1`

	qBeginTOTP   = `update staff set totp_begun = $2 where staff_id = $1`
	qConfirmTOTP = `update staff set totp = totp_begun, totp_begun = null, totp_step = $2, version = $3 where staff_id = $1`
	qDropTOTP    = `update staff set totp = null, totp_begun = null, version = $2 where staff_id = $1`
	qUseStep     = `update staff set totp_step = $2 where staff_id = $1 and totp_step < $2`

	qAddRecovery   = `insert into staff_recovery (staff_id, hash) values ($1, $2)`
	qUseRecovery   = `delete from staff_recovery where staff_id = $1 and hash = $2`
	qCountRecovery = `select count(*) from staff_recovery where staff_id = $1`
	qDropRecovery  = `delete from staff_recovery where staff_id = $1`

	qDropOutlets    = `delete from staff_outlet where staff_id = $1`
	qDropPartners   = `delete from staff_partner where staff_id = $1`
	qAddOutlet      = `insert into staff_outlet (staff_id, outlet_id) values ($1, $2)`
	qAddPartner     = `insert into staff_partner (staff_id, partner_id) values ($1, $2)`
	qOutletsThere   = `select count(*) from outlet where outlet_id = $1`
	qPartnersThere  = `select count(*) from partner where partner_id = $1`
	qPlaces         = `select 0, outlet_id from staff_outlet where staff_id = $1 union all select 1, partner_id from staff_partner where staff_id = $1 order by 1, 2`
	qPartnerOutlets = `select o.outlet_id from outlet o join staff_partner p on p.partner_id = o.partner_id where p.staff_id = $1`

	sessionColumns = `session_id, staff_id, whole, remember, created_at, seen_at, ends_at, proven_at, address, agent`

	qSessionByToken = `select ` + sessionColumns + `, idle from staff_session where token_hash = $1`
	qSessions       = `select ` + sessionColumns + ` from staff_session where staff_id = $1 and whole and ends_at > $2 and seen_at + idle > $2
		order by seen_at desc, session_id desc`
	qInsertSession = `insert into staff_session (session_id, staff_id, token_hash, whole, remember, created_at, seen_at, idle, ends_at, proven_at, address, agent)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	qSeen            = `update staff_session set seen_at = $2 where session_id = $1 and seen_at <= $3`
	qProven          = `update staff_session set proven_at = $2 where session_id = $1`
	qDropByToken     = `delete from staff_session where token_hash = $1`
	qDropSession     = `delete from staff_session where session_id = $1 and staff_id = $2`
	qDropSessions    = `delete from staff_session where staff_id = $1`
	qDropOthers      = `delete from staff_session where staff_id = $1 and session_id <> $2`
	qDropOldSessions = `delete from staff_session where staff_id = $1 and (ends_at <= $2 or seen_at + idle <= $2
		or session_id in (select session_id from staff_session where staff_id = $1 order by session_id desc limit 1000 offset $3))`
	qTidySessions = `delete from staff_session where ends_at <= $1 or seen_at + idle <= $1`
	qAddLink      = `insert into staff_link (hash, staff_id, purpose, ends_at) values ($1, $2, $3, $4)`
	qLink         = `select staff_id, purpose, ends_at from staff_link where hash = $1 and ends_at > $2`
	qDropLinks    = `delete from staff_link where staff_id = $1`
	qTidyLinks    = `delete from staff_link where ends_at <= $1`

	qMakeTry     = `insert into staff_try (subject, tries, tried_at, free_at) values ($1, 0, 0, 0) on conflict (subject) do nothing`
	qTry         = `select tries, tried_at, free_at from staff_try where subject = $1`
	qPutTry      = `update staff_try set tries = $2, tried_at = $3, free_at = $4 where subject = $1`
	qForgetTry   = `delete from staff_try where subject = $1`
	qGiveTryBack = `update staff_try set free_at = case when tries <= $2 then 0 else free_at end, tries = tries - 1 where subject = $1 and tries > 0`
	qTidyTries   = `delete from staff_try where tried_at <= $1 and free_at <= $2`

	roleColumns = `code, name, permissions, state, version`
	qRoleByCode = `select ` + roleColumns + ` from staff_role where code = $1`
	qRoles      = `select ` + roleColumns + ` from staff_role order by search_folded, code`
	qCountRoles = `select count(*) from staff_role`
	// Of those who may come back too.
	qCountOfRole = `select count(*) from staff where role = $1 and state <> $2`
	qInsertRole  = `insert into staff_role (code, name, permissions, state, version, search_folded) values ($1, $2, $3, $4, $5, $6)`
	qUpdateRole  = `update staff_role set name = $2, permissions = $3, state = $4, version = $5, search_folded = $6 where code = $1`
)

// login is a person with what he proves himself by.
type login struct {
	Person
	password        string
	totp, totpBegun []byte // sealed
	totpStep        int64
}

func (p *login) places() []any {
	return []any{
		&p.ID, &p.Name, &p.Email, &p.Role, &p.Lang, &p.State, &p.TOTP, &p.Passkeys, (*int64)(&p.Created), (*int64)(&p.Seen), &p.Version,
		&p.password, &p.totp, &p.totpBegun, &p.totpStep,
	}
}

func scanLogin(r db.Row) (p login, err error) {
	err = r.Scan(p.places()...)
	return p, err
}

func loginByID(ctx context.Context, q db.Q, person id.ID) (login, error) {
	return scanLogin(q.Row(ctx, qLoginByID, person))
}

func personByEmail(ctx context.Context, q db.Q, folded string) (login, error) {
	if strings.ContainsRune(folded, 0) {
		return login{}, db.ErrNotFound
	}
	return scanLogin(q.Row(ctx, qLoginByEmail, folded))
}

// lockPerson reads a person with his places and holds the row.
func lockPerson(ctx context.Context, tx *db.Tx, person id.ID) (login, error) {
	p, err := scanLogin(tx.Row(ctx, qLoginByID+tx.Dialect().ForUpdate(), person))
	if err != nil {
		return login{}, err
	}
	err = addPlaces(ctx, tx, &p.Person)
	return p, err
}

func personByID(ctx context.Context, q db.Q, person id.ID) (Person, error) {
	p, err := loginByID(ctx, q, person)
	if err != nil {
		return Person{}, err
	}
	err = addPlaces(ctx, q, &p.Person)
	return p.Person, err
}

func addPlaces(ctx context.Context, q db.Q, p *Person) error {
	return q.Each(ctx, func(r db.Row) error {
		var partner int64
		var place id.ID
		if err := r.Scan(&partner, &place); err != nil {
			return err
		}
		if partner == 1 {
			p.Partners = append(p.Partners, place)
		} else {
			p.Outlets = append(p.Outlets, place)
		}
		return nil
	}, qPlaces, p.ID)
}

// outletsOf gives the outlets that a person is narrowed to, his partners' too.
func outletsOf(ctx context.Context, q db.Q, p Person) ([]id.ID, error) {
	if len(p.Partners) == 0 {
		return p.Outlets, nil
	}
	all, err := db.All(ctx, q, func(r db.Row) (i id.ID, err error) { err = r.Scan(&i); return i, err }, qPartnerOutlets, p.ID)
	if err != nil {
		return nil, err
	}
	all = append(append([]id.ID{}, p.Outlets...), all...) // a partner's that has none are none, which is not all
	slices.Sort(all)
	return slices.Compact(all), nil
}

func countPeople(ctx context.Context, q db.Q) (n int64, err error) {
	err = q.Row(ctx, qCountPeople).Scan(&n)
	return n, err
}

func insertPerson(ctx context.Context, q db.Q, p Person, hash string) error {
	_, err := q.Exec(ctx, qInsertPerson, p.ID, p.Name, p.Email, foldEmail(p.Email), p.Role, p.Lang, p.State, hash, p.Created, p.Version,
		reference.Fold(p.Name, p.Email))
	if errors.Is(err, db.ErrConflict) {
		return fault.Wrap(err, fault.Conflict, "staff.email-taken")
	}
	return err
}

// updatePerson writes what Save and the states change; the e-mail of a closed
// one is free.
func updatePerson(ctx context.Context, q db.Q, p Person) error {
	var folded any = foldEmail(p.Email)
	if p.State == Closed {
		folded = nil
	}
	_, err := q.Exec(ctx, qUpdatePerson, p.ID, p.Name, p.Email, folded, p.Role, p.Lang, p.State, p.Version, reference.Fold(p.Name, p.Email))
	if errors.Is(err, db.ErrConflict) {
		return fault.Wrap(err, fault.Conflict, "staff.email-taken")
	}
	return err
}

// putPlaces writes where the person works in place of where he did.
func putPlaces(ctx context.Context, q db.Q, p Person) error {
	for _, of := range []struct {
		drop, add string
		places    []id.ID
	}{{qDropOutlets, qAddOutlet, p.Outlets}, {qDropPartners, qAddPartner, p.Partners}} {
		if _, err := q.Exec(ctx, of.drop, p.ID); err != nil {
			return err
		}
		for _, place := range of.places {
			if _, err := q.Exec(ctx, of.add, p.ID, place); err != nil {
				return err
			}
		}
	}
	return nil
}

// there refuses places that are not there.
func there(ctx context.Context, q db.Q, count string, places []id.ID) error {
	for _, place := range places {
		var n int64
		if err := q.Row(ctx, count, place).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Invalid, "staff.place-not-found")
		}
	}
	return nil
}

// listed is a person with what the list goes by.
type listed struct {
	Person
	key string
}

func scanListed(r db.Row) (p listed, err error) {
	var l login
	err = r.Scan(append(l.places(), &p.key)...)
	p.Person = l.Person
	return p, err
}

func (s *Session) places() []any {
	return []any{
		&s.ID, &s.Person, &s.Whole, &s.Remember, (*int64)(&s.Created), (*int64)(&s.Seen), (*int64)(&s.Ends), (*int64)(&s.Proven),
		&s.Where.Address, &s.Where.Agent,
	}
}

func scanSession(r db.Row) (s Session, err error) {
	err = r.Scan(s.places()...)
	return s, err
}

// sessionByToken also gives how long it may idle, in microseconds.
func sessionByToken(ctx context.Context, q db.Q, hash []byte) (s Session, idle int64, err error) {
	err = q.Row(ctx, qSessionByToken, hash).Scan(append(s.places(), &idle)...)
	return s, idle, err
}

func insertSession(ctx context.Context, q db.Q, s Session, hash []byte, idle int64) error {
	_, err := q.Exec(ctx, qInsertSession, s.ID, s.Person, hash, s.Whole, s.Remember, s.Created, s.Seen, idle, s.Ends, s.Proven,
		s.Where.Address, s.Where.Agent)
	return err
}

// dropOldSessions makes room for one more.
func dropOldSessions(ctx context.Context, q db.Q, person id.ID, now clock.Micros) error {
	_, err := q.Exec(ctx, qDropOldSessions, person, now, maxSessions-1)
	return err
}

// try is how often a subject was tried.
type try struct {
	tries    int64
	at, free clock.Micros
}

func lockTry(ctx context.Context, tx *db.Tx, subject string) (t try, err error) {
	if _, err := tx.Exec(ctx, qMakeTry, subject); err != nil {
		return try{}, err
	}
	err = tx.Row(ctx, qTry+tx.Dialect().ForUpdate(), subject).Scan(&t.tries, (*int64)(&t.at), (*int64)(&t.free))
	return t, err
}

func putTry(ctx context.Context, q db.Q, subject string, t try) error {
	_, err := q.Exec(ctx, qPutTry, subject, t.tries, t.at, t.free)
	return err
}

func scanRole(r db.Row) (role Role, err error) {
	var permissions string
	if err := r.Scan(&role.Code, &role.Name, &permissions, &role.State, &role.Version); err != nil {
		return Role{}, err
	}
	for _, p := range strings.Fields(permissions) {
		role.Permissions = append(role.Permissions, Permission(p))
	}
	role.Permissions = inOrder(role.Permissions)
	return role, nil
}

func roleByCode(ctx context.Context, q db.Q, code string) (Role, error) {
	for _, role := range builtIn() {
		if role.Code == code {
			return role, nil
		}
	}
	return scanRole(q.Row(ctx, qRoleByCode, code))
}

func insertRole(ctx context.Context, q db.Q, r Role) error {
	_, err := q.Exec(ctx, qInsertRole, r.Code, r.Name, joined(r.Permissions), r.State, r.Version, reference.Fold(r.Name))
	return err
}

func updateRole(ctx context.Context, q db.Q, r Role) error {
	_, err := q.Exec(ctx, qUpdateRole, r.Code, r.Name, joined(r.Permissions), r.State, r.Version, reference.Fold(r.Name))
	return err
}

func joined(permissions []Permission) string {
	names := make([]string, len(permissions))
	for i, p := range permissions {
		names[i] = string(p)
	}
	return strings.Join(names, " ")
}
