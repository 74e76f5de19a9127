package pages

import (
	"testing"

	"kopilka/internal/browsertest"
)

// TestTillTellsOfClosedForms: what has become of a registration or a card whose form
// was closed before the answer came is told beside the desk, done or not, and put on
// nobody's receipt; a card that is asked for again is the same.
func TestTillTellsOfClosedForms(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	_, number := s.buyer(t, "Клавдия", 0)
	w, p := s.behindWire(t, b)
	p.listens()
	const closed = `!document.querySelector("dialog[open]")`

	// registers asks for a registration and closes its form before the answer comes.
	registers := func() (release func()) {
		p.Get(`window.asked = []`, nil)
		release = w.hold("/api/members")
		p.shift("F2")
		p.Wait(`document.activeElement?.id === "r-phone"`)
		p.Insert("+79165550188")
		p.Get(`document.querySelectorAll("#register [name=consent]").forEach(c => { c.checked = true })`, nil)
		p.Press(browsertest.Enter)
		p.Wait(`window.asked.includes("/api/members")`)
		p.Press(browsertest.Escape)
		p.Wait(closed)
		return release
	}

	// Who is registered after the form was closed is told of, and put on nobody's receipt.
	release := registers()
	p.scan(number)
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Клавдия")`)
	release()
	p.Wait(`document.querySelector("#notices").innerText.includes("Участник заведён") && document.querySelector(".mc").innerText.includes("Клавдия")`)
	p.Click("button", "Убрать")

	// One that was refused after that is told of too.
	registers()()
	p.Wait(`document.querySelector("#notices").innerText.includes("Регистрация (…0188) не сделана")`)
	p.Click("button", "Убрать")

	// A card of which the answer was lost is the same when it is asked for again.
	cards := func() (n int) {
		if err := s.service.DB.Row(t.Context(), `select count(*) from card`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	had := cards()
	p.shift("F7")
	p.Wait(`document.querySelector("#new-card[open]")`)
	w.cutAt(1, true)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#scan-error").innerText !== ""`)
	w.mend()
	p.Go(p.url + "/pos/") // a page that is read anew knows of it too
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Клавдия") && document.querySelector("#net").innerText.includes("На связи")`)
	p.shift("F7")
	p.Wait(`document.querySelector("#new-card[open]")`)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#scan-error, .mc, #notices").closest("main, body").innerText.includes("Выдана карта")`)
	if now := cards(); now != had+1 {
		t.Errorf("%d cards were issued", now-had)
	}
	s.verified(t)
}
