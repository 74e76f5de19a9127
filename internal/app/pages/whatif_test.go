package pages

import (
	"testing"
	"time"

	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/whatif"
	"kopilka/internal/platform/id"
)

// TestWhatIf: of a draft it is asked what it would have come to over past
// months; the answer is worked out in the background, kept, read again, stopped
// and thrown away.
func TestWhatIf(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	const ready = ``
	p.Go(s.url + "/admin/programmes")
	p.Get(`document.querySelector("td.c-who a").click()`, nil)
	p.Wait(`location.pathname.match(/^\/admin\/programmes\/\d+$/) && ` + ready + `document.querySelector("h1")`)
	var path string
	p.Get(`location.pathname`, &path)

	// Without a draft there is nothing to ask of; one is begun from there.
	p.Go(s.url + path + "/what-if")
	p.Wait(ready + `document.querySelector("h1")`)
	p.Accessible()
	p.Shot("whatif-no-draft")
	p.Click("button", "Начать черновик")
	p.Wait(`location.pathname.endsWith("/draft") && ` + ready + `document.querySelector("h1")`)
	p.Go(s.url + path + "/draft/part/earning")
	p.Wait(ready + `document.querySelector("[name=rate]")`)
	p.Get(`document.querySelector("[name=rate]").value = "40"`, nil)
	p.Click("button", "Сохранить")
	p.Wait(`location.pathname.endsWith("/draft") && ` + ready + `document.querySelector("[role=status]")`)
	p.Click("link", "Что если")
	p.Wait(`location.pathname.endsWith("/what-if") && ` + ready + `document.querySelector("[name=from]")`)
	p.Accessible()
	p.Fits()
	p.Shot("whatif")

	// Months out of order are told where they are.
	p.Forgive("422")
	p.Get(`(() => { const s = document.querySelector("[name=from]"); s.value = s.options[0].value; const e = document.querySelector("[name=to]"); e.value = e.options[5].value })()`, nil)
	p.Click("button", "Посчитать")
	p.Wait(ready + `document.querySelector("[name=to][aria-invalid]")`)
	p.Accessible()
	p.Shot("whatif-wrong")
	p.Get(`(() => { const s = document.querySelector("[name=from]"); s.value = s.options[2].value; const e = document.querySelector("[name=to]"); e.value = e.options[0].value })()`, nil)
	p.Click("button", "Посчитать")
	p.Wait(`location.pathname.match(/\/what-if\/\d+$/) && ` + ready + `document.querySelector("#answer .stats")`)
	p.Wait(drawn + ` && document.querySelector("#answer").innerText.replace(/\s/g, " ").includes("С черновиком программа стоила бы на")`)
	p.Accessible()
	p.Fits()
	p.Shot("whatif-answer")
	var answer string
	p.Get(`location.pathname`, &answer)

	// It is what a run over the same months comes to.
	question, err := id.Parse(answer[len(path+"/what-if/"):])
	if err != nil {
		t.Fatal(err)
	}
	q, err := s.service.Questions.Get(t.Context(), question)
	if err != nil || q.Answer == nil || q.Answer.Now.Receipts == 0 || q.Answer.Now.Earned <= q.Answer.Then.Earned || len(q.Answer.Winners) == 0 {
		t.Fatalf("%+v %v", q.Answer, err)
	}

	// It is kept: found in the list, in another look too.
	for _, look := range looks() {
		x := console(t, b, s.url, look)
		for name, at := range map[string]string{"whatif-list": path + "/what-if", "whatif-kept": answer} {
			x.Go(s.url + at)
			x.Wait(drawn)
			x.Fits()
			x.Accessible()
			x.Shot(name)
			x.Get(`scrollTo(0, document.body.scrollHeight - 900)`, nil)
			x.Shot(name + "-end")
			x.Get(`scrollTo(0, 700)`, nil)
			x.Shot(name + "-middle")
		}
	}

	// One that another process is at shows how far it is, and is stopped. Its beat is ahead of the clock, so
	// that no process of ours takes it over while the page is looked at.
	if _, err := s.service.DB.Exec(t.Context(), `update whatif set state = 'running', answer = '', done = 30, whole = 120, beat_at = $1`, s.service.Clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	p.Go(s.url + answer)
	p.Wait(ready + `document.querySelector("#answer progress").value === 30`)
	p.Accessible()
	p.Shot("whatif-running")
	p.Click("button", "Остановить")
	p.Wait(ready + `!document.querySelector("#answer progress") && document.querySelector("#answer").innerText.includes("Расчёт остановили")`)
	p.Accessible()
	if q, err := s.service.Questions.Get(t.Context(), question); err != nil || q.State != whatif.Stopped {
		t.Errorf("%s %v", q.State, err)
	}
	p.Click("button", "Удалить")
	p.Wait(`document.querySelector("dialog[open]")`)
	p.Get(`document.querySelector("dialog[open] [type=submit]").click()`, nil)
	p.Wait(`location.pathname.endsWith("/what-if") && ` + ready + `document.querySelector("[role=status]") && !document.querySelector(".made")`)
}
