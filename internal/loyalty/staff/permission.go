package staff

import (
	"slices"

	"kopilka/internal/platform/reference"
)

// Permission is one thing that a person may do. Seeing a thing and changing it
// are two; publishing and approving are a third.
type Permission string

// The permissions.
const (
	OverviewSee      Permission = "overview.see"     // live figures and charts
	MembersSee       Permission = "members.see"      // lists and pages of members, contacts masked
	MembersContacts  Permission = "members.contacts" // phones and e-mails whole; each opening is in the audit trail
	MembersEdit      Permission = "members.edit"
	MembersBlock     Permission = "members.block"
	MembersMerge     Permission = "members.merge"
	MembersExport    Permission = "members.export" // lists to a file
	MembersImport    Permission = "members.import"
	MembersPrivacy   Permission = "members.privacy" // all that is held on a person, and erasure
	PointsAdjust     Permission = "points.adjust"
	PointsApprove    Permission = "points.approve" // above the sum that wants a second person
	DepositsEdit     Permission = "deposits.edit"  // open, top up, close and pay out deposits of members
	CardsEdit        Permission = "cards.edit"     // issue, block, replace; types and batches
	GroupsEdit       Permission = "groups.edit"
	PurchasesSee     Permission = "purchases.see"
	PurchasesRefund  Permission = "purchases.refund"
	PurchasesClaim   Permission = "purchases.claim"
	ProgrammeSee     Permission = "programme.see"  // settings of rules, levels, campaigns
	ProgrammeEdit    Permission = "programme.edit" // drafts
	ProgrammePublish Permission = "programme.publish"
	CodesMake        Permission = "codes.make" // of promo campaigns, personal ones too
	CatalogueEdit    Permission = "catalogue.edit"
	OutletsEdit      Permission = "outlets.edit" // outlets, tills, partners, cashiers, their PINs
	PlaybillEdit     Permission = "playbill.edit"
	ReferenceSee     Permission = "reference.see" // outlets, tills, goods, events
	ReportsSee       Permission = "reports.see"
	SettingsEdit     Permission = "settings.edit"
	StaffEdit        Permission = "staff.edit" // people and roles
	KeysEdit         Permission = "keys.edit"
	WebhooksEdit     Permission = "webhooks.edit"
	AuditSee         Permission = "audit.see"
	JobsSee          Permission = "jobs.see"  // what goes on by itself, and what failed
	JobsEdit         Permission = "jobs.edit" // try one that failed again, cancel one
	TillWork         Permission = "till.work"
	GateWork         Permission = "gate.work"
)

// Permissions lists every permission, in the order in which they are shown.
func Permissions() []Permission {
	return []Permission{
		OverviewSee, MembersSee, MembersContacts, MembersEdit, MembersBlock, MembersMerge, MembersExport, MembersImport, MembersPrivacy,
		PointsAdjust, PointsApprove, DepositsEdit, CardsEdit, GroupsEdit, PurchasesSee, PurchasesRefund, PurchasesClaim,
		ProgrammeSee, ProgrammeEdit, ProgrammePublish, CodesMake, CatalogueEdit, OutletsEdit, PlaybillEdit, ReferenceSee, ReportsSee,
		SettingsEdit, StaffEdit, KeysEdit, WebhooksEdit, AuditSee, JobsSee, JobsEdit, TillWork, GateWork,
	}
}

// builtIn gives the roles that every organization has, the owner's first.
func builtIn() []Role {
	role := func(code string, permissions ...Permission) Role {
		return Role{Code: code, BuiltIn: true, Permissions: inOrder(permissions), State: reference.Active}
	}
	return []Role{
		role(Owner, Permissions()...),
		role(Administrator, Permissions()...), // who yet has no power over an owner
		role(Marketer, OverviewSee, MembersSee, MembersEdit, MembersExport, PointsAdjust, GroupsEdit, PurchasesSee,
			ProgrammeSee, ProgrammeEdit, CodesMake, CatalogueEdit, PlaybillEdit, ReferenceSee, ReportsSee),
		role(Analyst, OverviewSee, MembersSee, PurchasesSee, ProgrammeSee, ReferenceSee, ReportsSee),
		role(Cashier, TillWork),
		role(Gate, GateWork),
	}
}

// inOrder gives known permissions in their order, each once.
func inOrder(of []Permission) []Permission {
	return slices.DeleteFunc(Permissions(), func(p Permission) bool { return !slices.Contains(of, p) })
}
