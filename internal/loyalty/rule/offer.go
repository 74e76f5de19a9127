package rule

import "kopilka/internal/platform/money"

// Offer is the plain sort of campaign: one discount of the receipt that codes
// open and that acts beside no other campaign.
type Offer struct {
	ID       string
	Name     string
	Codes    []string
	Rate     money.Rate   // of the receipt, or
	Amount   money.Amount // a fixed sum
	LeastSum money.Amount
	From     string
	To       string
	Members  bool // only for members
	Limits   Limits
}

// Campaign writes the offer down as a campaign.
func (o *Offer) Campaign() Campaign {
	c := Campaign{ID: o.ID, Name: o.Name, Codes: o.Codes, NeedsCode: true, Alone: true, From: o.From, To: o.To, Limits: o.Limits}
	r := Rule{ID: o.ID, Name: o.Name, Kind: DiscountRule, Stage: ReceiptStage, Rate: o.Rate, Amount: o.Amount}
	if o.LeastSum > 0 {
		least := int64(o.LeastSum)
		r.When = append(r.When, Condition{Field: FieldSum, From: &least})
	}
	if o.Members {
		r.When = append(r.When, Condition{Field: FieldMember, In: []string{yes}})
	}
	c.Rules = []Rule{r}
	return c
}

// CampaignsOf writes offers down as campaigns.
func CampaignsOf(offers ...Offer) []Campaign {
	out := make([]Campaign, len(offers))
	for i := range offers {
		out[i] = offers[i].Campaign()
	}
	return out
}
