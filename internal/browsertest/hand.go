package browsertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Keys that are pressed by name.
const (
	Enter     = kb.Enter
	Escape    = kb.Escape
	Tab       = kb.Tab
	Down      = kb.ArrowDown
	Up        = kb.ArrowUp
	Right     = kb.ArrowRight
	Left      = kb.ArrowLeft
	Home      = kb.Home
	End       = kb.End
	Backspace = kb.Backspace
	Delete    = kb.Delete
	F1        = kb.F1
	F2        = kb.F2
	F3        = kb.F3
	F4        = kb.F4
	F6        = kb.F6
	F7        = kb.F7
	F8        = kb.F8
	F9        = kb.F9
	F10       = kb.F10
	F12       = kb.F12
)

// Wait waits until the page is loaded and the JavaScript expression, or what it
// promises, is true. It is looked at anew at each frame; what it throws counts as
// not yet.
func (p *Page) Wait(condition string) {
	p.t.Helper()
	p.step("wait for "+condition, wait(condition))
}

// wait asks again where the page went to another address meanwhile.
func wait(condition string) chromedp.Action {
	script := `new Promise((done) => {
		const look = async () => {
			try { if (document.readyState === "complete" && await (` + condition + `)) return done(true); } catch {}
			requestAnimationFrame(look);
		};
		look();
	})`
	return chromedp.ActionFunc(func(ctx context.Context) error {
		for {
			_, thrown, err := runtime.Evaluate(script).WithAwaitPromise(true).WithReturnByValue(true).Do(ctx)
			switch {
			case err == nil && thrown != nil:
				return thrown
			case err == nil || ctx.Err() != nil:
				return errors.Join(err, ctx.Err())
			}
			if !moved(err) {
				return err
			}
		}
	})
}

// moved tells whether a question had no answer only because the page went
// elsewhere meanwhile.
func moved(err error) bool {
	_, gone := errors.AsType[cdp.Error](err)
	_, closed := errors.AsType[*cdproto.Error](err)
	return gone || closed
}

// Get gives what a JavaScript expression is worth.
func (p *Page) Get(expression string, into any) {
	p.t.Helper()
	p.step("get "+expression, chromedp.Evaluate(expression, into, func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }))
}

// Click clicks the middle of the one part that has the role and the name, as
// soon as there is one.
func (p *Page) Click(role, name string) {
	p.t.Helper()
	p.part(role, name, func(ctx context.Context, id cdp.BackendNodeID) error {
		if err := dom.ScrollIntoViewIfNeeded().WithBackendNodeID(id).Do(ctx); err != nil {
			return err
		}
		quads, err := dom.GetContentQuads().WithBackendNodeID(id).Do(ctx)
		if err != nil {
			return err
		}
		if len(quads) == 0 || len(quads[0]) != 8 {
			return errors.New("it has no place on the page")
		}
		q := quads[0]
		return chromedp.MouseClickXY((q[0]+q[4])/2, (q[1]+q[5])/2).Do(ctx)
	})
}

// Focus puts the keyboard into a part.
func (p *Page) Focus(role, name string) {
	p.t.Helper()
	p.part(role, name, func(ctx context.Context, id cdp.BackendNodeID) error {
		return dom.Focus().WithBackendNodeID(id).Do(ctx)
	})
}

// Type puts a text into a field in place of what is there.
func (p *Page) Type(role, name, text string) {
	p.t.Helper()
	p.Focus(role, name)
	p.step("select all", chromedp.Evaluate(`document.activeElement.select()`, nil))
	p.Insert(text)
}

// Insert puts a text where the keyboard is.
func (p *Page) Insert(text string) {
	p.t.Helper()
	if text == "" {
		p.Press(Backspace)
		return
	}
	p.step("type", input.InsertText(text))
}

// Press presses keys, one after another.
func (p *Page) Press(keys ...string) {
	p.t.Helper()
	for _, key := range keys {
		p.step("press", press(key, 0))
	}
}

// PressCtrl presses a key with Ctrl held.
func (p *Page) PressCtrl(key string) {
	p.t.Helper()
	p.step("press Ctrl", press(key, input.ModifierCtrl))
}

// press sends the key going down with its text in one event, so that a page
// that takes the key keeps it from being typed, as in life.
func press(key string, held input.Modifier) chromedp.Action {
	var out chromedp.Tasks
	for _, r := range key {
		var down *input.DispatchKeyEventParams
		for _, e := range kb.Encode(r) {
			e.Modifiers |= held
			switch e.Type {
			case input.KeyRawDown, input.KeyDown:
				down = e
				out = append(out, e)
			case input.KeyChar:
				if held == 0 {
					down.Type, down.Text, down.UnmodifiedText = input.KeyDown, e.Text, e.UnmodifiedText
				}
			default:
				out = append(out, e)
			}
		}
	}
	return out
}

// See waits until there is a part with the role and the name.
func (p *Page) See(role, name string) {
	p.t.Helper()
	p.part(role, name, func(context.Context, cdp.BackendNodeID) error { return nil })
}

// Names are those of all parts with the role, in the page's order.
func (p *Page) Names(role string) []string {
	p.t.Helper()
	var out []string
	p.step("names of "+role, chromedp.ActionFunc(func(ctx context.Context) error {
		nodes, err := parts(ctx, role)
		out = namesOf(nodes)
		return err
	}))
	return out
}

// part does something with the one part that has the role and the name, as
// soon as there is one.
func (p *Page) part(role, name string, do func(ctx context.Context, id cdp.BackendNodeID) error) {
	p.t.Helper()
	p.step(fmt.Sprintf("%s %q", role, name), chromedp.ActionFunc(func(ctx context.Context) error {
		for {
			nodes, err := asked(ctx, func(ctx context.Context) ([]*accessibility.Node, error) { return parts(ctx, role) })
			if err != nil {
				return err
			}
			var found []*accessibility.Node
			for _, n := range nodes {
				if text(n.Name) == name {
					found = append(found, n)
				}
			}
			switch len(found) {
			case 0:
				if _, err := asked(ctx, nextFrame); err != nil {
					return fmt.Errorf("%w; there are only %q", err, namesOf(nodes))
				}
			case 1:
				if err := do(ctx, found[0].BackendDOMNodeID); !replaced(err) {
					return err
				}
			default:
				return fmt.Errorf("there are %d of them", len(found))
			}
		}
	}))
}

// replaced tells whether a part was taken out of the page before anything was
// done with it: another one is in its place, or will be.
func replaced(err error) bool {
	said, ok := errors.AsType[*cdproto.Error](err)
	return ok && strings.Contains(said.Message, "detached")
}

// parts are those with the role that a screen reader meets.
func parts(ctx context.Context, role string) ([]*accessibility.Node, error) {
	root, err := dom.GetDocument().Do(ctx)
	if err != nil {
		return nil, err
	}
	nodes, err := accessibility.QueryAXTree().WithBackendNodeID(root.BackendNodeID).WithRole(role).Do(ctx)
	var out []*accessibility.Node
	for _, n := range nodes {
		if !n.Ignored {
			out = append(out, n)
		}
	}
	return out, err
}

func namesOf(nodes []*accessibility.Node) []string {
	var out []string
	for _, n := range nodes {
		out = append(out, text(n.Name))
	}
	return out
}

func text(v *accessibility.Value) string {
	var out string
	if v != nil {
		_ = json.Unmarshal(v.Value, &out) // a name is a text
	}
	return out
}

// asked puts a question to the page. While it is being replaced by another there
// may be no answer at all: then there is none, and it can be asked again.
func asked[T any](ctx context.Context, question func(ctx context.Context) (T, error)) (T, error) {
	soon, cancel := context.WithTimeout(ctx, patience/8)
	defer cancel()
	answer, err := question(soon)
	if err != nil && ctx.Err() == nil && (moved(err) || soon.Err() != nil) {
		var none T
		return none, nil
	}
	return answer, errors.Join(err, ctx.Err())
}

func nextFrame(ctx context.Context) (struct{}, error) {
	_, _, err := runtime.Evaluate(`new Promise((done) => requestAnimationFrame(done))`).WithAwaitPromise(true).Do(ctx)
	return struct{}{}, err
}

func quote(s string) string {
	out, err := json.Marshal(s)
	if err != nil {
		panic(err) // a text is always one
	}
	return string(out)
}
