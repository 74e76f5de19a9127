package api

import (
	"context"
	"net/http"
	"strings"

	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/webhook"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/post"
)

// WebhookBody is what is told of a webhook.
type WebhookBody struct {
	Name  string      `json:"name" minLength:"1" maxLength:"200" example:"Сайт"`
	URL   string      `json:"url" minLength:"1" maxLength:"2000" example:"https://shop.example.ru/loyalty"`
	Kinds []EventKind `json:"kinds,omitempty" maxItems:"50"`
}

// WebhookChange is a webhook as it is to be.
type WebhookChange struct {
	WebhookBody
	State   webhook.State `json:"state" enum:"on,off"`
	Version int64         `json:"version,omitempty" minimum:"1"`
}

// Webhook is an address that is told what happens.
type Webhook struct {
	ID id.ID `json:"id"`
	WebhookBody
	State     webhook.State `json:"state" enum:"on,off"`
	OffCause  webhook.Cause `json:"off_cause,omitempty" enum:"by-hand,failing,gone"`
	CreatedAt Time          `json:"created_at"`
	Version   int64         `json:"version"`

	Place          int64        `json:"place"`
	Sent           int64        `json:"sent"`
	SentAt         Time         `json:"sent_at,omitzero"`
	Missed         int64        `json:"missed"`
	Outcome        post.Outcome `json:"outcome,omitempty" enum:"done,status,gone,redirect,timeout,address,name,tls,connect,cut,stopped"`
	Status         int64        `json:"status,omitempty"`
	FailingSince   Time         `json:"failing_since,omitzero"`
	RestsUntil     Time         `json:"rests_until,omitzero"`
	OldSecretUntil Time         `json:"old_secret_until,omitzero"`
}

// MadeWebhook is a webhook with the secret that is told this once.
type MadeWebhook struct {
	Webhook
	Secret string `json:"secret,omitempty"`
}

// WebhookDelivery is an event that did not go through yet.
type WebhookDelivery struct {
	Event    EventID               `json:"event"`
	Kind     EventKind             `json:"kind"`
	State    webhook.DeliveryState `json:"state" enum:"waiting,dead"`
	Attempts int64                 `json:"attempts"`
	NextAt   Time                  `json:"next_at,omitzero"`
	DeadAt   Time                  `json:"dead_at,omitzero"`
	Outcome  post.Outcome          `json:"outcome" enum:"done,status,gone,redirect,timeout,address,name,tls,connect,cut,stopped"`
	Status   int64                 `json:"status,omitempty"`
}

// WebhookTest is what came of a message that only tries.
type WebhookTest struct {
	Outcome post.Outcome `json:"outcome" enum:"done,status,gone,redirect,timeout,address,name,tls,connect,cut,stopped"`
	Status  int64        `json:"status,omitempty"`
	TookMS  int64        `json:"took_ms"`
}

// WebhookReplay says from where on a webhook is sent to once more.
type WebhookReplay struct {
	After EventID `json:"after,omitzero"`
}

type (
	listWebhooksIn struct {
		After id.ID `query:"after"`
		Limit int   `query:"limit" maximum:"200"`
	}
	webhookIn struct {
		Webhook id.ID `path:"webhook"`
	}
	createWebhookIn struct{ Body WebhookBody }
	changeWebhookIn struct {
		Webhook id.ID `path:"webhook"`
		Body    WebhookChange
	}
	replayWebhookIn struct {
		Webhook id.ID `path:"webhook"`
		Body    WebhookReplay
	}
	deliveriesIn struct {
		Webhook id.ID                 `path:"webhook"`
		After   EventID               `query:"after"`
		Limit   int                   `query:"limit" maximum:"200"`
		State   webhook.DeliveryState `query:"state" enum:"waiting,dead"`
	}
	deliveryIn struct {
		Webhook id.ID   `path:"webhook"`
		Event   EventID `path:"event"`
	}
)

func webhooks(a *API) {
	row := func(id, method, path string, status int) operation {
		return operation{id: id, method: method, path: path, group: "events", status: status, scopes: []identity.Scope{identity.WebhooksWrite}}.forOffice()
	}
	once := func(o operation) operation {
		o.once = true
		return o
	}
	add(a, row("listWebhooks", http.MethodGet, "/webhooks", http.StatusOK), listWebhooks)
	add(a, once(row("createWebhook", http.MethodPost, "/webhooks", http.StatusCreated)), createWebhook)
	add(a, row("getWebhook", http.MethodGet, "/webhooks/{webhook}", http.StatusOK), getWebhook)
	add(a, row("changeWebhook", http.MethodPut, "/webhooks/{webhook}", http.StatusOK), changeWebhook)
	add(a, row("deleteWebhook", http.MethodDelete, "/webhooks/{webhook}", http.StatusNoContent), deleteWebhook)
	add(a, once(row("rotateWebhookSecret", http.MethodPost, "/webhooks/{webhook}/secret", http.StatusOK)), rotateWebhookSecret)
	add(a, row("testWebhook", http.MethodPost, "/webhooks/{webhook}/test", http.StatusOK), testWebhook)
	add(a, row("replayWebhook", http.MethodPost, "/webhooks/{webhook}/replay", http.StatusOK), replayWebhook)
	add(a, row("listWebhookDeliveries", http.MethodGet, "/webhooks/{webhook}/deliveries", http.StatusOK), listWebhookDeliveries)
	add(a, row("replayWebhookDelivery", http.MethodPost, "/webhooks/{webhook}/deliveries/{event}/replay", http.StatusOK), replayWebhookDelivery)
}

func listWebhooks(ctx context.Context, c *call, in *listWebhooksIn) (*Page[Webhook], error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	limit := limitOf(in.Limit)
	list, err := c.Webhooks.List(ctx, in.After, limit+1)
	return cut(list, err, limit, webhookOf, func(w Webhook) string { return w.ID.String() })
}

func getWebhook(ctx context.Context, c *call, in *webhookIn) (*Webhook, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	w, err := c.Webhooks.Get(ctx, c.DB, in.Webhook)
	return one(w, err, webhookOf)
}

func createWebhook(ctx context.Context, c *call, in *createWebhookIn) (*MadeWebhook, error) {
	if err := c.mayBeSentTo(ctx, in.Body.URL); err != nil {
		return nil, err
	}
	return once(ctx, c, in, func(ctx context.Context) (*MadeWebhook, id.ID, error) {
		w, secret, err := c.Webhooks.Create(ctx, in.Body.draft())
		return &MadeWebhook{Webhook: webhookOf(w), Secret: secret}, w.ID, err
	}, c.webhookMade)
}

// webhookMade is a webhook without the secret that was told once.
func (c *call) webhookMade(ctx context.Context, made id.ID) (*MadeWebhook, error) {
	w, err := c.Webhooks.Get(ctx, c.DB, made)
	return &MadeWebhook{Webhook: webhookOf(w)}, err
}

func (c *call) mayBeSentTo(ctx context.Context, url string) error {
	if err := c.whole(); err != nil {
		return err
	}
	if err := c.Webhooks.Check(ctx, url); err != nil {
		return fault.New(fault.Invalid, "api.invalid").With(fault.From(err).At("url"))
	}
	return nil
}

func changeWebhook(ctx context.Context, c *call, in *changeWebhookIn) (*Webhook, error) {
	if err := c.mayBeSentTo(ctx, in.Body.URL); err != nil {
		return nil, err
	}
	to := in.Body.draft()
	to.Off, to.Version = in.Body.State == webhook.Off, in.Body.Version
	w, err := c.Webhooks.Change(ctx, in.Webhook, to)
	return one(w, err, webhookOf)
}

func deleteWebhook(ctx context.Context, c *call, in *webhookIn) (none, error) {
	if err := c.whole(); err != nil {
		return none{}, err
	}
	return none{}, c.Webhooks.Delete(ctx, in.Webhook)
}

func rotateWebhookSecret(ctx context.Context, c *call, in *webhookIn) (*MadeWebhook, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	return once(ctx, c, in, func(ctx context.Context) (*MadeWebhook, id.ID, error) {
		w, secret, err := c.Webhooks.Rotate(ctx, in.Webhook)
		return &MadeWebhook{Webhook: webhookOf(w), Secret: secret}, w.ID, err
	}, c.webhookMade)
}

func testWebhook(ctx context.Context, c *call, in *webhookIn) (*WebhookTest, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	a, err := c.Webhooks.Ping(ctx, in.Webhook)
	if err != nil {
		return nil, err
	}
	return &WebhookTest{Outcome: a.Outcome, Status: int64(a.Status), TookMS: a.Took.Milliseconds()}, nil
}

func replayWebhook(ctx context.Context, c *call, in *replayWebhookIn) (*Webhook, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	w, err := c.Webhooks.Replay(ctx, in.Webhook, feed.ID(in.Body.After))
	return one(w, err, webhookOf)
}

func listWebhookDeliveries(ctx context.Context, c *call, in *deliveriesIn) (*Page[WebhookDelivery], error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	limit := limitOf(in.Limit)
	list, err := c.Webhooks.Deliveries(ctx, in.Webhook, in.State, in.After.Seq, limit+1)
	return cut(list, err, limit, deliveryOf, func(d WebhookDelivery) string { return feed.ID(d.Event).String() })
}

func replayWebhookDelivery(ctx context.Context, c *call, in *deliveryIn) (*WebhookDelivery, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	d, err := c.Webhooks.ReplayDelivery(ctx, in.Webhook, feed.ID(in.Event))
	return one(d, err, deliveryOf)
}

func (b *WebhookBody) draft() webhook.Draft {
	d := webhook.Draft{Name: b.Name, URL: strings.TrimSpace(b.URL)}
	for _, k := range b.Kinds {
		d.Kinds = append(d.Kinds, feed.Kind(k))
	}
	return d
}

func webhookOf(w webhook.Webhook) Webhook {
	return Webhook{
		ID: w.ID, State: w.State, OffCause: w.Cause, CreatedAt: Time(w.Created), Version: w.Version, Place: w.Cursor, Sent: w.Sent,
		SentAt: Time(w.SentAt), Missed: w.Missed, Outcome: w.Outcome, Status: w.Status, FailingSince: Time(w.Failing),
		RestsUntil: Time(w.Resume), OldSecretUntil: Time(w.OldUntil),
		WebhookBody: WebhookBody{Name: w.Name, URL: w.URL, Kinds: each(w.Kinds, func(k feed.Kind) EventKind { return EventKind(k) })},
	}
}

func deliveryOf(d webhook.Delivery) WebhookDelivery {
	out := WebhookDelivery{
		Event: EventID(d.Event), Kind: EventKind(d.Kind), State: d.State, Attempts: d.Attempts, Outcome: d.Outcome, Status: d.Status,
	}
	if d.State == webhook.Dead {
		out.DeadAt = Time(d.Next)
	} else {
		out.NextAt = Time(d.Next)
	}
	return out
}
