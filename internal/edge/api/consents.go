package api

import (
	"context"
	"encoding/hex"
	"net/http"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/id"
)

// NewConsent is a consent as it is given or withdrawn.
type NewConsent struct {
	Kind        member.ConsentKind    `json:"kind" enum:"rules,personal_data,advertising"`
	Channel     member.ConsentChannel `json:"channel,omitempty" enum:",sms,email,push,call"`
	Action      member.ConsentAction  `json:"action" enum:"granted,withdrawn"`
	Text        id.ID                 `json:"text,omitzero"`
	TextVersion int64                 `json:"text_version,omitempty" minimum:"0"`
	IP          string                `json:"ip,omitempty" maxLength:"64"`
	UserAgent   string                `json:"user_agent,omitempty" maxLength:"400"`
	Proof       string                `json:"proof,omitempty" maxLength:"500"`
}

// Consent is one row of what a member granted and withdrew.
type Consent struct {
	ID          id.ID                 `json:"id"`
	Kind        member.ConsentKind    `json:"kind"`
	Channel     member.ConsentChannel `json:"channel,omitempty"`
	Action      member.ConsentAction  `json:"action"`
	Text        id.ID                 `json:"text,omitzero"`
	TextVersion int64                 `json:"text_version,omitempty"`
	TextSHA256  string                `json:"text_sha256,omitempty"`
	At          Time                  `json:"at"`
	Source      string                `json:"source"`
	IP          string                `json:"ip,omitempty"`
	UserAgent   string                `json:"user_agent,omitempty"`
	Outlet      id.ID                 `json:"outlet,omitzero"`
	Actor       member.ActorKind      `json:"actor_kind"`
	By          id.ID                 `json:"actor,omitzero"`
	Proof       string                `json:"proof,omitempty"`
}

// ConsentsBody is what a member grants and withdraws at once.
type ConsentsBody struct {
	Consents []NewConsent `json:"consents" minItems:"1" maxItems:"20"`
}

// ConsentTextBody is a wording to be published: of a new text, or the next
// version of one.
type ConsentTextBody struct {
	ID       id.ID              `json:"id,omitzero"`
	Kind     member.ConsentKind `json:"kind" enum:"rules,personal_data,advertising"`
	Language string             `json:"language" enum:"ru,en"`
	Title    string             `json:"title" minLength:"1" maxLength:"200"`
	Body     string             `json:"body" minLength:"1" maxLength:"200000"`
}

// ConsentText is one version of a wording that members consent to.
type ConsentText struct {
	ID          id.ID              `json:"id"`
	Version     int64              `json:"version"`
	Kind        member.ConsentKind `json:"kind"`
	Language    string             `json:"language"`
	Title       string             `json:"title"`
	Body        string             `json:"body"`
	SHA256      string             `json:"sha256"`
	PublishedAt Time               `json:"published_at"`
}

type (
	consentIn struct {
		Member home.ID `path:"member"`
		Body   ConsentsBody
	}
	consentLogIn struct {
		Member home.ID `path:"member"`
		After  id.ID   `query:"after"`
		Limit  int     `query:"limit" maximum:"200"`
	}
	publishIn struct{ Body ConsentTextBody }
	textIn    struct {
		Text    id.ID `path:"text"`
		Version int64 `path:"version"`
	}
)

func consents(a *API) {
	read, write := []identity.Scope{identity.MembersRead}, []identity.Scope{identity.MembersWrite}
	row := func(id, method, path string, status int, scopes []identity.Scope) operation {
		return operation{id: id, method: method, path: path, group: "consents", status: status, scopes: scopes}
	}
	add(a, row("listConsents", http.MethodGet, "/members/{member}/consents", http.StatusOK, read), listConsents)
	add(a, row("giveConsents", http.MethodPost, "/members/{member}/consents", http.StatusOK, write), giveConsents)
	add(a, row("listConsentLog", http.MethodGet, "/members/{member}/consents/log", http.StatusOK, read), listConsentLog)
	add(a, row("listConsentTexts", http.MethodGet, "/consent-texts", http.StatusOK, []identity.Scope{identity.MembersRead, identity.ReferenceRead}), listConsentTexts)
	add(a, row("publishConsentText", http.MethodPost, "/consent-texts", http.StatusCreated, []identity.Scope{identity.ReferenceWrite}), publishConsentText)
	add(a, row("getConsentText", http.MethodGet, "/consent-texts/{text}/{version}", http.StatusOK, []identity.Scope{identity.MembersRead, identity.ReferenceRead}), getConsentText)
}

func consentsIn(in []NewConsent) []member.NewConsent {
	return each(in, func(n NewConsent) member.NewConsent { return member.NewConsent(n) })
}

func listConsents(ctx context.Context, c *call, in *memberIn) (*Page[Consent], error) {
	if _, err := member.Get(ctx, c.DB, in.Member); err != nil {
		return nil, err
	}
	list, err := member.ConsentsNow(ctx, c.DB, in.Member)
	return consentsOf(list, err)
}

func consentsOf(list []member.Consent, err error) (*Page[Consent], error) {
	if err != nil {
		return nil, err
	}
	return &Page[Consent]{Items: each(list, consentOf)}, nil
}

func giveConsents(ctx context.Context, c *call, in *consentIn) (*Page[Consent], error) {
	list, err := c.Members.Consent(ctx, in.Member, consentsIn(in.Body.Consents), c.actor())
	return consentsOf(list, err)
}

func listConsentLog(ctx context.Context, c *call, in *consentLogIn) (*Page[Consent], error) {
	limit := min(limitOf(in.Limit), member.MaxPage-1)
	list, err := member.Consents(ctx, c.DB, in.Member, in.After, limit+1)
	if err == nil {
		err = c.known(ctx, in.Member, len(list))
	}
	return cut(list, err, limit, consentOf, func(v Consent) string { return v.ID.String() })
}

func consentOf(v member.Consent) Consent {
	return Consent{
		ID: v.ID, Kind: v.Kind, Channel: v.Channel, Action: v.Action, Text: v.Text, TextVersion: v.TextVersion,
		TextSHA256: hex.EncodeToString(v.TextSHA256), At: Time(v.At), Source: v.Source, IP: v.IP, UserAgent: v.UserAgent,
		Outlet: v.Outlet, Actor: v.Actor, By: v.By, Proof: v.Proof,
	}
}

func listConsentTexts(ctx context.Context, c *call, _ *struct{}) (*Page[ConsentText], error) {
	list, err := member.TextsNow(ctx, c.DB)
	if err != nil {
		return nil, err
	}
	return &Page[ConsentText]{Items: each(list, textOf)}, nil
}

func publishConsentText(ctx context.Context, c *call, in *publishIn) (*ConsentText, error) {
	b := &in.Body
	t, err := c.Members.PublishText(ctx, member.ConsentText{ID: b.ID, Kind: b.Kind, Language: b.Language, Title: b.Title, Body: b.Body})
	return one(t, err, textOf)
}

func getConsentText(ctx context.Context, c *call, in *textIn) (*ConsentText, error) {
	t, err := member.GetText(ctx, c.DB, in.Text, in.Version)
	return one(t, err, textOf)
}

func textOf(t member.ConsentText) ConsentText {
	return ConsentText{
		ID: t.ID, Version: t.Version, Kind: t.Kind, Language: t.Language, Title: t.Title, Body: t.Body,
		SHA256: hex.EncodeToString(t.SHA256), PublishedAt: Time(t.PublishedAt),
	}
}
