package level

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// Day is a day of the programme, counted from 1970-01-01.
type Day int32

// DayOf reads YYYY-MM-DD; 0 for what is no day.
func DayOf(s string) Day {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0
	}
	return Day(t.Unix() / 86_400)
}

// String gives YYYY-MM-DD.
func (d Day) String() string { return time.Unix(int64(d)*86_400, 0).UTC().Format(time.DateOnly) }

// Sums are what was spent on an account and how often it was used, by day, for
// as long back as the programme's levels look. They hold every purchase and
// refund from the first of their days on. Own sums are those of the account's
// member instead, on whichever account he has bought, and know what he has
// spent in all.
type Sums struct {
	From  Day // 0: nothing is kept
	Own   bool
	Total money.Amount // own: of all times
	Types []string     // kinds of goods that are kept apart, folded and sorted
	Days  []Sum        // in order; a day without anything is not there
}

// Sum is one day, or several.
type Sum struct {
	Day    Day
	Visits int64
	Sum    money.Amount
	By     []money.Amount // in the order of the types

	types []string
}

// of is what was spent on goods of some types.
func (s *Sum) of(types []string) (sum money.Amount) {
	for i, t := range s.types {
		if slices.Contains(types, t) {
			sum += s.By[i]
		}
	}
	return sum
}

// Entry is what a purchase adds to its day, or a refund takes from it.
type Entry struct {
	Day    Day
	Visits int64
	Lines  []Spent
	Total  money.Amount // added to what was spent in all
}

// Spent is money for goods of a type; below zero: given back.
type Spent struct {
	Type  string
	Money money.Amount
}

// Needed are empty sums of what the ladder looks at on a day and after it.
func (l *Ladder) Needed(today Day) Sums {
	if !l.Counts() {
		return Sums{}
	}
	return Sums{From: today - Day(l.days) + 1, Own: l.own, Types: l.types}
}

// Enough tells whether sums hold what the ladder looks at on a day and after.
func (l *Ladder) Enough(s *Sums, today Day) bool {
	if !l.Counts() {
		return true
	}
	if s.From == 0 || s.From > today-Day(l.days)+1 || s.Own != l.own {
		return false
	}
	for _, t := range l.types {
		if _, there := slices.BinarySearch(s.Types, t); !there {
			return false
		}
	}
	return true
}

// Forget drops the days that the ladder does not look at any more.
func (l *Ladder) Forget(s *Sums, today Day) {
	from := today - Day(l.days) + 1
	if from <= s.From {
		return
	}
	s.From = from
	n, _ := slices.BinarySearchFunc(s.Days, from, func(x Sum, d Day) int { return cmp.Compare(x.Day, d) })
	s.Days = s.Days[n:]
}

// Add counts an entry; of one of a day before the first only the total is kept.
func (s *Sums) Add(e *Entry) {
	if s.From != 0 && s.Own {
		s.Total += e.Total
	}
	if s.From == 0 || e.Day < s.From {
		return
	}
	n, there := slices.BinarySearchFunc(s.Days, e.Day, func(x Sum, d Day) int { return cmp.Compare(x.Day, d) })
	if !there {
		s.Days = slices.Insert(s.Days, n, Sum{Day: e.Day, By: make([]money.Amount, len(s.Types))})
	}
	d := &s.Days[n]
	d.Visits += e.Visits
	for _, x := range e.Lines {
		d.Sum += x.Money
		if len(s.Types) == 0 {
			continue
		}
		if i, known := slices.BinarySearch(s.Types, text.Fold(x.Type)); known {
			d.By[i] += x.Money
		}
	}
	if d.Visits == 0 && d.Sum == 0 && !slices.ContainsFunc(d.By, func(v money.Amount) bool { return v != 0 }) {
		s.Days = slices.Delete(s.Days, n, n+1)
	}
}

// Period adds up the days up to one, so many in all.
func (s *Sums) Period(last Day, days int) Sum {
	out := Sum{types: s.Types, By: make([]money.Amount, len(s.Types))}
	for i := range s.Days {
		d := &s.Days[i]
		if d.Day > last || d.Day <= last-Day(days) {
			continue
		}
		out.Visits += d.Visits
		out.Sum += d.Sum
		for j, v := range d.By {
			out.By[j] += v
		}
	}
	return out
}

// Equal tells whether two sums are the same.
func (s *Sums) Equal(x *Sums) bool {
	return s.From == x.From && s.Own == x.Own && s.Total == x.Total && slices.Equal(s.Types, x.Types) && slices.EqualFunc(s.Days, x.Days, func(a, b Sum) bool {
		return a.Day == b.Day && a.Visits == b.Visits && a.Sum == b.Sum && slices.Equal(a.By, b.By)
	})
}

// The first byte of stored sums.
const (
	sumsForm = 1
	ownForm  = 2 // the total follows the first day
)

// Encode gives the sums as they are stored, nil where nothing is kept: some
// six bytes for a day.
func (s *Sums) Encode() []byte {
	if s.From == 0 {
		return nil
	}
	b := make([]byte, 0, 16+8*len(s.Days)*(1+len(s.Types)))
	if s.Own {
		b = binary.AppendVarint(append(b, ownForm), int64(s.From))
		b = binary.AppendVarint(b, int64(s.Total))
	} else {
		b = binary.AppendVarint(append(b, sumsForm), int64(s.From))
	}
	b = binary.AppendUvarint(b, uint64(len(s.Types)))
	for _, t := range s.Types {
		b = append(binary.AppendUvarint(b, uint64(len(t))), t...)
	}
	before := s.From
	for i := range s.Days {
		d := &s.Days[i]
		b = binary.AppendUvarint(b, uint64(d.Day-before))
		before = d.Day
		b = binary.AppendVarint(b, d.Visits)
		b = binary.AppendVarint(b, int64(d.Sum))
		for _, v := range d.By {
			b = binary.AppendVarint(b, int64(v))
		}
	}
	return b
}

// Own tells whether stored sums are a member's own.
func Own(b []byte) bool { return len(b) > 0 && b[0] == ownForm }

// errSums says that stored sums can't be read.
var errSums = errors.New("level: sums can't be read")

// Decode reads what Encode gave.
func Decode(b []byte) (s Sums, err error) {
	if len(b) == 0 {
		return s, nil
	}
	s.Own = Own(b)
	r := reader{b: b[1:], bad: b[0] != sumsForm && !s.Own}
	s.From = Day(r.int())
	if s.Own {
		s.Total = money.Amount(r.int())
	}
	for n := r.length(); n > 0 && !r.bad; n-- {
		s.Types = append(s.Types, r.text())
	}
	day := s.From
	for len(r.b) > 0 && !r.bad {
		day += Day(r.length())
		d := Sum{Day: day, Visits: r.int(), Sum: money.Amount(r.int()), By: make([]money.Amount, len(s.Types))}
		for i := range d.By {
			d.By[i] = money.Amount(r.int())
		}
		s.Days = append(s.Days, d)
	}
	if r.bad {
		return Sums{}, errSums
	}
	return s, nil
}

// reader takes numbers off the front of bytes.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) int() int64 {
	v, n := binary.Varint(r.b)
	return r.took(v, n)
}

func (r *reader) length() int64 {
	v, n := binary.Uvarint(r.b)
	if v > 1<<20 {
		n = 0
	}
	return r.took(int64(v), n)
}

func (r *reader) took(v int64, n int) int64 {
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) text() string {
	n := r.length()
	if int64(len(r.b)) < n {
		r.bad = true
		return ""
	}
	out := string(r.b[:n])
	r.b = r.b[n:]
	return out
}
