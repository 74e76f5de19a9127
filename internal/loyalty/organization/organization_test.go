package organization

import (
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// TestSaved: what was saved is read; who saves over what he has not seen is
// refused, and so is what makes no sense.
func TestSaved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		o, err := Load(ctx, d)
		if err != nil || o != Default() {
			t.Fatalf("a new base has %+v (%v)", o, err)
		}
		o.Name, o.Zone = "  Аврора ", "Asia/Kamchatka"
		if err := Save(ctx, d, o); err != nil {
			t.Fatal(err)
		}
		got, err := Load(ctx, d)
		if want := (Organization{"Аврора", "Asia/Kamchatka", i18n.RU, 1}); err != nil || got != want {
			t.Fatalf("read %+v (%v), want %+v", got, err, want)
		}
		if err := Save(ctx, d, o); !fault.Is(err, "reference.changed") {
			t.Errorf("saved over a version not seen: %v", err)
		}
		for _, wrong := range []Organization{
			{"", "Europe/Moscow", i18n.RU, 1}, {"А", "", i18n.RU, 1}, {"А", "Local", i18n.RU, 1}, {"А", "Moscow", i18n.RU, 1}, {"А", "Europe/Moscow", "de", 1},
		} {
			if err := Save(ctx, d, wrong); !fault.Is(err, "reference.invalid") {
				t.Errorf("%+v: %v", wrong, err)
			}
		}
		if again, _ := Load(ctx, d); again != got {
			t.Errorf("a refusal changed it to %+v", again)
		}
	})
}
