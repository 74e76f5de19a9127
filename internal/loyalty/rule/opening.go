package rule

import "slices"

// Key names a use among those that are used up.
func (u *Use) Key() string { return u.Campaign + ":" + u.Code }

// HeldKey names it there where only reservations keep it from being had: it may
// come free again.
func (u *Use) HeldKey() string { return "held " + u.Key() } // no id has a blank

// used is why a use is not among those that can be had; "" where it is.
func (j *judgement) used(u *Use, used, held string) string {
	switch {
	case slices.Contains(j.usedUp, u.Key()):
		return used
	case slices.Contains(j.usedUp, u.HeldKey()):
		return held
	}
	return ""
}

// Limited lists the uses of limited campaigns that a receipt may make: those
// that stand open to it. Who judges it finds first which are used up.
func (p *Programme) Limited(r *Receipt, m *Member) (out []Use) {
	j := &judgement{p: p, r: r, m: m}
	open := func(c *Campaign) bool { return j.closed(c) == nil }
	for i := range r.Codes {
		if c := p.campaignOf(&r.Codes[i]); c != nil && c.NeedsCode && c.Limits.bound() && open(c) {
			u := c.use(r.Codes[i].Text)
			if !slices.ContainsFunc(out, func(o Use) bool { return o.Key() == u.Key() }) {
				out = append(out, u)
			}
		}
	}
	for _, c := range p.index.open {
		if open(c) {
			out = append(out, c.use(""))
		}
	}
	return out
}

// MayLimit lists the same without a look at the member: no other use can be
// made, whatever is known of him.
func (p *Programme) MayLimit(r *Receipt) []Use { return p.Limited(r, nil) }

// UseOf is the use of a limited campaign that a receipt with the code makes;
// nil where the code opens none, or one without limits.
func (p *Programme) UseOf(code *Code) *Use {
	c := p.campaignOf(code)
	if c == nil || !c.Limits.bound() {
		return nil
	}
	u := c.use(code.Text)
	return &u
}

// UseOfCampaign is the use that a campaign and its code make, nil where nothing
// limits it.
func (p *Programme) UseOfCampaign(campaign, code string) *Use {
	c := p.CampaignOf(campaign)
	if c == nil || !c.Limits.bound() {
		return nil
	}
	u := c.use(code)
	return &u
}

// Opens tells whether the code opens a campaign.
func (p *Programme) Opens(code *Code) bool { return p.campaignOf(code) != nil }

func (p *Programme) campaignOf(code *Code) *Campaign {
	if c := p.codes[code.Text]; c != nil {
		return c
	}
	if code.Campaign == "" {
		return nil
	}
	return p.CampaignOf(code.Campaign)
}

func (c *Campaign) use(code string) Use {
	return Use{Campaign: c.ID, Code: code, InAll: c.Limits.InAll, PerCode: c.Limits.PerCode, PerHead: c.Limits.PerHead}
}

// codes finds the campaigns that the receipt's codes open, and answers those
// codes that open none.
func (j *judgement) codes() (coded []*Campaign) {
	for i := range j.r.Codes {
		code := &j.r.Codes[i]
		c := j.p.campaignOf(code)
		if c == nil {
			j.why(Step{Code: code.Text, Reason: WhyCodeUnknown})
			continue
		}
		if o := j.opening(c); !o.open || o.code != code.Text {
			j.why(j.codeStep(c, o, code))
		}
		if c.NeedsCode && !slices.Contains(coded, c) {
			coded = append(coded, c)
		}
	}
	return coded
}

// codeStep says why a code does not open its campaign.
func (j *judgement) codeStep(c *Campaign, o *opening, code *Code) Step {
	step := o.step
	if reason := j.refusal(c, code); reason != "" {
		step = Step{Reason: reason}
	} else if o.open {
		step = Step{Reason: WhyCodeSpare, Args: args("code", o.code)}
	}
	step.Campaign, step.Code = c.ID, code.Text
	return step
}

// refusal is why one code can't be used; "" where it can.
func (j *judgement) refusal(c *Campaign, code *Code) string {
	u := c.use(code.Text)
	switch {
	case code.Foreign:
		return WhyCodeForeign
	case code.Gone != "":
		return code.Gone
	}
	if code.Campaign == "" && u.PerCode > 0 {
		return j.used(&u, WhyCodeUsed, WhyCodeHeld)
	}
	return j.used(&u, u.full(), WhyCodeHeld)
}

// full is which limit is reached where the use's own code is not what is used up: that
// of the buyer where no other is set.
func (u *Use) full() string {
	if u.PerHead > 0 && u.InAll == 0 {
		return WhyUsedByBuyer
	}
	return WhyUsedUp
}

// opensFirst tells whether the code is the one that a campaign stands open by.
func (j *judgement) opensFirst(campaign, code string) bool {
	return slices.ContainsFunc(j.opened, func(o opening) bool { return o.open && o.campaign.ID == campaign && o.code == code })
}

// opening finds how a campaign stands to the receipt.
func (j *judgement) opening(c *Campaign) *opening {
	for i := range j.opened {
		if j.opened[i].campaign == c {
			return &j.opened[i]
		}
	}
	o := opening{campaign: c}
	if step := j.closed(c); step != nil {
		o.step = *step
	} else {
		o.open, o.code, o.step = j.unlocked(c)
	}
	o.step.Campaign = c.ID
	j.opened = append(j.opened, o)
	return &j.opened[len(j.opened)-1]
}

// closed says why a campaign is closed to the receipt whatever its codes; nil
// where it is not.
func (j *judgement) closed(c *Campaign) *Step {
	switch {
	case c.Off:
		return &Step{Reason: WhyOff}
	case !within(j.r.Day, c.From, c.To):
		return &Step{Reason: WhyDates, Args: args("day", j.r.Day, "from", c.From, "to", c.To)}
	}
	return j.whenHolds(c.When)
}

// unlocked finds the first of the receipt's codes that opens the campaign.
func (j *judgement) unlocked(c *Campaign) (open bool, code string, step Step) {
	if !c.NeedsCode {
		u := c.use("")
		full := u.full()
		if reason := j.used(&u, full, full); reason != "" {
			return false, "", Step{Reason: reason}
		}
		return true, "", step
	}
	step = Step{Reason: WhyNeedsCode}
	for i := range j.r.Codes {
		x := &j.r.Codes[i]
		if j.p.campaignOf(x) != c {
			continue
		}
		reason := j.refusal(c, x)
		if reason == "" {
			return true, x.Text, Step{}
		}
		step = Step{Reason: reason}
	}
	return false, "", step
}
