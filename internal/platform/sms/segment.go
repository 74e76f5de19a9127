// Package sms knows how a text becomes short messages, which is what they are
// paid by.
package sms

import "strings"

// Encoding is the alphabet a short message is sent in.
type Encoding uint8

// The encodings, from the one that holds most characters in a part.
const (
	GSM7   Encoding = iota // the phones' own alphabet, in septets
	Latin1                 // in octets
	UCS2                   // anything else, all Cyrillic with it, in 16-bit units
)

// String is the encoding's name: gsm-7, latin-1 or ucs-2.
func (e Encoding) String() string {
	return [...]string{"gsm-7", "latin-1", "ucs-2"}[e]
}

// Segments is what a text takes as short messages.
type Segments struct {
	Encoding Encoding
	Units    int // septets, octets or 16-bit units of the whole text
	Parts    int // messages that are sent and paid; 0 of an empty text
	Left     int // units that still fit in the last part
}

// Count gives what the text takes in GSM-7, or in UCS-2 if that lacks one of
// its characters.
func Count(text string) Segments {
	if s, ok := CountAs(text, GSM7); ok {
		return s
	}
	s, _ := CountAs(text, UCS2)
	return s
}

// CountAs gives what the text takes in one encoding; false if that lacks one
// of its characters. A character that takes two units is never cut between
// parts.
func CountAs(text string, e Encoding) (Segments, bool) {
	single, part := e.sizes()
	units, parts, used := 0, 0, 0
	for _, r := range text {
		n := e.units(r)
		if n == 0 {
			return Segments{}, false
		}
		units += n
		if parts == 0 || used+n > part {
			parts, used = parts+1, 0
		}
		used += n
	}
	switch {
	case parts == 0:
		return Segments{Encoding: e}, true
	case units <= single:
		return Segments{e, units, 1, single - units}, true
	}
	return Segments{e, units, parts, part - used}, true
}

// sizes gives the units of a message that stands alone, and of a part, which
// has a header.
func (e Encoding) sizes() (single, part int) {
	switch e {
	case GSM7:
		return 160, 153
	case Latin1:
		return 140, 134
	}
	return 70, 67
}

const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "^{}\\[]~|€\f" // after an escape
)

// units is what a character takes; 0 if the encoding lacks it.
func (e Encoding) units(r rune) int {
	switch {
	case e == GSM7 && strings.ContainsRune(gsmBasic, r), e == Latin1 && r <= 0xff, e == UCS2 && r <= 0xffff:
		return 1
	case e == GSM7 && strings.ContainsRune(gsmExtended, r), e == UCS2:
		return 2
	}
	return 0
}
