package pages

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/money"
)

// wire is the network between a till and the program. It is cut when a request
// of the workplace comes, before it gets through or after it was done, and stays
// so until it is mended.
type wire struct {
	mu    sync.Mutex
	left  int    // requests until it is cut; below zero: it is not to be
	only  string // the path of those that are counted; "": all are
	after bool   // the one that it is cut at is done, and its answer is lost
	cut   bool
	rises bool                     // the program is there and starts yet: it answers so
	held  map[string]chan struct{} // by paths: what is asked there waits until it is closed
	kept  map[string]chan struct{} // by paths: what is asked there next is done, which is told by a value, and answered once it is closed
	to    http.Handler
	over  <-chan struct{} // the test is, and nothing waits any more
}

func newWire(t *testing.T, to string) (*wire, string) {
	t.Helper()
	at, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(at)
	w := &wire{left: -1, to: proxy, over: t.Context().Done()}
	s := httptest.NewServer(w)
	t.Cleanup(s.Close)
	return w, s.URL
}

// cutAt plans the cut at the n-th request from now, from 1 on; 0 cuts at once.
func (w *wire) cutAt(n int, after bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left, w.only, w.after, w.cut = n, "", after, n == 0
}

// cutOn plans the cut at the next request at a path of the workplace, whatever the
// page asks by itself before it.
func (w *wire) cutOn(path string, after bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left, w.only, w.after, w.cut = 1, "/pos"+path, after, false
}

func (w *wire) mend() { w.cutAt(-1, false) }

// rise lets the program answer that it starts, or that it has.
func (w *wire) rise(still bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rises = still
}

// hold lets all that is asked at a path of the workplace wait until it is released.
func (w *wire) hold(path string) (release func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	wait := make(chan struct{})
	w.held = map[string]chan struct{}{"/pos" + path: wait}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.held = nil
		close(wait)
	}
}

// keepAnswer lets the next that is asked at a path of the workplace be done, which
// done waits for, and its answer wait until it is released.
func (w *wire) keepAnswer(path string) (done, release func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	wait := make(chan struct{})
	w.kept = map[string]chan struct{}{"/pos" + path: wait}
	return func() { wait <- struct{}{} }, func() { close(wait) }
}

// ServeHTTP passes a request on, or doesn't.
func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	last := false
	if w.left > 0 && strings.HasPrefix(r.URL.Path, "/pos/") && (w.only == "" || w.only == r.URL.Path) {
		if w.left--; w.left == 0 {
			w.cut, last = true, true
		}
	}
	cut, after, held, rises, kept := w.cut, last && w.after, w.held[r.URL.Path], w.rises, w.kept[r.URL.Path]
	delete(w.kept, r.URL.Path)
	w.mu.Unlock()
	if rises {
		http.Error(rw, `{"code":"http.starting"}`, http.StatusServiceUnavailable)
		return
	}
	if after {
		w.to.ServeHTTP(httptest.NewRecorder(), r.WithContext(r.Context()))
	}
	if kept != nil {
		answer := httptest.NewRecorder()
		w.to.ServeHTTP(answer, r.WithContext(context.WithoutCancel(r.Context()))) // whoever asks may go
		<-kept
		<-kept
		maps.Copy(rw.Header(), answer.Header())
		rw.WriteHeader(answer.Code)
		_, _ = rw.Write(answer.Body.Bytes())
		return
	}
	if !cut {
		if held != nil {
			select {
			case <-held:
			case <-w.over:
			}
		}
		w.to.ServeHTTP(rw, r)
		return
	}
	if conn, _, err := http.NewResponseController(rw).Hijack(); err == nil {
		_ = conn.Close()
	}
}

// behindWire is the first till with a cashier on duty, and the wire between it
// and the program.
func (p *program) behindWire(t *testing.T, b *browsertest.Browser) (*wire, *till) {
	t.Helper()
	w, url := newWire(t, p.url)
	at := tillAt(t, b, *p, 0, url, desk)
	at.forgiveNetwork()
	at.pair()
	at.signIn()
	return w, at
}

// forgiveNetwork: what does not come is told by the browser itself.
func (p *till) forgiveNetwork() {
	p.Forgive("ERR_")
	p.Forgive("Failed to load resource")
	p.Forgive("service worker")
}

// sell sells the goods to the member and gives the receipt's number that the
// cashier was told.
func (p *till) sell(number string) string {
	p.t.Helper()
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.adds("390")
	p.Press(browsertest.F7, browsertest.F8)
	return p.told()
}

// adds puts a sum into the receipt.
func (p *till) adds(sum string) {
	p.t.Helper()
	p.Press(browsertest.F3)
	p.Insert(sum)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelectorAll(".ln").length === 1`)
}

// sells sells a sum, paid by card, and gives the receipt's number.
func (p *till) sells(sum string) string {
	p.t.Helper()
	p.adds(sum)
	p.Press(browsertest.F8)
	return p.told()
}

// keepsItself waits until the workplace would open with no network.
func (p *till) keepsItself() {
	p.t.Helper()
	p.Wait(`(async () => {
		await navigator.serviceWorker.ready;
		for (const n of await caches.keys()) {
			const kept = n.startsWith("till-") && await (await caches.open(n)).match("/pos/");
			if (kept && (await kept.text()).includes('lang="ru"')) return true;
		}
	})()`)
}

// told waits for the end of a sale, and goes on to the next.
func (p *till) told() string {
	p.t.Helper()
	p.Wait(`document.querySelector(".pdone")`)
	var number string
	p.Get(`/№ (\d+)/.exec(document.querySelector(".pdone .mut").innerText)[1]`, &number)
	p.onward()
	return number
}

// onward goes to the next guest, which no Enter does that was pressed for the
// payment.
func (p *till) onward() {
	p.t.Helper()
	p.Get(`document.querySelector("[data-do=next]").click()`, nil)
	p.Wait(`document.querySelector("#scan")`)
}

// allTold waits until nothing is left to be told.
func (p *till) allTold() {
	p.t.Helper()
	p.Wait(`document.querySelector("[data-f=net]")?.innerText === "На связи"`)
}

// reads takes the time that somebody needs to read a sum that has changed by itself.
func (p *till) reads() {
	p.t.Helper()
	p.Wait(`new Promise(done => setTimeout(() => done(true), 450))`)
}

// queueTold waits until each receipt that the till keeps was told.
func (p *till) queueTold() {
	p.t.Helper()
	p.Wait(`(async () => {
		const kept = await new Promise(done => {
			const base = indexedDB.open("kopilka-till");
			base.onsuccess = () => {
				const all = base.result.transaction("queue").objectStore("queue").getAll();
				all.onsuccess = () => { base.result.close(); done(all.result); };
			};
		});
		return kept.every(i => i.state !== "waits");
	})()`)
}

// TestTillLosesNothing cuts the network at each request of a sale, before and
// after it is done: what the cashier was told is sold is there afterwards, once,
// and the books hold.
func TestTillLosesNothing(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	s.riskOffline(t, 50_00)
	of, number := s.buyer(t, "Вера", 3000_00)
	w, p := s.behindWire(t, b)
	said := []string{p.sell(number)} // the till has seen the member
	for n := 1; n <= 6; n++ {
		for _, after := range []bool{false, true} {
			w.cutAt(n, after)
			said = append(said, p.sell(number))
			w.mend()
			p.allTold()
		}
	}
	counts := map[string]int{}
	var spent money.Points
	for _, sold := range p.sold() {
		counts[sold.Number]++
		spent += sold.Spent
		if sold.Home != of || sold.Gross != 390_00 || sold.Due+sold.Paid != sold.Gross-sold.Discount {
			t.Errorf("%+v", sold)
		}
	}
	for _, n := range said {
		if counts[n] != 1 {
			t.Errorf("receipt %s is there %d times", n, counts[n])
		}
	}
	if len(counts) != len(said) {
		t.Errorf("%d receipts were told, %d are there: %v", len(said), len(counts), counts)
	}
	if spent == 0 {
		t.Error("no points were spent")
	}
	s.verified(t)
}

// TestTillWithoutNetwork: the page opens with no network, sells, and tells it
// all when there is one, also when it was reloaded in the middle of a sale and
// before it had told.
func TestTillWithoutNetwork(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	_, number := s.buyer(t, "Ольга", 300_00)
	w, p := s.behindWire(t, b)
	p.sell(number)
	p.keepsItself()
	w.cutAt(0, false)
	p.Go(p.url + "/pos") // as the program prints it
	p.Wait(`document.querySelector("#scan") && !document.querySelector("#offbar").hidden`)
	p.Accessible()
	p.Shot("till-offline")
	p.scan(number)
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Ольга")`)
	p.adds("1250,50")
	p.Go(p.url + "/pos/") // reloaded in the middle
	p.Wait(`document.querySelectorAll(".ln").length === 1 && document.querySelector(".mc")?.innerText.includes("Ольга")`)
	p.settled("1 250,50 ₽")
	p.Press(browsertest.F9, browsertest.Enter)
	first := p.told()
	p.scan("2999999999991") // a card that the till has never seen is believed
	p.Wait(`document.querySelector(".mc")`)
	second := p.sells("100")
	p.Wait(`document.querySelector("[data-f=net]").innerText.includes("не передано: 2")`)
	p.Go(p.url + "/pos/") // … and before it has told
	p.Wait(`document.querySelector("[data-f=net]").innerText.includes("не передано: 2")`)
	w.mend()
	p.Wait(`document.querySelector("[data-f=net]").innerText.includes("На связи")`)
	p.Wait(`!document.querySelector("[data-f=net]").innerText.includes("не передано: 2")`)
	p.queueTold()
	found := map[string]money.Amount{}
	for _, sold := range p.sold() {
		found[sold.Number] = sold.Due
	}
	if found[first] != 1250_50 || found[second] != 100_00 || len(found) != 3 {
		t.Errorf("%v, want %s and %s", found, first, second)
	}
	s.verified(t)
}

// TestTillGoesOn: a cashier who goes on without an answer has sold, also where the
// program would have refused by the time that it was asked.
func TestTillGoesOn(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	of, number := s.buyer(t, "Зоя", 200_00)
	w, p := s.behindWire(t, b)
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.adds("500")
	p.Press(browsertest.F7)
	p.Wait(`document.querySelector("#totals .disc")`)
	release := w.hold("/api/purchases")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector("#waits").open`)
	p.Accessible()
	p.Click("button", "Продолжить без связи")
	said := p.told()
	_, err := s.service.Desk.Adjust(t.Context(), &purchase.AdjustRequest{
		By: 1, Key: "taken", Buyer: purchase.Buyer{Home: of}, Programme: s.service.Programmes.Current().All()[0].ID, Points: -s.spendable(t, of), Reason: "test", Actor: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	release()
	p.queueTold()
	if sold := p.sold(); len(sold) != 1 || sold[0].Number != said || sold[0].Mode != purchase.Record {
		t.Errorf("%s was sold, %+v", said, sold)
	}
	s.verified(t)
}

// TestTillTellsLater: where a cashier has gone on without an answer, what comes is
// shown while the guest is still there.
func TestTillTellsLater(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	of, number := s.buyer(t, "Кира", 200_00)
	w, p := s.behindWire(t, b)
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.adds("500")
	release := w.hold("/api/purchases")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector("#waits").open`)
	p.Click("button", "Продолжить без связи")
	p.Wait(`document.querySelector(".pdone [data-f=balance]")?.innerText === "…"`)
	release()
	p.Wait(`document.querySelector(".pdone [data-f=earned]")?.innerText.startsWith("+")`)
	p.Wait(fmt.Sprintf(`document.querySelector(".pdone [data-f=balance]").innerText === (%d / 100).toLocaleString("ru-RU")`, s.spendable(t, of)))
	p.onward()

	w.cutAt(0, false)
	p.Wait(`!document.querySelector("#offbar").hidden || document.querySelector("#scan")`)
	p.sells("100")
	p.Click("button", "Нет связи · не передано: 1")
	p.Wait(`document.querySelector("#queue").open`)
	p.Click("button", "Передать сейчас")
	p.Wait(`document.querySelector("#queue [data-f=error]").innerText`)
	w.mend()
	p.Click("button", "Передать сейчас")
	p.Wait(`document.querySelector("#queue [data-f=about]").innerText.includes("Всё передано")`)
	s.verified(t)
}

// TestTwoTillsOneCard: two tills spend all that a card has at one time: no point
// is spent twice, and the one that comes second is told, whichever it is.
func TestTwoTillsOneCard(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	of, number := s.buyer(t, "Юлия", 60_00)
	had := s.spendable(t, of) / 100 * 100 // less than may be spent on the receipt
	var tills []*till
	for n := range 2 {
		p := tillAt(t, b, s, n, s.url, desk)
		p.forgiveNetwork()
		p.pair()
		p.signIn()
		p.scan(number)
		p.Wait(`document.querySelector(".mc")`)
		p.adds("1000")
		p.Press(browsertest.F7)
		p.settled(fmt.Sprintf("%d,00 ₽", 1000-had/100))
		tills = append(tills, p)
	}
	tills[0].Press(browsertest.F8)
	tills[1].Press(browsertest.F8)
	var late []*till
	for _, p := range tills {
		p.Wait(`document.querySelector(".pdone") || document.querySelector("#pay-error .perr")?.innerText.includes("Условия изменились")`)
		var first bool
		if p.Get(`!!document.querySelector(".pdone")`, &first); first {
			p.told()
		} else {
			late = append(late, p)
		}
	}
	if len(late) != 1 {
		t.Fatalf("%d of two tills have come second", len(late))
	}
	late[0].reads()
	late[0].Press(browsertest.F8)
	late[0].told()
	var spent, earned money.Points
	for _, p := range tills {
		for _, sold := range p.sold() {
			spent, earned = spent+sold.Spent, earned+sold.Earned
		}
	}
	if spent > had+earned || s.spendable(t, of) < 0 {
		t.Errorf("%d spent", spent)
	}
	s.verified(t)
}

func (p *program) riskOffline(t *testing.T, most money.Points) {
	t.Helper()
	programme := *p.service.Programmes.Current().All()[0]
	programme.Settings.OfflineSpend = most
	if _, err := p.service.Programmes.Put(t.Context(), programme, "test"); err != nil {
		t.Fatal(err)
	}
}

// verified proves the books.
func (p *program) verified(t *testing.T) {
	t.Helper()
	report, err := verify.Run(t.Context(), p.service.DB, verify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, broken := range report.Breaks {
		t.Errorf("%+v", broken)
	}
}
