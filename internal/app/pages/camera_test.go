package pages

import (
	"fmt"
	"image"
	"image/color"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/code39"
	"github.com/boombuler/barcode/ean"
	"github.com/boombuler/barcode/qr"
	"github.com/boombuler/barcode/twooffive"

	"kopilka/internal/browsertest"
	"kopilka/internal/edge/ui"
)

// cameraPage is a page that may load what pages of the program may, with the
// module of the camera. keep has all scans look at one stream, which is not begun
// anew with each.
func cameraPage(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(ui.StaticPath, ui.Static())
	send := func(path, kind, body string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write([]byte(body))
		})
	}
	send("/{$}", "text/html; charset=utf-8", `<!doctype html><html lang="en"><title>Camera</title><video></video><script type="module" src="/page.js"></script>`)
	send("/favicon.ico", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"/>`)
	send("/page.js", "text/javascript", fmt.Sprintf(`
import { scan } from %q;
const video = document.querySelector('video'), given = [];
const devices = navigator.mediaDevices;
let ask = devices.getUserMedia.bind(devices);
devices.getUserMedia = async wanted => {
  const stream = await ask(wanted);
  given.push({ stream, wanted });
  return stream;
};
Object.assign(window, {
  given, devices,
  scan: signal => scan(video, { signal }),
  off: () => given.every(g => g.stream.getTracks().every(t => t.readyState === 'ended')) && video.srcObject === null,
  tries: async signal => { try { return await scan(video, { signal }) } catch (e) { return e instanceof DOMException ? e.name : e.code } },
  keep: async () => { const one = await ask({ video: true }); ask = async () => one.clone() },
});
window.ready = true;`, ui.Camera()))
	s := httptest.NewServer(ui.Protect(mux))
	t.Cleanup(s.Close)
	return s.URL
}

// scaled draws a code with pieces of three points; a barcode is as high as told.
func scaled(t *testing.T, height int) func(c barcode.Barcode, err error) image.Image {
	return func(c barcode.Barcode, err error) image.Image {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		size := c.Bounds().Dx() * 3
		if c.Metadata().Dimensions == 1 {
			c, err = barcode.Scale(c, size, height)
		} else {
			c, err = barcode.Scale(c, size, size)
		}
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
}

// onItsSide is a picture turned by a quarter.
type onItsSide struct{ image.Image }

func (p onItsSide) Bounds() image.Rectangle {
	b := p.Image.Bounds()
	return image.Rect(b.Min.Y, b.Min.X, b.Max.Y, b.Max.X)
}

func (p onItsSide) At(x, y int) color.Color { return p.Image.At(y, x) }

// TestCamera: codes of every kind that a cashier meets are read by a camera, on
// a page that may run nothing but the program's own files; the camera is off
// after each.
func TestCamera(t *testing.T) {
	t.Parallel()
	draw := scaled(t, 160)
	codes := map[string]image.Image{
		"https://example.ru/карта?7": draw(qr.Encode("https://example.ru/карта?7", qr.M, qr.Unicode)),
		"4607012345677":              draw(ean.Encode("460701234567")),
		"4600000000015":              onItsSide{draw(ean.Encode("460000000001"))},
		"46012340":                   draw(ean.Encode("4601234")),
		"012345678905":               draw(ean.Encode("0012345678905")), // an UPC-A
		"KOP-2700000017":             draw(code128.Encode("KOP-2700000017")),
		"CARD 77":                    draw(code39.Encode("CARD 77", false, false)),
		"2700000017":                 draw(twooffive.Encode("2700000017", true)),
	}
	var texts []string
	var pictures []image.Image
	for text, picture := range codes {
		texts, pictures = append(texts, text), append(pictures, picture)
	}
	b := browsertest.StartWithCamera(t, pictures...)
	p := b.Open(t, cameraPage(t), browsertest.Look{Width: 390, Height: 844, Lang: "ru"})
	p.Wait(`window.ready`)
	p.Get(`(async () => {
		window.seen = [], window.left = 0
		await keep()
		while (seen.length < `+fmt.Sprint(len(texts))+`) {
			const text = await scan()
			if (!off()) left++
			if (!seen.includes(text)) seen.push(text)
		}
		window.done = true
	})(), 0`, nil)
	p.Wait(`window.done`)
	var got struct {
		Seen []string
		Left int
		Face string
	}
	p.Get(`({ seen, left, face: given[0].wanted.video.facingMode.ideal })`, &got)
	slices.Sort(texts)
	slices.Sort(got.Seen)
	if !slices.Equal(texts, got.Seen) || got.Left != 0 || got.Face != "environment" {
		t.Errorf("%q were shown; %+v", texts, got)
	}
}

// TestCameraEnds: what ends a scan is told by a code, and the camera is off then;
// a browser that reads codes itself does, and the library where it can't.
func TestCameraEnds(t *testing.T) {
	t.Parallel()
	b := browsertest.StartWithCamera(t, scaled(t, 0)(qr.Encode("by the library", qr.M, qr.Unicode)))
	p := b.Open(t, cameraPage(t), browsertest.Look{Width: 390, Height: 844, Lang: "ru"})
	p.Wait(`window.ready`)
	p.Get(`Object.assign(window, {
		refused: name => { devices.getUserMedia = async () => { throw new DOMException('', name) } },
		own: (detect, formats = ['qr_code', 'ean_13', 'ean_8', 'upc_a', 'code_128', 'code_39', 'itf', 'aztec']) => {
			window.BarcodeDetector = class { static async getSupportedFormats() { return formats } detect = detect };
		},
		later: (ms, act) => { const c = new AbortController(); setTimeout(() => act ? act() : c.abort(), ms); return tries(c.signal) },
		granted: devices.getUserMedia,
	}), 0`, nil)
	for _, c := range []struct{ name, do, want string }{
		{"no reader of its own", `tries()`, "by the library"},
		{"its own knows too little", `own(null, ['qr_code']), tries()`, "by the library"},
		{"its own has no service behind it", `own(async () => { throw new DOMException('', 'NotSupportedError') }), tries()`, "by the library"},
		{"its own", `(() => { let n = 0; own(async v => n++ ? [{ rawValue: v.videoWidth ? '4601' : '', format: 'ean_13' }] : []) })(), tries()`, "4601"},
		{"misread once", `(() => { let n = 0; own(async () => [{ rawValue: n++ ? '77' : '78', format: 'itf' }]) })(), tries()`, "77"},
		{"nobody wants it any more", `own(async () => []), later(300)`, "AbortError"},
		{"nobody wanted it", `own(async () => []), tries(AbortSignal.abort())`, "AbortError"},
		{"another takes the camera", `later(300, () => given.at(-1).stream.getTracks()[0].stop())`, "camera-failed"},
		{
			"it is let when nobody wants it any more",
			`(devices.getUserMedia = async w => { await new Promise(r => setTimeout(r, 300)); return granted(w) }), later(50).then(r => new Promise(ok => setTimeout(ok, 600, r)))`,
			"AbortError",
		},
		{"not let", `refused('NotAllowedError'), tries()`, "camera-denied"},
		{"there is none", `refused('NotFoundError'), tries()`, "camera-none"},
		{"it does not start", `refused('NotReadableError'), tries()`, "camera-failed"},
		{"a page without TLS", `Object.defineProperty(window, 'isSecureContext', { value: false }), tries()`, "camera-insecure"},
	} {
		var got string
		var off bool
		if p.Get(c.do, &got); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if p.Get(`off()`, &off); !off {
			t.Errorf("%s: the camera is on", c.name)
		}
	}
}
