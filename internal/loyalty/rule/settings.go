package rule

import (
	"encoding/json"

	"kopilka/internal/platform/money"
	"kopilka/internal/platform/setting"
)

// Settings are the terms of a programme; ProgrammeSettings says of each what
// it may be and which it is by default.
type Settings struct {
	PointValue     money.Amount   `json:"point_value"` // that a point takes off
	AccrualStep    money.Points   `json:"accrual_step"`
	SpendStep      money.Points   `json:"spend_step"`
	Round          money.Rounding `json:"round"`
	EarnOn         EarnOn         `json:"earn_on"`
	EarnMoneyOnly  bool           `json:"earn_money_only"`    // not on what points paid
	EarnWithSpend  bool           `json:"earn_with_spend"`    // earn at all on a receipt partly paid with points
	EarnDiscounted bool           `json:"earn_on_discounted"` // lines with a discount earn
	EarnMemorandum bool           `json:"earn_on_memorandum"` // lines under a memorandum earn

	DiscountMemorandum bool `json:"discount_on_memorandum"` // they are lowered as far as its terms allow
	SpendMemorandum    bool `json:"spend_on_memorandum"`    // points pay for them as far as its terms allow

	PushkinSpend       bool `json:"pushkin_spend"`            // points are spent on what a Pushkin card pays for
	PushkinEarn        bool `json:"pushkin_earn"`             // what it pays earns
	PushkinCertificate bool `json:"pushkin_with_certificate"` // certificates and deposits may pay beside it
	PushkinMixed       bool `json:"pushkin_mixed"`            // other money may
	PushkinOne         bool `json:"pushkin_one_ticket"`       // one ticket an order
	PushkinRefund      bool `json:"pushkin_refund_to_card"`   // what it paid goes back to it only
	PushkinListed      bool `json:"pushkin_listed_events"`    // an event that is known must be one that it pays for

	LowerLeast      bool         `json:"lower_least_price"`   // what has a least price may be lowered to it
	EarnCertificate bool         `json:"earn_on_certificate"` // what certificates and deposits paid earns as money
	Progressive     Progressive  `json:"progressive"`
	ConditionsOn    ConditionsOn `json:"conditions_on"`
	LevelOn         LevelOn      `json:"level_on"`
	LevelScope      LevelScope   `json:"level_scope"`
	UnusedLapse     int          `json:"unused_ticket_lapse"`   // days after the session when points that wait for a ticket's use lapse; 0: never
	PriceFloor      money.Amount `json:"price_floor"`           // least price of a unit
	ReturnSpent     bool         `json:"return_spent"`          // a refund gives spent points back
	Clawback        Clawback     `json:"clawback"`              // of points that are gone
	ExpiredReturn   int          `json:"expired_return"`        // days that points get whose lot has expired meanwhile; 0: they stay lost
	RefundTerms     OnRefund     `json:"refund_conditions"`     // of what stays
	UnlinkedTakes   bool         `json:"unlinked_refund"`       // an unmatched refund takes points back by the base rules
	SpendProofAbove money.Points `json:"spend_proof_above"`     // spending more than this takes a one-time QR, a code or the card's secret code; −1: never
	OfflineSpend    money.Points `json:"offline_spend"`         // most points that a receipt spends at a till of ours with no network; 0: none
	ApproveAbove    money.Points `json:"adjust_approval_above"` // points by hand past this want a second person; 0: none do
	PublishTwo      bool         `json:"publish_approval"`      // no programme comes into force without a second person
	LateMax         int          `json:"late_max"`              // days after which a record is too late to earn; 0: never
	ClaimWithin     int          `json:"claim_within"`          // days after a receipt of nobody's within which it may be given to a member; 0: on its own day only
	GuestPoints     bool         `json:"guest_points"`          // what a guest bought before he became a member gives points, within claim_within
	HoldTTL         int          `json:"hold_ttl"`              // minutes that a reservation holds where it does not say
	OpenAccount     OpenAccount  `json:"open_account"`          // when a member gets his account
}

// ProgrammeSettings is the table of a programme's settings. One more is a
// field, a row here, texts, and a test of its effect in package settings.
var ProgrammeSettings = setting.Of("programme",
	setting.OfMoney("point_value", func(s *Settings) *money.Amount { return &s.PointValue }, 100, 1, 1e9),
	setting.OfPoints("accrual_step", func(s *Settings) *money.Points { return &s.AccrualStep }, 1, 1, 1e9),
	setting.OfPoints("spend_step", func(s *Settings) *money.Points { return &s.SpendStep }, 100, 1, 1e9),
	setting.OfRounding("round", func(s *Settings) *money.Rounding { return &s.Round }, money.Down),
	setting.OfChoice("earn_on", func(s *Settings) *EarnOn { return &s.EarnOn }, AfterDiscounts, BeforeDiscounts, AfterDiscounts),
	setting.OfFlag("earn_money_only", func(s *Settings) *bool { return &s.EarnMoneyOnly }, true),
	setting.OfFlag("earn_with_spend", func(s *Settings) *bool { return &s.EarnWithSpend }, true),
	setting.OfFlag("earn_on_discounted", func(s *Settings) *bool { return &s.EarnDiscounted }, true),
	setting.OfFlag("earn_on_memorandum", func(s *Settings) *bool { return &s.EarnMemorandum }, true),
	setting.OfFlag("discount_on_memorandum", func(s *Settings) *bool { return &s.DiscountMemorandum }, true),
	setting.OfFlag("spend_on_memorandum", func(s *Settings) *bool { return &s.SpendMemorandum }, true),
	setting.OfFlag("lower_least_price", func(s *Settings) *bool { return &s.LowerLeast }, true),
	setting.OfFlag("pushkin_spend", func(s *Settings) *bool { return &s.PushkinSpend }, false),
	setting.OfFlag("pushkin_earn", func(s *Settings) *bool { return &s.PushkinEarn }, false),
	setting.OfFlag("pushkin_with_certificate", func(s *Settings) *bool { return &s.PushkinCertificate }, false),
	setting.OfFlag("pushkin_mixed", func(s *Settings) *bool { return &s.PushkinMixed }, false),
	setting.OfFlag("pushkin_one_ticket", func(s *Settings) *bool { return &s.PushkinOne }, true),
	setting.OfFlag("pushkin_refund_to_card", func(s *Settings) *bool { return &s.PushkinRefund }, true),
	setting.OfFlag("pushkin_listed_events", func(s *Settings) *bool { return &s.PushkinListed }, true),
	setting.OfFlag("earn_on_certificate", func(s *Settings) *bool { return &s.EarnCertificate }, true),
	setting.OfChoice("progressive", func(s *Settings) *Progressive { return &s.Progressive }, OnWhole, OnWhole, OnPart),
	setting.OfChoice("conditions_on", func(s *Settings) *ConditionsOn { return &s.ConditionsOn }, BeforeStage, BeforeStage, BeforeAll),
	setting.OfChoice("level_on", func(s *Settings) *LevelOn { return &s.LevelOn }, LevelBefore, LevelBefore, LevelAfter),
	setting.OfChoice("level_scope", func(s *Settings) *LevelScope { return &s.LevelScope }, ScopeAccount, ScopeAccount, ScopeMember),
	setting.OfDays("unused_ticket_lapse", func(s *Settings) *int { return &s.UnusedLapse }, 30, MaxDays),
	setting.OfMoney("price_floor", func(s *Settings) *money.Amount { return &s.PriceFloor }, 1, 0, MaxCents),
	setting.OfFlag("return_spent", func(s *Settings) *bool { return &s.ReturnSpent }, true),
	setting.OfChoice("clawback", func(s *Settings) *Clawback { return &s.Clawback }, ClawDebt, ClawDebt, ClawMoney, ClawForgive),
	setting.OfDays("expired_return", func(s *Settings) *int { return &s.ExpiredReturn }, 30, MaxDays),
	setting.OfChoice("refund_conditions", func(s *Settings) *OnRefund { return &s.RefundTerms }, KeepTerms, KeepTerms, RecomputeTerms, TakeDifference),
	setting.OfFlag("unlinked_refund", func(s *Settings) *bool { return &s.UnlinkedTakes }, true),
	setting.OfPoints("offline_spend", func(s *Settings) *money.Points { return &s.OfflineSpend }, 0, 0, maxPoints),
	setting.OfPointsOrNever("spend_proof_above", func(s *Settings) *money.Points { return &s.SpendProofAbove }, maxPoints),
	setting.OfPoints("adjust_approval_above", func(s *Settings) *money.Points { return &s.ApproveAbove }, 0, 0, maxPoints),
	setting.OfFlag("publish_approval", func(s *Settings) *bool { return &s.PublishTwo }, false),
	setting.OfDays("late_max", func(s *Settings) *int { return &s.LateMax }, 0, MaxDays),
	setting.OfDays("claim_within", func(s *Settings) *int { return &s.ClaimWithin }, 30, MaxDays),
	setting.OfFlag("guest_points", func(s *Settings) *bool { return &s.GuestPoints }, false),
	setting.OfSpan("hold_ttl", func(s *Settings) *int { return &s.HoldTTL }, 20, 1, MaxHoldMinutes),
	setting.OfChoice("open_account", func(s *Settings) *OpenAccount { return &s.OpenAccount }, OpenAtUse, OpenAtUse, OpenByHand),
)

// MaxHoldMinutes is how long a reservation may hold at most.
const MaxHoldMinutes = 31 * 24 * 60

// CampaignSettings is the table of a campaign's settings.
var CampaignSettings = setting.Of("campaign",
	setting.OfInherited("refund", "programme.refund_conditions", func(c *Campaign) *OnRefund { return &c.Refund }, KeepTerms, RecomputeTerms, TakeDifference),
	setting.OfFlag("award_on_claim", func(c *Campaign) *bool { return &c.AwardOnClaim }, false),
)

// LimitSettings is the table of the settings of a campaign's limits.
var LimitSettings = setting.Of("campaign.limits",
	setting.OfFlag("return", func(l *Limits) *bool { return &l.Return }, false),
)

// DefaultSettings are the terms of a programme that says nothing else.
func DefaultSettings() (s Settings) {
	ProgrammeSettings.Reset(&s)
	return s
}

// UnmarshalJSON gives what is not told its default, so that a programme which
// was stored before there was a setting goes on as it did.
func (s *Settings) UnmarshalJSON(b []byte) error {
	type plain Settings
	told := plain(DefaultSettings())
	if err := json.Unmarshal(b, &told); err != nil {
		return err
	}
	*s = Settings(told)
	return nil
}

func (p *Programme) checkSettings(c *checker) {
	s := &p.Settings
	c.found("settings", ProgrammeSettings.Check(s))
	// A step that is no whole number of kopecks would take off less than it is worth.
	whole, ok := money.MulDiv(int64(s.SpendStep), int64(s.PointValue), 100, money.Down)
	back, ok2 := money.MulDiv(whole, 100, max(int64(s.PointValue), 1), money.Down)
	c.check(ok && ok2 && back == int64(s.SpendStep), "settings.spend_step", "programme.step-kopecks")
}
