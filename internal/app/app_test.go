package app

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/jobs"
)

func TestMain(m *testing.M) { dbtest.Main(m, jobs.Migrate) }

// result is what a run of the program left.
type result struct {
	code        int
	out, errOut string
}

// kopilka runs the program in a folder of its own, with the environment and
// nothing else.
func kopilka(t *testing.T, environ []string, args ...string) result {
	t.Helper()
	return kopilkaIn(t.Context(), t.TempDir(), environ, args...)
}

func kopilkaIn(ctx context.Context, dir string, environ []string, args ...string) result {
	var out, errOut bytes.Buffer
	environ = append([]string{"KOPILKA_DATA_DIR=" + dir}, environ...)
	code := run(ctx, args, environ, strings.NewReader(""), &out, &errOut)
	return result{code, out.String(), errOut.String()}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		args   string
		env    string
		code   int
		out    string
		errOut string
	}{
		{args: "", code: 2, errOut: "Команды:"},
		{args: "--help", code: 0, out: "config check"},
		{args: "--help --lang=en", code: 0, out: "Usage: kopilka <command> [flags]"},
		{args: "migrate -h", code: 0, out: "--check"},
		{args: "config", code: 2, errOut: "Есть команды: dump, check"},
		{args: "programme", code: 2, errOut: "list, show, export, check, apply, diff, history, rollback, simulate, schema\n"},
		{args: "help", code: 0, out: "Запуск: kopilka <команда> [флаги]"},
		{args: "help programme apply --lang en", code: 0, out: "Usage: kopilka programme apply <file> [flags]"},
		{args: "help programme aply", code: 1, errOut: "Лишний аргумент «aply»"},
		{args: "programme history --help", code: 0, out: "сколько версий показать (по умолчанию 50)"},
		{args: "programme rollback kino x", code: 2, errOut: "«x» не годится для <version>: нужно целое число"},
		{args: "key create a --days x", code: 2, errOut: "«x» не годится для --days: нужно целое число"},
		{args: "bench receipts --warmup x", code: 2, errOut: "«x» не годится для --warmup: нужно время"},
		{args: "confg", code: 2, errOut: "Похожее: config"},
		{args: "nonsense", code: 2, errOut: "Лишний аргумент «nonsense»"},
		{args: "migrate --chekc", code: 2, errOut: "Флага --chekc нет. Похожие: --check"},
		{args: "migrate --zzzzzzz", code: 2, errOut: "Флага --zzzzzzz нет"},
		{args: "migrate x", code: 2, errOut: "Лишний аргумент «x»"},
		{args: "migrate --set", code: 2, errOut: "Значение флага --set"},
		{args: "migrate --set x", code: 2, errOut: "Значение флага --set пишется как КЛЮЧ=ЗНАЧЕНИЕ, а не «x»"},
		{args: "migrate --config", code: 2, errOut: "Значение флага --config"},
		{args: "version --lang fr", code: 2, errOut: "“fr” does not fit --lang. It can be: ru, en"},
		{args: "version", code: 0, out: "kopilka "},
		{args: "config check", code: 0, out: "Настройки верны."},
		{args: "config check", env: "LANG=en_US.UTF-8", code: 0, out: "The settings are right."},
		{args: "config check", env: "LC_ALL=C.UTF-8", code: 0, out: "Настройки верны."},
		{args: "config check", env: "KOPILKA_LANG=en", code: 0, out: "The settings are right."},
		{args: "config check --lang ru", env: "KOPILKA_LANG=en", code: 0, out: "Настройки верны."},
		{args: "config check -s http.adr=5", code: 1, errOut: "http.adr: Такой настройки нет"},
		{args: "config check -c no-such.yaml", code: 1, errOut: "Файла настроек no-such.yaml нет"},
		{args: "config check", env: "KOPILKA_CONFIG=no-such.yaml", code: 1, errOut: "Файла настроек no-such.yaml нет"},
		{args: "config dump --db postgres://u:hush@h/b", code: 0, out: "postgres://u:xxxxx@h/b"},
		{args: "config dump --log-level warn", env: "KOPILKA_LOG__LEVEL=error", code: 0, out: `level: "warn"`},
		{args: "config dump --log-level warn -s log.level=debug", code: 0, out: `level: "warn"`},
		{args: "migrate --check", code: 1, errOut: "новую создаёт команда «kopilka migrate»"},
		{args: "migrate --db postgres://u:hush@127.0.0.1:1/b", code: 1, errOut: "Причина: по адресу 127.0.0.1:1 никто не отвечает\n"},
	} {
		t.Run(tc.args+" "+tc.env, func(t *testing.T) {
			t.Parallel()
			got := kopilka(t, []string{tc.env}, strings.Fields(tc.args)...)
			if got.code != tc.code {
				t.Errorf("exit code %d, want %d", got.code, tc.code)
			}
			if !strings.Contains(got.out, tc.out) || !strings.Contains(got.errOut, tc.errOut) {
				t.Errorf("stdout:\n%s\nstderr:\n%s", got.out, got.errOut)
			}
			if (tc.out == "") != (got.out == "") || (tc.errOut == "") != (got.errOut == "") {
				t.Errorf("both streams are written:\n%s\n%s", got.out, got.errOut)
			}
			if strings.Contains(got.out+got.errOut, ":hush") {
				t.Errorf("a secret is shown:\n%s%s", got.out, got.errOut)
			}
		})
	}
}

// Every command, flag and argument is described in both languages, and its
// help can be shown.
func TestHelpIsWhole(t *testing.T) {
	t.Parallel()
	p, err := newProgram(nil, nil, strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	parser, err := newParser(&cli{}, p)
	if err != nil {
		t.Fatal(err)
	}
	described := func(what, key string) {
		for _, lang := range i18n.Langs() {
			if !p.texts.Has(lang, key) {
				t.Errorf("%s: no text %q in %s", what, key, lang)
			}
		}
	}
	var walk func(node *kong.Node)
	walk = func(node *kong.Node) {
		for _, flag := range node.Flags {
			described(node.Path()+" --"+flag.Name, flag.Help)
		}
		for _, arg := range node.Positional {
			described(node.Path()+" "+arg.Name, arg.Help)
		}
		for _, child := range node.Children {
			described(child.Path(), child.Help)
			args := append(strings.Fields(child.Path()), "--help")
			got := kopilka(t, nil, args...)
			if got.code != ExitOK || !strings.Contains(got.out, p.texts.Text(i18n.RU, child.Help)) {
				t.Errorf("%v: exit code %d\n%s", args, got.code, got.out)
			}
			walk(child)
		}
	}
	walk(parser.Model.Node)
}

func TestMigrateMakesAndKeepsTheBase(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "folder")
	for _, want := range []string{"База приведена к схеме", "Менять нечего"} {
		if got := kopilkaIn(t.Context(), dir, nil, "migrate"); got.code != 0 || !strings.Contains(got.out, want) {
			t.Errorf("exit code %d, want «%s»:\n%s%s", got.code, want, got.out, got.errOut)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "kopilka.db")); err != nil {
		t.Error(err)
	}
}

func TestMigrateOnBothEngines(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.CheckSchema(t.Context()); err != nil {
			t.Fatal(err)
		}
		url := dbtest.URL(t, d.Dialect())
		for _, args := range [][]string{{"migrate", "--check"}, {"migrate"}} {
			got := kopilka(t, []string{"KOPILKA_DB__URL=" + url}, args...)
			if got.code != 0 || !strings.Contains(got.out, "Менять нечего") {
				t.Errorf("%v: exit code %d\n%s%s", args, got.code, got.out, got.errOut)
			}
		}
	})
}

func TestInterruptedCommandSaysSo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got := kopilkaIn(ctx, t.TempDir(), nil, "migrate")
	if got.code != ExitFailure || !strings.Contains(got.errOut, "Прервано") {
		t.Errorf("exit code %d\n%s%s", got.code, got.out, got.errOut)
	}
}

// Requests are told of an upgrade where there is one, and else only that the
// program starts.
func TestUpgradeIsTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		cfg := config.Default()
		cfg.DB.URL = config.DSN(dbtest.URL(t, d.Dialect()))
		told := 0
		if err := upgrade(t.Context(), &cfg, func() { told++ }); err != nil || told != 0 {
			t.Errorf("a base of this schema: told %d times, %v", told, err)
		}
		old, err := db.Open(t.Context(), db.Options{URL: cfg.DatabaseURL(), MaxConns: 4})
		if err != nil {
			t.Fatal(err)
		}
		defer old.Close()
		if _, err := old.Exec(t.Context(), "delete from schema_version where version_id = (select max(version_id) from schema_version)"); err != nil {
			t.Fatal(err)
		}
		if err := upgrade(t.Context(), &cfg, func() { told++ }); err == nil || told != 1 {
			t.Errorf("an older base, whose last step can't be done twice: told %d times, %v", told, err)
		}
	})
}
