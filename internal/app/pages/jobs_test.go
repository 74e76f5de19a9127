package pages

import (
	"fmt"
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/platform/jobs"
)

// harm puts jobs into the queue as a worker leaves them that a mail server has
// refused: one given up, one that is to be tried again.
func (p *program) harm(t *testing.T) {
	t.Helper()
	for _, job := range []struct {
		state, ended string
		try          int
	}{{"discarded", "datetime('now', 'subsec')", 12}, {"retryable", "null", 3}} {
		_, err := p.service.DB.Exec(t.Context(), fmt.Sprintf(`insert into river_job (kind, args, state, attempt, max_attempts, scheduled_at, finalized_at, attempted_at, errors)
 values ('staff.letter', '{"person":"1"}', '%s', %d, 12, datetime('now', '+30 minutes', 'subsec'), %s, datetime('now', 'subsec'),
 '[{"at":"2026-11-22T10:00:00Z","attempt":1,"error":"mail: dial tcp 192.0.2.1:587: connect: connection refused","trace":""},
 {"at":"2026-11-22T10:05:00Z","attempt":2,"error":"mail: 550 5.1.1 <anna@example.org>: no such box","trace":""}]')`, job.state, job.try, job.ended))
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestJobsAreRead: what failed is told on the top, found, read and tried again;
// what waits is cancelled after a question.
func TestJobsAreRead(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	s.harm(t)
	for _, look := range looks() {
		p := console(t, b, s.url, look)
		for name, path := range map[string]string{"jobs": "/admin/jobs", "jobs-failed": "/admin/jobs?state=failed", "jobs-none": "/admin/jobs?state=cancelled"} {
			p.Go(s.url + path)
			p.Wait(drawn)
			p.Fits()
			p.Accessible()
			p.Shot(name)
		}
	}
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Go(s.url + "/admin/jobs")
	p.Wait(drawn)
	p.Click("link", "«Письмо сотруднику»: оставлено 1 задание")
	p.Wait(`location.search.includes("state=failed") && document.querySelectorAll("#jobs tbody tr").length === 1`)
	p.Get(`document.querySelector("#jobs tbody a").click()`, nil)
	p.Wait(`document.querySelectorAll("pre").length === 2 && document.querySelector("pre").innerText.includes("•••@example.org")`)
	p.Accessible()
	p.Shot("job-failed")
	p.Click("button", "Попробовать сейчас")
	p.Wait(`document.querySelector("[role=status]")?.innerText.includes("Задание запущено снова")`)
	p.Go(s.url + "/admin/jobs?kind=staff.letter")
	p.Wait(drawn)
	p.Accessible()
	p.Shot("jobs-letters")
	p.Get(`[...document.querySelectorAll("#jobs tbody tr")].at(-1).querySelector("a").click()`, nil)
	p.Wait(`location.pathname.startsWith("/admin/jobs/")`)
	p.Go(s.url + s.first(t, jobs.Again))
	p.Click("button", "Отменить задание")
	p.Wait(`document.querySelector("dialog[open]")`)
	p.Accessible()
	p.Shot("job-cancel")
	p.Get(`document.querySelector("dialog[open] button[type=submit]").click()`, nil)
	p.Wait(`document.querySelector("[role=status]")?.innerText.includes("Задание отменено")`)
}

// first is the page of the newest job of a state.
func (p *program) first(t *testing.T, state jobs.State) string {
	t.Helper()
	list, err := p.service.Jobs.List(t.Context(), jobs.Filter{State: state, Kind: "staff.letter"}, 0, 1)
	if err != nil || len(list) == 0 {
		t.Fatalf("%v, %v", list, err)
	}
	return fmt.Sprintf("/admin/jobs/%d", list[0].ID)
}
