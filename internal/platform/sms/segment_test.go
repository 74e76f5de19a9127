package sms

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/linxGnu/gosmpp/data"
	"pgregory.net/rapid"
)

func TestCount(t *testing.T) {
	t.Parallel()
	a := strings.Repeat
	for _, c := range []struct {
		name, text string
		want       Segments
	}{
		{"nothing", "", Segments{GSM7, 0, 0, 0}},
		{"160 a", a("a", 160), Segments{GSM7, 160, 1, 0}},
		{"161 a", a("a", 161), Segments{GSM7, 161, 2, 145}},
		{"306 a", a("a", 306), Segments{GSM7, 306, 2, 0}},
		{"307 a", a("a", 307), Segments{GSM7, 307, 3, 152}},
		{"70 я", a("я", 70), Segments{UCS2, 70, 1, 0}},
		{"71 я", a("я", 71), Segments{UCS2, 71, 2, 63}},
		{"134 я", a("я", 134), Segments{UCS2, 134, 2, 0}},
		{"135 я", a("я", 135), Segments{UCS2, 135, 3, 66}},
		{"80 €", a("€", 80), Segments{GSM7, 160, 1, 0}},
		{"81 €", a("€", 81), Segments{GSM7, 162, 2, 143}},
		{"35 emoji", a("🎬", 35), Segments{UCS2, 70, 1, 0}},
		{"36 emoji", a("🎬", 36), Segments{UCS2, 72, 2, 61}},
		{"an extension is not cut", a("a", 152) + "€" + a("a", 152), Segments{GSM7, 306, 3, 152}},
		{"a pair is not cut", a("я", 66) + "🎬" + a("я", 66), Segments{UCS2, 134, 3, 66}},
		{"one foreign letter", a("a", 71) + "я", Segments{UCS2, 72, 2, 62}},
		{"broken bytes", "\xff", Segments{UCS2, 1, 1, 69}},
	} {
		if got := Count(c.text); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestCountAs(t *testing.T) {
	t.Parallel()
	for n, parts := range map[int]int{140: 1, 141: 2, 268: 2, 269: 3} {
		if got, ok := CountAs(strings.Repeat("é", n), Latin1); !ok || got.Parts != parts || got.Units != n {
			t.Errorf("%d é: %+v %v, want %d parts", n, got, ok, parts)
		}
	}
	for text, e := range map[string]Encoding{"я": Latin1, "ю": GSM7, "`": GSM7, "\x1b": GSM7, "ç": GSM7} {
		if got, ok := CountAs(text, e); ok {
			t.Errorf("%q in %v: %+v", text, e, got)
		}
	}
}

// The alphabet is that of the library which will send the messages.
func TestAlphabetIsTheLibrarys(t *testing.T) {
	t.Parallel()
	for r := range rune(0x10000) {
		if !utf8.ValidRune(r) || r == '\x1b' {
			continue
		}
		theirs := 0
		if len(data.ValidateGSM7String(string(r))) == 0 {
			b, err := data.GSM7BIT.Encode(string(r))
			if err != nil {
				t.Fatal(err)
			}
			theirs = len(b)
		}
		if ours := GSM7.units(r); ours != theirs {
			t.Errorf("%q takes %d septets, the library says %d", r, ours, theirs)
		}
	}
}

type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

// checkCount cuts the text into parts for real and looks at each.
func checkCount(t tester, text string) {
	t.Helper()
	got := Count(text)
	single, part := got.Encoding.sizes()
	var parts []int
	total := 0
	for _, r := range text {
		n := len(utf16.Encode([]rune{r}))
		if got.Encoding == GSM7 {
			n = 1 + strings.Count(gsmExtended, string(r))
		}
		total += n
		if len(parts) == 0 || parts[len(parts)-1]+n > part {
			parts = append(parts, 0)
		}
		parts[len(parts)-1] += n
	}
	want := Segments{Encoding: got.Encoding, Units: total, Parts: len(parts)}
	switch {
	case text == "":
	case total <= single:
		want.Parts, want.Left = 1, single-total
	default:
		want.Left = part - parts[len(parts)-1]
	}
	if got != want {
		t.Fatalf("%q: %+v, want %+v", text, got, want)
	}
}

func TestCountAgainstCutting(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.SampledFrom([]string{"ab€[", "abcя", "я🎬", "a"}).Draw(t, "letters")
		checkCount(t, rapid.StringOfN(rapid.SampledFrom([]rune(letters)), 0, 500, -1).Draw(t, "text"))
	})
}

func FuzzCount(f *testing.F) {
	f.Add(strings.Repeat("a", 152) + "€")
	f.Add(strings.Repeat("я", 66) + "🎬")
	f.Fuzz(func(t *testing.T, text string) { checkCount(t, text) })
}
