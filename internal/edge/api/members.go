package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Registration is what is told of a new member.
type Registration struct {
	Profile     Profile         `json:"profile,omitzero"`
	Identifiers []NewIdentifier `json:"identifiers,omitempty" maxItems:"31"`
	Tags        []string        `json:"tags,omitempty" maxItems:"50"`
	Groups      []id.ID         `json:"groups,omitempty" maxItems:"100"`
	Relatives   []Relative      `json:"relatives,omitempty" maxItems:"20"`
	Consents    []NewConsent    `json:"consents,omitempty" maxItems:"20"`
	Cashier     id.ID           `json:"cashier,omitzero"`
	Card        *NewCard        `json:"card,omitempty"`
	Programmes  []id.ID         `json:"programmes,omitempty" maxItems:"20"`
	Himself     bool            `json:"self,omitempty"`
	Inviter     string          `json:"inviter,omitempty" maxLength:"254" example:"+7 916 123-45-67"`
}

// NewIdentifier is a phone, e-mail, external id or login as it was typed.
type NewIdentifier struct {
	Kind  member.Kind `json:"kind" enum:"phone,email,external,login"`
	Value string      `json:"value" minLength:"1" maxLength:"254" example:"+7 916 123-45-67"`
	Main  bool        `json:"main,omitempty"`
	Proof id.ID       `json:"proof,omitzero"`
}

func (n NewIdentifier) in() member.NewIdentifier {
	return member.NewIdentifier{Kind: n.Kind, Value: n.Value, Main: n.Main, Proof: n.Proof}
}

// Registered is a new member, with the card and the accounts made with him.
type Registered struct {
	Member
	Card     *IssuedCard `json:"card,omitempty"`
	Accounts []Account   `json:"accounts"`
}

// FoundMember is a member that a text finds, and by what.
type FoundMember struct {
	Kind       member.Kind            `json:"kind"`
	Value      string                 `json:"value"`
	Identifier member.IdentifierState `json:"identifier" enum:"active,off"`
	Serves     bool                   `json:"serves"`
	Member     Member                 `json:"member"`
	Levels     []MemberLevel          `json:"levels,omitempty"`
}

// MemberChange is a partial change of a member. What is not named stays.
type MemberChange struct {
	Version   int64             `json:"version,omitempty" minimum:"1"`
	Set       map[string]string `json:"set,omitempty"`
	Tags      *[]string         `json:"tags,omitempty" maxItems:"50"`
	Relatives *[]Relative       `json:"relatives,omitempty" maxItems:"20"`
}

// StateChange is a change of a member's state, with its reason.
type StateChange struct {
	Version int64  `json:"version,omitempty" minimum:"1"`
	Reason  string `json:"reason,omitempty" maxLength:"500"`
}

// MemberClosing ends a membership. One that has points left is closed only by
// force: they can't be spent any more.
type MemberClosing struct {
	StateChange
	Force bool `json:"force,omitempty"`
}

type (
	registerIn   struct{ Body Registration }
	findMemberIn struct {
		Q string `query:"q" required:"true"`
	}
	listMembersIn struct {
		State    member.State `query:"state" enum:"new,active,blocked,closed,merged"`
		Category id.ID        `query:"category"`
		Group    id.ID        `query:"group"`
		Tag      string       `query:"tag"`
		Name     string       `query:"name"`
		Paging
	}
	changeMemberIn struct {
		Member home.ID `path:"member"`
		Body   MemberChange
	}
	stateIn struct {
		Member home.ID `path:"member"`
		Body   StateChange
	}
	closeIn struct {
		Member home.ID `path:"member"`
		Body   MemberClosing
	}
)

func members(a *API) {
	read, write := []identity.Scope{identity.MembersRead}, []identity.Scope{identity.MembersWrite}
	row := func(id, method, path string, status int, scopes []identity.Scope) operation {
		return operation{id: id, method: method, path: path, group: "members", status: status, scopes: scopes}
	}
	making := row("registerMember", http.MethodPost, "/members", http.StatusCreated, write)
	making.once = true
	add(a, making, register)
	add(a, row("listMembers", http.MethodGet, "/members", http.StatusOK, read).forOffice(), listMembers)
	add(a, row("findMembers", http.MethodGet, "/members/find", http.StatusOK, read), findMembers)
	add(a, row("getMember", http.MethodGet, "/members/{member}", http.StatusOK, read), getMember)
	add(a, row("changeMember", http.MethodPatch, "/members/{member}", http.StatusOK, write), changeMember)
	add(a, row("activateMember", http.MethodPost, "/members/{member}/activate", http.StatusOK, write), activateMember)
	add(a, row("blockMember", http.MethodPost, "/members/{member}/block", http.StatusOK, write), blockMember)
	add(a, row("unblockMember", http.MethodPost, "/members/{member}/unblock", http.StatusOK, write), unblockMember)
	add(a, row("closeMember", http.MethodPost, "/members/{member}/close", http.StatusOK, write).forOffice(), closeMember)
}

// fieldNames refuses names of fields that look like none: an error names the
// field, and what stands there may be somebody's data.
func fieldNames(path string, values map[string]string) error {
	for name := range values {
		if len(name) > 60 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_.") != "" {
			return fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: path + ".?", Code: "api.unknown-field"})
		}
	}
	return nil
}

func register(ctx context.Context, c *call, in *registerIn) (*Registered, error) {
	b := &in.Body
	if err := fieldNames("profile.custom", b.Profile.Custom); err != nil {
		return nil, err
	}
	for i, p := range b.Programmes {
		if c.API.Programmes.Current().Get(p) == nil {
			return nil, fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "programmes" + index(i), Code: "programme.not-found"})
		}
	}
	if b.Cashier != 0 {
		if _, err := c.Identity.Cashier(ctx, b.Cashier); fault.Is(err, "identity.cashier-not-found") {
			return nil, fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "cashier", Code: "identity.cashier-not-found"})
		} else if err != nil {
			return nil, err
		}
	}
	if b.Inviter != "" {
		if err := c.guess(); err != nil {
			return nil, err
		}
	}
	by := c.actor()
	if b.Himself {
		if err := c.himself(); err != nil {
			return nil, err
		}
		by.Source = member.FromSelf
	}
	reg := member.Registration{
		Profile: b.Profile.in(), Tags: b.Tags, Groups: b.Groups, Relatives: relativesIn(b.Relatives), Consents: consentsIn(b.Consents), Cashier: b.Cashier,
		Inviter: b.Inviter,
	}
	for _, n := range b.Identifiers {
		reg.Identifiers = append(reg.Identifiers, n.in())
	}
	out, err := once(ctx, c, in, func(ctx context.Context) (*Registered, registration, error) {
		return c.registerMember(ctx, reg, b.Card, by)
	}, c.registeredBefore)
	if member.NoInviter(err) {
		c.missed()
	}
	if err != nil {
		return nil, err
	}
	err = c.openAccounts(ctx, out, b.Programmes)
	c.lookForGuest(ctx, out.ID)
	return out, err
}

// himself refuses whoever can't know that a member registers himself: that is
// told by his own channel, never by a till.
func (c *call) himself() error {
	if err := c.noTill(); err != nil {
		return err
	}
	return c.who.Require(identity.MembersSelf)
}

// registration names what a registration has made.
type registration struct {
	Member home.ID `json:"member"`
	Card   id.ID   `json:"card,omitzero"`
}

func (c *call) registerMember(ctx context.Context, reg member.Registration, with *NewCard, by member.Actor) (*Registered, registration, error) {
	out := &Registered{Accounts: []Account{}}
	if with == nil {
		made, err := c.Members.Register(ctx, c.Rules(), reg, by)
		out.Member = memberOf(&made)
		return out, registration{Member: made.Home}, err
	}
	made, first, err := c.Cards.Register(ctx, c.Rules(), reg, with.in(), by)
	out.Member, out.Card = memberOf(&made), issuedOf(first)
	return out, registration{made.Home, first.ID}, err
}

func (c *call) registeredBefore(ctx context.Context, made registration) (*Registered, error) {
	m, err := member.Get(ctx, c.DB, made.Member)
	if err != nil {
		return nil, err
	}
	out := &Registered{Member: memberOf(&m), Accounts: []Account{}}
	if made.Card != 0 {
		first, err := card.Get(ctx, c.DB, made.Member, made.Card)
		if err != nil {
			return nil, err
		}
		out.Card = issuedOf(card.Issued{Card: first})
	}
	return out, nil
}

// openAccounts opens the new member's accounts. He is there: one that could
// not be opened now is opened at its first use.
func (c *call) openAccounts(ctx context.Context, out *Registered, programmes []id.ID) error {
	if len(programmes) == 0 {
		return nil
	}
	for _, p := range programmes {
		if _, err := c.Desk.Open(ctx, out.ID, p); err != nil {
			c.Log.WarnContext(ctx, "account not opened at registration", "error", err)
		}
	}
	list, err := c.Desk.Accounts(ctx, out.ID)
	for i := range list {
		out.Accounts = append(out.Accounts, accountOf(&list[i]))
	}
	return err
}

func listMembers(ctx context.Context, c *call, in *listMembersIn) (*Page[MemberRow], error) {
	var after *member.Cursor
	if in.After != "" {
		// The member stands for his place: a name has none in addresses and logs.
		i, err := id.Parse(in.After)
		if err != nil {
			return nil, badCursor()
		}
		if after, err = member.After(ctx, c.DB, home.OfMember(i)); errors.Is(err, db.ErrNotFound) {
			return nil, badCursor()
		}
		if err != nil {
			return nil, err
		}
	}
	f := member.Filter{State: in.State, Category: in.Category, Group: in.Group, Tag: in.Tag, Prefix: in.Name}
	page, err := member.List(ctx, c.DB, f, after, in.limit())
	if err != nil {
		return nil, err
	}
	out := &Page[MemberRow]{Items: each(page.Rows, rowOf)}
	if page.Next != nil {
		out.Next = page.Next.Home.String()
	}
	return out, nil
}

// findMembers gives all that a text finds, those that can be served first.
func findMembers(ctx context.Context, c *call, in *findMemberIn) (*Page[FoundMember], error) {
	if err := c.guess(); err != nil {
		return nil, err
	}
	found, err := member.Find(ctx, c.DB, in.Q, c.Rules().Region)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		c.missed()
	}
	out := &Page[FoundMember]{Items: make([]FoundMember, 0, len(found))}
	for i := range found {
		m, err := member.Get(ctx, c.DB, found[i].Home)
		if err != nil {
			return nil, err
		}
		levels, err := c.levelsOf(ctx, found[i].Home)
		if err != nil {
			return nil, err
		}
		f := &found[i]
		out.Items = append(out.Items, FoundMember{Kind: f.Kind, Value: f.Value, Identifier: f.Identifier, Serves: f.Serves(), Member: memberOf(&m), Levels: levels})
	}
	return out, nil
}

func getMember(ctx context.Context, c *call, in *memberIn) (*Member, error) {
	m, err := member.Get(ctx, c.DB, in.Member)
	return asMember(m, err)
}

// asMember renders what an operation on a member gave.
func asMember(m member.Member, err error) (*Member, error) {
	if err != nil {
		return nil, err
	}
	out := memberOf(&m)
	return &out, nil
}

func changeMember(ctx context.Context, c *call, in *changeMemberIn) (*Member, error) {
	b := &in.Body
	if err := fieldNames("set", b.Set); err != nil {
		return nil, err
	}
	p := member.Patch{Tags: b.Tags, Set: make(map[member.Field]string, len(b.Set))}
	for field, value := range b.Set {
		p.Set[member.Field(field)] = value
	}
	if b.Relatives != nil {
		list := relativesIn(*b.Relatives)
		p.Relatives = &list
	}
	m, err := c.Members.Update(ctx, c.Rules(), in.Member, b.Version, p, c.actor())
	return asMember(m, err)
}

func activateMember(ctx context.Context, c *call, in *memberIn) (*Member, error) {
	m, err := c.Members.Activate(ctx, c.Rules(), in.Member, c.actor())
	return asMember(m, err)
}

func blockMember(ctx context.Context, c *call, in *stateIn) (*Member, error) {
	m, err := c.Members.Block(ctx, in.Member, in.Body.Version, in.Body.Reason, c.actor())
	return asMember(m, err)
}

func unblockMember(ctx context.Context, c *call, in *stateIn) (*Member, error) {
	m, err := c.Members.Unblock(ctx, in.Member, in.Body.Version, c.actor())
	return asMember(m, err)
}

// closeMember is not for tills: it can't be undone, and takes the points with
// it.
func closeMember(ctx context.Context, c *call, in *closeIn) (*Member, error) {
	m, err := c.Members.Close(ctx, in.Member, in.Body.Version, in.Body.Reason, c.actor(), func(q db.Q) error {
		left, err := ledger.Left(ctx, q, in.Member)
		if err == nil && left > 0 && !in.Body.Force {
			err = fault.New(fault.Refused, "member.points-left", "points", left)
		}
		if err == nil {
			err = c.Desk.HoldsNothing(ctx, q, in.Member)
		}
		return err
	})
	return asMember(m, err)
}
