package member

import (
	"context"
	"crypto/sha256"
	"errors"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// ConsentText is one version of a wording that members consent to. It never
// changes once published; another wording is the next version.
type ConsentText struct {
	ID          id.ID        `json:"id"`
	Version     int64        `json:"version"`
	Kind        ConsentKind  `json:"kind"`
	Language    string       `json:"language"`
	Title       string       `json:"title"`
	Body        string       `json:"body"`
	SHA256      []byte       `json:"sha256"` // of title, a line break and body
	PublishedAt clock.Micros `json:"published_at"`
}

// Limits on a consent text, in characters.
const (
	MaxTextTitle = 200
	MaxTextBody  = 200_000
)

const (
	textColumns = `text_id, version, kind, language, title, body, sha256, published_at`

	qPutText = `insert into consent_text (text_id, version, kind, language, title, body, sha256, published_at)
values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`
	qText     = `select ` + textColumns + ` from consent_text where text_id = $1 and version = $2`
	qLastText = `select ` + textColumns + ` from consent_text where text_id = $1 order by version desc limit 1`
	// Bodies may be long, and lists show none.
	qTextVersions = `select text_id, version, kind, language, title, '', sha256, published_at from consent_text
where text_id = $1 and (version < $2 or $2 = 0) order by version desc limit $3`
	// What is shown today: the last version of each text.
	qTextsNow = `select ` + textColumns + ` from consent_text t
where version = (select max(o.version) from consent_text o where o.text_id = t.text_id) order by kind, language, text_id`
)

// PublishText publishes a wording: the first version of a new text where t has
// no ID, else the next version of that one, whose kind and language stay. Where t
// has a Version too, it is to be just that one: what is sent twice, or by two at
// once, is published once. A first version may so come with an ID of its own.
func (m *Members) PublishText(ctx context.Context, t ConsentText) (ConsentText, error) {
	var f form
	f.needed("title", &t.Title, MaxTextTitle)
	body, wrong := checkLines(t.Body)
	if wrong == nil && len([]rune(body)) > MaxTextBody {
		wrong = tooLong(MaxTextBody)
	}
	if wrong == nil && body == "" {
		wrong = mandatory()
	}
	f.add("body", wrong)
	switch t.Kind {
	case ToRules, ToPersonalData, ToAdvertising:
	default:
		f.add("kind", &fault.Field{Code: "member.bad-kind"})
	}
	if t.Language == "" {
		f.add("language", mandatory())
	}
	_, wrong = checkLanguage(t.Language)
	f.add("language", wrong)
	if err := f.err(); err != nil {
		return t, err
	}
	sum := sha256.Sum256([]byte(t.Title + "\n" + body))
	t.Body, t.SHA256, t.PublishedAt = body, sum[:], m.Clock.Now()
	text, wanted := t.ID, t.Version
	err := m.DB.Write(ctx, func(tx *db.Tx) error {
		t.ID, t.Version = text, 1
		if text == 0 {
			t.ID = m.IDs.New()
		} else if err := t.follow(ctx, tx, wanted); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qPutText, t.ID, t.Version, t.Kind, t.Language, t.Title, t.Body, t.SHA256, t.PublishedAt)
		if err == nil && n == 0 {
			err = textMoved(t.Version)
		}
		return audit.Saved(ctx, tx, t.PublishedAt, err, "consent_text", t.ID, nil, t)
	})
	return t, err
}

// follow makes t the version after the last one, and the one that is wanted.
func (t *ConsentText) follow(ctx context.Context, q db.Q, wanted int64) error {
	last, err := scanText(q.Row(ctx, qLastText, t.ID))
	switch {
	case errors.Is(err, db.ErrNotFound) && wanted == 1:
		return nil
	case err != nil:
		return noText(err)
	case last.Kind != t.Kind || last.Language != t.Language:
		return fault.New(fault.Conflict, "member.bad-text-kind")
	case wanted != 0 && wanted != last.Version+1:
		return textMoved(last.Version)
	}
	t.Version = last.Version + 1
	return nil
}

func textMoved(last int64) error {
	return fault.New(fault.Conflict, "member.text-moved", "version", last)
}

// GetText gives one version of a text.
func GetText(ctx context.Context, q db.Q, text id.ID, version int64) (ConsentText, error) {
	t, err := scanText(q.Row(ctx, qText, text, version))
	return t, noText(err)
}

// LastText gives the version of a text that is shown today.
func LastText(ctx context.Context, q db.Q, text id.ID) (ConsentText, error) {
	t, err := scanText(q.Row(ctx, qLastText, text))
	return t, noText(err)
}

// TextVersions lists the versions of a text without their bodies, newest first,
// page by page: before is the last one already had, zero for the beginning.
func TextVersions(ctx context.Context, q db.Q, text id.ID, before int64, limit int) ([]ConsentText, error) {
	return db.All(ctx, q, scanText, qTextVersions, text, before, pageSize(limit))
}

// TextsNow lists the last version of each text.
func TextsNow(ctx context.Context, q db.Q) ([]ConsentText, error) {
	return db.All(ctx, q, scanText, qTextsNow)
}

func scanText(r db.Row) (ConsentText, error) {
	var t ConsentText
	err := r.Scan(&t.ID, &t.Version, &t.Kind, &t.Language, &t.Title, &t.Body, &t.SHA256, &t.PublishedAt)
	return t, err
}
