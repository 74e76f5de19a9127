package app

import (
	"context"

	"kopilka/internal/loyalty/programme/draft"
)

type programmeSchemaCmd struct{}

// Run prints the JSON Schema of a programme's text, for editors.
func (*programmeSchemaCmd) Run(_ context.Context, p *program) error {
	_, err := p.stdout.Write(draft.Schema(func(key string) string { return p.texts.Text(p.lang, key) }))
	return err
}
