package api

import (
	"context"
	"net/http"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/id"
)

// HouseholdBody founds a household on a member's account.
type HouseholdBody struct {
	Founder home.ID   `json:"founder"`
	Name    string    `json:"name" minLength:"1" maxLength:"100"`
	Members []home.ID `json:"members,omitempty" maxItems:"19"`
}

// HouseholdMemberBody names a member who comes into a household or leaves it.
type HouseholdMemberBody struct {
	Member home.ID `json:"member"`
}

// Household is members who share the bonus account of its founder.
type Household struct {
	ID        id.ID             `json:"id"`
	Founder   home.ID           `json:"founder"`
	Name      string            `json:"name"`
	CreatedAt Time              `json:"created_at"`
	EndedAt   Time              `json:"ended_at,omitzero"`
	Members   []HouseholdMember `json:"members"`
}

// HouseholdMember is a member's time in a household.
type HouseholdMember struct {
	Member   home.ID `json:"member"`
	JoinedAt Time    `json:"joined_at"`
	LeftAt   Time    `json:"left_at,omitzero"`
}

type (
	foundHouseholdIn struct{ Body HouseholdBody }
	householdIn      struct {
		Household id.ID `path:"household"`
	}
	householdMemberIn struct {
		Household id.ID `path:"household"`
		Body      HouseholdMemberBody
	}
)

// Households are not for tills: whoever stands at one could put himself into
// that of a member with points, and spend them by his own card.
func households(a *API) {
	read, write := []identity.Scope{identity.MembersRead}, []identity.Scope{identity.MembersWrite}
	row := func(id, method, path string, status int, scopes []identity.Scope) operation {
		return operation{id: id, method: method, path: path, group: "households", status: status, scopes: scopes}
	}
	add(a, row("listHouseholds", http.MethodGet, "/households", http.StatusOK, read).forOffice(), listHouseholds)
	add(a, row("foundHousehold", http.MethodPost, "/households", http.StatusCreated, write).forOffice(), foundHousehold)
	add(a, row("getHousehold", http.MethodGet, "/households/{household}", http.StatusOK, read), getHousehold)
	add(a, row("joinHousehold", http.MethodPost, "/households/{household}/members", http.StatusOK, write).forOffice(), joinHousehold)
	add(a, row("leaveHousehold", http.MethodPost, "/households/{household}/members/remove", http.StatusOK, write).forOffice(), leaveHousehold)
	add(a, row("endHousehold", http.MethodPost, "/households/{household}/end", http.StatusOK, write).forOffice(), endHousehold)
}

func householdOf(v member.Household) Household {
	return Household{
		ID: v.ID, Founder: v.Founder, Name: v.Name, CreatedAt: Time(v.CreatedAt), EndedAt: Time(v.EndedAt),
		Members: each(v.Members, func(m member.HouseholdMember) HouseholdMember {
			return HouseholdMember{Member: m.Home, JoinedAt: Time(m.JoinedAt), LeftAt: Time(m.LeftAt)}
		}),
	}
}

func listHouseholds(ctx context.Context, c *call, in *Paging) (*Page[Household], error) {
	var after id.ID
	if in.After != "" {
		i, err := id.Parse(in.After)
		if err != nil {
			return nil, badCursor()
		}
		after = i
	}
	limit := in.limit()
	list, err := member.Households(ctx, c.DB, after, limit+1)
	return cut(list, err, limit, householdOf, func(v Household) string { return v.ID.String() })
}

func foundHousehold(ctx context.Context, c *call, in *foundHouseholdIn) (*Household, error) {
	b := &in.Body
	v, err := c.Members.FoundHousehold(ctx, b.Founder, b.Name, b.Members, c.actor())
	return one(v, err, householdOf)
}

func getHousehold(ctx context.Context, c *call, in *householdIn) (*Household, error) {
	v, err := member.GetHousehold(ctx, c.DB, in.Household)
	return one(v, err, householdOf)
}

func joinHousehold(ctx context.Context, c *call, in *householdMemberIn) (*Household, error) {
	v, err := c.Members.JoinHousehold(ctx, in.Household, in.Body.Member, c.actor())
	return one(v, err, householdOf)
}

func leaveHousehold(ctx context.Context, c *call, in *householdMemberIn) (*Household, error) {
	v, err := c.Members.LeaveHousehold(ctx, in.Household, in.Body.Member, c.actor())
	return one(v, err, householdOf)
}

func endHousehold(ctx context.Context, c *call, in *householdIn) (*Household, error) {
	v, err := c.Members.EndHousehold(ctx, in.Household, c.actor())
	return one(v, err, householdOf)
}
