package cashier

import (
	"cmp"
	"net/http"
	"slices"

	"kopilka/internal/edge/ui"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

// Start is what the page needs before anything is sold. The till keeps it, and
// goes on by it while there is no network.
type Start struct {
	Till      Named     `json:"till"`
	Outlet    Named     `json:"outlet"`
	Zone      string    `json:"zone"` // the outlet's, by its IANA name
	Now       int64     `json:"now"`  // milliseconds since 1970
	Cashiers  []Person  `json:"cashiers"`
	Duty      *Person   `json:"duty,omitempty"` // nobody: one signs in first
	Programme *Terms    `json:"programme,omitempty"`
	Cards     []Card    `json:"cards,omitempty"`    // types that may be issued
	Consents  []Consent `json:"consents,omitempty"` // asked for at registration
	NoTexts   []string  `json:"no_texts,omitempty"` // those that are needed and have no text, so they can't be given
	Member    Asked     `json:"member"`
}

// Named is a thing with its name.
type Named struct {
	ID   id.ID  `json:"id"`
	Name string `json:"name"`
}

// Person is a cashier who may sign in.
type Person struct {
	Named
	Code string `json:"code"`
}

// Terms are what a till must know of its programme where it can't ask.
type Terms struct {
	Named
	PointValue money.Amount `json:"point_value"` // kopecks a point
	SpendStep  money.Points `json:"spend_step"`  // hundredths
	Share      int64        `json:"share"`       // of a receipt that points may pay, millionths
	ProofAbove money.Points `json:"proof_above"` // hundredths; below zero: never
	Offline    money.Points `json:"offline"`     // most points that a receipt spends with no network, hundredths
}

// Card is a type of cards.
type Card struct {
	Named
	Virtual bool `json:"virtual"` // we make its number
	Secret  bool `json:"secret"`  // it has a secret code, made where none is given
}

// Consent is one that is asked for.
type Consent struct {
	Kind    member.ConsentKind    `json:"kind"`
	Channel member.ConsentChannel `json:"channel,omitempty"`
	Text    id.ID                 `json:"text"`
	Version int64                 `json:"version"`
	Title   string                `json:"title"`
	Needed  bool                  `json:"needed"`
}

// Asked is what is asked of a new member.
type Asked struct {
	Mandatory []member.Field `json:"mandatory"`
	Confirm   bool           `json:"confirm"` // his phone is proven before he is served
	Activate  bool           `json:"activate"`
	More      []More         `json:"more,omitempty"`
}

// begin tells a browser that is no till's so, which is nothing wrong: it is
// paired first.
func (c *Cashier) begin(k *call) error {
	err := c.atTill(c.start)(k)
	if fault.Is(err, "cashier.not-paired") {
		return write(k, http.StatusOK, map[string]bool{"unpaired": true})
	}
	return err
}

func (c *Cashier) start(k *call) error {
	ctx, rules := k.r.Context(), c.Rules()
	s := Start{
		Till: Named{k.at.Till.ID, k.at.Till.Name}, Outlet: Named{k.at.Outlet.ID, k.at.Outlet.Name}, Zone: k.at.Outlet.Zone,
		Now: int64(c.Clock.Now()) / 1000, Cashiers: []Person{},
		Member: Asked{Mandatory: rules.Mandatory, Confirm: rules.ConfirmPhone, Activate: rules.Activation},
	}
	list, err := c.Identity.Cashiers(ctx, k.at.Outlet.ID, reference.Page{Limit: reference.MaxLimit, State: reference.Active})
	if err != nil {
		return err
	}
	for _, p := range list.Items {
		if p.HasPIN {
			s.Cashiers = append(s.Cashiers, Person{Named{p.ID, p.Name}, p.Code})
		}
	}
	slices.SortFunc(s.Cashiers, func(a, b Person) int { return cmp.Compare(a.Name, b.Name) })
	s.Programme = c.terms(k)
	if k.duty == nil {
		return write(k, http.StatusOK, s)
	}
	s.Duty = &Person{Named{k.duty.who.ID, k.duty.who.Name}, k.duty.who.Code}
	if s.Cards, err = c.cards(k); err != nil {
		return err
	}
	if s.Member.More, err = c.more(k, rules.Mandatory); err != nil {
		return err
	}
	if s.Consents, s.NoTexts, err = c.consents(k); err != nil {
		return err
	}
	return write(k, http.StatusOK, s)
}

// programme is the one in force at the till today; nil: none.
func (c *Cashier) programme(k *call) *rule.Programme {
	return c.Programmes.Current().For(k.at.Outlet.ID, k.at.Partner.ID, k.at.Outlet.BusinessDay(c.Clock.Now()))
}

func (c *Cashier) terms(k *call) *Terms {
	p := c.programme(k)
	if p == nil {
		return nil
	}
	t := &Terms{
		Named: Named{p.ID, p.Name}, PointValue: p.Settings.PointValue, SpendStep: p.Settings.SpendStep, Share: int64(p.Spending.Share),
		ProofAbove: p.Settings.SpendProofAbove, Offline: p.Settings.OfflineSpend,
	}
	return t
}

func (c *Cashier) cards(k *call) ([]Card, error) {
	types, err := card.Types(k.r.Context(), c.DB)
	if err != nil {
		return nil, err
	}
	var out []Card
	for _, t := range types {
		if t.Active {
			out = append(out, Card{Named{t.ID, t.Name}, t.Kind == card.Virtual, t.Properties.Secret})
		}
	}
	return out, nil
}

// consents are asked for in the newest text of each in the reader's language;
// those to the rules and to personal data are what membership rests on. A consent
// refers to what was read: one with no text is not asked for, since nothing would
// be consented to, and the till says what is missing.
func (c *Cashier) consents(k *call) (out []Consent, noTexts []string, err error) {
	ctx := k.r.Context()
	texts, err := member.TextsNow(ctx, c.DB)
	if err != nil {
		return nil, nil, err
	}
	lang := string(ui.Of(ctx).Lang)
	for _, kind := range []member.ConsentKind{member.ToRules, member.ToPersonalData, member.ToAdvertising} {
		o := Consent{Kind: kind, Needed: kind != member.ToAdvertising}
		for _, t := range texts {
			if t.Kind == kind && (o.Text == 0 || t.Language == lang) {
				o.Text, o.Version, o.Title = t.ID, t.Version, t.Title
			}
		}
		if kind == member.ToAdvertising {
			o.Channel = member.BySMS
		}
		if o.Text != 0 {
			out = append(out, o)
		}
		if o.Needed && o.Text == 0 {
			noTexts = append(noTexts, ui.T(ctx, "admin.consent.kind-"+string(kind)))
		}
	}
	return out, noTexts, nil
}
