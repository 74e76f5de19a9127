package log

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/slogtest"
	"time"
)

func TestHandlerKeepsSlogsRules(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	slogtest.Run(t, func(*testing.T) slog.Handler {
		out.Reset()
		return New(&out, slog.LevelInfo, "json").Handler()
	}, func(t *testing.T) map[string]any {
		m := map[string]any{}
		if err := json.Unmarshal(out.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		return m
	})
}

func TestPersonalAndSecretValuesAreDropped(t *testing.T) {
	t.Parallel()
	type person struct{ Name string }
	const secret = "leak"
	for _, attr := range []slog.Attr{
		slog.String("phone", secret), slog.String("Phone", secret), slog.String("member_phone", secret),
		slog.String("email", secret), slog.String("password", secret), slog.String("db.password", secret),
		slog.String("accessToken", secret), slog.String("client_secret", secret), slog.String("authorization", secret),
		slog.String("card_number", secret), slog.String("query", secret),
		slog.Group("phone", slog.String("home", secret)),
		slog.Group("http", slog.String("cookie", secret)),
		slog.Any("member", person{secret}), slog.Any("member", &person{secret}), slog.Any("members", []person{{secret}}),
		slog.Any("values", map[string]string{"a": secret}), slog.Any("list", []any{secret}),
	} {
		for _, format := range []string{"json", "text"} {
			var out bytes.Buffer
			New(&out, slog.LevelInfo, format).Info("member found", attr)
			if strings.Contains(out.String(), secret) {
				t.Errorf("%s is logged: %s", attr.Key, out.String())
			}
			if out.Len() == 0 {
				t.Errorf("%s: nothing is logged", attr.Key)
			}
		}
	}
}

func TestHarmlessValuesStay(t *testing.T) {
	t.Parallel()
	for _, attr := range []slog.Attr{
		slog.String("member_id", "seen"), slog.String("discard", "seen"), slog.String("mailing_id", "seen"), slog.String("card_id", "seen"),
		slog.String("fault_code", "seen"), slog.String("body_bytes", "seen"), slog.String("microphone", "seen"),
		slog.String("pinned", "seen"), slog.Any("error", errors.New("seen")), slog.Any("ids", []string{"seen"}),
		slog.Any("at", time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("seen", 60))),
	} {
		var out bytes.Buffer
		New(&out, slog.LevelInfo, "json").Info("purchase committed", attr)
		if attr.Key != "at" && !strings.Contains(out.String(), "seen") {
			t.Errorf("%s is dropped: %s", attr.Key, out.String())
		}
		if strings.Contains(out.String(), Hidden) || strings.Contains(out.String(), "[time") {
			t.Errorf("%s is dropped: %s", attr.Key, out.String())
		}
	}
}

func TestRequestIDIsAdded(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := New(&out, slog.LevelInfo, "json").With("part", "api")
	log.InfoContext(WithRequestID(context.Background(), "r1"), "served")
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if line["request_id"] != "r1" || line["part"] != "api" || line["msg"] != "served" {
		t.Errorf("line is %v", line)
	}
	if at, _ := line["time"].(string); !strings.HasSuffix(at, "Z") {
		t.Errorf("time is not UTC: %v", line["time"])
	}
	out.Reset()
	log.Info("served")
	if strings.Contains(out.String(), "request_id") {
		t.Errorf("a request id from nowhere: %s", out.String())
	}
}

func TestLevel(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := New(&out, slog.LevelWarn, "text")
	log.Info("quiet")
	log.Warn("loud")
	if got := out.String(); strings.Contains(got, "quiet") || !strings.Contains(got, "loud") {
		t.Errorf("logged %q", got)
	}
}
