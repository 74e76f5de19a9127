package browsertest

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// witness keeps what is wrong on a page while it is open.
type witness struct {
	host string

	mu       sync.Mutex
	seen     []string
	forgiven []string
}

func watch(ctx context.Context, host string) *witness {
	w := &witness{host: host}
	chromedp.ListenTarget(ctx, func(event any) {
		switch event := event.(type) {
		case *runtime.EventConsoleAPICalled:
			if event.Type == runtime.APITypeError || event.Type == runtime.APITypeWarning || event.Type == runtime.APITypeAssert {
				w.add("console: " + said(event.Args))
			}
		case *page.EventJavascriptDialogOpening:
			w.add("asks: " + string(event.Type) + " " + event.Message)
		case *inspector.EventTargetCrashed:
			w.add("the page has crashed")
		case *runtime.EventExceptionThrown:
			w.add("exception: " + event.ExceptionDetails.Error())
		case *log.EventEntryAdded:
			if event.Entry.Level == log.LevelError || event.Entry.Level == log.LevelWarning {
				w.add(string(event.Entry.Source) + ": " + event.Entry.Text + " " + event.Entry.URL)
			}
		case *network.EventRequestWillBeSent:
			if at, err := url.Parse(event.Request.URL); err != nil || at.Host != w.host && at.Scheme != "data" && at.Scheme != "blob" && at.Scheme != "about" {
				w.add("asks another host: " + event.Request.URL)
			}
		}
	})
	return w
}

func said(args []*runtime.RemoteObject) string {
	var out []string
	for _, a := range args {
		var text string
		switch {
		case a.Description != "":
			out = append(out, a.Description)
		case json.Unmarshal(a.Value, &text) == nil:
			out = append(out, text)
		default:
			out = append(out, string(a.Value))
		}
	}
	return strings.Join(out, " ")
}

func (w *witness) add(problem string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, problem)
}

func (w *witness) forgive(part string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forgiven = append(w.forgiven, part)
}

func (w *witness) problems() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for _, problem := range w.seen {
		if !slices.ContainsFunc(w.forgiven, func(part string) bool { return strings.Contains(problem, part) }) {
			out = append(out, problem)
		}
	}
	return out
}
