package db

import (
	"context"
	"fmt"
	"strings"

	"kopilka/internal/platform/fault"
)

// Setting is one durability setting of the engine.
type Setting struct {
	Name  string
	Value string
	OK    bool // an acknowledged commit survives a crash with it
}

// Durability reads the engine's durability settings, as the connections that
// write have them.
func (d *DB) Durability(ctx context.Context) ([]Setting, error) {
	if d.pool != nil {
		return d.durabilityPG(ctx)
	}
	var out []Setting
	err := d.onConn(ctx, d.w, func(c *liteConn) error {
		for _, p := range []struct{ name, good string }{{"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"}} {
			var v any
			if err := c.row(ctx, "pragma "+p.name, nil).Scan(&v); err != nil {
				return err
			}
			s := fmt.Sprint(v)
			out = append(out, Setting{Name: p.name, Value: s, OK: strings.EqualFold(s, p.good)})
		}
		return nil
	})
	return out, err
}

func (d *DB) durabilityPG(ctx context.Context) ([]Setting, error) {
	var out []Setting
	for _, name := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		s := Setting{Name: name}
		if err := d.wr.QueryRow(ctx, "select current_setting($1)", name).Scan(&s.Value); err != nil {
			return nil, err
		}
		switch s.Value {
		case "on", "remote_write", "remote_apply":
			s.OK = true
		}
		out = append(out, s)
	}
	return out, nil
}

func (d *DB) checkDurable(ctx context.Context) error {
	all, err := d.Durability(ctx)
	if err != nil {
		return err
	}
	for _, s := range all {
		if !s.OK {
			return fault.New(fault.Unavailable, "db.not-durable", "setting", s.Name, "value", s.Value)
		}
	}
	return nil
}
