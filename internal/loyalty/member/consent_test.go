package member_test

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

func TestConsentTextsDoNotChange(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		first := must(b.PublishText(b.ctx, member.ConsentText{Kind: member.ToPersonalData, Language: "ru", Title: "Согласие", Body: "Я согласен.\n"}))
		if want := sha256.Sum256([]byte("Согласие\nЯ согласен.")); string(first.SHA256) != string(want[:]) || first.Version != 1 {
			t.Errorf("%+v", first)
		}
		next := must(b.PublishText(b.ctx, member.ConsentText{ID: first.ID, Kind: member.ToPersonalData, Language: "ru", Title: "Согласие", Body: "Я совсем согласен."}))
		if next.Version != 2 || next.ID != first.ID {
			t.Errorf("%+v", next)
		}
		rules := must(b.PublishText(b.ctx, member.ConsentText{Kind: member.ToRules, Language: "en", Title: "Terms", Body: "…"}))
		if diff := cmp.Diff([]member.ConsentText{next, rules}, must(member.TextsNow(b.ctx, d))); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(first, must(member.GetText(b.ctx, d, first.ID, 1))); diff != "" {
			t.Errorf("the first version: %s", diff)
		}
		_, err := b.PublishText(b.ctx, member.ConsentText{ID: first.ID, Kind: member.ToRules, Language: "ru", Title: "a", Body: "b"})
		refused(t, err, "member.bad-text-kind")
		_, err = b.PublishText(b.ctx, member.ConsentText{ID: 5, Kind: member.ToRules, Language: "ru", Title: "a", Body: "b"})
		refused(t, err, "member.no-text")

		// One that is to be a certain version is published once.
		own := member.ConsentText{ID: 5, Version: 1, Kind: member.ToAdvertising, Language: "ru", Title: "a", Body: "b"}
		if got := must(b.PublishText(b.ctx, own)); got.ID != 5 || got.Version != 1 {
			t.Errorf("%+v", got)
		}
		for _, version := range []int64{1, 3} {
			own.Version = version
			_, err = b.PublishText(b.ctx, own)
			refused(t, err, "member.text-moved")
		}
		versions := must(member.TextVersions(b.ctx, d, first.ID, 0, 10))
		if len(versions) != 2 || versions[0].Version != 2 || versions[1].Title != first.Title || versions[1].Body != "" {
			t.Errorf("%+v", versions)
		}
		_, err = b.PublishText(b.ctx, member.ConsentText{Kind: "x", Body: " "})
		wrong(t, err, map[string]string{"title": "member.mandatory", "body": "member.mandatory", "kind": "member.bad-kind", "language": "member.mandatory"})
	})
}

func TestConsentsAreKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		data := must(b.PublishText(b.ctx, member.ConsentText{Kind: member.ToPersonalData, Language: "ru", Title: "ПД", Body: "1"}))
		ads := must(b.PublishText(b.ctx, member.ConsentText{Kind: member.ToAdvertising, Language: "ru", Title: "Реклама", Body: "2"}))
		grant := func(c member.ConsentChannel) member.NewConsent {
			return member.NewConsent{Kind: member.ToAdvertising, Channel: c, Action: member.Granted, Text: ads.ID, TextVersion: 1}
		}
		m := must(b.Register(b.ctx, b.rules, member.Registration{
			Identifiers: []member.NewIdentifier{phone(1)},
			Consents: []member.NewConsent{
				{Kind: member.ToPersonalData, Action: member.Granted, Text: data.ID, TextVersion: 1, IP: "2001:db8::1", UserAgent: "Till/1", Proof: "code 17"},
				grant(member.BySMS),
			},
		}, b.by))
		b.clock.Add(time.Hour)
		own := member.Actor{Kind: member.ByMember, ID: id.ID(m.Home), Source: "cabinet"}
		now := must(b.Consent(b.ctx, m.Home, []member.NewConsent{
			grant(member.ByEmail), {Kind: member.ToAdvertising, Channel: member.BySMS, Action: member.Withdrawn},
		}, own))
		state := map[string]member.ConsentAction{}
		for _, c := range now {
			state[string(c.Kind)+" "+string(c.Channel)] = c.Action
		}
		want := map[string]member.ConsentAction{"personal_data ": member.Granted, "advertising email": member.Granted, "advertising sms": member.Withdrawn}
		if diff := cmp.Diff(want, state); diff != "" {
			t.Error(diff)
		}
		all := must(member.Consents(b.ctx, d, m.Home, 0, 0))
		if len(all) != 4 {
			t.Fatalf("%d rows: nothing may be overwritten", len(all))
		}
		first := all[3]
		if first.ID == 0 || first.At != b.clock.Now().Add(-time.Hour) {
			t.Errorf("%+v", first)
		}
		first.ID, first.At = 0, 0
		if diff := cmp.Diff(member.Consent{
			Kind: member.ToPersonalData, Action: member.Granted, Text: data.ID, TextVersion: 1, TextSHA256: data.SHA256,
			Source: "till", IP: "2001:db8::1", UserAgent: "Till/1", Outlet: 5, Actor: member.ByCashier, By: 77, Proof: "code 17",
		}, first); diff != "" {
			t.Error(diff)
		}
		if w := all[0]; w.Action != member.Withdrawn || w.Text != 0 || w.TextSHA256 != nil || w.By != id.ID(m.Home) || w.Source != "cabinet" {
			t.Errorf("withdrawal: %+v", w)
		}
		rest := must(member.Consents(b.ctx, d, m.Home, all[1].ID, 10))
		if len(rest) != 2 || rest[0].ID != all[2].ID {
			t.Errorf("the next page: %+v", rest)
		}

		_, err := b.Consent(b.ctx, m.Home, []member.NewConsent{{Kind: member.ToRules, Action: member.Granted, Text: ads.ID, TextVersion: 1}}, own)
		refused(t, err, "member.bad-text-kind")
		_, err = b.Consent(b.ctx, m.Home, []member.NewConsent{{Kind: member.ToAdvertising, Channel: member.ByPush, Action: member.Granted, Text: ads.ID, TextVersion: 2}}, own)
		refused(t, err, "member.no-text")
		_, err = b.Consent(b.ctx, m.Home, []member.NewConsent{{Kind: member.ToRules, Channel: member.BySMS, Action: member.Withdrawn}, {Kind: "x", Action: member.Granted}}, own)
		wrong(t, err, map[string]string{
			"consents[0].channel": "member.bad-channel", "consents[1].kind": "member.bad-kind", "consents[1].text": "member.mandatory",
		})
	})
}
