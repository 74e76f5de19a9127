// Package settings is the one table of the product's settings: of the
// organization, of programmes, campaigns and outlets. Each row stands beside
// the type whose field it is (rule.ProgrammeSettings and its like) and says
// what the setting may be, which it is by default and what it is called; here
// they come together for the admin console, the API and docs/settings.md.
//
// A setting is in the table when it acts. The package's tests change each one
// and show what that does at a till, so one without such a test fails them.
//
//go:generate go run ../../../cmd/gensettings ../../../docs/settings.md
package settings

import (
	"slices"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/setting"
)

// Level says what a setting is set for.
type Level string

// The levels, from the widest.
const (
	Organization Level = "organization"
	Programme    Level = "programme"
	Campaign     Level = "campaign"
	Outlet       Level = "outlet"
)

// Levels lists them.
func Levels() []Level { return []Level{Organization, Programme, Campaign, Outlet} }

// Title is the key of the level's text.
func (l Level) Title() string { return "setting.level." + string(l) }

// About is the key of the text that says how its settings are set.
func (l Level) About() string { return "setting.level." + string(l) + ".about" }

// Table gives all settings of a level.
func Table(l Level) []setting.Info {
	switch l {
	case Organization:
		return member.Settings.Infos()
	case Programme:
		return rule.ProgrammeSettings.Infos()
	case Campaign:
		return slices.Concat(rule.CampaignSettings.Infos(), rule.LimitSettings.Infos())
	case Outlet:
		return partner.Settings.Infos()
	}
	return nil
}
