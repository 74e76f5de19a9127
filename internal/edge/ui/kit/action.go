package kit

import "github.com/a-h/templ"

// label is what an action has besides its looks: what it is called where only
// its icon is seen, and what it does.
func label(a Action) templ.Attributes {
	out := templ.Attributes{}
	set := func(name, value string) {
		if value != "" {
			out[name] = value
		}
	}
	if a.Bare {
		set("aria-label", a.Text)
		set("title", a.Text)
	}
	set("name", a.Name)
	set("value", a.Value)
	set("form", a.Form)
	set("formaction", a.To)
	set("data-toast", a.Toast)
	if a.Dialog != "" {
		out["data-dialog"], out["aria-haspopup"] = a.Dialog, "dialog"
	}
	if a.Menu != "" {
		out["popovertarget"], out["aria-haspopup"], out["aria-expanded"] = a.Menu, "menu", "false"
	}
	if a.Close {
		out["data-close"] = true
	}
	return out
}
