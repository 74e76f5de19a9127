// Package organization is whose programme a base holds: what the organization
// is called, the zone that its pages tell time in, and its language. There is
// one in a base; until it is set up it has no name.
package organization

import (
	"context"
	"errors"
	"time"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/reference"
)

// Organization is whose base it is.
type Organization struct {
	Name    string
	Zone    string    // IANA name
	Lang    i18n.Lang // of letters and of people who have chosen none
	Version int64     // 0: not set up
}

// Default is an organization that was not set up.
func Default() Organization { return Organization{Zone: "Europe/Moscow", Lang: i18n.RU} }

// Location is the zone as a clock takes it.
func (o *Organization) Location() *time.Location {
	z, err := time.LoadLocation(o.Zone)
	if err != nil {
		return time.UTC
	}
	return z
}

const (
	qLoad = `select name, zone, lang, version from organization where one = 1`
	qSave = `insert into organization (one, name, zone, lang, version) values (1, $1, $2, $3, 1)
on conflict (one) do update set name = excluded.name, zone = excluded.zone, lang = excluded.lang, version = organization.version + 1
where organization.version = $4`
)

// Load reads the organization; Default where it was not set up.
func Load(ctx context.Context, q db.Q) (Organization, error) {
	var o Organization
	err := q.Row(ctx, qLoad).Scan(&o.Name, &o.Zone, &o.Lang, &o.Version)
	if errors.Is(err, db.ErrNotFound) {
		return Default(), nil
	}
	return o, err
}

// Check refuses what can be no organization: reference.invalid with fields name,
// zone, lang.
func (o *Organization) Check() error {
	var f reference.Form
	f.Name("name", &o.Name)
	if z, err := time.LoadLocation(o.Zone); err != nil || z == time.Local || o.Zone == "" {
		f.Add(fault.Field{Path: "zone", Code: "organization.zone"})
	}
	if o.Lang != i18n.RU && o.Lang != i18n.EN {
		f.Add(fault.Field{Path: "lang", Code: "organization.lang"})
	}
	return f.Err()
}

// Save stores the organization if the one that is there is still of its
// Version. Faults: those of Check; reference.changed.
func Save(ctx context.Context, q db.Q, o Organization) error {
	if err := o.Check(); err != nil {
		return err
	}
	n, err := q.Exec(ctx, qSave, o.Name, o.Zone, string(o.Lang), o.Version)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "reference.changed")
	}
	return err
}
