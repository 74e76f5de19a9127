package httpx

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestNotReadyNamesThePart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.health.Add("jobs", func(context.Context) (map[string]any, error) { return map[string]any{"queued": 3}, nil })
	b.health.Add("mail", func(context.Context) (map[string]any, error) { return nil, errors.New("password=hush") })
	rec := b.do("GET", "/readyz", "")
	want := `{"status":"not-ready","checks":{"jobs":{"ok":true,"queued":3},"mail":{"code":"internal","ok":false}}}`
	if rec.Code != 503 || rec.Body.String() != want {
		t.Errorf("answer %d %s", rec.Code, rec.Body)
	}
	if live := b.do("GET", "/healthz", ""); live.Code != 200 {
		t.Errorf("live answers %d", live.Code)
	}
}

func TestReadinessIsKeptAMoment(t *testing.T) {
	t.Parallel()
	b := setup(t)
	asked := 0
	b.health.Add("part", func(context.Context) (map[string]any, error) { asked++; return nil, nil })
	for range 5 {
		b.do("GET", "/readyz", "")
	}
	b.clock.Add(2 * time.Second)
	b.do("GET", "/readyz", "")
	if asked != 2 {
		t.Errorf("the check ran %d times, want 2", asked)
	}
}

func TestDatabaseCheck(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t)
		b.health.Add("database", DatabaseCheck(d))
		rec := b.do("GET", "/readyz", "")
		if rec.Code != 200 {
			t.Fatalf("answer %d %s", rec.Code, rec.Body)
		}
		var shown struct {
			Checks struct {
				Database struct {
					Engine     string
					Schema     int
					Durability map[string]string
				}
			}
		}
		if err := json.Unmarshal(rec.Body.Bytes(), &shown); err != nil {
			t.Fatal(err)
		}
		base := shown.Checks.Database
		if base.Engine != string(d.Dialect()) || base.Schema < 1 || len(base.Durability) < 3 {
			t.Errorf("shown is %+v", base)
		}
		d.Close()
		b.clock.Add(2 * time.Second)
		if rec := b.do("GET", "/readyz", ""); rec.Code != 503 || !strings.Contains(rec.Body.String(), `"ok":false`) {
			t.Errorf("a closed base is ready: %d %s", rec.Code, rec.Body)
		}
	})
}
