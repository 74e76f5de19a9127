package admin

import (
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
)

// planView is when a draft comes into force by itself, or why it did not.
type planView struct {
	ID, Path, Title, Text, Do string
	Tone                      kit.Tone
	Waits, MayCancel          bool
}

// planOf is the plan of a programme as it is shown; an empty one: there is none.
func (p *page) planOf(i id.ID) (planView, error) {
	plan, err := p.Plans.Of(p.ctx(), i)
	if err != nil || plan.ID == 0 {
		return planView{}, err
	}
	zone := p.programmeZone(i)
	at := i18n.DateTime(p.lang(), plan.At.In(zone))
	v := planView{
		ID: plan.ID.String(), Path: programmesPath + "/" + i.String() + "/draft/plan/cancel", Waits: plan.Waits(), MayCancel: p.can(staff.ProgrammePublish) && p.reaches(i),
		Tone: kit.Plain, Title: p.text("admin.plan.title", "at", at), Do: p.text("admin.plan.cancel"),
		Text: p.text("admin.plan.by", "by", plan.StaffName, "zone", p.zoneName(zone.String())),
	}
	if !v.Waits {
		v.Tone, v.Do = kit.Warn, p.text("admin.plan.read")
		v.Title = p.text("admin.plan.failed", "at", at)
		if plan.Ended < plan.At {
			v.Title = p.text("admin.plan.ended", "at", at)
		}
		v.Text = p.text("fault." + plan.Reason)
	}
	return v, nil
}

// programmeZone is by whose clock a programme's plans are shown: its own as it
// is in force, else, of one that is new, as its draft says; the reader's where
// that can't be read.
func (p *page) programmeZone(i id.ID) *time.Location {
	name := ""
	if pr := p.Programmes.Current().Get(i); pr != nil {
		name = pr.Zone
	} else if d, err := p.Programmes.Draft(p.ctx(), i); err == nil {
		if read, err := draft.Read([]byte(d.Text), p.naming()); err == nil {
			name = read.Programme.Zone
		}
	}
	if zone, err := time.LoadLocation(name); err == nil && name != "" {
		return zone
	}
	return ui.Of(p.ctx()).Zone
}

// askWhen adds to a form of publishing when that is to be.
func (d *drafting) askWhen(f *form, v *publishView) (err error) {
	now := "admin.plan.now"
	if v.Asks {
		now = "admin.requests.at-once"
	}
	v.When = f.field("when", "publish-when", of(
		kit.Option{Value: "now", Text: d.text(now)},
		kit.Option{Value: "at", Text: d.text("admin.plan.at")},
	))
	v.At = f.field("at", "publish-at", narrow, kind("datetime-local", "off"))
	v.At.Hint = d.text("admin.plan.zone", "zone", d.zoneName(d.programmeZone(d.stored.Programme).String()))
	v.Plan, err = d.planOf(d.stored.Programme)
	return err
}

// untimely refuses a time that is typed beside «now»: it would be let go.
func (d *drafting) untimely(f *form) bool {
	if f.get("when") == "at" || f.get("at") == "" {
		return false
	}
	f.wrong["when"] = d.text("admin.plan.now-and-time")
	return true
}

// plan sets the time at which the draft comes into force.
func (d *drafting) plan(f *form, edition, version int64) error {
	seen, err := numberOf(f.get("plan"))
	if err != nil {
		return err
	}
	at, err := timeIn(f.get("at"), d.programmeZone(d.stored.Programme))
	if err == nil {
		_, err = d.Plans.Make(d.ctx(), programme.Plan{
			Programme: d.stored.Programme, Edition: edition, Version: version, At: at, Note: f.get("note"),
			By: d.byWhom(), Staff: d.who.Person.ID, StaffName: d.who.Person.Name,
		}, id.ID(seen))
	}
	if err != nil {
		return d.notPublished(f, err)
	}
	return d.to(d.path, "draft-planned")
}

// timeIn reads a time of a zone's clock; one that the clock leaps over is none.
func timeIn(typed string, zone *time.Location) (clock.Micros, error) {
	t, err := parseMoment(typed, zone)
	var code string
	switch {
	case err != nil:
		code = "admin.date-time"
	case !onClock(typed, t):
		code = "programme.plan-gap"
	default:
		return clock.Of(t), nil
	}
	return 0, fault.New(fault.Invalid, "programme.invalid").With(fault.Field{Path: "at", Code: code})
}

// onClock tells whether a moment is the time that was typed.
func onClock(typed string, t time.Time) bool {
	as, err := parseMoment(typed, time.UTC)
	return err == nil && as.Format(clockForm) == t.Format(clockForm)
}

// planCancelled calls the plan off, or takes away what is told of one that
// was not carried out.
func (p *page) planCancelled() error {
	i, err := p.param("programme")
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	plan, err := numberOf(f.get("plan"))
	if err != nil {
		return err
	}
	was, err := p.Plans.Of(p.ctx(), i)
	if err != nil {
		return err
	}
	if err := p.Plans.Cancel(p.ctx(), i, id.ID(plan)); err != nil {
		return err
	}
	done, path := "plan-cancelled", programmesPath+"/"+i.String()
	if !was.Waits() {
		done = "plan-read"
	}
	if p.Programmes.Current().Get(i) == nil {
		path += "/draft"
	}
	return p.to(path, done)
}
