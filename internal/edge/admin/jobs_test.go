package admin_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/loyalty/webhook"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/jobs"
)

// sick is a job of the house that fails until it is mended.
type sick struct {
	Whom string `json:"whom"`
}

func (sick) Kind() string { return "staff.letter" }

// TestJobsInTheConsole: what failed is seen without anybody's address in it,
// with what it was for; it is tried again and cancelled by who may, which the
// trail tells. Who works at some outlets has no part in it.
func TestJobsInTheConsole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		h.check(jobs.Migrate(t.Context(), d))
		failed := make(chan struct{}, 2)
		jobs.Handle(h.jobs, func(context.Context, sick) error {
			failed <- struct{}{}
			return errors.New("550 <ivan@example.org>: no such box")
		})
		h.check(h.jobs.Enqueue(t.Context(), nil, sick{"a"}, jobs.Options{Attempts: 1}))
		h.check(h.jobs.Enqueue(t.Context(), nil, sick{"b"}, jobs.Options{At: h.Clock.Now().Add(24 * 365 * 100 * time.Hour)}))
		h.check(h.jobs.Start(t.Context()))
		<-failed
		h.check(h.jobs.Stop(t.Context()))
		who, sees := h.hire("who", []staff.Permission{staff.JobsSee, staff.JobsEdit, staff.AuditSee}), h.hire("sees", []staff.Permission{staff.JobsSee})
		here := h.hire("here", []staff.Permission{staff.JobsSee, staff.JobsEdit}, h.Outlet.ID)
		list := admin.Base + "/jobs"
		find := func(state jobs.State) string {
			all, err := h.jobs.List(t.Context(), jobs.Filter{State: state}, 0, 2)
			h.check(err)
			if len(all) != 1 {
				t.Fatalf("%d jobs are %s", len(all), state)
			}
			return list + "/" + strconv.FormatInt(all[0].ID, 10)
		}
		bad, later := find(jobs.Failed), find(jobs.Waiting)

		body := h.ask(sees, http.MethodGet, list, nil).Body.String()
		for _, want := range []string{"Требует внимания", "«Письмо сотруднику»: оставлено 1", "Отправляет приглашение", "550 &lt;•••@example.org&gt;: no such box", bad, later} {
			if !strings.Contains(body, want) {
				t.Errorf("the list has no %q", want)
			}
		}
		if strings.Contains(body, "ivan") {
			t.Error("an address is shown")
		}
		if body := h.ask(sees, http.MethodGet, list+"?state=waiting&kind=staff.letter", nil).Body.String(); strings.Contains(body, bad+`"`) || !strings.Contains(body, later+`"`) {
			t.Error("those that wait are not told from those that failed")
		}
		if body := h.ask(sees, http.MethodGet, list+"?state=running", nil).Body.String(); !strings.Contains(body, "Здесь пусто") {
			t.Error("nothing is not said to be nothing")
		}
		if body := h.ask(sees, http.MethodGet, bad, nil).Body.String(); !strings.Contains(body, "попытка 1 из 1") || strings.Contains(body, "/retry") {
			t.Error("its page says no tries, or offers what its reader may not do")
		}
		if body := h.ask(who, http.MethodGet, bad, nil).Body.String(); !strings.Contains(body, bad+"/retry") || strings.Contains(body, bad+"/cancel") {
			t.Error("what failed is not tried again, or is cancelled")
		}
		for _, r := range []struct {
			who, method, path string
			want              int
		}{
			{here, http.MethodGet, list, http.StatusForbidden},
			{here, http.MethodGet, bad, http.StatusForbidden},
			{here, http.MethodPost, bad + "/retry", http.StatusForbidden},
			{sees, http.MethodPost, bad + "/retry", http.StatusForbidden},
			{sees, http.MethodPost, later + "/cancel", http.StatusForbidden},
			{who, http.MethodGet, list + "/7777777", http.StatusNotFound},
			{who, http.MethodGet, list + "/x", http.StatusNotFound},
			{who, http.MethodGet, list + "?before=x", http.StatusBadRequest},
			{who, http.MethodPost, bad + "/cancel", http.StatusConflict},
			{who, http.MethodPost, later + "/retry", http.StatusConflict},
			{who, http.MethodPost, later + "/cancel", http.StatusSeeOther},
			{who, http.MethodPost, later + "/cancel", http.StatusConflict},
			{who, http.MethodPost, bad + "/retry", http.StatusSeeOther},
		} {
			if w := h.ask(r.who, r.method, r.path, nil); w.Code != r.want {
				t.Errorf("%s %s: %d, want %d: %s", r.method, r.path, w.Code, r.want, w.Body)
			}
		}
		if find(jobs.Again) != bad || find(jobs.Cancelled) != later {
			t.Error("they are not as they were turned")
		}
		trail, err := audit.Read(t.Context(), d, audit.Filter{Action: "job."}, 0, 10)
		if err != nil || len(trail) != 2 || trail[0].Action != "job.retried" || trail[1].Action != "job.cancelled" || trail[0].Actor.Name != "who" ||
			strings.Contains(trail[0].After, "ivan") || !strings.Contains(trail[0].After, "no such box") || list+"/"+trail[0].Target.ID != bad {
			t.Errorf("the trail: %+v %v", trail, err)
		}
		if body := h.ask(who, http.MethodGet, admin.Base+"/audit", nil).Body.String(); !strings.Contains(body, "Задание запущено снова") || !strings.Contains(body, bad) {
			t.Error("the trail has no way to the job")
		}
	})
}

// TestWhatIsBehind: events that nobody has folded, and webhooks that do not get
// through, are told; where they lead is for who may see them.
func TestWhatIsBehind(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		h.check(jobs.Migrate(t.Context(), d))
		sees := h.hire("sees", []staff.Permission{staff.JobsSee})
		h.hire("follows", []staff.Permission{staff.JobsSee, staff.WebhooksEdit})
		list := admin.Base + "/jobs"
		if body := h.ask(sees, http.MethodGet, list, nil).Body.String(); !strings.Contains(body, "Всё идёт своим чередом") {
			t.Error("a house in order is not said to be")
		}
		h.sell()
		h.Clock.Set(clock.System{}.Now().Add(3*time.Hour + time.Minute)) // the event is numbered by the machine's
		sees = h.signIn("sees@example.org")
		follows := h.signIn("follows@example.org")
		hook, _, err := hooks(h, d).Create(t.Context(), webhook.Draft{Name: "Сайт", URL: "https://example.org/"})
		h.check(err)
		_, err = d.Exec(t.Context(), `insert into webhook_delivery (webhook_id, seq, event_id, kind, body, state, attempts, next_at, outcome, status)
 values ($1, 7, 70, 'purchase.committed', '{}', 'dead', 8, 5, 'timeout', 0)`, hook.ID)
		h.check(err)
		body := h.ask(sees, http.MethodGet, list, nil).Body.String()
		for _, want := range []string{"Отчёты и журнал операций отстают: 3 часа", "Вебхуки: оставлено 1 сообщение"} {
			if !strings.Contains(strings.ReplaceAll(body, "\u00a0", " "), want) {
				t.Errorf("no %q", want)
			}
		}
		if strings.Contains(body, `href="/admin/webhooks"`) {
			t.Error("who may not see webhooks is sent there")
		}
		if body := h.ask(follows, http.MethodGet, list, nil).Body.String(); !strings.Contains(body, `<a href="/admin/webhooks">Вебхуки: оставлено`) {
			t.Error("no way to what was given up")
		}
	})
}
