package ui

import (
	"embed"
	"io/fs"
	"sync"

	"kopilka/internal/edge/ui/asset"
)

//go:embed static
var static embed.FS

// StaticPath is where the files of Static are mounted.
const StaticPath = "/static/"

// Styles and Script are what every page loads; both are made of the files
// below static/css and static/js when the program starts.
const (
	Styles = "css/kit.css"
	Script = "js/kit.js"
	htmx   = "vendor/htmx-4.0.1.min.js"
	icons  = "vendor/icons.svg"
	charts = "vendor/echarts-6.1.0.min.js"
	look   = "js/charts.js"
	camera = "js/camera.js"
)

// Static are the files that pages use.
var Static = sync.OnceValue(func() *asset.Set {
	root, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // a broken build
	}
	s, err := asset.New(root, StaticPath,
		asset.Joined{Name: Styles, Parts: []string{
			"css/fonts.css", "css/tokens.css", "css/base.css", "css/controls.css", "css/parts.css", "css/overlay.css", "css/shell.css", "css/table.css", "css/last.css",
		}},
		asset.Joined{Name: Script, Parts: []string{"js/dom.js", "js/popover.js", "js/toast.js", "js/click.js", "js/form.js", "js/bulk.js", "js/tabs.js", "js/chart.js", "js/live.js", "js/passkey.js"}},
	)
	if err != nil {
		panic(err)
	}
	return s
})

// Sprite is the address of all icons.
func Sprite() string { return Static().URL(icons) }

// Icon is the address of an icon in the sprite, by its name in the Tabler set.
func Icon(name string) string { return Sprite() + "#" + name }

// Charts is the address of the library that draws charts, ChartLook that of how
// they look; both are loaded where a chart is seen.
func Charts() string { return Static().URL(charts) }

// ChartLook is the address of how charts look.
func ChartLook() string { return Static().URL(look) }

// Camera is the address of the module that reads codes by a camera, loaded where
// somebody asks for it.
func Camera() string { return Static().URL(camera) }

// HTMX is the address of the library that swaps parts of pages.
func HTMX() string { return Static().URL(htmx) }
