package rule

// The ways in which rules work, by the key that says it.
const (
	WayRate      = "rate"
	WayAmount    = "amount"
	WayTable     = "table"
	WayPositions = "positions"
	WayTake      = "take"
	WayCheapest  = "cheapest"
	WaySet       = "set"
	WayPoints    = "points"
	WayEach      = "each"
	WayMultiply  = "multiply"
	WayCampaign  = "campaign"
	WayText      = "text"
)

// Kinds lists the kinds of rules, those that are wanted most first.
func Kinds() []Kind {
	return []Kind{AccrualRule, DiscountRule, ShareRule, TariffRule, AwardRule, MessageRule}
}

// Ways lists the ways in which a rule of a kind may work.
func Ways(k Kind) []string {
	switch k {
	case DiscountRule:
		return []string{WayRate, WayAmount, WayTable, WayTake, WayCheapest, WayPositions, WaySet}
	case AccrualRule:
		return []string{WayRate, WayEach, WayPoints, WayMultiply, WayTable}
	case ShareRule:
		return []string{WayRate}
	case TariffRule:
		return []string{WayAmount}
	case AwardRule:
		return []string{WayCampaign}
	case MessageRule:
		return []string{WayText}
	}
	return nil
}

// Way is how the rule works, "" where it does in none.
func (r *Rule) Way() string {
	switch {
	case r.Rate != 0, r.Kind == ShareRule:
		return WayRate
	case len(r.Table) > 0:
		return WayTable
	case len(r.Positions) > 0:
		return WayPositions
	case r.Take != 0 || r.Pay != 0:
		return WayTake
	case r.Cheapest != nil:
		return WayCheapest
	case r.Set != nil:
		return WaySet
	case r.Each != 0:
		return WayEach
	case r.Points != 0:
		return WayPoints
	case r.Multiply != 0:
		return WayMultiply
	case r.Campaign != "":
		return WayCampaign
	case r.Text != Text{}:
		return WayText
	case r.Amount != 0:
		return WayAmount
	}
	return ""
}
