package pages

import (
	"testing"
	"time"

	"kopilka/internal/browsertest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// TestPlannedPublishing: a draft is planned in the console for a time, called
// off, planned anew, called off by a change, and comes into force by itself.
func TestPlannedPublishing(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	c := s.service
	pr := c.Programmes.Current().All()[0]
	path := "/admin/programmes/" + pr.ID.String()
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	const ready = ``
	const told = ready + `document.querySelector("[role=status]") && document.querySelector("main").innerText.replace(/\s/g, " ")`
	p.Go(s.url + path)
	p.Wait(drawn)
	p.Click("button", "Изменить")
	p.Wait(`location.pathname.endsWith("/draft") && ` + ready + `document.querySelector("h1")`)
	plan := func(at time.Time) {
		t.Helper()
		p.Go(s.url + path + "/draft/publish")
		p.Wait(drawn)
		p.Get(`document.querySelector("[name=when][value=at]").click(); document.querySelector("[name=at]").value = "`+at.Format("2006-01-02T15:04")+`"`, nil)
		p.Get(`document.querySelector("form.stack").requestSubmit()`, nil)
	}
	soon := time.Now().AddDate(0, 0, 3)

	// A time that is past is told, and what was chosen stays.
	p.Forgive("422")
	plan(soon.AddDate(0, 0, -9))
	p.Wait(ready + `document.querySelector("main").innerText.includes("ещё не наступило") && document.querySelector("[name=when][value=at]").checked`)
	p.Accessible()
	p.Shot("plan-past")

	plan(soon)
	p.Wait(told + `.includes("Вступит в силу ")`)
	for _, look := range looks() {
		p := console(t, b, s.url, look)
		for name, at := range map[string]string{"plan-draft": path + "/draft", "plan-programme": path, "plan-publish": path + "/draft/publish"} {
			p.Go(s.url + at)
			p.Wait(drawn)
			p.Fits()
			p.Accessible()
			p.Shot(name)
		}
	}
	p.Click("button", "Отменить публикацию")
	p.Wait(told + `.includes("Вступит в силу") === false`)

	// A change calls it off, which the programme's page says.
	plan(soon)
	p.Wait(told + `.includes("Вступит в силу ")`)
	p.Go(s.url + path + "/draft/part/earning")
	p.Wait(ready + `document.querySelector("[name=rate]")`)
	p.Get(`document.querySelector("[name=rate]").value = "40"`, nil)
	p.Click("button", "Сохранить")
	p.Wait(`location.pathname.endsWith("/draft") && ` + told + `.includes("Черновик изменили после того")`)
	p.Go(s.url + path)
	p.Wait(drawn + ` && document.querySelector("main").innerText.includes("не вступит в силу")`)
	p.Accessible()
	p.Shot("plan-ended")

	plan(soon)
	p.Wait(told + `.includes("Вступит в силу ")`)
	if err := c.DB.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `update programme_plan set due_at = 1 where programme_id = $1`, pr.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := c.Plans.CarryOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.Go(s.url + path)
	p.Wait(drawn + ` && document.querySelector("main").innerText.replace(/\s/g, " ").includes("ерсия ` + id.ID(pr.Version+1).String() + `") && !document.querySelector("form[action$=cancel]")`)
	p.Shot("plan-in-force")
}
