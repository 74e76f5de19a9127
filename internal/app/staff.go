package app

import (
	"context"
	"fmt"
	"text/tabwriter"

	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/reference"
)

// staffCmd is the people of the console by commands: whoever has the base can
// always get in again.
type staffCmd struct {
	List   staffListCmd   `cmd:"" help:"cli.staff-list"`
	Invite staffInviteCmd `cmd:"" help:"cli.staff-invite"`
	Reset  staffResetCmd  `cmd:"" help:"cli.staff-reset"`
	Owner  staffOwnerCmd  `cmd:"" help:"cli.staff-owner"`
}

type staffListCmd struct {
	Closed bool `help:"cli.staff-closed"`
}

// Run prints who works here.
func (c *staffListCmd) Run(ctx context.Context, p *program) error {
	return p.withStaff(ctx, func(core *Core) error {
		out := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(out, p.texts.Text(p.lang, "cli.staff-columns"))
		for page := (reference.Page{}); ; {
			list, err := core.Staff.People(ctx, page)
			if err != nil {
				return err
			}
			for i := range list.Items {
				if w := &list.Items[i]; c.Closed || w.State != staff.Closed {
					fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", w.Email, w.Name, p.roleName(ctx, core, w.Role), p.texts.Text(p.lang, "staff.state."+string(w.State)), p.seen(core, w))
				}
			}
			if page.After = list.Next; page.After == "" {
				return out.Flush()
			}
		}
	})
}

func (p *program) roleName(ctx context.Context, core *Core, code string) string {
	if key := "staff.role." + code; p.texts.Has(p.lang, key) {
		return p.texts.Text(p.lang, key)
	}
	if role, err := core.Staff.Role(ctx, code); err == nil {
		return role.Name
	}
	return code
}

// seen is when a person was last signed in.
func (p *program) seen(core *Core, w *staff.Person) string {
	if w.Seen == 0 {
		return p.texts.Text(p.lang, "cli.staff-never")
	}
	o := core.Organization()
	return i18n.DateTime(p.lang, w.Seen.Time().In(o.Location()))
}

type staffInviteCmd struct {
	Name  string `arg:"" help:"cli.staff-name"`
	Email string `arg:"" help:"cli.staff-email"`
	Role  string `arg:"" help:"cli.staff-role"`
}

// Run invites a person and shows the link by which he sets his password.
func (c *staffInviteCmd) Run(ctx context.Context, p *program) error {
	return p.withStaff(ctx, func(core *Core) error {
		role, err := p.roleOf(ctx, core, c.Role)
		if err != nil {
			return err
		}
		return p.invite(ctx, core, staff.Person{Name: c.Name, Email: c.Email, Role: role})
	})
}

// roleOf takes the code of a role, or the name of one of the organization's.
func (p *program) roleOf(ctx context.Context, core *Core, named string) (string, error) {
	roles, err := core.Staff.Roles(ctx)
	if err != nil {
		return "", err
	}
	for i := range roles {
		if r := &roles[i]; r.Code == named || !r.BuiltIn && r.Name == named {
			return r.Code, nil
		}
	}
	return "", fault.New(fault.NotFound, "staff.role-not-found")
}

func (p *program) invite(ctx context.Context, core *Core, w staff.Person) error {
	_, token, err := core.Staff.Invite(ctx, core.Staff.Command(), w)
	if err != nil {
		return err
	}
	p.showLink(core, token)
	return nil
}

// showLink prints a link, and beside it what is to be known of it.
func (p *program) showLink(core *Core, token string) {
	fmt.Fprintln(p.stdout, passwordLink(core.address, token))
	fmt.Fprintln(p.stderr, p.texts.Text(p.lang, "cli.staff-link"))
	if core.Staff.Mails() {
		fmt.Fprintln(p.stderr, p.texts.Text(p.lang, "cli.staff-letter"))
	}
}

type staffResetCmd struct {
	Email  string `arg:"" help:"cli.staff-email"`
	Proofs bool   `name:"drop-proofs" help:"cli.staff-drop-proofs"`
}

// Run shows a link by which a person sets a new password, once. Who was
// blocked is let in again.
func (c *staffResetCmd) Run(ctx context.Context, p *program) error {
	return p.withStaff(ctx, func(core *Core) error {
		w, err := core.Staff.ByEmail(ctx, c.Email)
		if err != nil {
			return err
		}
		who := core.Staff.Command()
		if w.State == staff.Blocked {
			if err := core.Staff.Unblock(ctx, who, w.ID); err != nil {
				return err
			}
		}
		if c.Proofs {
			if err := core.Staff.DropProofs(ctx, who, w.ID); err != nil {
				return err
			}
		}
		token, err := core.Staff.Reinvite(ctx, who, w.ID)
		if err != nil {
			return err
		}
		p.showLink(core, token)
		return nil
	})
}

type staffOwnerCmd struct {
	Email string `arg:"" help:"cli.staff-email"`
	Name  string `arg:"" optional:"" help:"cli.staff-owner-name"`
}

// Run makes a person an owner; whoever is not there yet is invited as one.
func (c *staffOwnerCmd) Run(ctx context.Context, p *program) error {
	return p.withStaff(ctx, func(core *Core) error {
		w, err := core.Staff.ByEmail(ctx, c.Email)
		switch {
		case fault.Is(err, "staff.not-found") && c.Name != "":
			return p.invite(ctx, core, staff.Person{Name: c.Name, Email: c.Email, Role: staff.Owner})
		case fault.Is(err, "staff.not-found"):
			return fault.New(fault.Invalid, "cli.staff-owner-unnamed")
		case err != nil:
			return err
		}
		w.Role, w.Outlets, w.Partners = staff.Owner, nil, nil
		if _, err := core.Staff.Save(ctx, core.Staff.Command(), w); err != nil {
			return err
		}
		p.say("cli.staff-owner-made", "name", w.Name, "email", w.Email)
		return nil
	})
}

// withStaff opens the base for a command on people.
func (p *program) withStaff(ctx context.Context, do func(*Core) error) error {
	core, err := p.openCore(ctx)
	if err != nil {
		return err
	}
	defer core.Close(ctx)
	return do(core)
}
