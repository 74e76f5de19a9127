package draft_test

import (
	"strings"
	"testing"

	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
)

// few knows some outlets and nothing else.
type few struct{ words []string }

func (few) Find(rule.Field, string) (id.ID, bool)  { return 0, false }
func (few) Word(rule.Field, id.ID) (string, bool)  { return "", false }
func (f few) Words(of rule.Field) (known []string) { return f.words }

// A name that there is not is told with what kind of thing it should be, and
// the ones most like it first.
func TestNoSuchName(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text, ru, en string
		words        []string
	}{
		{"outlets: [киноо]", "Нет такой точки продаж: «киноо». Есть: Кино, кинозал, бар, зал", "There is no such outlet: “киноо”. There are: Кино, кинозал, бар, зал", []string{"зал", "бар", "кинозал", "Кино"}},
		{"partners: [x]", "Нет такого партнёра: «x». Их ещё нет", "There is no such partner: “x”. There are none yet", nil},
		{
			"rules: [{id: r, kind: discount, rate: 1%, when: {member_group: [g]}}]", "Нет такой группы участников: «g». Есть: a, b, c, d, e, …",
			"There is no such group of members: “g”. There are: a, b, c, d, e, …", strings.Split("f e d c b a", " "),
		},
	} {
		_, err := draft.Read([]byte("code: c\nname: n\n"+c.text), few{c.words})
		f := fault.From(err)
		if len(f.Fields) != 1 || f.Fields[0].Code != "programme.text-no-such" {
			t.Errorf("%s: %+v", c.text, f)
			continue
		}
		for lang, want := range map[i18n.Lang]string{i18n.RU: c.ru, i18n.EN: c.en} {
			if got := texts.FaultField(lang, f.Fields[0]); got != want {
				t.Errorf("%s: %q, want %q", c.text, got, want)
			}
		}
	}
}
