package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/segment"
)

// MemberCondition asks something of one field of members.
type MemberCondition struct {
	Field  string     `json:"field" maxLength:"60" example:"last_purchase_days"`
	Op     segment.Op `json:"op" enum:"in,not_in,from,to,between,starts,filled,empty,yes,no" example:"from"`
	Values []string   `json:"values,omitempty" maxItems:"100"`
}

// MemberSearch asks for members.
type MemberSearch struct {
	Conditions []MemberCondition `json:"conditions,omitempty" maxItems:"30"`
	Search     string            `json:"search,omitempty" maxLength:"254"`
	Order      string            `json:"order,omitempty" maxLength:"60" example:"turnover"`
	Descending bool              `json:"descending,omitempty"`
	Columns    []string          `json:"columns,omitempty" maxItems:"50"`
	After      string            `json:"after,omitempty" maxLength:"4000"`
	Before     string            `json:"before,omitempty" maxLength:"4000"`
	Limit      int               `json:"limit,omitempty" minimum:"1" maximum:"200"`
	Count      bool              `json:"count,omitempty"`
}

// ListedMember is one member that a search has found.
type ListedMember struct {
	ID     home.ID             `json:"id"`
	Number string              `json:"number"`
	Name   string              `json:"name"`
	Phone  string              `json:"phone,omitempty"`
	State  member.State        `json:"state"`
	Level  string              `json:"level,omitempty"`
	Values map[string][]string `json:"values,omitempty"`
}

// ListedMembers are a page of those that a search has found.
type ListedMembers struct {
	Items    []ListedMember `json:"items"`
	Next     string         `json:"next,omitempty"`
	Previous string         `json:"previous,omitempty"`
	Count    *int64         `json:"count,omitempty"`
	More     bool           `json:"more,omitempty"`
}

// MemberListField is a field that members can be searched by, or that is shown
// of them.
type MemberListField struct {
	Code   string         `json:"code"`
	Kind   segment.Kind   `json:"kind" enum:"text,choice,list,number,decimal,points,money,time,day,birthday,days,yes_no"`
	Ops    []segment.Op   `json:"ops"`
	Order  bool           `json:"order"`
	Column bool           `json:"column"`
	Late   bool           `json:"late"`
	Source segment.Source `json:"source,omitempty"`
	Values []string       `json:"values,omitempty"`
}

type (
	searchMembersIn struct{ Body MemberSearch }
	memberFieldsIn  struct{}
)

func memberSearch(a *API) {
	row := func(id, method, path string) operation {
		return operation{
			id: id, method: method, path: path, group: "members", status: http.StatusOK, scopes: []identity.Scope{identity.MembersRead}, reads: true,
		}.forOffice()
	}
	add(a, row("searchMembers", http.MethodPost, "/members/search"), searchMembers)
	add(a, row("listMemberFields", http.MethodGet, "/members/fields"), listMemberFields)
}

// named are the fields by which somebody may be guessed.
var named = []string{"phone", "email", "card", "number", "external"}

// searchMembers lists members. A key with outlets is told of those who have
// registered, bought or been there.
func searchMembers(ctx context.Context, c *call, in *searchMembersIn) (*ListedMembers, error) {
	b := &in.Body
	q := segment.Query{
		Filter: segment.Filter{Search: b.Search}, Order: segment.Order{Field: b.Order, Desc: b.Descending}, Columns: b.Columns,
		After: b.After, Before: b.Before, Limit: b.Limit, Outlets: c.who.OutletIDs,
	}
	guesses := b.Search != ""
	for _, x := range b.Conditions {
		q.Conditions = append(q.Conditions, segment.Condition(x))
		guesses = guesses || slices.Contains(named, x.Field)
	}
	if guesses {
		if err := c.guess(); err != nil {
			return nil, err
		}
	}
	if len(q.Outlets) == 0 {
		q.Outlets = nil
	}
	p, err := c.Lists.List(ctx, q)
	if err != nil {
		return nil, err
	}
	if guesses && len(p.Rows) == 0 {
		c.missed()
	}
	out := &ListedMembers{Next: p.Next, Previous: p.Prev, Items: each(p.Rows, func(r segment.Row) ListedMember { return listedMember(&r, b.Columns) })}
	if b.Count {
		n, more, err := c.Lists.Count(ctx, q.Filter, q.Outlets)
		if err != nil {
			return nil, err
		}
		out.Count, out.More = &n, more
	}
	return out, nil
}

func listedMember(r *segment.Row, columns []string) ListedMember {
	out := ListedMember{ID: r.Home, Number: r.Number, Name: r.Name, Phone: r.Phone, State: r.State, Level: r.Level}
	for i := range r.Values {
		if text := valueTexts(&r.Values[i]); len(text) > 0 {
			if out.Values == nil {
				out.Values = map[string][]string{}
			}
			out.Values[columns[i]] = text
		}
	}
	return out
}

// valueTexts are a value as texts; none where there is nothing.
func valueTexts(v *segment.Value) []string {
	switch v.Kind {
	case segment.List:
		return v.List
	case segment.Number, segment.Points, segment.Money:
		return []string{strconv.FormatInt(v.Int, 10)}
	case segment.Time:
		if v.Int == 0 {
			return nil
		}
		at, _ := Time(v.Int).MarshalText() // it never fails
		return []string{string(at)}
	}
	if v.Text == "" {
		return nil
	}
	return []string{v.Text}
}

func listMemberFields(ctx context.Context, c *call, _ *memberFieldsIn) (*Page[MemberListField], error) {
	all, err := c.Lists.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	return &Page[MemberListField]{Items: each(all.Fields(), func(f segment.Field) MemberListField {
		return MemberListField{
			Code: f.Code, Kind: f.Kind, Ops: orEmpty(f.Ops), Order: f.Order, Column: f.Column, Late: f.Late, Source: f.Source, Values: f.Values,
		}
	})}, nil
}
