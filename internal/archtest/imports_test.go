package archtest

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// layers, from the top: a package may import its own layer's packages only
// where inside says so, and any layer below.
var layers = []string{"cmd", "internal/app", "internal/edge", "internal/loyalty", "internal/platform", "client"}

// ranks of the packages inside loyalty: a package imports only lower ranks,
// never its own.
var ranks = map[string]int{
	"home":      -2,
	"eventtype": -1, "audit": -1,
	"identity": 0, "organization": 0, "partner": 0, "member": 0, "catalog": 0, "playbill": 0,
	"card": 1, "ledger": 1, "staff": 1,
	"rule": 2, "level": 2, "certificate": 2, "ticket": 2,
	"promo": 3, "programme": 3, "settings": 3, "spoken": 3, "offline": 3,
	"purchase": 4,
	"mailing":  5, "figure": 5, "seal": 5, "importer": 5, "feed": 5, "join": 5, "approval": 5,
	"referral": 6, "survey": 6, "feedback": 6, "webhook": 6, "segment": 6,
	"trigger": 7, "privacy": 7, "merge": 7, "bulk": 7, "intake": 7,
	"report": 8, "dashboard": 8, "verify": 8, "whatif": 8,
}

// sharedEdges are the edge packages that other edges may import.
var sharedEdges = []string{"httpx", "ui"}

// owners: these packages of others are imported in these folders only.
var owners = []struct {
	imported []string // with everything below
	by       []string // with everything below
	why      string
}{
	{
		[]string{"database/sql", "github.com/jackc/pgx", "modernc.org/sqlite", "github.com/pressly/goose"},
		[]string{"internal/platform/db", "internal/platform/jobs"},
		"platform/db is the one door to storage",
	},
	{[]string{"github.com/riverqueue/river"}, []string{"internal/platform/jobs"}, "platform/jobs is the one door to the queue"},
	{
		[]string{"net/http", "github.com/go-chi", "github.com/danielgtaylor/huma"},
		[]string{"client", "cmd/genclient", "internal/edge", "internal/app", "internal/platform/metrics", "internal/platform/mail", "internal/platform/sms", "internal/platform/push", "internal/platform/blob", "internal/platform/post"},
		"the core knows no HTTP",
	},
	{[]string{"github.com/alecthomas/kong", "github.com/schollz/progressbar"}, []string{"internal/app"}, "only the commands talk to a terminal"},
	{[]string{"github.com/prometheus/client_golang"}, []string{"internal/platform/metrics"}, "platform/metrics is the one door to metrics"},
	{[]string{"github.com/nicksnyder/go-i18n"}, []string{"internal/platform/i18n"}, "platform/i18n is the one door to texts"},
	{[]string{module + "/client"}, []string{"client", "cmd", "internal/app"}, "the product does not call itself"},
	{[]string{"github.com/go-webauthn"}, []string{"internal/platform/passkey"}, "platform/passkey is the one door to passkeys"},
	{[]string{"github.com/chromedp"}, []string{"internal/browsertest"}, "browsertest is the one door to a browser"},
	{[]string{"github.com/knadh/koanf"}, []string{"internal/platform/config", "internal/platform/i18n"}, "settings and texts are read in one place each"},
}

// TestImports walks every import of the module, tests aside.
func TestImports(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, spec := range s.file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if why := refused(s.pkg, imported); why != "" {
				t.Errorf("%s:%d imports %s: %s", s.path, s.fset.Position(spec.Pos()).Line, imported, why)
			}
		}
	}
}

// refused says why pkg may not import the package, or "".
func refused(pkg, imported string) string {
	for _, o := range owners {
		of := func(folder string) bool { return within(imported, folder) }
		by := func(folder string) bool { return within(pkg, folder) }
		if slices.ContainsFunc(o.imported, of) && !slices.ContainsFunc(o.by, by) {
			return o.why
		}
	}
	target, ours := strings.CutPrefix(imported, module+"/")
	if first, _, _ := strings.Cut(imported, "/"); within(pkg, "client") && strings.Contains(first, ".") {
		return "the client needs the standard library only, so that others take nothing else with it"
	}
	if !ours || within(pkg, "internal/archtest") {
		return ""
	}
	from, to := layer(pkg), layer(target)
	switch {
	case from < 0:
		return pkg + " is in no layer of the house"
	case to < 0:
		return target + " is in no layer of the house"
	case to < from:
		return fmt.Sprintf("%s may not import %s, which is above it", layers[from], layers[to])
	case to > from || layers[from] == "internal/platform":
		return ""
	}
	return insideLayer(layers[from], pkg, target)
}

// insideLayer says why a package may not import another of its own layer.
func insideLayer(layer, pkg, target string) string {
	from, to := word(layer, pkg), word(layer, target)
	if from == to && within(pkg, target) {
		return ""
	}
	switch layer {
	case "internal/edge":
		if from != to && !slices.Contains(sharedEdges, to) {
			return "edges do not import each other, except " + strings.Join(sharedEdges, ", ")
		}
		if from != to && slices.Contains(sharedEdges, from) && (from != "ui" || to != "httpx") {
			return from + " is below the other edges"
		}
	case "internal/loyalty":
		fromRank, known := ranks[from]
		toRank, knownToo := ranks[to]
		switch {
		case !known:
			return from + " has no rank: give it one in the table"
		case !knownToo:
			return to + " has no rank: give it one in the table"
		case from != to && toRank >= fromRank:
			return fmt.Sprintf("%s has rank %d, %s rank %d: only lower ranks may be imported", from, fromRank, to, toRank)
		}
	}
	return ""
}

// layer is the index of the package's layer, -1 where it has none.
func layer(pkg string) int {
	return slices.IndexFunc(layers, func(folder string) bool { return within(pkg, folder) })
}

// word is the package's folder inside its layer.
func word(layer, pkg string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(pkg, layer), "/"), "/")
	return first
}

func within(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

// The page that people read repeats the table.
func TestRanksAreWrittenDown(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]int{}
	for _, row := range regexp.MustCompile(`(?m)^\| (−?\d) \| (.*) \|$`).FindAllStringSubmatch(string(page), -1) {
		rank, err := strconv.Atoi(strings.Replace(row[1], "−", "-", 1))
		if err != nil {
			t.Fatal(err)
		}
		for name := range strings.SplitSeq(row[2], ", ") {
			written[name] = rank
		}
	}
	if diff := cmp.Diff(ranks, written); diff != "" {
		t.Errorf("docs/architecture.md says otherwise (- the test, + the page):\n%s", diff)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		pkg, imported string
		allowed       bool
	}{
		{"cmd/kopilka", "kopilka/internal/app", true},
		{"internal/app", "kopilka/internal/edge/api", true},
		{"internal/app", "kopilka/internal/platform/db", true},
		{"internal/edge/api", "kopilka/internal/edge/httpx", true},
		{"internal/edge/api/client", "kopilka/internal/edge/api", true},
		{"internal/edge/ui", "kopilka/internal/edge/httpx", true},
		{"internal/edge/api", "kopilka/internal/loyalty/purchase", true},
		{"internal/loyalty/purchase", "kopilka/internal/loyalty/ledger", true},
		{"internal/loyalty/member", "kopilka/internal/loyalty/home", true},
		{"internal/loyalty/ledger", "kopilka/internal/platform/db", true},
		{"internal/platform/db/dbtest", "kopilka/internal/platform/db", true},
		{"internal/platform/db", "github.com/jackc/pgx/v5/pgxpool", true},
		{"internal/edge/admin", "net/http", true},
		{"cmd/genclient", "kopilka/internal/edge/api", true},
		{"internal/app/bench", "kopilka/client", true},
		{"client", "net/http", true},

		{"internal/app", "kopilka/cmd/kopilka", false},
		{"internal/platform/db", "kopilka/internal/loyalty/ledger", false},
		{"internal/loyalty/ledger", "kopilka/internal/edge/httpx", false},
		{"internal/edge/httpx", "kopilka/internal/app", false},
		{"internal/edge/admin", "kopilka/internal/edge/api", false},
		{"internal/edge/httpx", "kopilka/internal/edge/ui", false},
		{"internal/loyalty/ledger", "kopilka/internal/loyalty/purchase", false},
		{"internal/loyalty/ledger", "kopilka/internal/loyalty/card", false},
		{"internal/loyalty/voucher", "kopilka/internal/loyalty/member", false},
		{"internal/loyalty/ledger", "database/sql", false},
		{"internal/app", "github.com/jackc/pgx/v5", false},
		{"internal/loyalty/member", "net/http", false},
		{"internal/loyalty/member", "github.com/prometheus/client_golang/prometheus", false},
		{"client", "kopilka/internal/platform/money", false},
		{"client", "github.com/go-chi/chi/v5", false},
		{"internal/edge/api", "kopilka/client", false},
		{"internal/util", "kopilka/internal/platform/db", false},
		{"internal/app", "kopilka/internal/util", false},
	} {
		if why := refused(tc.pkg, tc.imported); (why == "") != tc.allowed {
			t.Errorf("%s imports %s: allowed is %v (%s), want %v", tc.pkg, tc.imported, why == "", why, tc.allowed)
		}
	}
}
