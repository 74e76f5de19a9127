package kit

import "github.com/a-h/templ"

func order(c Column) templ.Attributes {
	if c.Order == Unordered {
		return nil
	}
	return templ.Attributes{"aria-sort": string(c.Order)}
}

func orderIcon(o Order) string {
	if o == Ascending {
		return "arrow-up"
	}
	return "arrow-down"
}

func boxKind(one bool) string {
	if one {
		return "radio"
	}
	return "checkbox"
}
