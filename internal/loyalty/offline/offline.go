// Package offline judges receipts at a till that has no network, by the rules
// that the till was given while it had one. It runs in the till's browser, so it
// knows no storage: what it looks at of a member and of products the till was
// given too.
//
// Invariants: what it judges it judges as the desk would, by the same engine; it
// promises nothing that it can't judge: a use of a limited campaign counts as
// used up, a code that was given out opens nothing, and no more points are spent
// than the programme lets a till risk. Rules that were not signed by the program,
// are another till's, or are older than Life are not gone by.
package offline

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

const (
	// Days is for how many days ahead a till is given its rules.
	Days = 7
	// Life is how long a till goes by the rules it was given.
	Life = Days * 24 * time.Hour
	// MaxSize is how large signed rules may be, in bytes.
	MaxSize = 8 << 20
)

// Rules are what one till judges by.
type Rules struct {
	Till       id.ID            `json:"till"`
	Outlet     id.ID            `json:"outlet"`
	Partner    id.ID            `json:"partner,omitzero"`
	Zone       string           `json:"zone"`    // of the outlet, by its IANA name
	Cutover    int              `json:"cutover"` // minutes after midnight at which its business days begin
	Made       clock.Micros     `json:"made"`
	Salt       []byte           `json:"salt"`       // of the digests that promo codes stand as
	Programmes []rule.Programme `json:"programmes"` // once they are signed: their codes as digests
	Days       map[string]int   `json:"days"`       // business day → which of them is in force; a day of none is not here
}

// Signed are rules with the program's signature.
type Signed struct {
	Rules     string `json:"rules"`     // the text that is signed: a browser writes numbers its own way
	Signature []byte `json:"signature"` // Ed25519
}

// Find gives the programme that is in force on a business day; nil: none.
type Find func(day string) *rule.Programme

// Fill takes in the programmes of the days from yesterday on: it may still be
// yesterday's business day, and the network may be away for all of Life.
func (r *Rules) Fill(zone *time.Location, find Find) {
	r.Days, r.Programmes = map[string]int{}, []rule.Programme{}
	place := map[id.ID]int{}
	for n := -1; n <= Days; n++ {
		day := r.Made.Add(time.Duration(n)*24*time.Hour).MomentIn(zone, r.Cutover).Day
		p := find(day)
		if p == nil || p.ID == 0 {
			continue
		}
		if _, there := place[p.ID]; !there {
			place[p.ID] = len(r.Programmes)
			r.Programmes = append(r.Programmes, *p)
		}
		r.Days[day] = place[p.ID]
	}
}

// stripped is a programme with what judges a receipt and nothing else: what is
// given without one is left out, and codes can't be read.
func (r *Rules) stripped(p *rule.Programme) rule.Programme {
	out := *p
	out.Welcome, out.Himself, out.Gifts, out.TermsURL, out.Outlets, out.Partners = rule.Gift{}, rule.Gift{}, nil, "", nil, nil
	out.Campaigns = make([]rule.Campaign, len(p.Campaigns))
	for i := range p.Campaigns {
		c := p.Campaigns[i]
		codes := make([]string, len(c.Codes))
		for n, code := range c.Codes {
			codes[n] = r.digest(code)
		}
		c.Codes = codes
		out.Campaigns[i] = c
	}
	return out
}

// digest is what a code stands as: whoever reads a till's storage does not read
// codes there. A code that is short enough to be guessed can still be tried.
func (r *Rules) digest(code string) string {
	sum := sha256.Sum256(append(r.Salt[:len(r.Salt):len(r.Salt)], text.Fold(code)...))
	return hex.EncodeToString(sum[:12])
}

// Sign makes the rules ready to be given to their till, with nothing in them that
// does not judge a receipt.
func Sign(r *Rules, key ed25519.PrivateKey) (*Signed, error) {
	out := *r
	out.Programmes = make([]rule.Programme, len(r.Programmes))
	for i := range r.Programmes {
		out.Programmes[i] = r.stripped(&r.Programmes[i])
	}
	doc, err := json.Marshal(&out)
	if err != nil {
		return nil, err
	}
	if len(doc) > MaxSize {
		return nil, fault.New(fault.TooLarge, CodeTooLarge, "most", MaxSize)
	}
	return &Signed{Rules: string(doc), Signature: ed25519.Sign(key, doc)}, nil
}

// What can be wrong with rules, or keep them from being gone by.
const (
	CodeTooLarge  = "offline.rules-too-large"
	CodeUnsigned  = "offline.rules-unsigned"
	CodeOtherTill = "offline.rules-other-till"
	CodeOld       = "offline.rules-old"
	CodeUnread    = "offline.rules-unread"
)
