package verify

import (
	"encoding/json"
	"fmt"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// hasVersion tells whether a programme's version is there; one that is stays.
func (c *homeCheck) hasVersion(programme id.ID, v int64) (bool, error) {
	return c.has(version{programme, v}, qHasVersion, programme, v)
}

// hasProgramme tells whether a programme is there.
func (c *homeCheck) hasProgramme(programme id.ID) (bool, error) {
	return c.has(version{programme: programme, version: -1}, qHasProgramme, programme)
}

func (c *homeCheck) has(v version, q string, args ...any) (bool, error) {
	if v.programme == 0 { // a receipt under none
		return true, nil
	}
	if _, ok := c.versions.Load(v); ok {
		return true, nil
	}
	var n int64
	if err := c.q.Row(c.ctx, q, args...).Scan(&n); err != nil || n == 0 {
		return false, err
	}
	c.versions.Store(v, true)
	return true, nil
}

// programmes holds each programme to its newest version.
func (r *run) programmes() error {
	var n int64
	err := r.view(func(q *db.Snapshot) error {
		return q.Each(r.ctx, func(row db.Row) error {
			var v version
			var doc []byte
			if err := row.Scan((*int64)(&v.programme), &v.version, &doc); err != nil {
				return err
			}
			n++
			if found, ok := sound(v, doc); !ok {
				r.bad(place{0, n}, ProgrammeVersion, "programme", fmt.Sprintf("programme_id=%s", v.programme), found, fmt.Sprintf("version %d", v.version))
			}
			return nil
		}, qProgrammes)
	})
	if err == nil {
		r.did("programmes", 0, func(c *Counts) { c.Programmes += n })
	}
	return err
}

// sound tells whether the document is that version of the programme.
func sound(v version, doc []byte) (found string, ok bool) {
	if doc == nil {
		return "no such version", false
	}
	p := rule.Programme{}
	if err := json.Unmarshal(doc, &p); err != nil {
		return err.Error(), false
	}
	if err := p.Compile(); err != nil {
		return err.Error(), false
	}
	return fmt.Sprintf("programme %s version %d", p.ID, p.Version), p.ID == v.programme && p.Version == v.version
}
