package member

import (
	"context"
	"errors"
	"net/netip"
	"strings"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// ConsentKind says to what a member consents; each is asked for apart.
type ConsentKind string

// The kinds of consent.
const (
	ToRules        ConsentKind = "rules"         // the programme's terms
	ToPersonalData ConsentKind = "personal_data" // that it is processed
	ToAdvertising  ConsentKind = "advertising"   // over one channel
)

// ConsentChannel is what advertising may come over.
type ConsentChannel string

// The channels of advertising; other kinds of consent have none.
const (
	BySMS   ConsentChannel = "sms"
	ByEmail ConsentChannel = "email"
	ByPush  ConsentChannel = "push"
	ByCall  ConsentChannel = "call"
)

// ConsentAction is what a member did.
type ConsentAction string

// The actions.
const (
	Granted   ConsentAction = "granted"
	Withdrawn ConsentAction = "withdrawn"
)

// NewConsent is a consent as it is given or withdrawn.
type NewConsent struct {
	Kind    ConsentKind
	Channel ConsentChannel // of advertising
	Action  ConsentAction
	// Which text he saw; a withdrawal needs none.
	Text        id.ID
	TextVersion int64
	IP          string // his, where he acts himself
	UserAgent   string
	Proof       string // what shows that it was him: a code's id, a signed paper's number, a link's token
}

// Consent is one row of what a member granted and withdrew, kept for good.
type Consent struct {
	ID          id.ID          `json:"id"`
	Kind        ConsentKind    `json:"kind"`
	Channel     ConsentChannel `json:"channel,omitempty"`
	Action      ConsentAction  `json:"action"`
	Text        id.ID          `json:"text,omitzero"`
	TextVersion int64          `json:"text_version,omitempty"`
	TextSHA256  []byte         `json:"text_sha256,omitempty"`
	At          clock.Micros   `json:"at"`
	Source      string         `json:"source"`
	IP          string         `json:"ip,omitempty"`
	UserAgent   string         `json:"user_agent,omitempty"`
	Outlet      id.ID          `json:"outlet,omitzero"`
	Actor       ActorKind      `json:"actor_kind"`
	By          id.ID          `json:"actor,omitzero"`
	Proof       string         `json:"proof,omitempty"`
}

// Limits on a consent, texts in characters.
const (
	MaxConsents  = 20 // of one request
	MaxUserAgent = 400
	MaxProof     = 500
)

const (
	consentColumns = `consent_id, kind, channel, action, text_id, text_version, text_sha256, at, source, ip, user_agent,
 outlet_id, actor_kind, actor_id, proof`

	qPutConsent = `insert into consent (home_id, consent_id, kind, channel, action, text_id, text_version, text_sha256, at, source, ip,
 user_agent, outlet_id, actor_kind, actor_id, proof)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`

	qConsents = `select ` + consentColumns + ` from consent
where home_id = $1 and (consent_id < $2 or $2 = 0) order by consent_id desc limit $3`

	// The last word of each kind and channel.
	qConsentsNow = `select ` + consentColumns + ` from consent c
where home_id = $1 and consent_id = (select max(o.consent_id) from consent o
 where o.home_id = c.home_id and o.kind = c.kind and o.channel = c.channel)
order by kind, channel`
)

// Consent notes what a member grants or withdraws.
func (m *Members) Consent(ctx context.Context, h home.ID, list []NewConsent, by Actor) ([]Consent, error) {
	var f form
	f.consents(list)
	if err := f.err(); err != nil {
		return nil, err
	}
	var out []Consent
	err := m.DB.Write(ctx, func(tx *db.Tx) error {
		v, err := LockOpen(ctx, tx, h, 0)
		if err != nil {
			return err
		}
		if err := addConsents(ctx, tx, m.IDs, v.Home, list, by, m.Clock.Now()); err != nil {
			return err
		}
		out, err = ConsentsNow(ctx, tx, h)
		return err
	})
	return out, err
}

// ConsentsNow gives the last word of each kind and channel of which a member
// has said anything; of what is not there he has granted nothing.
func ConsentsNow(ctx context.Context, q db.Q, h home.ID) ([]Consent, error) {
	return db.All(ctx, q, scanConsent, qConsentsNow, h)
}

// Consents lists all that a member granted and withdrew, newest first, page by
// page: before is the id of the last row already had, zero for the beginning.
func Consents(ctx context.Context, q db.Q, h home.ID, before id.ID, limit int) ([]Consent, error) {
	return db.All(ctx, q, scanConsent, qConsents, h, before, pageSize(limit))
}

func (f *form) consents(list []NewConsent) {
	if len(list) > MaxConsents {
		f.add("consents", tooMany(MaxConsents))
		return
	}
	for i := range list {
		f.consent(pathOf("consents", i), &list[i])
	}
}

func (f *form) consent(path string, c *NewConsent) {
	switch c.Kind {
	case ToRules, ToPersonalData:
		if c.Channel != "" {
			f.add(path+".channel", &fault.Field{Code: "member.bad-channel"})
		}
	case ToAdvertising:
		switch c.Channel {
		case BySMS, ByEmail, ByPush, ByCall:
		default:
			f.add(path+".channel", &fault.Field{Code: "member.bad-channel"})
		}
	default:
		f.add(path+".kind", &fault.Field{Code: "member.bad-kind"})
	}
	switch c.Action {
	case Granted:
		if c.Text == 0 || c.TextVersion == 0 {
			f.add(path+".text", mandatory())
		}
	case Withdrawn:
	default:
		f.add(path+".action", &fault.Field{Code: "member.bad-kind"})
	}
	if _, err := netip.ParseAddr(c.IP); err != nil && c.IP != "" {
		f.add(path+".ip", &fault.Field{Code: "member.bad-ip"})
	}
	if !text.Valid(c.Proof, MaxProof) {
		f.add(path+".proof", tooLong(MaxProof))
	}
}

// addConsents writes consents of a member who is locked or just made.
func addConsents(ctx context.Context, q db.Q, ids *id.Maker, h home.ID, list []NewConsent, by Actor, at clock.Micros) error {
	for _, c := range list {
		var textID, version any
		var sum []byte
		if c.Action == Granted {
			t, err := GetText(ctx, q, c.Text, c.TextVersion)
			if err != nil {
				return err
			}
			if t.Kind != c.Kind {
				return fault.New(fault.Invalid, "member.bad-text-kind")
			}
			textID, version, sum = c.Text, c.TextVersion, t.SHA256
		}
		_, err := q.Exec(ctx, qPutConsent, h, ids.New(), c.Kind, c.Channel, c.Action, textID, version, sum, at,
			text.Clip(by.Source, MaxSource), c.IP, text.Clip(strings.ToValidUTF8(c.UserAgent, ""), MaxUserAgent),
			db.N(by.Outlet), by.Kind, db.N(by.ID), c.Proof)
		if err != nil {
			return err
		}
	}
	return nil
}

func scanConsent(r db.Row) (Consent, error) {
	var c Consent
	var textID, version, outlet, by *int64
	err := r.Scan(&c.ID, &c.Kind, &c.Channel, &c.Action, &textID, &version, &c.TextSHA256, &c.At, &c.Source, &c.IP,
		&c.UserAgent, &outlet, &c.Actor, &by, &c.Proof)
	c.Text, c.TextVersion, c.Outlet, c.By = id.ID(orZero(textID)), orZero(version), id.ID(orZero(outlet)), id.ID(orZero(by))
	return c, err
}

func noText(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return fault.New(fault.NotFound, "member.no-text")
	}
	return err
}
