package purchase

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"kopilka/internal/loyalty/rule"
)

// What rules looked at of the buyer himself (his birth date, his city, his own
// fields) does not lie in a receipt's document but in a column beside it, with a
// salt; the document holds only the hash of both. So the chain vouches for it
// as long as it is there; and when the person is erased the books stay whole,
// and nothing about him can be found out from what stays, not by trying either.

// person is that column.
type person struct {
	Salt   string      `json:"salt"`
	Member rule.Member `json:"member"`
}

// ofPerson is what of the member is the person's, and books what is his
// account's.
func ofPerson(m *rule.Member) rule.Member {
	return rule.Member{
		RegisteredDay: m.RegisteredDay, Source: m.Source, Birth: m.Birth, Sex: m.Sex, City: m.City, Category: m.Category, Custom: m.Custom,
		Tags: m.Tags, Groups: m.Groups, CardTypes: m.CardTypes, Relatives: m.Relatives,
	}
}

func ofBooks(m *rule.Member) rule.Member {
	return rule.Member{
		Home: m.Home, Outside: m.Outside, Spendable: m.Spendable, Purchases: m.Purchases, Turnover: m.Turnover, Used: m.Used, LastDay: m.LastDay,
		Level: m.Level, LevelDay: m.LevelDay,
	}
}

// takePerson puts into another what is the person's.
func takePerson(to, from *rule.Member) {
	books := ofBooks(to)
	*to = *from
	to.Home, to.Outside, to.Spendable, to.Purchases, to.Turnover, to.Used = books.Home, books.Outside, books.Spendable, books.Purchases, books.Turnover, books.Used
	to.LastDay, to.Level, to.LevelDay = books.LastDay, books.Level, books.LevelDay
}

// anybody tells whether nothing is known of the person.
func anybody(m *rule.Member) bool {
	return m.RegisteredDay == "" && m.Source == "" && m.Birth == "" && m.Sex == "" && m.City == "" && m.Category == 0 &&
		len(m.Custom)+len(m.Tags)+len(m.Groups)+len(m.CardTypes)+len(m.Relatives) == 0
}

// keepPerson makes the column and its hash; of a receipt that was reserved they
// are there already.
func (s *Seen) keepPerson() error {
	if s.Person != "" || anybody(&s.Member) {
		return nil
	}
	var salt [16]byte
	_, _ = rand.Read(salt[:]) // it never fails
	doc, err := json.Marshal(person{Salt: hex.EncodeToString(salt[:]), Member: ofPerson(&s.Member)})
	s.Kept, s.Person = string(doc), PersonHash(doc)
	return err
}

// PersonHash is what a document holds of the column beside it.
func PersonHash(kept []byte) string {
	sum := sha256.Sum256(kept)
	return hex.EncodeToString(sum[:])
}

// WithPerson gives the document what is kept beside it.
func (s *Seen) WithPerson(kept string) error {
	if kept == "" {
		return nil
	}
	var p person
	if err := json.Unmarshal([]byte(kept), &p); err != nil {
		return err
	}
	s.Kept = kept
	takePerson(&s.Member, &p.Member)
	return nil
}

// orNull is a text for a column that is null where there is none.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// forgotten tells that rules had looked at the person, and that he is erased.
func (s *Seen) forgotten() bool { return s.Person != "" && s.Kept == "" }
