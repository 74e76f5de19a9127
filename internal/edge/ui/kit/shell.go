package kit

import "github.com/a-h/templ"

// here marks the link to the page that is read.
func here(l Link) templ.Attributes {
	if !l.Here {
		return nil
	}
	return templ.Attributes{"aria-current": "page"}
}
