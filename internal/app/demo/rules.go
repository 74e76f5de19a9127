package demo

import (
	"context"
	_ "embed"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/platform/money"
)

//go:embed programme.yaml
var programmeText []byte

// makeProgramme puts the programme of the text into force.
func (f *filler) makeProgramme(ctx context.Context) error {
	names := draft.NewBase(ctx, f.DB, f.Directory)
	d, err := draft.Read(programmeText, names)
	if err == nil {
		err = names.Err()
	}
	if err == nil {
		_, err = f.Programmes.Put(ctx, d.Programme, "demo")
	}
	return err
}

// offer is what a till took off receipts for a code: the programme says the
// same, so that what it would have given differs in nothing.
type offer struct {
	code   string
	from   money.Amount // of the receipt
	rate   money.Rate   // or
	amount money.Amount
}

var (
	forFirst   = &offer{code: "ПРИВЕТ", rate: 10 * money.Percent}
	forFriends = &offer{code: "ДРУЗЬЯ", from: 1000_00, amount: 200_00}
)

// makeCards makes the types of cards.
func (f *filler) makeCards(ctx context.Context) error {
	for _, t := range []card.Type{
		{Code: "plastic", Name: "Пластиковая", Kind: card.Plastic, Active: true},
		{Code: "virtual", Name: "Виртуальная", Kind: card.Virtual, Active: true, Properties: card.Properties{Prefix: "29"}},
	} {
		made, err := f.Cards.SaveType(ctx, t)
		if err != nil {
			return err
		}
		if t.Kind == card.Virtual {
			f.virtual = made.ID
		}
	}
	return nil
}
