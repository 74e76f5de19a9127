package admin

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// auditUnsaid are fields that say nothing to people.
var auditUnsaid = []string{"id", "passkeys", "seen"}

// maxAuditValue is how much of a value is shown, in characters.
const maxAuditValue = 300

func (p *page) auditRow(r *audit.Record) auditRow {
	out := auditRow{Seq: r.Seq, At: r.At, Who: r.Actor.Name, From: r.Actor.Address, Action: p.textOr("audit.action."+r.Action, r.Action)}
	kind := p.textOr("audit.actor."+string(r.Actor.Kind), string(r.Actor.Kind))
	switch {
	case out.Who == "":
		out.Who = kind
	case r.Actor.Kind != audit.Staff:
		out.From = strings.TrimSpace(kind + " " + out.From)
	case p.can(staff.StaffEdit) && r.Actor.ID != 0:
		out.WhoHref = peoplePath + "/" + r.Actor.ID.String()
	}
	p.auditThing(r, &out)
	for _, c := range r.Changes() {
		if slices.Contains(auditUnsaid, c.Field) {
			continue
		}
		out.Changes = append(out.Changes, auditChange{
			Field: p.textOr("audit.field."+c.Field, strings.ReplaceAll(c.Field, "_", " ")), Before: p.auditValue(r.Target.Kind, c.Field, c.Before), After: p.auditValue(r.Target.Kind, c.Field, c.After),
		})
	}
	return out
}

// textOr is a text, or what stands where there is none: the trail outlives the
// words of the program that wrote it.
func (p *page) textOr(key, without string) string {
	if p.Texts.Has(p.lang(), key) {
		return p.text(key)
	}
	return without
}

func (p *page) kindName(kind string) string { return p.textOr("audit.target."+kind, kind) }

// auditThing says what was changed and where it is to be seen.
func (p *page) auditThing(r *audit.Record, out *auditRow) {
	name := nameIn(r.After)
	if name == "" {
		name = nameIn(r.Before)
	}
	if name == "" {
		name = p.thingName(r.Target)
	}
	if r.Target.Kind == "" {
		return
	}
	out.Thing = strings.TrimSpace(p.kindName(r.Target.Kind) + " " + name)
	if r.Target.ID != "" {
		out.ThingPast = historyOf(r.Target.Kind, r.Target.ID)
	}
	for _, page := range []struct {
		kind, path string
		need       staff.Permission
	}{
		{"staff", peoplePath, staff.StaffEdit},
		{"role", rolesPath, staff.StaffEdit},
		{"outlet", outletsPath, staff.ReferenceSee},
		{"programme", programmesPath, staff.ProgrammeSee},
		{"purchase", purchasesPath, staff.PurchasesSee},
		{"member", membersPath, staff.MembersSee},
		{"job", jobsPath, staff.JobsSee},
	} {
		if page.kind == r.Target.Kind && p.can(page.need) && r.Target.ID != "" && r.Target.ID != "0" {
			out.ThingHref = page.path + "/" + r.Target.ID
		}
	}
}

// nameIn is what a thing is called in its document.
func nameIn(doc string) string {
	var named struct{ Name, Title, Code string }
	if json.Unmarshal([]byte(doc), &named) != nil {
		return ""
	}
	for _, s := range []string{named.Name, named.Title, named.Code} {
		if s != "" {
			return "«" + text.Clip(s, maxName) + "»"
		}
	}
	return ""
}

const maxName = 60 // characters of a thing's name in a line

// thingName is what a thing is called that the record has no document of.
func (p *page) thingName(t audit.Target) string {
	i, err := id.Parse(t.ID)
	if err != nil || i == 0 {
		return ""
	}
	switch t.Kind {
	case "staff":
		if w, err := p.Staff.Person(p.ctx(), i); err == nil {
			return "«" + w.Name + "»"
		}
	case "programme":
		return "«" + p.programmeName(i) + "»"
	case "member", "purchase":
		return ""
	}
	return t.ID
}

// auditValue is a value of a document in the reader's words; "" is none.
func (p *page) auditValue(kind, field, doc string) string {
	if doc == "" {
		return ""
	}
	d := json.NewDecoder(strings.NewReader(doc))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return text.Clip(doc, maxAuditValue)
	}
	return text.Clip(p.auditSaid(kind, field, v), maxAuditValue)
}

func (p *page) auditSaid(kind, field string, v any) string {
	switch v := v.(type) {
	case string:
		return p.auditWord(kind, field, v)
	case bool:
		if v {
			return p.text("segment.op.yes")
		}
		return p.text("segment.op.no")
	case json.Number:
		n, err := v.Int64()
		if err != nil {
			return v.String()
		}
		return p.auditNumber(field, n)
	case []any:
		words := make([]string, len(v))
		for i := range v {
			words[i] = p.auditSaid(kind, field, v[i])
		}
		return strings.Join(words, ", ")
	case map[string]any:
		var words []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			words = append(words, p.textOr("audit.field."+name, strings.ReplaceAll(name, "_", " "))+": "+p.auditSaid(kind, name, v[name]))
		}
		return strings.Join(words, "; ")
	}
	return "–"
}

// auditNumber is a number: a time of day, a moment, or just that.
func (p *page) auditNumber(field string, n int64) string {
	switch field {
	case "cutover":
		return clockOf(int(n))
	case "created", "created_at", "expires", "made_at", "published_at", "starts", "ends", "old_until", "failing", "resume", "sent_at", "cancelled_at":
		if n == 0 {
			return "–"
		}
		return ui.DateTime(p.ctx(), clock.Micros(n))
	}
	return ui.Number(p.ctx(), n)
}

// auditWord is a word of a document: a code that has a text, an id that has a
// name, or itself.
func (p *page) auditWord(kind, field, s string) string {
	switch field {
	case "state":
		if kind == "staff" {
			return p.textOr("staff.state."+s, s)
		}
		return p.textOr("audit.state."+s, s)
	case "kind":
		if kind == "job" {
			return p.jobName(s)
		}
	case "role":
		return p.roleName(&staff.Person{Role: s})
	case "lang", "language":
		return p.langName(i18n.Lang(s))
	case "permissions":
		return p.textOr("staff.permission."+s, s)
	case "zone":
		return p.zoneName(s)
	case "outlet_id", "outlet_ids", "outlets", "partner_id", "partners":
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			if o, ok := p.Directory.Outlet(id.ID(i)); ok {
				return o.Name
			}
			if x, ok := p.Directory.Partner(id.ID(i)); ok {
				return x.Name
			}
		}
	}
	return s
}
