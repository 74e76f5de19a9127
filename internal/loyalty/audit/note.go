package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

const (
	maxDoc    = 64 << 10 // bytes; of a longer document its hash is kept
	maxLine   = 200      // characters of a name, an address, an agent
	maxSearch = 2000     // characters that are searched
)

// Note notes a change as the doing of the context's actor. It belongs into the
// transaction of the change, at its end: the end of the trail is locked until
// it commits.
func Note(ctx context.Context, q db.Q, now clock.Micros, e Entry) error {
	r := Record{At: now, Actor: Of(ctx).clipped(), Action: e.Action, Target: e.Target}
	var err error
	if r.Before, err = document(e.Before); err != nil {
		return err
	}
	if r.After, err = document(e.After); err != nil {
		return err
	}
	var last []byte
	if err := q.Row(ctx, qNext, []byte{}).Scan(&r.Seq, &last); err != nil {
		return err
	}
	r.Hash = r.hash(last)
	if err := insert(ctx, q, r); err != nil {
		return err
	}
	_, err = q.Exec(ctx, qHead, r.Hash)
	return err
}

func (a Actor) clipped() Actor {
	for _, s := range []*string{&a.Name, &a.Address, &a.Agent} {
		*s = strings.ToValidUTF8(text.Clip(strings.ReplaceAll(*s, "\x00", ""), maxLine), "")
	}
	return a
}

// hash makes the row's hash of the one before and of all that it says, each
// part with its length, so that nothing can move from one to the next.
func (r *Record) hash(last []byte) []byte {
	h := sha256.New()
	number := func(n int64) { _, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(n))) }
	part := func(s string) {
		number(int64(len(s)))
		_, _ = h.Write([]byte(s))
	}
	part(string(last))
	number(r.Seq)
	number(int64(r.At))
	number(int64(r.Actor.ID))
	for _, s := range []string{
		string(r.Actor.Kind), r.Actor.Name, r.Actor.Address, r.Actor.Agent, r.Action, r.Target.Kind, r.Target.ID, r.Before, r.After,
	} {
		part(s)
	}
	return h.Sum(nil)
}

// document gives what is kept of a thing: JSON whose fields are named as the
// API names them.
func document(v any) (string, error) {
	if v == nil {
		return "", nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("audit: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return "", fmt.Errorf("audit: %w", err)
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(plain(tree)); err != nil {
		return "", fmt.Errorf("audit: %w", err)
	}
	doc := strings.ReplaceAll(strings.TrimSpace(out.String()), `\u0000`, "")
	if len(doc) > maxDoc {
		sum := sha256.Sum256([]byte(doc))
		doc = fmt.Sprintf(`{"bytes":%d,"sha256":"%s"}`, len(doc), hex.EncodeToString(sum[:]))
	}
	return doc, nil
}

// plain names the fields of objects in lower case and leaves the empty ones
// out.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, value := range v {
			if value = plain(value); value != nil && value != "" && value != false {
				out[FieldName(name)] = value
			}
		}
		return out
	case []any:
		if len(v) == 0 {
			return nil
		}
		for i := range v {
			v[i] = plain(v[i])
		}
		return v
	}
	return v
}

// FieldName is how the trail names a field of a document: OutletIDs is
// outlet_ids.
func FieldName(name string) string {
	var b strings.Builder
	letters := []rune(name)
	for i, r := range letters {
		if unicode.IsUpper(r) && i > 0 {
			after := i+1 < len(letters) && unicode.IsLower(letters[i+1]) && letters[i+1] != 's'
			if !unicode.IsUpper(letters[i-1]) && letters[i-1] != '_' || after && unicode.IsUpper(letters[i-1]) {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// searched is the text by which a record is found: who, what and on what, and
// the words of the documents.
func (r *Record) searched() string {
	words := []string{r.Actor.Name, r.Actor.Address, r.Action, r.Target.ID}
	for _, doc := range []string{r.After, r.Before} {
		var tree any
		if json.Unmarshal([]byte(doc), &tree) == nil {
			words = texts(words, tree)
		}
	}
	return text.Fold(text.Clip(strings.Join(words, " "), maxSearch))
}

// texts adds the texts of a document, in the order of their names.
func texts(words []string, v any) []string {
	switch v := v.(type) {
	case string:
		return append(words, v)
	case []any:
		for _, item := range v {
			words = texts(words, item)
		}
	case map[string]any:
		for _, name := range sorted(v) {
			words = texts(words, v[name])
		}
	}
	return words
}

// Saved notes that a row of reference was made (before nil) or changed, unless
// writing it failed: err is what came of that.
func Saved(ctx context.Context, q db.Q, now clock.Micros, err error, kind string, i id.ID, before, after any) error {
	if err != nil {
		return err
	}
	return Note(ctx, q, now, Entry{Action: kind + ".saved", Target: On(kind, i), Before: before, After: after})
}

// Now is the machine's time, for who makes ids and has no clock.
func Now(ids *id.Maker) clock.Micros { return clock.Of(ids.New().Time()) }
