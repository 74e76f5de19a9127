package api

import (
	"context"
	"net/http"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// GroupBody is what is told of a group of members.
type GroupBody struct {
	Name string `json:"name" minLength:"1" maxLength:"100"`
	Note string `json:"note,omitempty" maxLength:"500"`
}

// GroupChange is a group as it is to be.
type GroupChange struct {
	GroupBody
	Active bool `json:"active"`
}

// Group is members put together by staff or a list.
type Group struct {
	ID id.ID `json:"id"`
	GroupBody
	Active    bool `json:"active"`
	CreatedAt Time `json:"created_at"`
}

// CategoryBody is what is told of a category of members.
type CategoryBody struct {
	Name string `json:"name" minLength:"1" maxLength:"100"`
}

// CategoryChange is a category as it is to be.
type CategoryChange struct {
	CategoryBody
	Active bool `json:"active"`
}

// Category is a price class; a member is in one at most.
type Category struct {
	ID id.ID `json:"id"`
	CategoryBody
	Active    bool `json:"active"`
	CreatedAt Time `json:"created_at"`
}

// GroupMembers are members to be put into a group, or taken out of it.
type GroupMembers struct {
	Members []home.ID `json:"members" minItems:"1" maxItems:"10000"`
}

// Grouped says what came of it: how many were put in or taken out, how many
// needed no change, and who could not be.
type Grouped struct {
	Changed int       `json:"changed"`
	Already int       `json:"already"`
	Missing []home.ID `json:"missing"`
}

type (
	createGroupIn struct{ Body GroupBody }
	changeGroupIn struct {
		Group id.ID `path:"group"`
		Body  GroupChange
	}
	groupMembersIn struct {
		Group id.ID `path:"group"`
		Body  GroupMembers
	}
	createCategoryIn struct{ Body CategoryBody }
	changeCategoryIn struct {
		Category id.ID `path:"category"`
		Body     CategoryChange
	}
)

func groups(a *API) {
	read := []identity.Scope{identity.ReferenceRead, identity.ReferenceWrite}
	write := []identity.Scope{identity.ReferenceWrite}
	members := []identity.Scope{identity.MembersWrite}
	row := func(id, method, path string, status int, scopes []identity.Scope) operation {
		return operation{id: id, method: method, path: path, group: "groups", status: status, scopes: scopes}
	}
	add(a, row("listGroups", http.MethodGet, "/groups", http.StatusOK, read), listGroups)
	add(a, row("createGroup", http.MethodPost, "/groups", http.StatusCreated, write), createGroup)
	add(a, row("changeGroup", http.MethodPut, "/groups/{group}", http.StatusOK, write), changeGroup)
	add(a, row("putInGroup", http.MethodPost, "/groups/{group}/members", http.StatusOK, members), putInGroup)
	add(a, row("takeOutOfGroup", http.MethodPost, "/groups/{group}/members/remove", http.StatusOK, members), takeOutOfGroup)

	add(a, row("listCategories", http.MethodGet, "/categories", http.StatusOK, read), listCategories)
	add(a, row("createCategory", http.MethodPost, "/categories", http.StatusCreated, write), createCategory)
	add(a, row("changeCategory", http.MethodPut, "/categories/{category}", http.StatusOK, write), changeCategory)
}

func listGroups(ctx context.Context, c *call, _ *struct{}) (*Page[Group], error) {
	list, err := member.Groups(ctx, c.DB)
	return all(list, err, groupOf)
}

func createGroup(ctx context.Context, c *call, in *createGroupIn) (*Group, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	return save(ctx, c, member.Group{Name: in.Body.Name, Note: in.Body.Note, Active: true}, c.Members.SaveGroup, groupOf)
}

func changeGroup(ctx context.Context, c *call, in *changeGroupIn) (*Group, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	g, err := c.group(ctx, in.Group)
	if err != nil {
		return nil, err
	}
	g.Name, g.Note, g.Active = in.Body.Name, in.Body.Note, in.Body.Active
	return save(ctx, c, g, c.Members.SaveGroup, groupOf)
}

func (c *call) group(ctx context.Context, i id.ID) (member.Group, error) {
	list, err := member.Groups(ctx, c.DB)
	if err != nil {
		return member.Group{}, err
	}
	at := slices.IndexFunc(list, func(g member.Group) bool { return g.ID == i })
	if at < 0 {
		return member.Group{}, fault.New(fault.NotFound, "api.no-group")
	}
	return list[at], nil
}

func groupOf(g member.Group) Group {
	return Group{ID: g.ID, GroupBody: GroupBody{Name: g.Name, Note: g.Note}, Active: g.Active, CreatedAt: Time(g.CreatedAt)}
}

func putInGroup(ctx context.Context, c *call, in *groupMembersIn) (*Grouped, error) {
	return c.regroup(ctx, in, c.Members.PutInGroup)
}

func takeOutOfGroup(ctx context.Context, c *call, in *groupMembersIn) (*Grouped, error) {
	return c.regroup(ctx, in, c.Members.TakeOutOfGroup)
}

func (c *call) regroup(
	ctx context.Context, in *groupMembersIn, do func(context.Context, id.ID, []home.ID, member.Actor) (member.Grouped, error),
) (*Grouped, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	if _, err := c.group(ctx, in.Group); err != nil {
		return nil, err
	}
	done, err := do(ctx, in.Group, in.Body.Members, c.actor())
	return one(done, err, func(g member.Grouped) Grouped { return Grouped(g) })
}

func listCategories(ctx context.Context, c *call, _ *struct{}) (*Page[Category], error) {
	list, err := member.Categories(ctx, c.DB)
	return all(list, err, categoryOf)
}

func createCategory(ctx context.Context, c *call, in *createCategoryIn) (*Category, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	return save(ctx, c, member.Category{Name: in.Body.Name, Active: true}, c.Members.SaveCategory, categoryOf)
}

func changeCategory(ctx context.Context, c *call, in *changeCategoryIn) (*Category, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	list, err := member.Categories(ctx, c.DB)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(list, func(k member.Category) bool { return k.ID == in.Category })
	if at < 0 {
		return nil, fault.New(fault.NotFound, "api.no-category")
	}
	k := list[at]
	k.Name, k.Active = in.Body.Name, in.Body.Active
	return save(ctx, c, k, c.Members.SaveCategory, categoryOf)
}

func categoryOf(k member.Category) Category {
	return Category{ID: k.ID, CategoryBody: CategoryBody{Name: k.Name}, Active: k.Active, CreatedAt: Time(k.CreatedAt)}
}
