package kit

import "github.com/a-h/templ"

// more is what an element of a field has besides its name and value.
func more(f Field) templ.Attributes {
	out := templ.Attributes{}
	set := func(name, value string) {
		if value != "" {
			out[name] = value
		}
	}
	set("inputmode", f.Mode)
	set("autocomplete", f.Auto)
	set("placeholder", f.Example)
	set("aria-describedby", f.told())
	set("maxlength", f.most())
	set("data-clears", f.Clears)
	for name, on := range map[string]bool{"required": f.Needed, "disabled": f.Off, "autofocus": f.Autofoc} {
		if on {
			out[name] = true
		}
	}
	if f.Error != "" {
		out["aria-invalid"] = "true"
	}
	return out
}
