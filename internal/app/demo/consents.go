package demo

import (
	"context"

	"kopilka/internal/loyalty/member"
)

// wordings are the texts that members of the demo consent to, in the order in
// which they are asked.
var wordings = []member.ConsentText{
	{Kind: member.ToRules, Language: "ru", Title: "Правила программы", Body: "Бонусы начисляются за покупки и тратятся на новые.\nОни не деньги: их нельзя получить наличными или передать другому."},
	{Kind: member.ToPersonalData, Language: "ru", Title: "Согласие на обработку данных", Body: "Я разрешаю обрабатывать моё имя, телефон, почту и историю покупок, чтобы вести бонусный счёт.\nСогласие можно отозвать в любое время."},
	{Kind: member.ToAdvertising, Language: "ru", Title: "Согласие на рассылки", Body: "Я согласен получать сообщения о скидках и событиях. Отказаться можно в любом сообщении."},
}

// makeTexts publishes the texts of consents.
func (f *filler) makeTexts(ctx context.Context) error {
	for _, t := range wordings {
		made, err := f.Members.PublishText(ctx, t)
		if err != nil {
			return err
		}
		f.texts = append(f.texts, made)
	}
	return nil
}

// consents are what the n-th member has consented to: everybody to the rules
// and to the processing of his data, most to letters, some to messages.
func (f *filler) consents(n int) (out []member.NewConsent) {
	add := func(t *member.ConsentText, over member.ConsentChannel) {
		out = append(out, member.NewConsent{Kind: t.Kind, Channel: over, Action: member.Granted, Text: t.ID, TextVersion: t.Version})
	}
	for i := range f.texts {
		t := &f.texts[i]
		if t.Kind != member.ToAdvertising {
			add(t, "")
			continue
		}
		if n%4 != 0 {
			add(t, member.ByEmail)
		}
		if n%3 == 0 {
			add(t, member.BySMS)
		}
	}
	return out
}
