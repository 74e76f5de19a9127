package storybook

import (
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/i18n"
)

//go:generate go tool -modfile=../../../../tools.mod templ generate -include-version=false -log-level=error

// doorPath shows the frame of pages for who is not signed in.
const doorPath = "/door"

// New serves the stories at / and what they use.
func New(texts *i18n.Catalog, now clock.Clock) http.Handler {
	r := chi.NewRouter()
	r.Handle(ui.StaticPath+"*", ui.Static())
	r.Group(func(r chi.Router) {
		r.Use(ui.Protect)
		show := func(of func(*ui.Look) templ.Component) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				l := &ui.Look{Lang: langOf(r), Theme: themeOf(r), Zone: zone(), Now: now.Now(), Texts: texts}
				templ.Handler(of(l)).ServeHTTP(w, r.WithContext(ui.With(r.Context(), l)))
			}
		}
		r.Get("/", show(func(l *ui.Look) templ.Component { return page(frame(l), Stories()) }))
		r.Get(doorPath, show(func(l *ui.Look) templ.Component { return door(otherOf(l, doorPath)) }))
	})
	return r
}

func zone() *time.Location {
	z, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		return time.UTC
	}
	return z
}

func frame(l *ui.Look) kit.Frame {
	word := func(ru, en string) string {
		if l.Lang == i18n.EN {
			return en
		}
		return ru
	}
	stories := kit.Section{Name: word("Части", "Parts")}
	for _, s := range Stories() {
		stories.Links = append(stories.Links, kit.Link{Icon: "layout-grid", Text: word(s.RU, s.EN), Href: "#" + s.ID})
	}
	return kit.Frame{
		Title: word("Части страниц", "Parts of pages"), House: word("Кинотеатр «Аврора»", "Aurora cinema"),
		Sections: []kit.Section{
			{Links: []kit.Link{
				{Icon: "layout-dashboard", Text: word("Все части", "All parts"), Href: "/", Here: true},
				{Icon: "lock", Text: word("Вход", "Sign in"), Href: doorPath, Count: "1"},
			}},
			stories,
		},
		Who: kit.Person{Name: word("Ирина Орлова", "Irene Orlova"), Role: word("Маркетолог", "Marketer"), SignOut: "/"}, Search: "/",
		Other: otherOf(l, "/"),
	}
}

// otherOf is the same page in the other language.
func otherOf(l *ui.Look, path string) kit.Link {
	other := i18n.EN
	if l.Lang == i18n.EN {
		other = i18n.RU
	}
	return kit.Link{Text: string(other), Href: path + "?lang=" + string(other)}
}

func langOf(r *http.Request) i18n.Lang {
	if l := i18n.Lang(r.FormValue("lang")); l == i18n.EN || l == i18n.RU {
		return l
	}
	return i18n.FromHeader(r.Header.Get("Accept-Language"), i18n.RU)
}

func themeOf(r *http.Request) ui.Theme {
	if c, err := r.Cookie("theme"); err == nil && (c.Value == string(ui.Light) || c.Value == string(ui.Dark)) {
		return ui.Theme(c.Value)
	}
	return ui.Auto
}
