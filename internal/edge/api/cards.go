package api

import (
	"cmp"
	"context"
	"encoding/base32"
	"net/http"
	"net/url"
	"strconv"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/id"
)

// Card is one card of a member.
type Card struct {
	ID           id.ID      `json:"id"`
	Member       home.ID    `json:"member"`
	Type         id.ID      `json:"type"`
	Number       string     `json:"number"`
	State        card.State `json:"state" enum:"new,active,blocked,lost,replaced"`
	BlockReason  string     `json:"block_reason,omitempty"`
	HasSecret    bool       `json:"has_secret"`
	HasQR        bool       `json:"has_qr"`
	ReplacedBy   id.ID      `json:"replaced_by,omitzero"`
	IssuedAt     Time       `json:"issued_at"`
	IssuedOutlet id.ID      `json:"issued_outlet,omitzero"`
	ChangedAt    Time       `json:"changed_at"`
}

// NewCard is a card to be issued. Only plastic has a number to be told: that
// on it.
type NewCard struct {
	Type   id.ID  `json:"type"`
	Number string `json:"number,omitempty" maxLength:"64"`
	Secret string `json:"secret,omitempty" maxLength:"64"`
}

// CardReplacement is a card to be issued for another: of the same type, where
// none is told.
type CardReplacement struct {
	Type   id.ID  `json:"type,omitzero"`
	Number string `json:"number,omitempty" maxLength:"64"`
	Secret string `json:"secret,omitempty" maxLength:"64"`
}

// IssuedCard is a card that was just issued, with the secret code that was
// made for it, which is told this once.
type IssuedCard struct {
	Card
	Secret string `json:"secret,omitempty"`
}

// CardSecret is a secret code to be given to a card.
type CardSecret struct {
	Secret string `json:"secret" minLength:"4" maxLength:"64"`
}

// BlockBody is why a card is blocked.
type BlockBody struct {
	Reason string `json:"reason" minLength:"1" maxLength:"500"`
}

// QRSecret is what a phone makes a card's one-time QRs from: the prefix, then
// the code of the time (RFC 6238, HMAC-SHA-1). It is told this once.
type QRSecret struct {
	Card      id.ID  `json:"card"`
	Secret    string `json:"secret"`
	Algorithm string `json:"algorithm" example:"SHA1"`
	Period    int    `json:"period"`
	Digits    int    `json:"digits"`
	Prefix    string `json:"prefix"`
	URI       string `json:"uri"`
}

type (
	cardIn struct {
		Member home.ID `path:"member"`
		Card   id.ID   `path:"card"`
	}
	issueIn struct {
		Member home.ID `path:"member"`
		Body   NewCard
	}
	replaceIn struct {
		Member home.ID `path:"member"`
		Card   id.ID   `path:"card"`
		Body   CardReplacement
	}
	blockCardIn struct {
		Member home.ID `path:"member"`
		Card   id.ID   `path:"card"`
		Body   BlockBody
	}
	secretIn struct {
		Member home.ID `path:"member"`
		Card   id.ID   `path:"card"`
		Body   CardSecret
	}
)

func cards(a *API) {
	read, write := []identity.Scope{identity.MembersRead}, []identity.Scope{identity.CardsWrite}
	row := func(id, method, path string, status int, scopes []identity.Scope) operation {
		return operation{id: id, method: method, path: path, group: "cards", status: status, scopes: scopes}
	}
	making := func(id, path string, status int) operation {
		op := row(id, http.MethodPost, path, status, write)
		op.once = true
		return op
	}
	const one = "/members/{member}/cards/{card}"
	add(a, row("listCards", http.MethodGet, "/members/{member}/cards", http.StatusOK, read), listCards)
	add(a, making("issueCard", "/members/{member}/cards", http.StatusCreated), issueCard)
	add(a, row("getCard", http.MethodGet, one, http.StatusOK, read), getCard)
	add(a, row("activateCard", http.MethodPost, one+"/activate", http.StatusOK, write), activateCard)
	add(a, row("blockCard", http.MethodPost, one+"/block", http.StatusOK, write), blockCard)
	add(a, row("unblockCard", http.MethodPost, one+"/unblock", http.StatusOK, write), unblockCard)
	add(a, row("loseCard", http.MethodPost, one+"/lose", http.StatusOK, write), loseCard)
	add(a, making("replaceCard", one+"/replace", http.StatusCreated), replaceCard)
	add(a, row("setCardSecret", http.MethodPut, one+"/secret", http.StatusOK, write), setCardSecret)
	add(a, making("makeCardSecret", one+"/secret", http.StatusOK), makeCardSecret)
	add(a, row("checkCardSecret", http.MethodPost, one+"/secret/check", http.StatusNoContent, write), checkCardSecret)
	add(a, row("provisionCardQR", http.MethodPost, one+"/qr", http.StatusOK, write).forOffice(), provisionCardQR)
}

func listCards(ctx context.Context, c *call, in *memberIn) (*Page[Card], error) {
	if err := someone(in.Member); err != nil {
		return nil, err
	}
	list, err := card.List(ctx, c.DB, in.Member)
	if err == nil && len(list) == 0 {
		_, err = member.Get(ctx, c.DB, in.Member) // no cards, or no member?
	}
	return all(list, err, cardOf)
}

func getCard(ctx context.Context, c *call, in *cardIn) (*Card, error) {
	found, err := card.Get(ctx, c.DB, in.Member, in.Card)
	return one(found, err, cardOf)
}

func issueCard(ctx context.Context, c *call, in *issueIn) (*IssuedCard, error) {
	return c.issueOnce(ctx, in, in.Member, func(ctx context.Context) (card.Issued, error) {
		return c.Cards.Issue(ctx, in.Member, in.Body.in(), c.actor())
	})
}

func activateCard(ctx context.Context, c *call, in *cardIn) (*Card, error) {
	v, err := c.Cards.Activate(ctx, in.Member, in.Card, c.actor())
	return one(v, err, cardOf)
}

func blockCard(ctx context.Context, c *call, in *blockCardIn) (*Card, error) {
	v, err := c.Cards.Block(ctx, in.Member, in.Card, in.Body.Reason, c.actor())
	return one(v, err, cardOf)
}

func unblockCard(ctx context.Context, c *call, in *cardIn) (*Card, error) {
	v, err := c.Cards.Unblock(ctx, in.Member, in.Card, c.actor())
	return one(v, err, cardOf)
}

func loseCard(ctx context.Context, c *call, in *cardIn) (*Card, error) {
	v, err := c.Cards.Lose(ctx, in.Member, in.Card, c.actor())
	return one(v, err, cardOf)
}

func replaceCard(ctx context.Context, c *call, in *replaceIn) (*IssuedCard, error) {
	old, err := card.Get(ctx, c.DB, in.Member, in.Card)
	if err != nil {
		return nil, err
	}
	to := card.NewCard{Type: cmp.Or(in.Body.Type, old.Type), Number: in.Body.Number, Secret: in.Body.Secret}
	return c.issueOnce(ctx, in, in.Member, func(ctx context.Context) (card.Issued, error) {
		return c.Cards.Replace(ctx, in.Member, in.Card, to, c.actor())
	})
}

func setCardSecret(ctx context.Context, c *call, in *secretIn) (*Card, error) {
	v, err := c.Cards.SetSecret(ctx, in.Member, in.Card, in.Body.Secret, c.actor())
	return one(v, err, cardOf)
}

func makeCardSecret(ctx context.Context, c *call, in *cardIn) (*IssuedCard, error) {
	return c.issueOnce(ctx, in, in.Member, func(ctx context.Context) (card.Issued, error) {
		return c.Cards.RegenerateSecret(ctx, in.Member, in.Card, c.actor())
	})
}

func checkCardSecret(ctx context.Context, c *call, in *secretIn) (none, error) {
	return none{}, c.Cards.CheckSecret(ctx, in.Member, in.Card, in.Body.Secret)
}

// How the codes of one-time QRs are made; package crypto checks them so.
const (
	qrDigits = 8
	qrPeriod = 30 // seconds
)

// provisionCardQR is for who serves the member's own device: a till that had
// the secret could show the member's will by itself.
func provisionCardQR(ctx context.Context, c *call, in *cardIn) (*QRSecret, error) {
	secret, err := c.Cards.Provision(ctx, in.Member, in.Card, c.actor())
	if err != nil {
		return nil, err
	}
	out := &QRSecret{
		Card: in.Card, Secret: base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret),
		Algorithm: "SHA1", Period: qrPeriod, Digits: qrDigits, Prefix: crypto.QR(in.Card, ""),
	}
	out.URI = out.otpauth()
	return out, nil
}

// otpauth is the secret as authenticator programs take it.
func (q *QRSecret) otpauth() string {
	v := url.Values{
		"secret": {q.Secret}, "algorithm": {q.Algorithm}, "issuer": {"Kopilka"},
		"digits": {strconv.Itoa(q.Digits)}, "period": {strconv.Itoa(q.Period)},
	}
	return "otpauth://totp/Kopilka:" + q.Card.String() + "?" + v.Encode()
}

func (n *NewCard) in() card.NewCard {
	return card.NewCard{Type: n.Type, Number: n.Number, Secret: n.Secret}
}

func cardOf(v card.Card) Card {
	return Card{
		ID: v.ID, Member: v.Home, Type: v.Type, Number: v.Number, State: v.State, BlockReason: v.BlockReason,
		HasSecret: v.HasSecret, HasQR: v.HasQR, ReplacedBy: v.ReplacedBy, IssuedAt: Time(v.IssuedAt), IssuedOutlet: v.IssuedOutlet,
		ChangedAt: Time(v.ChangedAt),
	}
}

func issuedOf(v card.Issued) *IssuedCard { return &IssuedCard{Card: cardOf(v.Card), Secret: v.Secret} }

// issueOnce makes a card, or a secret code for one, once.
func (c *call) issueOnce(ctx context.Context, in any, h home.ID, do func(ctx context.Context) (card.Issued, error)) (*IssuedCard, error) {
	return once(ctx, c, in, func(ctx context.Context) (*IssuedCard, id.ID, error) {
		v, err := do(ctx)
		if err != nil {
			return nil, 0, err
		}
		return issuedOf(v), v.ID, nil
	}, func(ctx context.Context, made id.ID) (*IssuedCard, error) {
		v, err := card.Get(ctx, c.DB, h, made)
		if err != nil {
			return nil, err
		}
		return issuedOf(card.Issued{Card: v}), nil
	})
}
