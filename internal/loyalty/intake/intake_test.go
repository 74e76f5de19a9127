package intake_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/intake"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		os.Exit(child(url))
	}
	dbtest.Main(m)
}

var anna = intake.Sender{ID: 77, Name: "Анна"}

// by is a context in which Anna does what is done.
func by(ctx context.Context) context.Context {
	return audit.By(ctx, audit.Actor{Kind: audit.Staff, ID: anna.ID, Name: anna.Name})
}

// office is where files are taken in.
type office struct {
	*intake.Intakes
	t      *testing.T
	clock  *clock.Fixed
	barred bool // Anna may import no more
}

// process is what takes in files in one process.
func process(d *db.DB, ids *id.Maker, now clock.Clock) *intake.Intakes {
	people := &member.Members{DB: d, IDs: ids, Clock: now}
	return &intake.Intakes{
		DB: d, IDs: ids, Clock: now, Log: slog.New(slog.DiscardHandler), Importer: &importer.Importer{DB: d, Clock: now, Members: people},
		May: func(context.Context, id.ID, staff.Permission) (bool, error) { return true, nil },
	}
}

func open(t *testing.T, d *db.DB) *office {
	t.Helper()
	o := &office{t: t, clock: clock.NewFixed(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))}
	o.Intakes = process(d, id.NewMaker(1), o.clock)
	o.May = func(_ context.Context, who id.ID, need staff.Permission) (bool, error) {
		return !o.barred && who == anna.ID && need == staff.MembersImport, nil
	}
	return o
}

func (o *office) ok(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) refused(err error, code string) {
	o.t.Helper()
	if !fault.Is(err, code) {
		o.t.Errorf("it is %v, wanted %s", err, code)
	}
}

// sent sends a file and has it taken apart.
func (o *office) sent(content string) intake.Intake {
	o.t.Helper()
	in, err := o.Send(by(o.t.Context()), anna, `C:\Мои файлы\люди.csv`, strings.NewReader(content))
	o.ok(err)
	return o.worked(in.ID)
}

// worked works until a file does not go on by itself.
func (o *office) worked(i id.ID) intake.Intake {
	o.t.Helper()
	for {
		o.ok(o.Work(o.t.Context()))
		in, err := o.Get(o.t.Context(), i)
		o.ok(err)
		if !in.State.Works() {
			return in
		}
	}
}

// is wants a file to be in a state.
func (o *office) is(in intake.Intake, s intake.State) intake.Intake {
	o.t.Helper()
	if in.State != s {
		o.t.Fatalf("it is %s, wanted %s: %+v", in.State, s, in)
	}
	return in
}

// report is what becomes of all rows, as row|status|again|column|code.
func (o *office) report(in intake.Intake) (out []string) {
	o.t.Helper()
	o.ok(o.Each(o.t.Context(), &in, func(x *importer.Outcome) error {
		out = append(out, line(x))
		return nil
	}))
	return out
}

func line(o *importer.Outcome) string {
	code := ""
	if o.Why != nil {
		code = o.Why.Code
	}
	return fmt.Sprintf("%d|%s|%t|%s|%s", o.Row, o.Status, o.Again, o.Column, code)
}

func (o *office) count(table string) (n int) {
	o.t.Helper()
	o.ok(o.DB.Row(o.t.Context(), "select count(*) from "+table).Scan(&n))
	return n
}

// nothingKept wants nothing to be left of what files held.
func (o *office) nothingKept() {
	o.t.Helper()
	if n, m := o.count("intake_piece"), o.count("intake_part"); n+m != 0 {
		o.t.Errorf("%d pieces and %d parts are left", n, m)
	}
}

const people = `ФИО;Телефон;Почта;Мобильный;Пол;Особое
Петрова Анна;8 (916) 000-00-01;anna@example.com;;ж;=1+1
Сидоров Олег;8 916 000-00-02;;;муж;два
Кривой;12345;;;;
Снова Анна;+7 916 000-00-01;;;;
Странный;8 916 000-00-05;;;третий;
Там;8 916 000-00-09;;;;
`

// TestWhole: a file is sent, taken apart, its columns are guessed and told, all
// of it is tried with nothing written, then begun; what became of each row is
// told, by whom its members were made is in their trail, and nothing of what the
// file held is kept.
func TestWhole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		ctx := by(t.Context())
		o.ok(o.Importer.Members.SaveCustomField(ctx, member.CustomField{Key: "odd", Kind: member.CustomText, LabelRU: "О", LabelEN: "O", Active: true}))
		_, err := o.Importer.Members.Register(ctx, member.DefaultRules(), member.Registration{
			Profile: member.Profile{Surname: "Прежний"}, Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "89160000009"}},
		}, member.Actor{Kind: member.BySystem})
		o.ok(err)

		in := o.is(o.sent(people), intake.Read)
		if in.File != "люди.csv" || in.Total != 6 || in.Size != int64(len(people)) {
			t.Errorf("it is %+v", in)
		}
		guessed := []string{"full_name", "phone", "email", "", "sex", ""} // of two that are phones the first
		if diff := cmp.Diff(guessed, in.Layout.Fields); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"ж", "муж", "третий"}, in.Layout.Samples[4]); diff != "" {
			t.Error(diff)
		}
		guessed[5] = "custom.odd"
		o.ok(o.Map(ctx, anna, in.ID, guessed))
		in = o.is(o.worked(in.ID), intake.Looked)
		want := []string{
			"2|imported|false||", "3|imported|false||", "4|rejected|false|Телефон|importer.identifier", "5|imported|true||importer.twice",
			"6|rejected|false|Пол|importer.sex", "7|imported|true||",
		}
		tally := intake.Tally{Made: 2, There: 2, Refused: 2, Reasons: map[string]int64{"importer.identifier": 1, "importer.sex": 1, "importer.twice": 1}}
		if diff := cmp.Diff(want, o.report(in)) + cmp.Diff(tally, in.Tally); diff != "" || o.count("member") != 1 {
			t.Errorf("tried, with %d members: %s", o.count("member"), diff)
		}
		o.ok(o.Begin(ctx, anna, in.ID))
		in = o.is(o.worked(in.ID), intake.Done)
		if diff := cmp.Diff(want, o.report(in)) + cmp.Diff(tally, in.Tally); diff != "" || o.count("member") != 3 || in.Place != 6 {
			t.Errorf("done, with %d members: %s", o.count("member"), diff)
		}
		told, err := o.Told(ctx, &in, 4, 2)
		o.ok(err)
		if len(told) != 2 || line(told[0]) != want[3] || line(told[1]) != want[4] {
			t.Errorf("told %v", told)
		}
		if told, err = o.Told(ctx, &in, 0, 100); err != nil || len(told) != 3 || line(told[0]) != want[2] {
			t.Errorf("told %v (%v)", told, err)
		}
		found, err := member.Find(ctx, d, "anna@example.com", "")
		o.ok(err)
		m, err := member.Get(ctx, d, found[0].Home)
		o.ok(err)
		if m.Profile.Surname != "Петрова" || m.Profile.Custom["odd"] != "=1+1" || m.Profile.Sex != member.Female {
			t.Errorf("she is %+v", m.Profile)
		}
		changes, err := member.Changes(ctx, d, m.Home, member.FieldRegistered, 0, 1)
		o.ok(err)
		if changes[0].By != anna.ID || changes[0].Actor != member.ByStaff || changes[0].Source != importer.PeopleSource {
			t.Errorf("her trail has %+v", changes[0])
		}
		o.nothingKept()
		if in.Layout.Samples != nil {
			t.Errorf("samples are kept: %v", in.Layout.Samples)
		}
		notes, err := audit.Read(ctx, d, audit.Filter{}, 0, 10)
		o.ok(err)
		var actions []string
		for _, n := range notes {
			if n.Target.Kind == "intake" {
				actions = append(actions, n.Action)
				if n.Actor.ID != anna.ID {
					t.Errorf("%s was noted of %+v", n.Action, n.Actor)
				}
			}
		}
		if !slices.Equal(actions, []string{"intake.ended", "intake.begun", "intake.sent"}) || !strings.Contains(notes[0].After, `"made":2`) {
			t.Errorf("noted %v: %s", actions, notes[0].After)
		}
	})
}

// TestBook: of a workbook another sheet is taken, with the names in another row;
// a sheet that holds nothing is told of, and the others are still offered.
func TestBook(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		book := excelize.NewFile()
		_, err := book.NewSheet("Люди")
		o.ok(err)
		for cell, v := range map[string]any{"A1": "Выгрузка", "A2": "Phone", "B2": "Last name", "C2": "Date of birth", "A3": 79160000031, "B3": "Springs", "C3": 22280} {
			o.ok(book.SetCellValue("Люди", cell, v))
		}
		var file bytes.Buffer
		o.ok(book.Write(&file))
		in := o.is(o.sent(file.String()), intake.Broken)
		if in.Why == nil || in.Why.Code != "importer.empty" || !slices.Equal(in.Layout.Sheets, []string{"Sheet1", "Люди"}) {
			t.Fatalf("it is %+v: %v", in.Layout, in.Why)
		}
		o.refused(o.ReadAgain(t.Context(), anna, in.ID, intake.Manner{Sheet: "Нет", Header: 1}), "intake.sheet")
		o.refused(o.ReadAgain(t.Context(), anna, in.ID, intake.Manner{Sheet: "Люди", Header: -1}), "intake.header")
		o.refused(o.ReadAgain(t.Context(), intake.Sender{ID: 78}, in.ID, intake.Manner{Sheet: "Люди", Header: 2}), "intake.not-yours")
		o.ok(o.ReadAgain(t.Context(), anna, in.ID, intake.Manner{Sheet: "Люди", Header: 0}))
		if in = o.is(o.worked(in.ID), intake.Read); in.Total != 3 || len(in.Layout.Head) != 3 || in.Layout.Called("#1") != "#1" {
			t.Errorf("without names it is %+v", in.Layout)
		}
		o.ok(o.ReadAgain(t.Context(), anna, in.ID, intake.Manner{Sheet: "Люди", Header: 2}))
		in = o.is(o.worked(in.ID), intake.Read)
		if !slices.Equal(in.Layout.Fields, []string{"phone", "surname", "birth_date"}) || in.Why != nil || in.Total != 1 {
			t.Errorf("it is %+v: %v", in.Layout, in.Why)
		}
		o.ok(o.Map(t.Context(), anna, in.ID, in.Layout.Fields))
		o.is(o.worked(in.ID), intake.Looked)
		o.ok(o.Begin(t.Context(), anna, in.ID))
		o.is(o.worked(in.ID), intake.Done)
		found, err := member.Find(t.Context(), d, "89160000031", "")
		o.ok(err)
		if m, err := member.Get(t.Context(), d, found[0].Home); err != nil || m.Profile.BirthDate != "1960-12-30" {
			t.Errorf("he is %+v (%v)", m.Profile, err)
		}
	})
}

// bomb is a workbook that says that it unpacks to more than a machine has.
func bomb(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, CompressedSize64: 2, UncompressedSize64: 1 << 40})
	_, err2 := w.Write([]byte{3, 0})
	if err := errors.Join(err, err2, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestBadFiles: what can't be taken in is told, at once where its first bytes say
// it, and nothing of it is kept longer than its sender needs it.
func TestBadFiles(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		o.Most = 3
		for content, code := range map[string]string{"": "importer.empty", "%PDF-1.7": "importer.other-kind", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1": "importer.old-excel"} {
			_, err := o.Send(t.Context(), anna, "x", strings.NewReader(content))
			o.refused(err, code)
		}
		_, err := o.Send(t.Context(), anna, "x", io.LimitReader(endless{}, intake.MaxFile+1))
		o.refused(err, "intake.large")
		o.nothingKept()
		if n := o.count("intake"); n != 0 {
			t.Errorf("%d are kept", n)
		}
		for content, code := range map[string]string{
			"Телефон\n": "intake.no-rows", "Телефон\n1\n2\n3\n4\n": "importer.people-most", strings.Repeat("x;", intake.MaxColumns+1) + "x\n1\n": "intake.wide",
			bomb(t): "importer.too-large", "PK\x03\x04nothing": "importer.damaged", "Телефон\n\x00\x01\x02": "importer.not-text",
		} {
			in := o.is(o.sent(content), intake.Broken)
			if in.Why == nil || in.Why.Code != code {
				t.Errorf("it is %v, wanted %s", in.Why, code)
			}
			o.refused(o.Map(t.Context(), anna, in.ID, []string{"phone"}), "intake.moved")
			o.refused(o.Begin(t.Context(), anna, in.ID), "intake.moved")
			o.ok(o.Stop(t.Context(), in.ID))
		}
		o.nothingKept()
		// A cell that is longer than any field is refused as such, one of a column that
		// is left out is not.
		in := o.is(o.sent("Телефон;Фамилия;Прочее\n89160000001;"+strings.Repeat("ы", 9_000)+";\n89160000002;;"+strings.Repeat("ы", 9_000)+"\n"), intake.Read)
		o.ok(o.Map(t.Context(), anna, in.ID, in.Layout.Fields))
		if diff := cmp.Diff([]string{"2|rejected|false|Фамилия|member.too-long", "3|imported|false||"}, o.report(o.worked(in.ID))); diff != "" {
			t.Error(diff)
		}
	})
}

// endless is a text without an end.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

// TestMapIsRefused: columns that can be nothing are told one by one; only whoever
// sent a file says what is what in it, begins it, and once.
func TestMapIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		ctx, other := t.Context(), intake.Sender{ID: 78}
		in := o.is(o.sent("Телефон;Имя;Кто\n89160000001;Анна;x\n"), intake.Read)
		err := o.Map(ctx, anna, in.ID, []string{"phone", "shoe", "phone"})
		if f := fault.From(err); f.Code != "intake.fields" || len(f.Fields) != 2 || f.Fields[0].Path != "c1" || f.Fields[1].Path != "c2" || f.Fields[1].Code != "intake.field-twice" {
			t.Errorf("it is %v", err)
		}
		o.refused(o.Map(ctx, anna, in.ID, []string{"", "name", ""}), "intake.no-finder")
		o.refused(o.Map(ctx, other, in.ID, []string{"phone"}), "intake.not-yours")
		o.refused(o.Begin(ctx, anna, in.ID), "intake.moved")
		o.ok(o.Map(ctx, anna, in.ID, []string{"phone"}))
		o.is(o.worked(in.ID), intake.Looked)
		o.ok(o.Map(ctx, anna, in.ID, []string{"", "name", "external"})) // and again, by others
		o.is(o.worked(in.ID), intake.Looked)
		o.refused(o.Begin(ctx, other, in.ID), "intake.not-yours")
		o.ok(o.Begin(ctx, anna, in.ID))
		o.refused(o.Begin(ctx, anna, in.ID), "intake.moved")
		o.refused(o.Map(ctx, anna, in.ID, []string{"phone"}), "intake.moved")
		o.is(o.worked(in.ID), intake.Done)
		if found, err := member.Find(ctx, d, "89160000001", ""); err != nil || len(found) != 0 {
			t.Errorf("he has a phone: %v (%v)", found, err)
		}
		_, err = o.Get(ctx, 5)
		o.refused(err, "intake.not-found")
		for range intake.MaxOpen {
			o.sent("Телефон\n1\n")
		}
		_, err = o.Send(ctx, anna, "x", strings.NewReader("Телефон\n1\n"))
		o.refused(err, "intake.open-most")
		if list, err := o.List(ctx, in.ID, 10); err != nil || len(list) != 0 {
			t.Errorf("before the first are %v (%v)", list, err)
		}
	})
}

// crowd is a file of many rows, of which some name who stands before.
func crowd(size int) string {
	var b strings.Builder
	b.WriteString("phone\n")
	for i := range size {
		fmt.Fprintf(&b, "+7916100%04d\n", i%(size-20))
	}
	return b.String()
}

// TestStop: what is stopped, or whose sender may import no more, makes nobody
// else; what is not begun within a day is forgotten, and so is, after a month,
// what became of it.
func TestStop(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		ctx := t.Context()
		looked := func() intake.Intake {
			in := o.is(o.sent(crowd(130)), intake.Read)
			o.ok(o.Map(ctx, anna, in.ID, in.Layout.Fields))
			return o.is(o.worked(in.ID), intake.Looked)
		}
		in := looked()
		o.ok(o.Begin(ctx, anna, in.ID))
		done := 0
		o.May = func(context.Context, id.ID, staff.Permission) (bool, error) {
			done++
			return done <= 1, nil
		}
		in = o.is(o.worked(in.ID), intake.Stopped)
		if in.Place != 100 || in.Tally.Made != 100 || o.count("member") != 100 || len(o.report(in)) != 100 {
			t.Errorf("stopped at %d of %d members: %+v", in.Place, o.count("member"), in.Tally)
		}
		o.nothingKept()
		o.May = func(context.Context, id.ID, staff.Permission) (bool, error) { return true, nil }
		second := looked()
		if second.Tally.Made != 10 || second.Tally.There != 120 {
			t.Errorf("of the same file again there would be %+v", second.Tally)
		}
		o.ok(o.Stop(ctx, second.ID))
		if second, err := o.Get(ctx, second.ID); err != nil || second.State != intake.Dropped || len(o.report(second)) != 0 {
			t.Errorf("it is %+v (%v)", second, err)
		}
		o.nothingKept()
		third := looked()
		o.clock.Add(25 * time.Hour)
		o.ok(o.Prune(ctx))
		_, err := o.Get(ctx, third.ID)
		o.refused(err, "intake.not-found")
		o.nothingKept()
		if n := o.count("intake_outcome"); n != 1 {
			t.Errorf("of the first %d parts are told", n)
		}
		o.clock.Add(30 * 24 * time.Hour)
		o.ok(o.Prune(ctx))
		if n, m := o.count("intake_outcome"), o.count("intake"); n+m != 0 {
			t.Errorf("%d outcomes and %d files are kept", n, m)
		}
	})
}

// TestReadAsItIsSaid: days with the month first, and a delimiter of its own, are
// read where that is said; a field that must be there and has no column is named.
func TestReadAsItIsSaid(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		in := o.is(o.sent("Телефон~Фамилия~Дата рождения\n8 916 123-45-67~Иванова~12/31/1990\n8 916 123-45-68~Петров~\n"), intake.Read)
		o.refused(o.ReadAgain(t.Context(), anna, in.ID, intake.Manner{Header: 1, Delimiter: "два"}), "intake.delimiter")
		o.refused(o.ReadAgain(t.Context(), anna, in.ID, intake.Manner{Header: 1, Dates: "когда-то"}), "intake.dates")
		looked := func(as intake.Manner) intake.Intake {
			t.Helper()
			o.ok(o.ReadAgain(t.Context(), anna, in.ID, as))
			in := o.is(o.worked(in.ID), intake.Read)
			o.ok(o.Map(t.Context(), anna, in.ID, in.Layout.Fields))
			return o.is(o.worked(in.ID), intake.Looked)
		}
		usual := looked(intake.Manner{Header: 1, Delimiter: "~"})
		if !slices.Equal(usual.Layout.Head, []string{"Телефон", "Фамилия", "Дата рождения"}) || usual.Tally.Refused+usual.Tally.Reasons["importer.people-date"] == 0 && len(usual.Tally.Reasons) == 0 {
			t.Errorf("read as usual it is %+v, %+v", usual.Layout, usual.Tally)
		}
		if said := looked(intake.Manner{Header: 1, Delimiter: "~", Dates: intake.American}); said.Tally.Made != 2 || len(said.Tally.Reasons) != 0 {
			t.Errorf("with the month first: %+v, %v", said.Tally, o.report(said))
		}
		rules := member.DefaultRules()
		rules.Mandatory = []member.Field{member.FieldPhone, member.FieldEmail}
		o.ok(o.Importer.Members.SaveRules(by(t.Context()), rules, 0))
		missing := looked(intake.Manner{Header: 1, Delimiter: "~", Dates: intake.American})
		o.ok(o.Each(t.Context(), &missing, func(x *importer.Outcome) error {
			if x.Why == nil || x.Why.Code != "importer.people-missing" || len(x.Why.Args) != 1 || x.Why.Args[0].Value != "email" {
				t.Errorf("what is missing: %+v", x)
			}
			return nil
		}))
	})
}
