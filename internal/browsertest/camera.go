package browsertest

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// Of a film: its size, how many pictures it shows in a second, and for how many
// of them each lasts, so that a slow machine sees it more than once.
const (
	filmWidth, filmHeight = 480, 360
	filmRate, filmEach    = 5, 10
)

// StartWithCamera starts Chromium for a test as Start does, with a camera that
// sees the pictures in turn, again and again, each in the middle of its view.
// Whoever asks for the camera is let.
func StartWithCamera(t testing.TB, pictures ...image.Image) *Browser {
	t.Helper()
	program := find(t, names) // or there is nobody to see the film
	film := filepath.Join(t.TempDir(), "camera.y4m")
	if err := shoot(film, pictures); err != nil {
		t.Fatal(err)
	}
	return start(t, program, chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("use-file-for-fake-video-capture", film))
}

// shoot writes the pictures as a film in shades of grey (YUV4MPEG2).
func shoot(path string, pictures []image.Image) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	w := bufio.NewWriter(f)
	fmt.Fprintf(w, "YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420\n", filmWidth, filmHeight, filmRate)
	for _, p := range pictures {
		frame := exposed(p)
		for range filmEach {
			_, _ = w.WriteString("FRAME\n")
			_, _ = w.Write(frame)
		}
	}
	return w.Flush()
}

// exposed is a picture on a white ground: a byte of light for each point, then
// the two colours of each four, which are none.
func exposed(p image.Image) []byte {
	const black, white, none = 16, 235, 128
	out := make([]byte, filmWidth*filmHeight*3/2)
	for i := range out {
		out[i] = none
		if i < filmWidth*filmHeight {
			out[i] = white
		}
	}
	b := p.Bounds()
	left, top := (filmWidth-b.Dx())/2, (filmHeight-b.Dy())/2
	for y := range b.Dy() {
		for x := range b.Dx() {
			light := color.GrayModel.Convert(p.At(b.Min.X+x, b.Min.Y+y)).(color.Gray).Y
			out[(top+y)*filmWidth+left+x] = black + byte(int(light)*(white-black)/255)
		}
	}
	return out
}
