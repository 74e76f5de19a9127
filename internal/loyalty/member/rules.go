package member

import (
	"context"
	"encoding/json"
	"errors"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/contact"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/setting"
)

// Rules are the organization's settings on members.
type Rules struct {
	Mandatory    []Field `json:"mandatory"`       // must not be empty; own fields say so themselves
	UniquePhone  bool    `json:"unique_phone"`    // a phone is one member's; else the till chooses
	UniqueEmail  bool    `json:"unique_email"`    // likewise an e-mail
	ConfirmPhone bool    `json:"confirm_phone"`   // new until the main phone is proven
	ConfirmEmail bool    `json:"confirm_email"`   // new until the main e-mail is proven
	Activation   bool    `json:"activation"`      // new until activated by hand
	Region       string  `json:"region"`          // whose phones may be written without a country: RU
	Category     id.ID   `json:"category"`        // given at registration where none is told; zero: none
	TillProof    int     `json:"till_proof_days"` // for so long what a till has set proves nothing for spending

	JoinByOrder    bool           `json:"join_by_order"`   // an order's guest becomes a member
	JoinConsents   []ConsentKind  `json:"join_consents"`   // without which he does not
	GuestPurchases GuestPurchases `json:"guest_purchases"` // that become the member's
}

// Settings is the table of the organization's settings on members.
var Settings = setting.Of("organization",
	setting.OfChoices("mandatory", func(r *Rules) *[]Field { return &r.Mandatory }, []Field{FieldPhone}, mandatoryFields()),
	setting.OfFlag("unique_phone", func(r *Rules) *bool { return &r.UniquePhone }, true),
	setting.OfFlag("unique_email", func(r *Rules) *bool { return &r.UniqueEmail }, true),
	setting.OfFlag("confirm_phone", func(r *Rules) *bool { return &r.ConfirmPhone }, false),
	setting.OfFlag("confirm_email", func(r *Rules) *bool { return &r.ConfirmEmail }, false),
	setting.OfFlag("activation", func(r *Rules) *bool { return &r.Activation }, false),
	setting.OfText("region", func(r *Rules) *string { return &r.Region }, "RU", checkRegion),
	setting.OfDays("till_proof_days", func(r *Rules) *int { return &r.TillProof }, 1, 90),
	setting.OfFlag("join_by_order", func(r *Rules) *bool { return &r.JoinByOrder }, false),
	setting.OfChoices("join_consents", func(r *Rules) *[]ConsentKind { return &r.JoinConsents }, []ConsentKind{ToRules, ToPersonalData}, []ConsentKind{ToRules, ToPersonalData}),
	setting.OfChoice("guest_purchases", func(r *Rules) *GuestPurchases { return &r.GuestPurchases }, GuestsProven, GuestsOff, GuestsProven, GuestsOrder),
	setting.OfReference("category", func(r *Rules) *id.ID { return &r.Category }),
)

// DefaultRules are those of a base where nothing was set.
func DefaultRules() (r Rules) {
	Settings.Reset(&r)
	return r
}

// unique tells whether identifiers of the kind are one member's only.
func (r *Rules) unique(k Kind) bool {
	switch k {
	case Phone:
		return r.UniquePhone
	case Email:
		return r.UniqueEmail
	}
	return true
}

// Unproven is the main phone or e-mail that is still to be proven before its
// member is activated; false: none is.
func (r *Rules) Unproven(list []Identifier) (Ref, bool) {
	for i := range list {
		v := &list[i]
		asked := v.Kind == Phone && r.ConfirmPhone || v.Kind == Email && r.ConfirmEmail
		if asked && v.Main && v.ProvenAt == 0 {
			return v.Ref, true
		}
	}
	return Ref{}, false
}

func (r *Rules) unproven(list []Identifier) bool {
	_, is := r.Unproven(list)
	return is
}

// LoadRules reads the settings and their version, for SaveRules.
func LoadRules(ctx context.Context, q db.Q) (Rules, int64, error) {
	var text string
	var version int64
	err := q.Row(ctx, qRules).Scan(&text, &version)
	if errors.Is(err, db.ErrNotFound) {
		return DefaultRules(), 0, nil
	}
	if err != nil {
		return Rules{}, 0, err
	}
	r := DefaultRules()
	return r, version, json.Unmarshal([]byte(text), &r)
}

// SaveRules stores the settings if they are still of the version. Members
// that are there already stay as they are.
func (m *Members) SaveRules(ctx context.Context, r Rules, version int64) error {
	if wrong := Settings.Check(&r); len(wrong) > 0 {
		return fault.New(fault.Invalid, "member.invalid").With(wrong...)
	}
	if r.Mandatory == nil {
		r.Mandatory = []Field{}
	}
	if r.JoinConsents == nil {
		r.JoinConsents = []ConsentKind{}
	}
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return m.DB.Write(ctx, func(tx *db.Tx) error {
		if r.Category != 0 {
			if err := needCategory(ctx, tx, r.Category); err != nil {
				return err
			}
		}
		before, _, err := LoadRules(ctx, tx)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qSaveRules, string(text), version)
		if err == nil && n == 0 {
			err = moved()
		}
		if err != nil {
			return err
		}
		return audit.Note(ctx, tx, m.Clock.Now(), audit.Entry{
			Action: "member_settings.saved", Target: audit.Target{Kind: "member_settings"}, Before: before, After: r,
		})
	})
}

// mandatory tells which mandatory fields of a profile are empty.
func (f *form) mandatory(r *Rules, p *Profile, has map[Kind]bool) {
	for _, field := range r.Mandatory {
		if !r.filled(field, p, has) {
			f.add(string(field), mandatory())
		}
	}
}

func (r *Rules) filled(field Field, p *Profile, has map[Kind]bool) bool {
	switch field {
	case FieldPhone:
		return has[Phone]
	case FieldEmail:
		return has[Email]
	case FieldCategory:
		return p.Category != 0
	}
	for i := range profileFields {
		if profileFields[i].name == field {
			return *profileFields[i].at(p) != ""
		}
	}
	return true
}

func checkRegion(s string) []fault.Field {
	if contact.IsRegion(s) {
		return nil
	}
	return []fault.Field{{Code: "member.bad-region"}}
}
