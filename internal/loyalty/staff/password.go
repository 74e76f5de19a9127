package staff

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/text"
)

const passwordsAtOnce = 2 // hashed: each takes 19 MiB

// Cost is what it takes to work a password's hash out, and so to guess one (argon2id).
type Cost struct {
	Memory     uint32 // KiB
	Iterations uint32
}

// usualCost is the second of those that OWASP's Password Storage Cheat Sheet advises.
var usualCost = Cost{Memory: 19 * 1024, Iterations: 2}

func (c Cost) params() argon2id.Params {
	return argon2id.Params{Memory: c.Memory, Iterations: c.Iterations, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// nobodys is the hash of a password that nobody has: who has none is compared
// to it, so that an answer takes as long as another's.
func (c Cost) nobodys() string {
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", c.Memory, c.Iterations)
}

// common are the beginnings of what people take for a password first, folded.
// A password is refused if it is one of them, repeated or followed by digits
// and signs.
var common = []string{
	"password", "passw0rd", "p@ssw0rd", "p@ssword", "пароль", "parol", "gfhjkm", "qwerty", "qwertyuiop", "qwerty123", "йцукен", "йцукенгшщз",
	"1q2w3e4r5t", "1qaz2wsx3edc", "q1w2e3r4t5", "qazwsxedc", "zaq12wsx", "zxcvbnm", "asdfghjkl", "фывапролдж", "abcdefghij", "letmein",
	"welcome", "administrator", "admin", "админ", "администратор", "iloveyou", "monkey", "dragon", "football", "baseball", "sunshine",
	"princess", "superman", "trustno", "master", "secret", "секрет", "changeme", "default", "login", "kopilka", "копилка", "natasha", "marina",
	"наташа", "любовь", "привет", "россия", "москва", "спартак",
}

// checkPassword says what is wrong with a password for the person.
func checkPassword(password string, p Person) error {
	var code string
	args := []any{"min", MinPassword, "max", MaxPassword}
	n := utf8.RuneCountInString(password)
	switch {
	case n < MinPassword || n > MaxPassword || !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		code = "staff.password-length"
	case isCommon(password):
		code, args = "staff.password-common", nil
	case isOwn(password, p):
		code, args = "staff.password-own", nil
	default:
		return nil
	}
	return fault.New(fault.Invalid, "reference.invalid").With(fault.Field{Path: "password", Code: code, Args: fault.Pairs(args...)})
}

func isCommon(password string) bool {
	folded := text.Fold(password)
	rest := strings.TrimRight(folded, "0123456789!@#$%^&*()-_=+.,?")
	if rest == "" || len(letters(folded)) < 4 {
		return true
	}
	return slices.ContainsFunc(common, func(c string) bool { return strings.ReplaceAll(rest, c, "") == "" || folded == c })
}

// letters are the different characters of a text.
func letters(s string) map[rune]bool {
	out := map[rune]bool{}
	for _, r := range s {
		out[r] = true
	}
	return out
}

func isOwn(password string, p Person) bool {
	folded := strings.ReplaceAll(text.Fold(password), " ", "")
	local, _, _ := strings.Cut(p.Email, "@")
	for _, own := range []string{p.Email, local, p.Name} {
		own = strings.ReplaceAll(text.Fold(own), " ", "")
		if own != "" && strings.Trim(strings.ReplaceAll(folded, own, ""), "0123456789!.-_") == "" {
			return true
		}
	}
	return false
}

// hash gives what is kept of a password.
func (s *Staff) hash(ctx context.Context, password string) (hash string, err error) {
	err = s.hashed(ctx, func() (err error) {
		hash, err = argon2id.CreateHash(password, &s.hashing)
		return err
	})
	return hash, err
}

// fits tells whether the password is the hash's, in a time that says nothing
// of whether there is one.
func (s *Staff) fits(ctx context.Context, password, hash string) (ok bool, err error) {
	there := hash != "" && len(password) <= MaxPassword*utf8.UTFMax
	if !there {
		password, hash = "", s.nobodys
	}
	err = s.hashed(ctx, func() (err error) {
		ok, err = argon2id.ComparePasswordAndHash(password, hash)
		return err
	})
	return ok && there, err
}

func (s *Staff) hashed(ctx context.Context, fn func() error) error {
	select {
	case s.hashes <- struct{}{}:
		defer func() { <-s.hashes }()
		return fn()
	case <-ctx.Done():
		return ctx.Err()
	}
}
