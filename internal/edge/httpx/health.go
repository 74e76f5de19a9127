package httpx

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
)

// Check looks whether one part works. What it gives is shown, so it holds
// nothing secret; an error is shown by its code only.
type Check func(ctx context.Context) (shown map[string]any, err error)

// Health answers whether the program lives and whether it can serve.
type Health struct {
	clock clock.Clock

	mu     sync.Mutex
	names  []string
	checks map[string]Check
	last   readiness
	until  clock.Micros // last is shown until then
}

const (
	checkTimeout = 3 * time.Second
	// keepReadiness bounds what a flood of probes can cost.
	keepReadiness = time.Second
)

// NewHealth makes a health page without checks: ready at once.
func NewHealth(c clock.Clock) *Health { return &Health{clock: c, checks: map[string]Check{}} }

// Add adds a part that has to work for the program to be ready.
func (h *Health) Add(name string, check Check) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.names = append(h.names, name)
	h.checks[name] = check
}

type readiness struct {
	Status string                    `json:"status"` // ready or not-ready
	Checks map[string]map[string]any `json:"checks"`
}

func (h *Health) live(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "live"})
}

func (h *Health) ready(w http.ResponseWriter, r *http.Request) {
	now := h.readiness(r.Context())
	status := http.StatusOK
	if now.Status != "ready" {
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, now)
}

func (h *Health) readiness(ctx context.Context) readiness {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last.Status != "" && h.clock.Now() < h.until {
		return h.last
	}
	// One caller's going away must not fail the others.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTimeout)
	defer cancel()
	out := readiness{Status: "ready", Checks: map[string]map[string]any{}}
	for _, name := range h.names {
		shown, err := h.checks[name](ctx)
		result := map[string]any{"ok": err == nil}
		if err != nil {
			out.Status = "not-ready"
			result["code"] = classify(err).Code
		}
		for k, v := range shown {
			result[k] = v
		}
		out.Checks[name] = result
	}
	h.last, h.until = out, h.clock.Now().Add(keepReadiness)
	return out
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"status":"not-ready"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller has gone
}

// DatabaseCheck looks whether the base answers, has this program's schema and
// keeps what it acknowledged, and shows the settings that say so.
func DatabaseCheck(d *db.DB) Check {
	return func(ctx context.Context) (map[string]any, error) {
		shown := map[string]any{"engine": d.Dialect()}
		if err := d.Ping(ctx); err != nil {
			return shown, err
		}
		settings, err := d.Durability(ctx)
		if err != nil {
			return shown, err
		}
		durability := map[string]string{}
		for _, s := range settings {
			durability[s.Name] = s.Value
		}
		shown["durability"] = durability
		current, wanted, err := d.SchemaVersion(ctx)
		if err != nil {
			return shown, err
		}
		shown["schema"], shown["schema_wanted"] = current, wanted
		if current != wanted {
			return shown, d.CheckSchema(ctx)
		}
		return shown, nil
	}
}
