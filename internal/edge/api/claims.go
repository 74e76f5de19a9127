package api

import (
	"context"
	"net/http"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// FiscalReceipt is what the QR of a sale's fiscal receipt says: t, s, fn, i
// and fp.
type FiscalReceipt struct {
	FN       string       `json:"fn" minLength:"16" maxLength:"16" example:"8716000100025114"`
	Document int64        `json:"document" minimum:"1" maximum:"4294967295" example:"114318"`
	Sign     int64        `json:"sign" minimum:"0" maximum:"4294967295" example:"3578721879"`
	Time     string       `json:"time" minLength:"13" maxLength:"15" example:"20190113T1548"`
	Sum      money.Amount `json:"sum" minimum:"0" example:"12700"`
}

// ClaimBody asks for a receipt of nobody's to be given to a member.
type ClaimBody struct {
	Till     id.ID        `json:"till,omitzero"`
	Cashier  id.ID        `json:"cashier,omitzero"`
	Buyer    *Buyer       `json:"buyer"`
	Purchase *PurchaseRef `json:"purchase,omitempty"`
	QR       string       `json:"qr,omitempty" maxLength:"300" example:"t=20190113T154800&s=127.00&fn=8716000100025114&i=114318&fp=3578721879&n=1"`
}

// PurchaseClaim is how a receipt that had no member was given to one.
type PurchaseClaim struct {
	Member home.ID      `json:"member"`
	At     Time         `json:"at"`
	Earned money.Points `json:"earned"`
	Flags  []string     `json:"flags,omitempty"`
}

type claimIn struct {
	Fiscal bool `query:"fiscal"`
	Body   ClaimBody
}

func claims(a *API) {
	add(a, operation{
		id: "claimPurchase", method: http.MethodPost, path: "/purchases/claim", group: "purchases", status: http.StatusOK,
		scopes: []identity.Scope{identity.PurchasesClaim},
	}, claimPurchase)
}

func claimPurchase(ctx context.Context, c *call, in *claimIn) (*Purchase, error) {
	b := &in.Body
	req := &purchase.ClaimRequest{Cashier: b.Cashier, May: c.who.At}
	var err error
	if c.who.TillID != 0 || b.Till != 0 {
		if req.Till, err = c.till(b.Till); err != nil {
			return nil, err
		}
	}
	if (b.Purchase != nil) == (b.QR != "") {
		return nil, fault.New(fault.Invalid, "claim.ways")
	}
	if req.Buyer, err = c.buyer(b.Buyer); err != nil {
		return nil, err
	}
	if b.QR != "" {
		if err := c.guess(); err != nil {
			return nil, err
		}
		if req.Fiscal, err = fiscalQR(b.QR); err != nil {
			return nil, err
		}
	} else if req.Purchase, err = c.purchaseRef(ctx, b.Purchase, req.Till); err != nil {
		return nil, err
	}
	done, err := c.Desk.Claim(ctx, req)
	if err != nil {
		return nil, err
	}
	c.replayed(done.Before)
	return c.kept(done.Purchase, in.Fiscal), nil
}

// fiscalQR reads the text of a QR.
func fiscalQR(qr string) (*purchase.Fiscal, error) {
	f, err := purchase.ParseFiscal(qr)
	if err != nil {
		return nil, err
	}
	return &f, nil
}

func fiscalIn(f *FiscalReceipt) *purchase.Fiscal {
	if f == nil {
		return nil
	}
	return &purchase.Fiscal{Drive: f.FN, Number: f.Document, Sign: f.Sign, Time: f.Time, Sum: f.Sum}
}

func fiscalReceiptOf(f *purchase.Fiscal) *FiscalReceipt {
	if f == nil {
		return nil
	}
	return &FiscalReceipt{FN: f.Drive, Document: f.Number, Sign: f.Sign, Time: f.Time, Sum: f.Sum}
}

func claimOf(c *purchase.Claim) *PurchaseClaim {
	return &PurchaseClaim{Member: c.Member, At: Time(c.At), Earned: c.Earned, Flags: c.Flags}
}
