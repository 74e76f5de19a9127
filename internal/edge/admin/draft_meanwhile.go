package admin

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
)

// rowed are the keys of a part whose fields mean nothing one without another: rows,
// and conditions that are counted.
func rowed(key string) bool {
	return slices.Contains([]string{"when", "scope", "table", "positions", "set", "parts"}, key)
}

// takeDraft puts into the form what was changed in the draft since it was opened,
// and tells of it; "" where nothing that is seen of this form was: then it is saved
// into the new draft.
func (e *partForm) takeDraft() string {
	edition := strconv.FormatInt(e.stored.Edition, 10)
	if e.f.get("edition") == edition {
		return ""
	}
	e.f.values.Set("edition", edition)
	if e.add != "" {
		return ""
	}
	now := e.asStored()
	changed := e.f.takeNew(e.places(now), now)
	if len(changed) == 0 {
		return ""
	}
	return e.text("admin.draft.meanwhile-fields", "fields", e.quoted(changed), "by", e.changedBy(e.stored.By), "ago", ui.Ago(e.ctx(), e.stored.At))
}

// asStored are the values of the form as it would be opened now.
func (e *partForm) asStored() url.Values {
	now := *e
	now.f, now.hidden, now.shown = &form{p: e.page, values: url.Values{}, wrong: map[string]string{}}, nil, nil
	if s, simple := simpleParts()[e.name]; simple {
		now.loadSimple(s)
	} else {
		now.loadItem()
	}
	now.groups() // which settles how conditions are asked for
	return now.f.values
}

// groups are the form's fields.
func (e *partForm) groups() []groupView {
	if s, simple := simpleParts()[e.name]; simple {
		return e.simpleGroups(s, s.slots(e))
	}
	return e.itemGroups()
}

// places are those of the form, and those that it does not show, but would with
// other values.
func (e *partForm) places(now url.Values) []formPlace {
	seen := *e
	seen.hidden, seen.shown = nil, nil
	var out []formPlace
	at := map[string]int{}
	put := func(name, label string, fields ...kit.Field) {
		key := name
		if first := firstKey(name); rowed(first) {
			key = first
		} else if ofTheForm(name) {
			return
		}
		i, there := at[key]
		if !there {
			i = len(out)
			at[key], out = i, append(out, formPlace{label: label})
		}
		if !ofTheForm(name) {
			out[i].names, out[i].fields = append(out[i].names, name), append(out[i].fields, fields...)
		}
	}
	for _, g := range seen.groups() {
		for _, r := range slices.Concat(g.Rows, g.Do) {
			for _, v := range r.Fields {
				name, label := strings.TrimPrefix(v.Name, "add."), v.Label
				if rowed(firstKey(name)) {
					label = g.Title
				}
				put(name, label, v.Field)
			}
		}
	}
	for name := range now {
		if !e.f.values.Has(name) {
			put(name, "")
		}
	}
	for _, values := range []url.Values{now, e.f.values} {
		for name := range values {
			if rowed(firstKey(name)) {
				put(name, "")
			}
		}
	}
	return out
}

// meanwhile says who has changed the draft while it was edited.
func (d *drafting) meanwhile() string {
	now, err := d.Programmes.Draft(d.ctx(), d.stored.Programme)
	if err != nil {
		return d.Texts.Fault(d.lang(), fault.From(err))
	}
	d.stored.Edition = now.Edition
	return d.text("admin.draft.meanwhile", "by", d.changedBy(now.By), "ago", ui.Ago(d.ctx(), now.At))
}

// changedBy is who has changed the draft, as the reader calls him.
func (d *drafting) changedBy(by string) string {
	if by == d.byWhom() {
		return d.text("admin.member.yourself")
	}
	return author(by)
}

// contentOf tells what a programme says from what any other does, whichever version
// it is.
func contentOf(p rule.Programme) (string, error) {
	p.ID, p.Version = 0, 0
	doc, err := json.Marshal(&p)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:]), nil
}

// noDraft leads away from a draft that is there no more.
func (p *page) noDraft() error {
	return p.toOvertaken(p.r.PostFormValue("version"), p.r.PostFormValue("content"), "programme-in-force")
}

// moved leads back to the draft, as it is now, whoever does something to one that was
// changed meanwhile.
func (d *drafting) moved(err error) error {
	if fault.Is(err, "programme.draft-changed") {
		return d.to(d.path, "not-draft-moved")
	}
	return err
}

// asRead refuses a form whose draft says something else now: one that was thrown away
// and begun anew has the editions of the old.
func (d *drafting) asRead(f *form) error {
	now, err := contentOf(d.read.Programme)
	if err == nil && f.on("content") && now != f.get("content") {
		err = fault.New(fault.Conflict, "programme.draft-changed")
	}
	return err
}

// toOvertaken leads to the programme that was put into force, or put back, before the
// reader could, from a version that he knew: its page says who and when. Where he has
// put just what he wants into force himself, it was sent twice, and is done.
func (p *page) toOvertaken(version, wants, done string) error {
	pr, err := p.programmeOf()
	if err != nil {
		return p.to(programmesPath, "not-there")
	}
	made, err := p.Programmes.Made(p.ctx(), pr.ID, pr.Version)
	if err != nil {
		return err
	}
	is, err := contentOf(*pr)
	switch own := made.By == p.byWhom(); {
	case err != nil:
		return err
	case strconv.FormatInt(pr.Version, 10) == version:
		done = "not-there" // the draft was deleted
	case !own:
		done = "not-overtaken"
	case is != wants:
		done = "not-overtaken-own"
	}
	return p.to(programmesPath+"/"+pr.ID.String(), done)
}
