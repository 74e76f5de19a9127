package app

import (
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// bars shows how far a command is, on a terminal only: one bar for each of
// its stages. It is safe for concurrent use.
type bars struct {
	mu    sync.Mutex
	to    io.Writer
	title func(stage string) string
	stage string
	done  int64
	bar   *progressbar.ProgressBar
}

// newBars makes the bars of a command; title gives what a stage is called.
func newBars(p *program, title func(stage string) string) *bars {
	b := &bars{title: title}
	if isTerminal(p.stderr) {
		b.to = p.stderr
	}
	return b
}

// show moves the bar of the stage to done of total, both in bytes where bytes
// says so. What comes late is left out.
func (b *bars) show(stage string, done, total int64, bytes bool) {
	if b.to == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if stage != b.stage {
		b.finish()
		b.stage, b.done = stage, 0
		options := []progressbar.Option{
			progressbar.OptionSetWriter(b.to), progressbar.OptionSetDescription(b.title(stage)), progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(200 * time.Millisecond), progressbar.OptionSetWidth(30),
		}
		if bytes {
			options = append(options, progressbar.OptionShowBytes(true))
		}
		b.bar = progressbar.NewOptions64(max(total, 1), options...)
	}
	if done > b.done {
		b.done = done
		_ = b.bar.Set64(min(done, total))
	}
}

// end leaves the last bar as it stands.
func (b *bars) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.finish()
}

func (b *bars) finish() {
	if b.bar != nil {
		_ = b.bar.Exit()
		_, _ = io.WriteString(b.to, "\n")
		b.bar = nil
	}
}
