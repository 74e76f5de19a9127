package api

import (
	"context"
	"net/http"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/settings"
	"kopilka/internal/platform/setting"
)

// Setting is something that can be set, with its texts in the caller's
// language.
type Setting struct {
	Level    settings.Level  `json:"level" enum:"organization,programme,campaign,outlet"`
	Name     string          `json:"name" example:"programme.point_value"`
	Key      string          `json:"key" example:"point_value"`
	Kind     setting.Kind    `json:"kind" enum:"flag,money,points,days,minutes,choice,choices,text,reference"`
	Title    string          `json:"title"`
	About    string          `json:"about"`
	Default  string          `json:"default,omitempty" example:"1"`
	Inherits string          `json:"inherits,omitempty" example:"programme.refund_conditions"`
	Least    string          `json:"least,omitempty" example:"0.01"`
	Most     string          `json:"most,omitempty" example:"10000000"`
	Never    bool            `json:"never,omitempty"`
	Choices  []SettingChoice `json:"choices,omitempty"`
}

// SettingChoice is one of the words that a setting may be.
type SettingChoice struct {
	Value string `json:"value" example:"debt"`
	Title string `json:"title,omitempty"`
}

func settingList(a *API) {
	read := []identity.Scope{identity.ReferenceRead, identity.ReferenceWrite}
	add(a, operation{
		id: "listSettings", method: http.MethodGet, path: "/settings", group: "programmes", status: http.StatusOK, scopes: read,
	}, listSettings)
}

// listSettings gives the whole table, the widest level first.
func listSettings(_ context.Context, c *call, _ *struct{}) (*Page[Setting], error) {
	out := &Page[Setting]{Items: []Setting{}}
	for _, l := range settings.Levels() {
		for _, i := range settings.Table(l) {
			out.Items = append(out.Items, c.setting(l, &i))
		}
	}
	return out, nil
}

func (c *call) setting(l settings.Level, i *setting.Info) Setting {
	text := func(key string) string { return c.Texts.Text(c.lang(), key) }
	out := Setting{
		Level: l, Name: i.Name, Key: i.Key, Kind: i.Kind, Title: text(i.Title()), About: text(i.About()),
		Default: i.Default, Inherits: i.Inherits, Least: i.Least, Most: i.Most, Never: i.Never,
	}
	for _, word := range i.Choices {
		choice := SettingChoice{Value: word}
		if i.Explained() {
			choice.Title = text(i.Word(word))
		}
		out.Choices = append(out.Choices, choice)
	}
	return out
}
