package admin

import (
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/loyalty/webhook"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// webhooks is the pages of addresses that are told what happens. They are told
// of all outlets, so who works at some only has no part in them.
func webhooks(a *Admin) {
	a.get("/webhooks", staff.WebhooksEdit, (*page).webhookList, Everywhere)
	a.get("/webhooks/new", staff.WebhooksEdit, (*page).newWebhook, Everywhere)
	a.post("/webhooks/new", staff.WebhooksEdit, (*page).newWebhookSent, Everywhere)
	a.get("/webhooks/{webhook}", staff.WebhooksEdit, (*page).webhook, Everywhere)
	a.get("/webhooks/{webhook}/edit", staff.WebhooksEdit, (*page).editWebhook, Everywhere)
	a.post("/webhooks/{webhook}/edit", staff.WebhooksEdit, (*page).editWebhookSent, Everywhere)
	a.post("/webhooks/{webhook}/test", staff.WebhooksEdit, (*page).tryWebhook, Everywhere)
	a.post("/webhooks/{webhook}/state", staff.WebhooksEdit, (*page).webhookState, Everywhere)
	a.get("/webhooks/{webhook}/secret", staff.WebhooksEdit, (*page).webhookSecret, Everywhere)
	a.post("/webhooks/{webhook}/secret", staff.WebhooksEdit, (*page).webhookSecretSent, Everywhere)
	a.post("/webhooks/{webhook}/replay", staff.WebhooksEdit, (*page).replayDead, Everywhere)
	a.get("/webhooks/{webhook}/deliveries/{event}", staff.WebhooksEdit, (*page).delivery, Everywhere)
	a.post("/webhooks/{webhook}/deliveries/{event}/replay", staff.WebhooksEdit, (*page).replayDelivery, Everywhere)
}

const (
	webhooksHere = "/webhooks"
	webhooksPath = Base + webhooksHere
)

// hookLine is a webhook as it is seen in the list and above its page.
type hookLine struct {
	Href, Name, URL, Kinds, State, Last string
	Tone                                kit.Tone
}

func (p *page) webhookList() error {
	list, err := p.Webhooks.List(p.ctx(), 0, webhook.MaxWebhooks)
	if err != nil {
		return err
	}
	out := make([]hookLine, len(list))
	for i := range list {
		out[i] = p.hookLine(&list[i])
	}
	return p.show(p.text("admin.nav.webhooks"), webhooksHere, webhooksPage(out))
}

func (p *page) hookLine(w *webhook.Webhook) hookLine {
	l := hookLine{
		Href: webhooksPath + "/" + w.ID.String(), Name: w.Name, URL: w.URL, Kinds: p.text("admin.webhooks.all-kinds"),
		State: p.text("admin.webhook.state-on"), Tone: kit.Good, Last: p.text("admin.webhook.never"),
	}
	if len(w.Kinds) > 0 {
		l.Kinds = p.text("admin.webhooks.kinds", "count", len(w.Kinds))
	}
	switch {
	case w.State == webhook.Off:
		l.State, l.Tone = p.text("admin.webhook.off-"+string(w.Cause)), kit.Plain
		if w.Cause != webhook.ByHand {
			l.Tone = kit.Bad
		}
	case w.Failures > 0:
		l.State, l.Tone = p.text("admin.webhook.state-failing"), kit.Warn
	}
	if w.SentAt != 0 {
		l.Last = ui.Ago(p.ctx(), w.SentAt)
	}
	return l
}

// hookOf is the webhook of the address.
func (p *page) hookOf() (webhook.Webhook, error) {
	i, err := p.param("webhook")
	if err != nil {
		return webhook.Webhook{}, err
	}
	return p.Webhooks.Get(p.ctx(), p.DB, i)
}

// hookView is a webhook's page.
type hookView struct {
	hookLine
	About      []kit.Pair
	On         bool
	Secret     string // that was made just now
	Told       string // what came of a message that only tried
	ToldTone   kit.Tone
	Segments   []kit.Link
	Deliveries []deliveryLine
	Next, Back string
	Since      kit.Field
	HasDead    bool
}

type deliveryLine struct {
	Href, Event, Kind, State, Answer string
	Tone                             kit.Tone
	Attempts                         string
	Next                             clock.Micros
	Dead                             bool
}

func (p *page) webhook() error {
	w, err := p.hookOf()
	if err != nil {
		return err
	}
	return p.showWebhook(&w, hookView{Secret: p.taken().Secret})
}

// showWebhook shows a webhook with a part of what did not go through, and what
// was just done in v.
func (p *page) showWebhook(w *webhook.Webhook, v hookView) error {
	v.hookLine, v.On = p.hookLine(w), w.State == webhook.On
	ctx := p.ctx()
	v.About = []kit.Pair{
		{Name: p.text("admin.field.webhook-url"), Value: w.URL},
		{Name: p.text("admin.webhook.kinds"), Value: v.Kinds},
		{Name: p.text("admin.webhook.sent"), Value: ui.Number(ctx, w.Sent)},
		{Name: p.text("admin.webhook.sent-at"), Value: v.Last},
	}
	if w.Outcome != "" {
		v.About = append(v.About, kit.Pair{Name: p.text("admin.webhook.outcome"), Value: p.answer(string(w.Outcome), w.Status)})
	}
	for _, x := range []struct {
		key string
		at  clock.Micros
	}{{"failing", w.Failing}, {"rests", w.Resume}, {"old-secret", w.OldUntil}} {
		if x.at != 0 && (x.key == "failing" || x.at > p.Clock.Now()) {
			v.About = append(v.About, kit.Pair{Name: p.text("admin.webhook." + x.key), Value: ui.DateTime(ctx, x.at)})
		}
	}
	if w.Missed > 0 {
		v.About = append(v.About, kit.Pair{Name: p.text("admin.webhook.missed"), Value: ui.Number(ctx, w.Missed)})
	}
	if err := p.deliveriesOf(w, &v); err != nil {
		return err
	}
	v.Since = p.filled(url.Values{}).field("since", "webhook-since", narrow, kind("date", "off"))
	return p.show(w.Name, webhooksHere, webhookPage(v))
}

// deliveriesOf adds a part of what did not go through.
func (p *page) deliveriesOf(w *webhook.Webhook, v *hookView) error {
	q := p.r.URL.Query()
	state := webhook.DeliveryState(q.Get("state"))
	if !slices.Contains([]webhook.DeliveryState{"", webhook.Waiting, webhook.Dead}, state) {
		state = ""
	}
	for _, s := range []webhook.DeliveryState{"", webhook.Waiting, webhook.Dead} {
		href := v.Href
		if s != "" {
			href += "?state=" + string(s)
		}
		v.Segments = append(v.Segments, kit.Link{Text: p.text("admin.webhook.deliveries-" + string(s)), Href: href, Here: s == state})
	}
	after, err := numberOf(q.Get("after"))
	if err != nil {
		return err
	}
	list, err := p.Webhooks.Deliveries(p.ctx(), w.ID, state, after, linesShown+1)
	if err != nil {
		return err
	}
	here := withQuery(v.Href, clone(q, "after", doneParam))
	if after != 0 {
		v.Back = here
	}
	if len(list) > linesShown {
		list = list[:linesShown]
		on := clone(q, "after", doneParam)
		on.Set("after", id.ID(list[linesShown-1].Event.Seq).String())
		v.Next = withQuery(v.Href, on)
	}
	for i := range list {
		l := p.deliveryLine(v.Href, &list[i])
		v.Deliveries = append(v.Deliveries, l)
		v.HasDead = v.HasDead || l.Dead
	}
	return nil
}

func (p *page) deliveryLine(hook string, d *webhook.Delivery) deliveryLine {
	l := deliveryLine{
		Href: hook + "/deliveries/" + d.Event.String(), Event: d.Event.String(), Kind: p.text("admin.event." + string(d.Kind)),
		State: p.text("admin.webhook.delivery-" + string(d.State)), Tone: kit.Warn, Answer: p.answer(string(d.Outcome), d.Status),
		Attempts: p.text("admin.webhook.attempts", "count", d.Attempts), Next: d.Next, Dead: d.State == webhook.Dead,
	}
	if l.Dead {
		l.Tone = kit.Bad
	}
	return l
}

// answer is what came of an attempt, in words.
func (p *page) answer(outcome string, status int64) string {
	if outcome == "" {
		return ""
	}
	return p.text("admin.webhook.outcome-"+outcome, "status", status)
}

func (p *page) newWebhook() error {
	return p.askWebhook(p.filled(url.Values{"url": {"https://"}}), webhooksPath+"/new", webhooksPath, p.text("admin.webhooks.new"))
}

func (p *page) askWebhook(f *form, action, back, title string) error {
	s := sheet{
		Title: title, Action: action, Back: back, Here: webhooksHere, Crumbs: []kit.Link{{Text: p.text("admin.nav.webhooks"), Href: webhooksPath}},
		Hidden: []sentAlong{{"version", f.values.Get("version")}},
		Parts: []sheetPart{{Entries: lines(
			f.field("name", "webhook-name", needed, first, most(reference.MaxName)), f.field("url", "webhook-url", needed, kind("url", "off"), most(2000)),
		)}},
	}
	kinds := sheetPart{Name: p.text("admin.webhook.kinds"), Hint: p.text("admin.webhook.kinds-hint")}
	var of []kit.Option
	for i, k := range feed.Kinds() {
		group, _, _ := strings.Cut(string(k), ".")
		of = append(of, kit.Option{Value: string(k), Text: p.text("admin.event." + string(k))})
		if i+1 < len(feed.Kinds()) && strings.HasPrefix(string(feed.Kinds()[i+1]), group+".") {
			continue
		}
		e := f.boxes("kinds", "webhook-kinds-"+group, of)
		e.ID = "kinds-" + group
		kinds.Entries, of = append(kinds.Entries, e), nil
	}
	s.Parts = append(s.Parts, kinds)
	return p.ask(f, s)
}

// hookSent is the webhook that was asked for; its address is one that may be
// sent to.
func (p *page) hookSent(f *form) (webhook.Draft, error) {
	d := webhook.Draft{Name: f.get("name"), URL: f.get("url")}
	for _, k := range f.values["kinds"] {
		d.Kinds = append(d.Kinds, feed.Kind(k))
	}
	if err := p.Webhooks.Check(p.ctx(), d.URL); err != nil {
		e := fault.From(err)
		if e.Kind != fault.Invalid && e.Kind != fault.Refused {
			return d, err
		}
		return d, fault.New(fault.Invalid, "admin.invalid").With(e.At("url"))
	}
	return d, nil
}

func (p *page) newWebhookSent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	var made webhook.Webhook
	var secret string
	d, err := p.hookSent(f)
	if err == nil {
		made, secret, err = p.Webhooks.Create(p.ctx(), d)
	}
	if err != nil {
		if f.refuse(err) {
			return p.askWebhook(f, webhooksPath+"/new", webhooksPath, p.text("admin.webhooks.new"))
		}
		return err
	}
	return p.give(given{At: webhooksPath + "/" + made.ID.String(), Secret: secret})
}

func (p *page) editWebhook() error {
	w, err := p.hookOf()
	if err != nil {
		return err
	}
	v := url.Values{"name": {w.Name}, "url": {w.URL}, "version": {id.ID(w.Version).String()}}
	for _, k := range w.Kinds {
		v.Add("kinds", string(k))
	}
	path := webhooksPath + "/" + w.ID.String()
	return p.askWebhook(p.filled(v), path+"/edit", path, w.Name)
}

func (p *page) editWebhookSent() error {
	w, err := p.hookOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	path := webhooksPath + "/" + w.ID.String()
	d, err := p.hookSent(f)
	if err == nil {
		d.Off = w.State == webhook.Off
		if d.Version, err = numberOf(f.get("version")); err == nil {
			_, err = p.Webhooks.Change(p.ctx(), w.ID, d)
		}
	}
	if err != nil {
		if f.refuse(err) {
			return p.askWebhook(f, path+"/edit", path, w.Name)
		}
		return err
	}
	return p.to(path, "saved")
}

// tryWebhook sends a message that counts for nothing, and says what came of it.
func (p *page) tryWebhook() error {
	w, err := p.hookOf()
	if err != nil {
		return err
	}
	a, err := p.Webhooks.Ping(p.ctx(), w.ID)
	if err != nil {
		return err
	}
	v := hookView{Told: p.text("admin.webhook.tried", "answer", p.answer(string(a.Outcome), int64(a.Status)), "ms", a.Took.Milliseconds()), ToldTone: kit.Warn}
	if a.Outcome == "done" {
		v.ToldTone = kit.Good
	}
	return p.showWebhook(&w, v)
}

// webhookState turns a webhook on, where it goes on from, or off.
func (p *page) webhookState() error {
	w, err := p.hookOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	d := webhook.Draft{Name: w.Name, URL: w.URL, Kinds: w.Kinds, Off: f.get("state") == string(webhook.Off)}
	if _, err := p.Webhooks.Change(p.ctx(), w.ID, d); err != nil {
		return err
	}
	done := "webhook-on"
	if d.Off {
		done = "webhook-off"
	}
	return p.to(webhooksPath+"/"+w.ID.String(), done)
}

// webhookSecret asks whether to replace the secret.
func (p *page) webhookSecret() error {
	w, err := p.hookOf()
	if err != nil {
		return err
	}
	path := webhooksPath + "/" + w.ID.String()
	return p.ask(p.filled(url.Values{}), sheet{
		Title: p.text("admin.webhook.rotate-ask", "name", w.Name), Sub: p.text("admin.webhook.rotate-text"), Action: path + "/secret", Back: path,
		Do: p.text("admin.webhook.rotate"), Here: webhooksHere,
		Crumbs: []kit.Link{{Text: p.text("admin.nav.webhooks"), Href: webhooksPath}, {Text: w.Name, Href: path}},
	})
}

func (p *page) webhookSecretSent() error {
	w, err := p.hookOf()
	if err != nil {
		return err
	}
	if err := p.fresh(); err != nil {
		return err
	}
	_, secret, err := p.Webhooks.Rotate(p.ctx(), w.ID)
	if err != nil {
		return err
	}
	return p.give(given{At: webhooksPath + "/" + w.ID.String(), Secret: secret})
}

// replayDead tries anew what was given up, all of it or since a day.
func (p *page) replayDead() error {
	w, err := p.hookOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	var since clock.Micros
	if v := f.get("since"); v != "" {
		day, err := parseDay(v, ui.Of(p.ctx()).Zone)
		if err != nil {
			return fault.Wrap(err, fault.Invalid, "admin.bad-form")
		}
		since = clock.Of(day)
	}
	n, err := p.Webhooks.ReplayDead(p.ctx(), w.ID, since)
	if err != nil {
		return err
	}
	switch {
	case n == 0 && since != 0:
		return p.to(webhooksPath+"/"+w.ID.String(), "not-webhook-since")
	case n == 0:
		return p.to(webhooksPath+"/"+w.ID.String(), "not-webhook-nothing")
	}
	return p.to(webhooksPath+"/"+w.ID.String(), "webhook-again")
}

// eventOf is the event of the address.
func (p *page) eventOf() (feed.ID, error) {
	e, err := feed.ParseID(chi.URLParam(p.r, "event"))
	if err != nil {
		return e, fault.Wrap(err, fault.NotFound, "admin.no-page")
	}
	return e, nil
}

// deliveryView is the page of what did not go through: what is sent, and what
// came of it.
type deliveryView struct {
	deliveryLine
	Hook  hookLine
	About []kit.Pair
	Head  string
	Body  string
	On    bool
}

func (p *page) delivery() error {
	w, err := p.hookOf()
	if err != nil {
		return err
	}
	e, err := p.eventOf()
	if err != nil {
		return err
	}
	d, err := p.Webhooks.Delivery(p.ctx(), w.ID, e)
	if err != nil {
		return err
	}
	v := deliveryView{Hook: p.hookLine(&w), On: w.State == webhook.On, Body: pretty(d.Body())}
	v.deliveryLine = p.deliveryLine(v.Hook.Href, &d)
	next := p.text("admin.webhook.next")
	if v.Dead {
		next = p.text("admin.webhook.given-up")
	}
	v.About = []kit.Pair{
		{Name: p.text("admin.webhook.event"), Value: v.Event},
		{Name: p.text("admin.webhook.outcome"), Value: v.Answer},
		{Name: p.text("admin.webhook.tries"), Value: v.Attempts},
		{Name: next, Value: ui.DateTime(p.ctx(), v.Next)},
	}
	v.Head = "POST " + w.URL + "\ncontent-type: application/json\nwebhook-id: " + v.Event + "\nwebhook-timestamp: …\nwebhook-signature: v1,…"
	return p.show(v.Kind, webhooksHere, deliveryPage(v))
}

func (p *page) replayDelivery() error {
	w, err := p.hookOf()
	if err != nil {
		return err
	}
	e, err := p.eventOf()
	if err != nil {
		return err
	}
	if _, err := p.Webhooks.ReplayDelivery(p.ctx(), w.ID, e); err != nil {
		return err
	}
	return p.to(webhooksPath+"/"+w.ID.String(), "webhook-again")
}
