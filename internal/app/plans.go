package app

import (
	"context"

	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/id"
)

// mayPublish tells whether a person may put a programme into force now, at all its
// outlets: he need not be signed in.
func (c *Core) mayPublish(ctx context.Context, person id.ID, p *rule.Programme) (bool, error) {
	who, err := c.Staff.Standing(ctx, person)
	return err == nil && who.Can(staff.ProgrammePublish) && who.Covers(p.Outlets, p.Partners), err
}

// readDraft reads the text of a draft by the names of the base.
func (c *Core) readDraft(ctx context.Context, text string) (rule.Programme, error) {
	names := draft.NewBase(ctx, c.DB, c.Directory)
	read, err := draft.Read([]byte(text), names)
	if broken := names.Err(); broken != nil {
		return rule.Programme{}, broken
	}
	if err != nil {
		return rule.Programme{}, err
	}
	return read.Programme, nil
}
