package admin

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/intake"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// auditUnsaid are fields that say nothing to people.
var auditUnsaid = []string{"id", "passkeys", "seen"}

// maxAuditValue is how much of a value is shown, in characters.
const maxAuditValue = 300

func (p *page) auditRow(r *audit.Record, names *auditNames) auditRow {
	out := auditRow{Seq: r.Seq, At: r.At, Who: r.Actor.Name, From: r.Actor.Address, Action: p.auditAction(r)}
	kind := p.textOr("audit.actor."+string(r.Actor.Kind), string(r.Actor.Kind))
	switch {
	case out.Who == "":
		out.Who = kind
	case r.Actor.Kind != audit.Staff:
		out.From = strings.TrimSpace(kind + " " + out.From)
	case p.can(staff.StaffEdit) && r.Actor.ID != 0:
		out.WhoHref = peoplePath + "/" + r.Actor.ID.String()
	}
	p.auditThing(r, names, &out)
	for _, c := range r.Changes() {
		if slices.Contains(auditUnsaid, c.Field) {
			continue
		}
		out.Changes = append(out.Changes, auditChange{
			Field: p.auditField(r.Target.Kind, "", c.Field), Before: p.auditOf(r, c.Field, c.Before), After: p.auditOf(r, c.Field, c.After),
		})
	}
	return out
}

// auditAction is what was done; of a thing that was saved, in another state than
// before, how it was turned, where that has a word.
func (p *page) auditAction(r *audit.Record) string {
	said := p.textOr("audit.action."+r.Action, r.Action)
	thing, saved := strings.CutSuffix(r.Action, ".saved")
	if !saved {
		return said
	}
	for _, c := range r.Changes() {
		if c.Field == "state" && c.Before != "" {
			return p.textOr("audit.action."+thing+"."+strings.Trim(c.After, `"`), said)
		}
	}
	return said
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
func (p *page) auditThing(r *audit.Record, names *auditNames, out *auditRow) {
	if r.Target.Kind == "" || r.Target == (audit.Target{Kind: "member", ID: "0"}) { // of all
		return
	}
	name := cmp.Or(p.nameIn(r.After), p.nameIn(r.Before), names.named(p, r), p.thingName(r.Target))
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
		{"bulk", bulkPath, staff.MembersSee},
		{"intake", importPath, intake.Needs},
		{"card_batch", batchesPath, staff.CardsEdit},
	} {
		if page.kind == r.Target.Kind && p.can(page.need) && r.Target.ID != "" && r.Target.ID != "0" && names.there(p, r.Target) {
			out.ThingHref = page.path + "/" + r.Target.ID
		}
	}
}

// nameIn is what a thing is called in its document.
func (p *page) nameIn(doc string) string {
	var named struct {
		Name, Title, Code string
		RU                string `json:"name_ru"`
		EN                string `json:"name_en"`
		LabelRU           string `json:"label_ru"`
		LabelEN           string `json:"label_en"`
	}
	if json.Unmarshal([]byte(doc), &named) != nil {
		return ""
	}
	return p.inQuotes(cmp.Or(named.Name, named.Title, p.inLang(named.RU, named.EN), p.inLang(named.LabelRU, named.LabelEN), named.Code))
}

// inQuotes is a name in the quotation marks of the reader's language; none is nothing.
func (p *page) inQuotes(name string) string {
	if name == "" {
		return ""
	}
	return p.text("admin.form.quoted", "label", text.Clip(name, maxName))
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
			return p.inQuotes(w.Name)
		}
	case "cashier":
		if c, err := p.Identity.Cashier(p.ctx(), i); err == nil {
			return p.inQuotes(c.Name)
		}
	case "programme":
		return p.inQuotes(p.programmeName(i))
	}
	if name := p.auditNamed(t.Kind, t.Kind+"_id", i, t.ID); name != t.ID { // an id says nothing
		return p.inQuotes(name)
	}
	return ""
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
			words = append(words, p.auditField(kind, field, name)+": "+p.auditSaid(kind, name, v[name]))
		}
		return strings.Join(words, "; ")
	}
	return "–"
}
