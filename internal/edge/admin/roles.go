package admin

import (
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// roles is the pages of roles: those that are built in are shown, the
// organization's own are made of permissions.
func roles(a *Admin) {
	a.get("/roles", staff.StaffEdit, (*page).roleList)
	a.get("/roles/new", staff.StaffEdit, (*page).newRole, Everywhere)
	a.post("/roles/new", staff.StaffEdit, (*page).newRoleSent, Everywhere)
	a.get("/roles/{role}", staff.StaffEdit, (*page).role)
	a.get("/roles/{role}/edit", staff.StaffEdit, (*page).editRole, Everywhere)
	a.post("/roles/{role}/edit", staff.StaffEdit, (*page).editRoleSent, Everywhere)
}

const (
	rolesHere = "/roles"
	rolesPath = Base + rolesHere
)

func rolePath(r *staff.Role) string { return rolesPath + "/" + url.PathEscape(r.Code) }

// permissionGroup is permissions that belong together on a page.
type permissionGroup struct {
	name string // the text admin.roles.group-<name>
	all  []staff.Permission
}

// permissionGroups has every permission once.
func permissionGroups() []permissionGroup {
	return []permissionGroup{
		{"figures", []staff.Permission{staff.OverviewSee, staff.ReportsSee}},
		{"members", []staff.Permission{
			staff.MembersSee, staff.MembersContacts, staff.MembersEdit, staff.MembersBlock, staff.MembersMerge, staff.MembersExport, staff.MembersImport,
			staff.MembersPrivacy, staff.GroupsEdit, staff.CardsEdit,
		}},
		{"points", []staff.Permission{staff.PointsAdjust, staff.PointsApprove, staff.DepositsEdit}},
		{"purchases", []staff.Permission{staff.PurchasesSee, staff.PurchasesRefund, staff.PurchasesClaim}},
		{"programme", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit, staff.ProgrammePublish, staff.CodesMake}},
		{"reference", []staff.Permission{staff.ReferenceSee, staff.CatalogueEdit, staff.OutletsEdit, staff.PlaybillEdit}},
		{"system", []staff.Permission{staff.SettingsEdit, staff.StaffEdit, staff.KeysEdit, staff.WebhooksEdit, staff.AuditSee, staff.JobsSee, staff.JobsEdit}},
		{"work", []staff.Permission{staff.TillWork, staff.GateWork}},
	}
}

// roleTitle is what a role is called.
func (p *page) roleTitle(r *staff.Role) string {
	if r.BuiltIn {
		return p.text("staff.role." + r.Code)
	}
	return r.Name
}

// roleHint says in a line what a role may do.
func (p *page) roleHint(r *staff.Role) string {
	if r.BuiltIn {
		return p.text("admin.roles.hint-" + r.Code)
	}
	var groups []string
	for _, g := range permissionGroups() {
		if slices.ContainsFunc(g.all, func(x staff.Permission) bool { return slices.Contains(r.Permissions, x) }) {
			groups = append(groups, p.text("admin.roles.group-"+g.name))
		}
	}
	return strings.Join(groups, ", ")
}

// roleLine is a role in the list.
type roleLine struct{ Href, Name, Hint, State string }

type rolesView struct {
	Title        string
	BuiltIn, Own []roleLine
	MayMake      bool
}

func (p *page) roleList() error {
	list, err := p.Staff.Roles(p.ctx())
	if err != nil {
		return err
	}
	v := rolesView{Title: p.text("admin.nav.roles"), MayMake: p.goes("/roles/new")}
	for i := range list {
		r := &list[i]
		l := roleLine{Href: rolePath(r), Name: p.roleTitle(r), Hint: p.roleHint(r)}
		if r.State == reference.Closed {
			l.State = p.text("admin.roles.closed")
		}
		if r.BuiltIn {
			v.BuiltIn = append(v.BuiltIn, l)
		} else {
			v.Own = append(v.Own, l)
		}
	}
	return p.show(v.Title, rolesHere, rolesPage(v))
}

// roleView is a role's page.
type roleView struct {
	Name, Hint, Path string
	BuiltIn, May     bool
	Closed           bool
	Groups           []roleGroup
	History          string
}

// roleGroup is what a role may do of one sort.
type roleGroup struct {
	Name string
	Can  []string
}

func (p *page) roleOf() (staff.Role, error) { return p.Staff.Role(p.ctx(), chi.URLParam(p.r, "role")) }

func (p *page) role() error {
	r, err := p.roleOf()
	if err != nil {
		return err
	}
	v := roleView{Name: p.roleTitle(&r), Path: rolePath(&r), BuiltIn: r.BuiltIn, May: p.mayChange(&r), Closed: r.State == reference.Closed}
	if r.BuiltIn {
		v.Hint = p.roleHint(&r)
	} else if p.goes(auditHere) {
		v.History = historyOf("role", r.Code)
	}
	for _, g := range permissionGroups() {
		out := roleGroup{Name: p.text("admin.roles.group-" + g.name)}
		for _, x := range g.all {
			if slices.Contains(r.Permissions, x) {
				out.Can = append(out.Can, p.text("staff.permission."+string(x)))
			}
		}
		if len(out.Can) > 0 {
			v.Groups = append(v.Groups, out)
		}
	}
	return p.show(v.Name, rolesHere, rolePage(v))
}

// mayChange tells whether the reader may change a role: not a built-in one, nor
// his own, nor one that may do what he may not.
func (p *page) mayChange(r *staff.Role) bool {
	return !r.BuiltIn && r.Code != p.who.Person.Role && p.goes("/roles/{role}/edit") && p.who.Gives(*r)
}

// roleForm is the form of a role.
type roleForm struct {
	Title, Action, Back, Do string
	Whole                   string
	Wrong                   []kit.Field
	Name                    kit.Field
	Groups                  []kit.Field
	None                    string // that nothing is ticked; "": something is
	State                   []kit.Field
	Version                 string
}

func (p *page) newRole() error {
	if err := p.fresh(); err != nil {
		return err
	}
	return p.askRole(p.filled(nil), roleForm{Title: p.text("admin.roles.new"), Action: rolesPath + "/new", Back: rolesPath, Do: p.text("admin.save")})
}

// askRole offers what the reader may do himself: nobody gives more.
func (p *page) askRole(f *form, v roleForm) error {
	v.Version = f.get("version")
	v.Name = f.field("name", "role-name", needed, first, most(reference.MaxName))
	for _, g := range permissionGroups() {
		field := kit.Field{Name: "permissions", ID: "permissions-" + g.name, Label: p.text("admin.roles.group-" + g.name)}
		for _, x := range g.all {
			if p.can(x) {
				field.Options = append(field.Options, kit.Option{
					Value: string(x), Text: p.text("staff.permission." + string(x)), Chosen: slices.Contains(f.values["permissions"], string(x)),
				})
			}
		}
		if len(field.Options) > 0 {
			v.Groups = append(v.Groups, field)
		}
	}
	v.None = f.wrong["permissions"]
	if v.Version != "" {
		v.State = []kit.Field{f.field("state", "role-state", of(
			kit.Option{Value: string(reference.Active), Text: p.text("admin.roles.given")}, kit.Option{Value: string(reference.Closed), Text: p.text("admin.roles.closed")}))}
	}
	v.Whole, v.Wrong = f.problems()
	if v.Whole == "" {
		v.Whole = v.None
	}
	if v.Whole != "" || len(f.wrong) > 0 {
		return p.again(v.Title, rolesHere, roleFormPage(v))
	}
	return p.show(v.Title, rolesHere, roleFormPage(v))
}

func (p *page) newRoleSent() error {
	return p.saveRole(staff.Role{State: reference.Active}, roleForm{Title: p.text("admin.roles.new"), Action: rolesPath + "/new", Back: rolesPath, Do: p.text("admin.save")})
}

func (p *page) editRole() error {
	r, err := p.roleOf()
	if err != nil {
		return err
	}
	if !p.mayChange(&r) {
		return fault.New(fault.Denied, "staff.above")
	}
	if err := p.fresh(); err != nil {
		return err
	}
	values := url.Values{"name": {r.Name}, "state": {string(r.State)}, "version": {id.ID(r.Version).String()}}
	for _, x := range r.Permissions {
		values.Add("permissions", string(x))
	}
	return p.askRole(p.filled(values), p.roleEdited(&r))
}

func (p *page) roleEdited(r *staff.Role) roleForm {
	return roleForm{Title: r.Name, Action: rolePath(r) + "/edit", Back: rolePath(r), Do: p.text("admin.save")}
}

func (p *page) editRoleSent() error {
	r, err := p.roleOf()
	if err != nil {
		return err
	}
	return p.saveRole(r, p.roleEdited(&r))
}

func (p *page) saveRole(r staff.Role, v roleForm) error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	r.Name, r.Permissions = f.get("name"), nil
	for _, x := range f.values["permissions"] {
		r.Permissions = append(r.Permissions, staff.Permission(x))
	}
	if s := f.get("state"); s != "" {
		r.State = reference.State(s)
	}
	if r.Version, err = numberOf(f.get("version")); err != nil {
		return err
	}
	r, err = p.Staff.SaveRole(p.ctx(), p.who, r)
	switch {
	case err == nil:
		return p.to(rolePath(&r), "saved")
	case f.refusePerson(err):
		return p.askRole(f, v)
	}
	return err
}
