package admin

import "kopilka/internal/loyalty/staff"

// Route is one page of the console, or one thing that is done on it, as who
// proves it sees it.
type Route struct {
	Method string
	Path   string           // with Base; {names} stand for ids
	Need   staff.Permission // "": any person who is signed in
	Reach  Reach
	Open   bool // nobody needs to be signed in
}

// Routes lists all that the console serves.
func (a *Admin) Routes() []Route {
	out := make([]Route, len(a.routes))
	for i, r := range a.routes {
		out[i] = Route{Method: r.method, Path: Base + r.path, Need: r.need, Reach: r.reach, Open: r.open}
	}
	return out
}
