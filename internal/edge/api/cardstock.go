package api

import (
	"context"
	"net/http"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// CardTypeBody is what is told of a type of cards.
type CardTypeBody struct {
	Code       string         `json:"code" minLength:"1" maxLength:"50" example:"standard"`
	Name       string         `json:"name" minLength:"1" maxLength:"100"`
	Kind       card.Kind      `json:"kind" enum:"plastic,virtual,phone,wallet"`
	Properties CardProperties `json:"properties" required:"false"`
}

// CardProperties are the same for every card of a type.
type CardProperties struct {
	Prefix    string `json:"prefix,omitempty" maxLength:"4" example:"27"`
	Secret    bool   `json:"secret" required:"false"`
	ByHand    bool   `json:"by_hand" required:"false"`
	StockOnly bool   `json:"stock_only" required:"false"`
	Unchecked bool   `json:"unchecked" required:"false"`
}

// CardTypeChange is a type of cards as it is to be; its code and kind stay.
type CardTypeChange struct {
	CardTypeBody
	Active bool `json:"active"`
}

// CardType is a type of cards, whose properties all its cards have.
type CardType struct {
	ID id.ID `json:"id"`
	CardTypeBody
	Active    bool `json:"active"`
	CreatedAt Time `json:"created_at"`
}

// NewCardBatch is numbers to be reserved, for plastic to be printed.
type NewCardBatch struct {
	Type id.ID  `json:"type"`
	Size int    `json:"size" minimum:"1" maximum:"20000"`
	Note string `json:"note,omitempty" maxLength:"200"`
}

// CardBatchLoad is numbers of plastic that was printed elsewhere.
type CardBatchLoad struct {
	Type  id.ID         `json:"type"`
	Cards []PrintedCard `json:"cards" minItems:"1" maxItems:"20000"`
	Note  string        `json:"note,omitempty" maxLength:"200"`
}

// PrintedCard is a number on a piece of plastic with the secret code on it.
type PrintedCard struct {
	Number string `json:"number" minLength:"1" maxLength:"64"`
	Secret string `json:"secret,omitempty" maxLength:"64"`
}

// CardBatch is numbers of plastic reserved together.
type CardBatch struct {
	ID     id.ID  `json:"id"`
	Type   id.ID  `json:"type"`
	Size   int64  `json:"size"`
	Note   string `json:"note"`
	MadeAt Time   `json:"made_at"`
}

// MadeCardBatch is a batch with its numbers and their secret codes, which are
// told this once.
type MadeCardBatch struct {
	CardBatch
	Cards []PrintedCard `json:"cards"`
}

// StockCard is one number of plastic printed ahead.
type StockCard struct {
	Number    string          `json:"number"`
	State     card.StockState `json:"state" enum:"new,bound,void"`
	ChangedAt Time            `json:"changed_at"`
}

// StockNumber names a piece of plastic in stock.
type StockNumber struct {
	Number string `json:"number" minLength:"1" maxLength:"64"`
}

type (
	cardTypeIn struct {
		Type id.ID `path:"type"`
	}
	createCardTypeIn struct{ Body CardTypeBody }
	changeCardTypeIn struct {
		Type id.ID `path:"type"`
		Body CardTypeChange
	}
	listCardBatchesIn struct {
		After id.ID `query:"after"`
		Limit int   `query:"limit" maximum:"200"`
	}
	makeCardBatchIn struct{ Body NewCardBatch }
	loadCardBatchIn struct{ Body CardBatchLoad }
	listStockIn     struct {
		Batch id.ID  `path:"batch"`
		After string `query:"after" maxLength:"64"`
		Limit int    `query:"limit" maximum:"200"`
	}
	voidStockIn struct{ Body StockNumber }
)

// cardStock has the types of cards and the plastic printed ahead. Numbers in
// stock are for who may change reference data only: whoever knows the number
// of a card may be served by it.
func cardStock(a *API) {
	read := []identity.Scope{identity.ReferenceRead, identity.ReferenceWrite}
	write := []identity.Scope{identity.ReferenceWrite}
	row := func(id, method, path string, status int, scopes []identity.Scope) operation {
		return operation{id: id, method: method, path: path, group: "cards", status: status, scopes: scopes}
	}
	add(a, row("listCardTypes", http.MethodGet, "/card-types", http.StatusOK, read), listCardTypes)
	add(a, row("createCardType", http.MethodPost, "/card-types", http.StatusCreated, write), createCardType)
	add(a, row("getCardType", http.MethodGet, "/card-types/{type}", http.StatusOK, read), getCardType)
	add(a, row("changeCardType", http.MethodPut, "/card-types/{type}", http.StatusOK, write), changeCardType)

	add(a, row("listCardBatches", http.MethodGet, "/card-batches", http.StatusOK, write), listCardBatches)
	making := row("makeCardBatch", http.MethodPost, "/card-batches", http.StatusCreated, write)
	making.once = true
	add(a, making, makeCardBatch)
	add(a, row("loadCardBatch", http.MethodPost, "/card-batches/load", http.StatusCreated, write), loadCardBatch)
	add(a, row("listCardStock", http.MethodGet, "/card-batches/{batch}/cards", http.StatusOK, write), listCardStock)
	add(a, row("voidCardStock", http.MethodPost, "/card-stock/void", http.StatusNoContent, write), voidCardStock)
}

func listCardTypes(ctx context.Context, c *call, _ *struct{}) (*Page[CardType], error) {
	list, err := card.Types(ctx, c.DB)
	return all(list, err, cardTypeOf)
}

func getCardType(ctx context.Context, c *call, in *cardTypeIn) (*CardType, error) {
	t, err := card.GetType(ctx, c.DB, in.Type)
	return one(t, err, cardTypeOf)
}

func createCardType(ctx context.Context, c *call, in *createCardTypeIn) (*CardType, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	t := in.Body.cardType()
	t.Active = true
	return save(ctx, c, t, c.Cards.SaveType, cardTypeOf)
}

func changeCardType(ctx context.Context, c *call, in *changeCardTypeIn) (*CardType, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	old, err := card.GetType(ctx, c.DB, in.Type)
	if err != nil {
		return nil, err
	}
	t := in.Body.cardType()
	t.ID, t.Active, t.CreatedAt = old.ID, in.Body.Active, old.CreatedAt
	return save(ctx, c, t, c.Cards.SaveType, cardTypeOf)
}

func (b *CardTypeBody) cardType() card.Type {
	return card.Type{Code: b.Code, Name: b.Name, Kind: b.Kind, Properties: card.Properties(b.Properties)}
}

func cardTypeOf(t card.Type) CardType {
	return CardType{
		ID: t.ID, Active: t.Active, CreatedAt: Time(t.CreatedAt),
		CardTypeBody: CardTypeBody{Code: t.Code, Name: t.Name, Kind: t.Kind, Properties: CardProperties(t.Properties)},
	}
}

func listCardBatches(ctx context.Context, c *call, in *listCardBatchesIn) (*Page[CardBatch], error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	limit := limitOf(in.Limit)
	list, err := card.Batches(ctx, c.DB, in.After, limit+1)
	return cut(list, err, limit, cardBatchOf, func(b CardBatch) string { return b.ID.String() })
}

func makeCardBatch(ctx context.Context, c *call, in *makeCardBatchIn) (*MadeCardBatch, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	return once(ctx, c, in, func(ctx context.Context) (*MadeCardBatch, card.Batch, error) {
		batch, list, err := c.Cards.MakeBatch(ctx, in.Body.Type, in.Body.Size, in.Body.Note, c.actor())
		out, err := madeBatchOf(batch, list, err)
		return out, batch, err
	}, c.cardBatchAgain)
}

// cardBatchAgain gives a batch's numbers without their secret codes.
func (c *call) cardBatchAgain(ctx context.Context, made card.Batch) (*MadeCardBatch, error) {
	var list []card.Stock
	for after := ""; ; after = list[len(list)-1].Number {
		page, err := card.StockOf(ctx, c.DB, made.ID, after, 0)
		if err != nil {
			return nil, err
		}
		if list = append(list, page...); len(page) == 0 {
			return madeBatchOf(made, list, nil)
		}
	}
}

func loadCardBatch(ctx context.Context, c *call, in *loadCardBatchIn) (*MadeCardBatch, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	given := each(in.Body.Cards, func(p PrintedCard) card.Stock { return card.Stock{Number: p.Number, Secret: p.Secret} })
	batch, list, err := c.Cards.LoadBatch(ctx, in.Body.Type, given, in.Body.Note, c.actor())
	return madeBatchOf(batch, list, err)
}

func madeBatchOf(batch card.Batch, list []card.Stock, err error) (*MadeCardBatch, error) {
	if err != nil {
		return nil, err
	}
	printed := each(list, func(s card.Stock) PrintedCard { return PrintedCard{Number: s.Number, Secret: s.Secret} })
	return &MadeCardBatch{CardBatch: cardBatchOf(batch), Cards: printed}, nil
}

func listCardStock(ctx context.Context, c *call, in *listStockIn) (*Page[StockCard], error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	limit := limitOf(in.Limit)
	list, err := card.StockOf(ctx, c.DB, in.Batch, in.After, limit+1)
	if err == nil && len(list) == 0 && in.After == "" {
		err = fault.New(fault.NotFound, "card.no-batch") // one that there is has a number at least
	}
	return cut(list, err, limit, stockCardOf, func(s StockCard) string { return s.Number })
}

func voidCardStock(ctx context.Context, c *call, in *voidStockIn) (none, error) {
	if err := c.whole(); err != nil {
		return none{}, err
	}
	return none{}, c.Cards.VoidStock(ctx, in.Body.Number)
}

func cardBatchOf(b card.Batch) CardBatch {
	return CardBatch{ID: b.ID, Type: b.Type, Size: b.Size, Note: b.Note, MadeAt: Time(b.MadeAt)}
}

func stockCardOf(s card.Stock) StockCard {
	return StockCard{Number: s.Number, State: s.State, ChangedAt: Time(s.ChangedAt)}
}
