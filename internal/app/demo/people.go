package demo

import (
	"context"
	"fmt"
	"time"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/text"
)

var surnames = []string{
	"Берёзкин", "Весенин", "Голубев", "Дроздов", "Ельников", "Журавлёв", "Зимин", "Ивушкин", "Калинин", "Ласточкин",
	"Медведев", "Незабудкин", "Орешкин", "Полянский", "Ручьёв", "Снегирёв", "Травников", "Утёсов", "Фиалкин", "Цветков",
}

var men = []string{"Алексей", "Борис", "Виктор", "Глеб", "Денис", "Егор", "Иван", "Кирилл", "Максим", "Никита", "Павел", "Семён"}

var women = []string{"Алина", "Вера", "Галина", "Дарья", "Елена", "Жанна", "Ирина", "Ксения", "Мария", "Надежда", "Полина", "Софья"}

var fathers = []string{"Алексеев", "Борисов", "Викторов", "Денисов", "Егоров", "Иванов", "Кириллов", "Максимов", "Павлов", "Семёнов"}

// person is a member of the demo.
type person struct {
	home   home.ID
	phone  string
	since  clock.Micros
	weight int // how often he buys
	points int64
	bought bool // anything yet
}

// phone gives the number of the n-th member.
func phone(n int) string { return fmt.Sprintf("+7945%07d", 1_000_000+n*37) }

const perTransaction = 100

// makePeople registers the members, each at a time of his own.
func (f *filler) makePeople(ctx context.Context) error {
	rules := member.DefaultRules()
	by := member.Actor{Kind: member.BySystem, Source: "import"}
	for first := 0; first < f.size.Members; first += perTransaction {
		last := min(first+perTransaction, f.size.Members)
		drawn := make([]member.Registration, 0, perTransaction)
		for n := first; n < last; n++ {
			drawn = append(drawn, f.draw(n))
		}
		var made []*person
		err := f.DB.Write(ctx, func(tx *db.Tx) error {
			made = made[:0]
			for i, r := range drawn {
				m, err := f.Members.RegisterIn(ctx, tx, rules, r, by)
				if err != nil {
					return err
				}
				if f.hasCard(first + i) {
					if _, err := f.Cards.IssueIn(ctx, tx, &m, card.NewCard{Type: f.virtual}, by); err != nil {
						return err
					}
				}
				made = append(made, &person{home: m.Home, phone: phone(first + i), since: r.At, weight: 1 + (first+i)*7919%11})
			}
			return nil
		})
		if err != nil {
			return err
		}
		f.people = append(f.people, made...)
		f.tell(Members, int64(len(f.people)), int64(f.size.Members))
	}
	return nil
}

// hasCard tells whether the n-th member has a virtual card; the others are
// found by their phones.
func (f *filler) hasCard(n int) bool { return n%3 != 1 }

// draw invents the n-th member.
func (f *filler) draw(n int) member.Registration {
	pick := func(list []string) string { return list[f.random.IntN(len(list))] }
	p := member.Profile{Surname: pick(surnames), Sex: member.Male, Language: "ru"}
	if f.random.IntN(100) < 58 {
		p.Sex = member.Female
		p.Name, p.Surname, p.Patronymic = pick(women), female(p.Surname), pick(fathers)+"на"
	} else {
		p.Name, p.Patronymic = pick(men), pick(fathers)+"ич"
	}
	if f.random.IntN(100) < 80 {
		born := time.Date(1955+f.random.IntN(52), time.Month(1+f.random.IntN(12)), 1+f.random.IntN(28), 0, 0, 0, 0, time.UTC)
		p.BirthDate = born.Format(time.DateOnly)
	}
	ids := []member.NewIdentifier{{Kind: member.Phone, Value: phone(n)}}
	if f.random.IntN(100) < 60 {
		ids = append(ids, member.NewIdentifier{Kind: member.Email, Value: fmt.Sprintf("%s.%d@example.com", text.Fold(text.Translit(p.Name)), n)})
	}
	// Most were there from the beginning; the rest came evenly.
	since := f.start
	if f.random.IntN(100) < 45 {
		since = f.start.Add(time.Duration(f.random.Int64N(int64(f.end.Time().Sub(f.start.Time())))))
	}
	return member.Registration{Profile: p, Identifiers: ids, Consents: f.consents(n), At: since}
}

// female gives a surname's other form.
func female(surname string) string {
	if r := []rune(surname); string(r[len(r)-2:]) == "ий" {
		return string(r[:len(r)-2]) + "ая"
	}
	return surname + "а"
}
