package contact

import (
	"net/mail"
	"strings"
	"unicode/utf8"

	"kopilka/internal/platform/fault"

	"golang.org/x/net/idna"
)

const (
	maxEmail = 254 // bytes
	maxLocal = 64  // bytes before the @
)

// hidden stands for what is not shown at all.
const hidden = "***"

// Email gives an address in the form that is kept and compared: no name or
// spaces around it, the domain in lower case and in ASCII ("пример.рф" becomes
// "xn--e1afmkfd.xn--p1ai"). What stands before the @ stays as it is: its case
// may matter.
func Email(s string) (string, error) {
	s = strings.TrimSpace(s)
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > maxLocal || len(s) > 4*maxEmail || !utf8.ValidString(s) {
		return "", fault.New(fault.Invalid, "contact.email-invalid")
	}
	local, domain := s[:at], s[at+1:]
	ascii, err := domains().ToASCII(domain)
	if err != nil || !hostName(ascii) || len(local)+1+len(ascii) > maxEmail {
		return "", fault.New(fault.Invalid, "contact.email-invalid")
	}
	address := local + "@" + ascii
	parsed, err := mail.ParseAddress(address)
	// Names, angle brackets, comments and quotes are read, but not the address itself.
	if err != nil || parsed.Address != address || strings.ContainsAny(local, "\"() ") {
		return "", fault.New(fault.Invalid, "contact.email-invalid")
	}
	return address, nil
}

// MaskEmail shows of an address the first letters of both halves and the last
// part of the domain: "i***@e***.ru".
func MaskEmail(email string) string {
	at := strings.LastIndexByte(email, '@')
	if at < 1 {
		return hidden
	}
	domain := email[at+1:]
	if readable, err := idna.ToUnicode(domain); err == nil {
		domain = readable
	}
	dot := strings.LastIndexByte(domain, '.')
	if dot < 1 {
		return hidden
	}
	return first(email) + hidden + "@" + first(domain) + hidden + domain[dot:]
}

func first(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}

// domains maps a domain as browsers do and insists on DNS's own rules.
func domains() *idna.Profile {
	return idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))
}

// hostName tells whether an ASCII domain has at least two parts, of which the
// last is no number.
func hostName(ascii string) bool {
	dot := strings.LastIndexByte(ascii, '.')
	return dot > 0 && dot < len(ascii)-1 && strings.Trim(ascii[dot+1:], "0123456789") != ""
}
