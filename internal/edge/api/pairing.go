package api

import (
	"context"
	"net/http"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/id"
)

// Pairing is a till's code, to be typed there.
type Pairing struct {
	Code  string `json:"code" example:"K7QM-2XWD"`
	Until Time   `json:"until"`
}

// NewPairing is the code that somebody has typed at a till.
type NewPairing struct {
	Code      string `json:"code" minLength:"8" maxLength:"20" example:"K7QM-2XWD"`
	Workplace bool   `json:"workplace,omitempty"`
}

// Paired is the till that the code was of, with its key, which is told this
// once.
type Paired struct {
	Till   id.ID  `json:"till"`
	Outlet id.ID  `json:"outlet"`
	Key    id.ID  `json:"key"`
	Token  string `json:"token"`
}

type (
	beginPairingIn struct {
		Till id.ID `path:"till"`
	}
	pairIn struct{ Body NewPairing }
)

// codesTried is how many wrong codes there may be from everywhere. With a
// thousand codes in force at any time, whoever tries all day long finds one in
// 17 years: 2⁴⁰ / (1000 · 120 · 60 · 24) days.
var codesTried = httpx.Rate{PerMinute: 120, Burst: 120}

// pairing gives codes to who may make keys; whoever has one needs no key.
func pairing(a *API) {
	add(a, operation{id: "beginPairing", method: http.MethodPost, path: "/tills/{till}/pairing", group: "keys", status: http.StatusCreated, scopes: []identity.Scope{identity.Admin}}, beginPairing)
	add(a, operation{id: "pair", method: http.MethodPost, path: "/pair", group: "keys", status: http.StatusCreated, open: true}, pair)
}

func beginPairing(ctx context.Context, c *call, in *beginPairingIn) (*Pairing, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	p, err := c.Identity.BeginPairing(ctx, in.Till)
	if err != nil {
		return nil, err
	}
	return &Pairing{Code: p.Code, Until: Time(p.Until)}, nil
}

func pair(ctx context.Context, c *call, in *pairIn) (*Paired, error) {
	if wait := c.limiter.Wait("pairing", codesTried); wait > 0 {
		return nil, httpx.TooMany(wait)
	}
	var more []identity.Scope
	if in.Body.Workplace {
		more = append(more, identity.PurchasesClaim)
	}
	k, token, err := c.Identity.Pair(ctx, in.Body.Code, more...)
	if err != nil {
		c.limiter.Take("pairing", codesTried)
		return nil, err
	}
	c.changed(ctx)
	at, _ := c.Directory.Place(k.TillID)
	return &Paired{Till: k.TillID, Outlet: at.Outlet.ID, Key: k.ID, Token: token}, nil
}
