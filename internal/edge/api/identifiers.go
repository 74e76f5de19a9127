package api

import (
	"context"
	"net/http"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/id"
)

// IdentifierBody is an identifier to be given to a member.
type IdentifierBody struct {
	NewIdentifier
	Version int64 `json:"version,omitempty" minimum:"1"`
}

// IdentifierRef names one of a member's identifiers.
type IdentifierRef struct {
	Kind    member.Kind `json:"kind" enum:"phone,email,external,login"`
	Value   string      `json:"value" minLength:"1" maxLength:"254"`
	Version int64       `json:"version,omitempty" minimum:"1"`
}

// ProvenIdentifier is a phone or e-mail with the checked code that proves it.
type ProvenIdentifier struct {
	Kind  member.Kind `json:"kind" enum:"phone,email"`
	Value string      `json:"value" minLength:"1" maxLength:"254"`
	Proof id.ID       `json:"proof"`
}

// MemberEvent is one change of a member.
type MemberEvent struct {
	ID     id.ID            `json:"id"`
	At     Time             `json:"at"`
	Actor  member.ActorKind `json:"actor_kind"`
	By     id.ID            `json:"actor,omitzero"`
	Source string           `json:"source"`
	Field  member.Field     `json:"field"`
	Old    string           `json:"old"`
	New    string           `json:"new"`
}

type (
	addIdentifierIn struct {
		Member home.ID `path:"member"`
		Body   IdentifierBody
	}
	identifierIn struct {
		Member home.ID `path:"member"`
		Body   IdentifierRef
	}
	proveIn struct {
		Member home.ID `path:"member"`
		Body   ProvenIdentifier
	}
	changesIn struct {
		Member home.ID `path:"member"`
		Field  string  `query:"field" maxLength:"100"`
		After  id.ID   `query:"after"`
		Limit  int     `query:"limit" maximum:"200"`
	}
)

func identifiers(a *API) {
	write := []identity.Scope{identity.MembersWrite}
	row := func(id, path string) operation {
		return operation{id: id, method: http.MethodPost, path: "/members/{member}/identifiers" + path, group: "members", status: http.StatusOK, scopes: write}
	}
	add(a, row("addIdentifier", ""), addIdentifier)
	add(a, row("removeIdentifier", "/remove"), removeIdentifier)
	add(a, row("setMainIdentifier", "/main"), setMainIdentifier)
	add(a, row("proveIdentifier", "/prove"), proveIdentifier)
}

func addIdentifier(ctx context.Context, c *call, in *addIdentifierIn) (*Member, error) {
	b := &in.Body
	m, err := c.Members.AddIdentifier(ctx, c.Rules(), in.Member, b.Version, b.NewIdentifier.in(), c.actor())
	if err == nil && b.Proof != 0 {
		c.lookForGuest(ctx, in.Member)
	}
	return asMember(m, err)
}

// ref is the identifier in the form that it is kept under.
func (c *call) ref(kind member.Kind, value string) (member.Ref, error) {
	ref, err := member.Normalise(kind, value, c.Rules().Region)
	if err != nil {
		return ref, badlyWritten("value", kind)
	}
	return ref, nil
}

func removeIdentifier(ctx context.Context, c *call, in *identifierIn) (*Member, error) {
	ref, err := c.ref(in.Body.Kind, in.Body.Value)
	if err != nil {
		return nil, err
	}
	m, err := c.Members.RemoveIdentifier(ctx, c.Rules(), in.Member, in.Body.Version, ref, c.actor())
	return asMember(m, err)
}

func setMainIdentifier(ctx context.Context, c *call, in *identifierIn) (*Member, error) {
	ref, err := c.ref(in.Body.Kind, in.Body.Value)
	if err != nil {
		return nil, err
	}
	m, err := c.Members.SetMain(ctx, in.Member, in.Body.Version, ref, c.actor())
	return asMember(m, err)
}

func proveIdentifier(ctx context.Context, c *call, in *proveIn) (*Member, error) {
	if _, err := c.ref(in.Body.Kind, in.Body.Value); err != nil {
		return nil, err
	}
	n := member.NewIdentifier{Kind: in.Body.Kind, Value: in.Body.Value, Proof: in.Body.Proof}
	m, err := c.Members.Prove(ctx, c.Rules(), in.Member, n, c.actor())
	if err == nil {
		c.lookForGuest(ctx, in.Member)
	}
	return asMember(m, err)
}

// changes is the journal of what was changed of a member.
func changes(a *API) {
	add(a, operation{
		id: "listMemberChanges", method: http.MethodGet, path: "/members/{member}/changes", group: "members", status: http.StatusOK,
		scopes: []identity.Scope{identity.MembersRead},
	}, listMemberChanges)
}

func listMemberChanges(ctx context.Context, c *call, in *changesIn) (*Page[MemberEvent], error) {
	limit := min(limitOf(in.Limit), member.MaxPage-1)
	list, err := member.Changes(ctx, c.DB, in.Member, member.Field(in.Field), in.After, limit+1)
	if err == nil {
		err = c.known(ctx, in.Member, len(list))
	}
	render := func(v member.Change) MemberEvent {
		return MemberEvent{ID: v.ID, At: Time(v.At), Actor: v.Actor, By: v.By, Source: v.Source, Field: v.Field, Old: v.Old, New: v.New}
	}
	return cut(list, err, limit, render, func(e MemberEvent) string { return e.ID.String() })
}
