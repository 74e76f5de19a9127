package api

import (
	"context"
	"net/http"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// MergePreviewBody asks what a merge would come to.
type MergePreviewBody struct {
	From home.ID  `json:"from"`
	Take []string `json:"take,omitempty" maxItems:"200"`
}

// MergeBody asks for a member to be merged into another, as a preview has told.
type MergeBody struct {
	From   home.ID  `json:"from"`
	Take   []string `json:"take,omitempty" maxItems:"200"`
	Digest string   `json:"digest" minLength:"1" maxLength:"64"`
	Reason string   `json:"reason" minLength:"1" maxLength:"500"`
}

// MergePreview is what a merge would come to, and the digest of what it rests
// on.
type MergePreview struct {
	Into     home.ID   `json:"into"`
	From     home.ID   `json:"from"`
	Digest   string    `json:"digest"`
	Moved    Moved     `json:"moved"`
	Consents []Consent `json:"consents"`
}

// Merge is how a member was merged into another. What is personal of it is not
// there once the person is erased.
type Merge struct {
	ID        id.ID            `json:"id"`
	Into      home.ID          `json:"into"`
	From      home.ID          `json:"from"`
	Number    string           `json:"number"`
	At        Time             `json:"at"`
	ActorKind member.ActorKind `json:"actor_kind"`
	Actor     id.ID            `json:"actor,omitzero"`
	Source    string           `json:"source"`
	Reason    string           `json:"reason,omitempty"`
	Erased    bool             `json:"erased,omitempty"`
	Moved     Moved            `json:"moved"`
	Was       *Member          `json:"was,omitempty"`
}

// Moved is what a merge moves, of who is merged, and what comes of it.
type Moved struct {
	Accounts    []MovedAccount  `json:"accounts"`
	Before      []MergedAccount `json:"before"`
	After       []MergedAccount `json:"after"`
	Identifiers []Identifier    `json:"identifiers"`
	Cards       int64           `json:"cards"`
	Consents    int64           `json:"consents"`
	Tags        []string        `json:"tags"`
	Groups      []id.ID         `json:"groups"`
	Relatives   []Relative      `json:"relatives"`
	Filled      []FieldValue    `json:"filled"`
	Conflicts   []FieldConflict `json:"conflicts"`
}

// MovedAccount is an account of who is merged, all of which another takes over.
type MovedAccount struct {
	Programme id.ID        `json:"programme"`
	From      id.ID        `json:"from"`
	To        id.ID        `json:"to"`
	Opened    bool         `json:"opened,omitempty"`
	Balance   Balance      `json:"balance"`
	Earned    money.Points `json:"earned"`
	Spent     money.Points `json:"spent"`
	Expired   money.Points `json:"expired"`
	Settled   money.Points `json:"settled,omitempty"`
	Purchases int64        `json:"purchases"`
	Turnover  money.Amount `json:"turnover"`
	Level     string       `json:"level,omitempty"`
	Lots      int64        `json:"lots"`
}

// MergedAccount is an account of who stays, before a merge or after it.
type MergedAccount struct {
	Programme  id.ID   `json:"programme"`
	Account    id.ID   `json:"account"`
	Balance    Balance `json:"balance"`
	Level      string  `json:"level,omitempty"`
	LevelUntil Time    `json:"level_until,omitzero"`
}

// FieldValue is a field of the profile with its value.
type FieldValue struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// FieldConflict is a field of which both had a value.
type FieldConflict struct {
	Field string `json:"field"`
	Kept  string `json:"kept"`
	Lost  string `json:"lost"`
}

type (
	previewMergeIn struct {
		Member home.ID `path:"member"`
		Body   MergePreviewBody
	}
	mergeMembersIn struct {
		Member home.ID `path:"member"`
		Body   MergeBody
	}
	mergeIn struct {
		Merge id.ID `path:"merge"`
	}
	listMergesIn struct {
		Member home.ID `query:"member"`
		Paging
	}
)

// Merges are for no till: whoever stands at one would make a member with points
// his own.
func merges(a *API) {
	scopes := []identity.Scope{identity.MembersMerge}
	row := func(id, method, path string, status int) operation {
		return operation{id: id, method: method, path: path, group: "merges", status: status, scopes: scopes}.forOffice()
	}
	preview := row("previewMerge", http.MethodPost, "/members/{member}/merge/preview", http.StatusOK)
	preview.reads = true
	add(a, preview, previewMerge)
	do := row("mergeMembers", http.MethodPost, "/members/{member}/merge", http.StatusCreated)
	do.once = true
	add(a, do, mergeMembers)
	add(a, row("listMerges", http.MethodGet, "/merges", http.StatusOK), listMerges)
	add(a, row("getMerge", http.MethodGet, "/merges/{merge}", http.StatusOK), getMerge)
}

func (c *call) toMerge(into, from home.ID, take []string) merge.Request {
	return merge.Request{Into: into, From: from, Take: each(take, func(f string) member.Field { return member.Field(f) }), By: c.actor()}
}

func previewMerge(ctx context.Context, c *call, in *previewMergeIn) (*MergePreview, error) {
	p, err := c.Merges.Preview(ctx, c.toMerge(in.Member, in.Body.From, in.Body.Take))
	if err != nil {
		return nil, err
	}
	return &MergePreview{Into: p.Into, From: p.From, Digest: p.Digest, Moved: movedOf(&p.Merge), Consents: each(p.Consents, consentOf)}, nil
}

func mergeMembers(ctx context.Context, c *call, in *mergeMembersIn) (*Merge, error) {
	return once(ctx, c, in, func(ctx context.Context) (*Merge, id.ID, error) {
		r := c.toMerge(in.Member, in.Body.From, in.Body.Take)
		r.Reason, r.Digest = in.Body.Reason, in.Body.Digest
		m, err := c.Merges.Merge(ctx, r)
		if err != nil {
			return nil, 0, err
		}
		out := mergeOf(*m)
		return &out, m.ID, nil
	}, func(ctx context.Context, made id.ID) (*Merge, error) {
		m, err := c.Merges.Get(ctx, made)
		return one(m, err, mergeOf)
	})
}

func listMerges(ctx context.Context, c *call, in *listMergesIn) (*Page[Merge], error) {
	before, err := in.id()
	if err != nil {
		return nil, err
	}
	limit := in.limit()
	list, err := c.Merges.List(ctx, in.Member, before, limit+1)
	return cut(list, err, limit, mergeOf, func(v Merge) string { return v.ID.String() })
}

func getMerge(ctx context.Context, c *call, in *mergeIn) (*Merge, error) {
	m, err := c.Merges.Get(ctx, in.Merge)
	return one(m, err, mergeOf)
}

func mergeOf(m merge.Merge) Merge {
	out := Merge{
		ID: m.ID, Into: m.Into, From: m.From, Number: m.Number, At: Time(m.At), ActorKind: member.ActorKind(m.ActorKind), Actor: m.Actor, Source: m.Source,
		Erased: m.Kept == nil, Moved: movedOf(&m),
	}
	if m.Kept != nil {
		was := memberOf(&m.Kept.United.Was)
		out.Reason, out.Was = m.Kept.Reason, &was
	}
	return out
}

func movedOf(m *merge.Merge) Moved {
	out := Moved{
		Accounts: each(m.Accounts, takenOf), Before: each(m.Act.Before, mergedAccountOf), After: each(m.After, mergedAccountOf),
		Cards: m.Cards, Consents: m.Consents,
		Identifiers: []Identifier{}, Tags: []string{}, Groups: []id.ID{}, Relatives: []Relative{}, Filled: []FieldValue{}, Conflicts: []FieldConflict{},
	}
	if m.Kept == nil {
		return out
	}
	u := &m.Kept.United
	out.Identifiers, out.Tags, out.Groups = each(u.Identifiers, identifierOf), orEmpty(u.Tags), orEmpty(u.Groups)
	out.Relatives = each(u.Relatives, func(r member.Relative) Relative { return Relative(r) })
	out.Filled = each(u.Filled, func(f member.FieldValue) FieldValue { return FieldValue{Field: string(f.Field), Value: f.Value} })
	out.Conflicts = each(u.Conflicts, func(f member.Conflict) FieldConflict {
		return FieldConflict{Field: string(f.Field), Kept: f.Kept, Lost: f.Lost}
	})
	return out
}

func takenOf(t ledger.Taken) MovedAccount {
	return MovedAccount{
		Programme: t.Programme, From: t.From.ID, To: t.To.ID, Opened: t.Opened,
		Balance: balanceOf(purchase.Balance{Active: t.Active, Pending: t.Pending, Debt: t.Debt}),
		Earned:  t.Earned, Spent: t.Spent, Expired: t.Expired, Settled: t.Settled, Purchases: t.Purchases, Turnover: t.Turnover, Level: t.Level,
		Lots: int64(len(t.Lots)),
	}
}

func mergedAccountOf(a purchase.AccountState) MergedAccount {
	return MergedAccount{Programme: a.Programme, Account: a.Account, Balance: balanceOf(a.Balance), Level: a.Level, LevelUntil: Time(a.Until)}
}
