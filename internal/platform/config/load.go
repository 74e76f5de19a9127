package config

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"

	"kopilka/internal/platform/fault"
)

// Prefix begins the environment variables that are settings.
const Prefix = "KOPILKA_"

// Source is where the settings come from; all parts may be empty.
type Source struct {
	File     string            // a YAML file
	Optional bool              // the file need not exist
	Environ  []string          // name=value, as os.Environ gives
	Flags    map[string]string // key → value
}

// notSettings begin the environment variables that have the prefix and are
// read elsewhere: which file to read, and what the tests run against.
var notSettings = []string{Prefix + "CONFIG", Prefix + "TEST_"}

// Load reads the sources, then the files of secrets, and checks the whole.
// The error is a fault with the code "config.invalid" and a field for each
// thing that is wrong.
func Load(src Source) (*Config, error) {
	c := Default()
	var wrong []fault.Field
	fromFile, err := src.file()
	if err != nil {
		return nil, err
	}
	flags := map[string]any{}
	for key, value := range src.Flags {
		flags[key] = value
	}
	known, sections := map[string]setting{}, map[string]bool{}
	for _, s := range settings(&c) {
		known[s.key] = s
		section, _, _ := strings.Cut(s.key, ".")
		sections[section] = section != s.key
	}
	for _, layer := range []map[string]any{fromFile, src.environ(), flags} {
		for _, key := range slices.Sorted(maps.Keys(layer)) {
			s, ok := known[key]
			if !ok && sections[key] && plain(layer[key]) == "" {
				continue // a section left empty
			}
			if !ok {
				wrong = append(wrong, fault.Field{Path: shorten(key), Code: "config.unknown-key"})
				continue
			}
			if field := s.set(layer[key]); field != nil {
				wrong = append(wrong, *field)
			}
		}
	}
	wrong = append(wrong, c.readSecrets()...)
	wrong = append(wrong, c.validate()...)
	if len(wrong) > 0 {
		return nil, fault.New(fault.Invalid, "config.invalid").With(onePerKey(wrong)...)
	}
	return &c, nil
}

// onePerKey drops what validate says of a value that could not even be read.
func onePerKey(fields []fault.Field) []fault.Field {
	seen := map[string]bool{}
	return slices.DeleteFunc(fields, func(f fault.Field) bool {
		again := seen[f.Path]
		seen[f.Path] = true
		return again
	})
}

func (src Source) file() (map[string]any, error) {
	if src.File == "" {
		return nil, nil
	}
	content, err := os.ReadFile(src.File)
	switch {
	case errors.Is(err, fs.ErrNotExist) && src.Optional:
		return nil, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.Wrap(err, fault.NotFound, "config.no-file", "file", src.File)
	case err != nil:
		return nil, fault.Wrap(err, fault.Denied, "config.unreadable-file", "file", src.File)
	}
	sections, err := yaml.Parser().Unmarshal(content)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "config.broken-file", "file", src.File, "line", lineOf(err))
	}
	values := map[string]any{}
	flatten(values, "", sections)
	return values, nil
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// lineOf is the line that the YAML parser names, "" where it names none.
func lineOf(err error) string {
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		return m[1]
	}
	return ""
}

// flatten gives what lies in sections the key that names them all: http.addr.
func flatten(into map[string]any, prefix string, section map[string]any) {
	for name, value := range section {
		if inner, ok := value.(map[string]any); ok && len(inner) > 0 {
			flatten(into, prefix+name+".", inner)
			continue
		}
		into[prefix+name] = value
	}
}

func (src Source) environ() map[string]any {
	values := map[string]any{}
	for _, pair := range src.Environ {
		name, value, _ := strings.Cut(pair, "=")
		other := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
		if rest, ok := strings.CutPrefix(name, Prefix); ok && !slices.ContainsFunc(notSettings, other) {
			values[strings.ReplaceAll(strings.ToLower(rest), "__", ".")] = value
		}
	}
	return values
}

// readSecrets fills the secrets that are given as files.
func (c *Config) readSecrets() []fault.Field {
	var wrong []fault.Field
	read := func(key, path, given string) string {
		if given != "" {
			wrong = append(wrong, fault.Field{Path: key, Code: "config.secret-twice", Args: fault.Pairs("other", strings.TrimSuffix(key, "_file"))})
			return given
		}
		text, err := readSecret(path)
		if err != nil {
			wrong = append(wrong, fault.Field{Path: key, Code: "config.unreadable-secret", Args: fault.Pairs("file", path)})
		} else if text == "" {
			wrong = append(wrong, fault.Field{Path: key, Code: "config.empty-secret", Args: fault.Pairs("file", path)})
		}
		return text
	}
	if c.DB.URLFile != "" {
		c.DB.URL = DSN(read("db.url_file", c.DB.URLFile, string(c.DB.URL)))
	}
	if c.DB.PasswordFile != "" {
		c.DB.Password = Secret(read("db.password_file", c.DB.PasswordFile, string(c.DB.Password)))
	}
	if c.Mail.PasswordFile != "" {
		c.Mail.Password = Secret(read("mail.password_file", c.Mail.PasswordFile, string(c.Mail.Password)))
	}
	return wrong
}

// readSecret reads a small file without the line end that editors add.
func readSecret(path string) (string, error) {
	const longest = 64 << 10
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, longest))
	return strings.TrimSpace(string(content)), err
}
