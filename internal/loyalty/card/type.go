package card

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// Kind says what cards of a type are.
type Kind string

// The kinds of cards.
const (
	Plastic Kind = "plastic" // its number is printed on it
	Virtual Kind = "virtual" // its number is made here
	Phone   Kind = "phone"   // its number is the member's main phone
	Wallet  Kind = "wallet"  // a pass in a phone; its number is made here
)

// Type is a type of cards: «Стандарт», «VIP». Its code and kind never change.
type Type struct {
	ID         id.ID        `json:"id"`
	Code       string       `json:"code"`
	Name       string       `json:"name"`
	Kind       Kind         `json:"kind"`
	Properties Properties   `json:"properties"`
	Active     bool         `json:"active"` // false: no more are issued
	CreatedAt  clock.Micros `json:"created_at"`
}

// Properties are the same for every card of a type.
type Properties struct {
	Prefix    string `json:"prefix"`     // of numbers made here: 2 to 4 digits, 20 to 29 first
	Secret    bool   `json:"secret"`     // each gets a secret code, made if none is given
	ByHand    bool   `json:"by_hand"`    // issued as new, to be activated
	StockOnly bool   `json:"stock_only"` // plastic: only numbers printed ahead
	Unchecked bool   `json:"unchecked"`  // plastic: 8 or 13 digits need not be an EAN
}

// Limits on types of cards, in characters.
const (
	MaxCode = 50
	MaxName = 100
)

const (
	typeColumns = `card_type_id, code, name, kind, properties, active, created_at`

	qType    = `select ` + typeColumns + ` from card_type where card_type_id = $1`
	qTypes   = `select ` + typeColumns + ` from card_type order by code`
	qPutType = `insert into card_type (card_type_id, code, name, kind, properties, active, created_at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (card_type_id) do update set name = excluded.name, properties = excluded.properties, active = excluded.active
where card_type.kind = excluded.kind and card_type.code = excluded.code`
)

// Types lists the types of cards by code, those no longer issued too.
func Types(ctx context.Context, q db.Q) ([]Type, error) {
	return db.All(ctx, q, scanType, qTypes)
}

// PlasticType is the type of a card by what is printed on it: of the batch that
// its number is of, else the only type of plastic of which cards are issued.
func PlasticType(ctx context.Context, q db.Q, number string) (id.ID, error) {
	s, err := FindStock(ctx, q, number)
	if err == nil || !fault.Is(err, "card.not-in-stock") {
		return s.Type, err
	}
	list, err := Types(ctx, q)
	if err != nil {
		return 0, err
	}
	list = slices.DeleteFunc(list, func(t Type) bool { return t.Kind != Plastic || !t.Active })
	if len(list) != 1 {
		return 0, fault.New(fault.Refused, "card.type-unclear", "types", len(list))
	}
	return list[0].ID, nil
}

// GetType reads a type of cards.
func GetType(ctx context.Context, q db.Q, t id.ID) (Type, error) {
	out, err := scanType(q.Row(ctx, qType, t))
	if errors.Is(err, db.ErrNotFound) {
		err = fault.New(fault.NotFound, "card.no-type")
	}
	return out, err
}

func scanType(r db.Row) (Type, error) {
	var t Type
	var properties string
	if err := r.Scan(&t.ID, &t.Code, &t.Name, &t.Kind, &properties, &t.Active, &t.CreatedAt); err != nil {
		return t, err
	}
	return t, json.Unmarshal([]byte(properties), &t.Properties)
}

// SaveType makes a type of cards (one without an id) or changes it.
func (c *Cards) SaveType(ctx context.Context, t Type) (Type, error) {
	if err := t.check(); err != nil {
		return t, err
	}
	if t.ID == 0 {
		t.ID, t.CreatedAt = c.Members.IDs.New(), c.Members.Clock.Now()
	}
	properties, err := json.Marshal(t.Properties)
	if err != nil {
		return t, err
	}
	err = c.Members.DB.Write(ctx, func(tx *db.Tx) error {
		var before any
		if old, err := GetType(ctx, tx, t.ID); err == nil {
			before = old
		}
		n, err := tx.Exec(ctx, qPutType, t.ID, t.Code, t.Name, t.Kind, string(properties), t.Active, t.CreatedAt)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "card.type-fixed")
		}
		return audit.Saved(ctx, tx, c.Members.Clock.Now(), err, "card_type", t.ID, before, t)
	})
	if errors.Is(err, db.ErrConflict) {
		return t, fault.Wrap(err, fault.Conflict, "card.code-taken")
	}
	return t, err
}

func (t *Type) check() error {
	var wrong []fault.Field
	if t.Code == "" || len(t.Code) > MaxCode || strings.Trim(t.Code, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		wrong = append(wrong, fault.Field{Path: "code", Code: "card.bad-code", Args: fault.Pairs("max", MaxCode)})
	}
	t.Name = strings.TrimSpace(t.Name)
	if t.Name == "" || !text.Valid(t.Name, MaxName) {
		wrong = append(wrong, fault.Field{Path: "name", Code: "card.bad-name", Args: fault.Pairs("max", MaxName)})
	}
	p := &t.Properties
	switch t.Kind {
	case Virtual, Wallet:
		if _, err := crypto.VirtualNumber(p.Prefix, zeros{}); err != nil {
			wrong = append(wrong, fault.Field{Path: "properties.prefix", Code: "crypto.prefix-invalid"})
		}
	case Plastic:
		if _, err := crypto.VirtualNumber(p.Prefix, zeros{}); err != nil && p.Prefix != "" {
			wrong = append(wrong, fault.Field{Path: "properties.prefix", Code: "crypto.prefix-invalid"})
		}
	case Phone:
		if p.Prefix != "" {
			wrong = append(wrong, fault.Field{Path: "properties.prefix", Code: "crypto.prefix-invalid"})
		}
	default:
		wrong = append(wrong, fault.Field{Path: "kind", Code: "card.bad-kind"})
	}
	if t.Kind != Plastic && (p.StockOnly || p.Unchecked) {
		wrong = append(wrong, fault.Field{Path: "properties", Code: "card.bad-kind"})
	}
	if len(wrong) > 0 {
		return fault.New(fault.Invalid, "card.invalid").With(wrong...)
	}
	return nil
}

// zeros is no randomness at all, to try a prefix with.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func reasonText(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" || utf8.RuneCountInString(s) > MaxReason || !text.Valid(s, MaxReason) {
		return "", fault.New(fault.Invalid, "card.bad-reason", "max", MaxReason)
	}
	return s, nil
}
