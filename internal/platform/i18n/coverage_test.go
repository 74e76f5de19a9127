package i18n

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"
	"text/template/parse"

	"github.com/knadh/koanf/parsers/yaml"
)

// texts reads one language's files raw: key → every form of its text.
func texts(t *testing.T, lang Lang) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	files, err := filepath.Glob(filepath.Join("locales", string(lang), "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files for %s: %v", lang, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := yaml.Parser().Unmarshal(content)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		for key, value := range m {
			switch value := value.(type) {
			case string:
				out[key] = append(out[key], value)
			case map[string]any:
				for form, text := range value {
					if !slices.Contains([]string{"one", "few", "many", "other"}, form) {
						t.Errorf("%s: %s: %q is no plural form (are keys nested? they must be flat)", file, key, form)
					}
					out[key] = append(out[key], fmt.Sprint(text))
				}
			default:
				t.Errorf("%s: %s is not a text", file, key)
			}
		}
	}
	return out
}

func TestBothLanguagesHaveTheSameKeys(t *testing.T) {
	t.Parallel()
	ru, en := texts(t, RU), texts(t, EN)
	for _, key := range slices.Sorted(maps.Keys(ru)) {
		if en[key] == nil {
			t.Errorf("%s: in Russian only", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(en)) {
		if ru[key] == nil {
			t.Errorf("%s: in English only", key)
		}
	}
}

// Files must pair up too, so that a domain's two files are edited side by side.
func TestFilesPairUp(t *testing.T) {
	t.Parallel()
	names := map[Lang][]string{}
	for _, lang := range Langs() {
		files, err := locales.ReadDir("locales/" + string(lang))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			names[lang] = append(names[lang], file.Name())
		}
	}
	if !slices.Equal(names[RU], names[EN]) {
		t.Errorf("ru has %v, en has %v", names[RU], names[EN])
	}
}

func TestTextsAreWellFormed(t *testing.T) {
	t.Parallel()
	cyrillic := regexp.MustCompile(`\p{Cyrillic}`)
	for _, lang := range Langs() {
		for key, forms := range texts(t, lang) {
			for _, text := range forms {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s: %s is empty", lang, key)
				}
				if lang == EN && cyrillic.MatchString(text) {
					t.Errorf("en: %s has Cyrillic letters: %s", key, text)
				}
				if _, err := arguments(text); err != nil {
					t.Errorf("%s: %s: %v", lang, key, err)
				}
			}
		}
	}
}

// TestFaultsHaveTexts finds every code that the module's source gives to the
// fault package: each needs a text in both languages, and the text may name
// only arguments that the source gives.
func TestFaultsHaveTexts(t *testing.T) {
	t.Parallel()
	sites := faultSites(t)
	if len(sites) < 3 {
		t.Fatalf("found %d uses of fault in the module: the search itself is broken", len(sites))
	}
	c := load(t)
	missing := map[string][]string{}
	all := map[Lang]map[string][]string{RU: texts(t, RU), EN: texts(t, EN)}
	for _, s := range sites {
		if s.code == "" {
			t.Errorf("%s: the code is not a constant that this test can follow", s.at)
			continue
		}
		for _, lang := range Langs() {
			if key := "fault." + s.code; !c.Has(lang, key) {
				missing[fmt.Sprintf("%s %s", lang, key)] = append(missing[fmt.Sprintf("%s %s", lang, key)], s.at)
			}
			for _, suffix := range []string{"", ".log"} {
				checkArguments(t, lang, s, "fault."+s.code+suffix, all[lang])
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(missing)) {
		t.Errorf("no text: %s (%s)", key, strings.Join(missing[key], ", "))
	}
}

func checkArguments(t *testing.T, lang Lang, s site, key string, texts map[string][]string) {
	t.Helper()
	if s.args == nil {
		return
	}
	for _, text := range texts[key] {
		names, err := arguments(text)
		if err != nil {
			continue // TestTextsAreWellFormed tells
		}
		for _, name := range names {
			given := func(arg string) bool { return arg == name || capital(arg) == name }
			if !slices.ContainsFunc(s.args, given) {
				t.Errorf("%s %s names {{.%s}}, but %s gives %v", lang, key, name, s.at, s.args)
			}
		}
	}
}

// arguments lists the names that a text takes.
func arguments(text string) ([]string, error) {
	tmpl, err := template.New("").Parse(text)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, node := range tmpl.Root.Nodes {
		action, ok := node.(*parse.ActionNode)
		if !ok {
			continue
		}
		for _, cmd := range action.Pipe.Cmds {
			for _, arg := range cmd.Args {
				field, ok := arg.(*parse.FieldNode)
				if !ok || len(field.Ident) != 1 {
					return nil, fmt.Errorf("%s is more than a name in braces", arg)
				}
				names = append(names, field.Ident[0])
			}
		}
	}
	return names, nil
}
