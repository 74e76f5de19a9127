// Package contact normalises the ways to reach a person and masks them for
// screens and logs.
package contact

import (
	"strings"

	"kopilka/internal/platform/fault"

	"github.com/nyaruka/phonenumbers"
)

// DefaultRegion is the country of numbers written without one.
const DefaultRegion = "RU"

// maxPhone is how long the text of a phone number may be, in bytes.
const maxPhone = 40

// Phone gives a number in E.164 ("+79161234567"), however it is written:
// "8 (916) 123-45-67", "9161234567", "+7 916 …". region is the country, in two
// capital letters, of a number that names none; empty is DefaultRegion.
func Phone(s, region string) (string, error) {
	if len(s) > maxPhone || strings.Trim(s, "0123456789+()-. \u00a0\u2011\u2013") != "" {
		return "", fault.New(fault.Invalid, "contact.phone-invalid")
	}
	if isMobile(s) {
		return s, nil
	}
	if region == "" {
		region = DefaultRegion
	}
	number, err := phonenumbers.Parse(s, region)
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return "", fault.New(fault.Invalid, "contact.phone-invalid")
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
}

// IsRegion reports whether a country, in two capital letters, has phones.
func IsRegion(region string) bool { return phonenumbers.GetSupportedRegions()[region] }

// isMobile tells a Russian mobile number that is in E.164 already, as tills
// send them: +7 and ten digits that begin with 9, all of which are valid.
func isMobile(s string) bool {
	return len(s) == len("+79161234567") && strings.HasPrefix(s, "+79") && strings.Trim(s[1:], "0123456789") == ""
}

// WritePhone writes an E.164 number as people do: "+7 916 123-45-67". One that
// can't be read stays as it is.
func WritePhone(e164 string) string {
	number, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return e164
	}
	return phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
}

// MaskPhone shows of an E.164 number the country, the first digit and the last
// two: "+7 9** ***-**-12". Of a short or unreadable one it shows nothing.
func MaskPhone(e164 string) string {
	number, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return hidden
	}
	written := phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
	country, national, ok := strings.Cut(written, " ")
	digits := 0
	for _, r := range national {
		if '0' <= r && r <= '9' {
			digits++
		}
	}
	if !ok || digits < 7 {
		return hidden
	}
	at := 0
	return country + " " + strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return r
		}
		if at++; at == 1 || at > digits-2 {
			return r
		}
		return '*'
	}, national)
}
