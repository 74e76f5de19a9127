package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// A programme's life at the command line: made from a file, changed, looked
// at, gone back on.
func TestProgrammeCommands(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			url, dir := dbtest.URL(t, dialect), t.TempDir()
			file := filepath.Join(dir, "kino.yaml")
			write := func(text string) {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			wants := func(code int, out, errOut string, args ...string) result {
				t.Helper()
				got := kopilka(t, nil, append([]string{"programme"}, append(args, "--db", url)...)...)
				if got.code != code || !strings.Contains(got.out, out) || !strings.Contains(got.errOut, errOut) {
					t.Errorf("%v: %d\n%s\n%s\nwant %d, %q, %q", args, got.code, got.out, got.errOut, code, out, errOut)
				}
				return got
			}
			const first = "code: kino\nname: Кинобонус\n\nearning:\n  rate: 5%\n"
			write(strings.Replace(first, "rate: 5%", "by_type: {bar: 5%}", 1))
			wants(ExitOK, "предупреждений: 1.", "earning.by_type.bar: Нет такого типа товара: «bar». Их ещё нет\n", "check", file)
			write(first + "campaigns:\n- {id: may, to: 2026-01-01}\n")
			wants(ExitOK, "Программ нет.", "", "list")
			wants(ExitOK, "предупреждений: 1.", "kino.yaml:7:17: campaigns[0].to: Срок уже вышел", "check", file)
			wants(ExitFailure, "", "добавьте --yes", "apply", file)
			wants(ExitOK, "действует версия 1", "", "apply", file, "--yes", "--note", "Начали", "--by", "Анна")

			write(strings.Replace(first, "5%", "много", 1) + "rules:\n- {id: a}\n")
			got := wants(ExitFailure, "", "Программа не принята, ошибок: 2", "apply", file, "-y")
			for _, line := range []string{"kino.yaml:5:9: earning.rate: ", "kino.yaml:7:3: rules[0].kind: "} {
				if !strings.Contains(got.errOut, line) {
					t.Errorf("no %s in %s", line, got.errOut)
				}
			}
			write(strings.Replace(first, "5%", "7.5%", 1))
			wants(ExitOK, "~ Начисление › Процент: 5% → 7.5%", "", "diff", file)
			wants(ExitOK, "- кампания may: ", "", "apply", file, "-y", "--by", "Пётр")
			wants(ExitOK, "Отличий нет.", "", "apply", file, "-y")
			wants(ExitOK, "1  20", "", "history", "kino")
			wants(ExitOK, "Анна  Начали", "", "history", "kino")
			wants(ExitOK, "Пётр", "", "show", "kino")
			wants(ExitOK, "кампания may", "", "show", "kino", "--version", "1")
			wants(ExitOK, "Процент: 5% → 7.5%", "", "diff", "kino")
			wants(ExitFailure, "", "Программы с кодом «x» нет. Есть: kino", "show", "x")
			wants(ExitFailure, "", "Программы с кодом «kinо» нет. Есть: kino", "rollback", "kinо", "1", "-y")
			wants(ExitFailure, "", "У программы нет версии 99; последняя – 2", "rollback", "kino", "99", "-y")
			wants(ExitFailure, "", "Файла "+file+".no нет\n", "check", file+".no")
			wants(ExitFailure, "", "Причина: это папка, а не файл", "check", dir)

			exported := filepath.Join(dir, "out.yaml")
			wants(ExitOK, "", "", "export", "kino", exported)
			wants(ExitFailure, "", "добавьте --force", "export", "kino", exported)
			if text, err := os.ReadFile(exported); err != nil || string(text) != "code: kino\nname: Кинобонус\nversion: 2\n\nearning:\n  rate: 7.5%\n" {
				t.Errorf("%s %v", text, err)
			}
			wants(ExitOK, "действует версия 3", "", "rollback", "kino", "1", "-y")
			wants(ExitOK, "Возврат к версии 1", "", "history", "kino")
			wants(ExitOK, "rate: 5%", "", "export", "kino")
			wants(ExitFailure, "", "Текст сделан из версии 2, а действует 3", "apply", exported, "-y")
			wants(ExitOK, "version 3, in force", "", "list", "--lang", "en")
		})
	}
}

func TestProgrammeSchemaCommand(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"ru", "en"} {
		got := kopilka(t, nil, "programme", "schema", "--lang", lang)
		if got.code != ExitOK || !json.Valid([]byte(got.out)) {
			t.Errorf("%+v", got)
		}
	}
}
