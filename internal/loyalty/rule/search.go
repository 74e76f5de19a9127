package rule

import (
	"cmp"
	"slices"

	"kopilka/internal/platform/money"
)

// MaxTried bounds the combinations of campaigns that are evaluated for one
// receipt. While there are no more of them the best is found exactly; past
// that it is the best found, and the outcome says how large the gap may be.
const MaxTried = 1024

// score is what a combination gives, the better the greater: discount, then
// points at their value, then codes that are awarded and messages, then fewer
// uses of codes, then priority.
type score struct {
	discount money.Amount
	points   money.Points
	awards   int
	messages int
	codes    int
	ranks    []rank // of the campaigns in it, the highest first
}

// rank orders campaigns: by priority, then by id.
type rank struct {
	priority int
	id       string
}

func (s *score) better(o *score) bool {
	c := cmp.Or(cmp.Compare(s.discount, o.discount), cmp.Compare(s.points, o.points),
		cmp.Compare(s.awards, o.awards), cmp.Compare(s.messages, o.messages), cmp.Compare(o.codes, s.codes))
	if c != 0 {
		return c > 0
	}
	for i := range min(len(s.ranks), len(o.ranks)) {
		a, b := s.ranks[i], o.ranks[i]
		if c := cmp.Or(cmp.Compare(a.priority, b.priority), cmp.Compare(b.id, a.id)); c != 0 {
			return c > 0
		}
	}
	return len(s.ranks) < len(o.ranks)
}

// decision is one thing to choose: a campaign, in or out, or which of the
// rules of a choice acts. Each option is the candidates that it turns on.
type decision struct {
	campaign *Campaign // nil: a choice within base
	options  [][]int
	most     []money.Amount // that an option can take off, whatever else acts
}

// search looks for the combination that gives most.
type search struct {
	j      *judgement
	on     []bool
	in     []*Campaign
	best   score
	chosen []bool
	tried  int
	limit  money.Amount // no combination takes off more
}

// best finds the combination of campaigns that gives the member most.
func (j *judgement) best() {
	base, stacks := j.decisions()
	s := &search{j: j, on: make([]bool, len(j.cands))}
	free := j.alwaysOn(s.on)
	if len(base) == 0 && len(stacks) == 0 {
		j.chosen, j.Best = s.on, Best{Tried: 1, Exact: true}
		return
	}
	for i := range j.Lines {
		s.limit += max(j.r.Lines[i].Gross-j.floor[i], 0)
	}
	s.consider()
	exact, bound := true, money.Amount(0)
	for _, stack := range stacks {
		if !s.run(slices.Concat(base, stack), free) {
			exact = false
			bound = max(bound, s.bound(slices.Concat(base, stack), 0, free))
		}
	}
	if len(stacks) == 0 && !s.run(base, free) {
		exact, bound = false, s.bound(base, 0, free)
	}
	j.chosen = s.chosen
	j.Best = Best{Tried: s.tried, Exact: exact}
	if !exact {
		j.Best.Gap = max(bound-s.best.discount, 0)
	}
}

// alwaysOn turns on the rules that are no matter of choice, and tells the
// most that they take off together.
func (j *judgement) alwaysOn(on []bool) (most money.Amount) {
	for i := range j.cands {
		r := j.cands[i].rule
		if r.campaign == nil && r.Choice == "" {
			on[i] = true
			most += j.mostOf(&j.cands[i])
		}
	}
	return most
}

// decisions finds what is to be chosen: within base, and for each stacking
// group the campaigns that may act together.
func (j *judgement) decisions() (base []decision, stacks [][]decision) {
	byCampaign := map[*Campaign][]int{}
	var order []*Campaign
	var own []int
	for i := range j.cands {
		c := j.cands[i].rule.campaign
		if c == nil {
			own = append(own, i)
			continue
		}
		if byCampaign[c] == nil {
			order = append(order, c)
		}
		byCampaign[c] = append(byCampaign[c], i)
	}
	base = j.choices(nil, own)
	slices.SortFunc(order, func(a, b *Campaign) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.ID, b.ID))
	})
	group := map[string]int{}
	for _, c := range order {
		d := j.campaignDecision(c, byCampaign[c])
		if c.Alone {
			stacks = append(stacks, []decision{d})
			continue
		}
		at, ok := group[c.Stack]
		if !ok {
			at = len(stacks)
			group[c.Stack] = at
			stacks = append(stacks, nil)
		}
		stacks[at] = append(stacks[at], d)
	}
	return base, stacks
}

// choices gives a decision for each choice among the candidates.
func (j *judgement) choices(c *Campaign, cands []int) (out []decision) {
	at := map[string]int{}
	for _, i := range cands {
		name := j.cands[i].rule.Choice
		if name == "" {
			continue
		}
		k, ok := at[name]
		if !ok {
			k = len(out)
			at[name] = k
			out = append(out, decision{campaign: c})
		}
		out[k].options = append(out[k].options, []int{i})
		out[k].most = append(out[k].most, j.mostOf(&j.cands[i]))
	}
	return out
}

// maxOptions bounds the ways in which one campaign can act.
const maxOptions = 64

// campaignDecision gives the options of a campaign: each way to choose among
// its variants, or nothing of it.
func (j *judgement) campaignDecision(c *Campaign, cands []int) decision {
	var all []int
	var most money.Amount
	for _, i := range cands {
		if j.cands[i].rule.Choice == "" {
			all = append(all, i)
			most += j.mostOf(&j.cands[i])
		}
	}
	d := decision{campaign: c, options: [][]int{all}, most: []money.Amount{most}}
	for _, choice := range j.choices(c, cands) {
		next := decision{campaign: c}
		for k, o := range d.options {
			for v, variant := range choice.options {
				if len(next.options) < maxOptions {
					next.options = append(next.options, slices.Concat(o, variant))
					next.most = append(next.most, d.most[k]+choice.most[v])
				}
			}
		}
		d = next
	}
	d.options, d.most = append(d.options, nil), append(d.most, 0)
	return d
}

// mostOf bounds what a rule can take off, whatever acts beside it: no discount
// grows when the prices that it falls on are lowered.
func (j *judgement) mostOf(c *candidate) money.Amount {
	if c.order > 2 {
		return 0
	}
	var room, sum money.Amount
	for i := range j.Lines {
		if c.lines == nil || c.lines[i] {
			room += max(j.r.Lines[i].Gross-j.floor[i], 0)
			sum += j.r.Lines[i].Gross
		}
	}
	switch c.rule.way {
	case wayRate:
		return min(room, j.rateOf(c.rule.Rate, sum)+1)
	case wayAmount:
		if !c.rule.EachUnit {
			return min(room, c.rule.Amount)
		}
	}
	return room
}

// run tries the combinations of the decisions, and tells whether all that
// could be better were.
func (s *search) run(ds []decision, free money.Amount) bool {
	count := 1
	for _, d := range ds {
		count = min(count*len(d.options), MaxTried+1)
	}
	if count > MaxTried {
		s.j.pruned = true
		s.climb(ds, s.tried+MaxTried)
		return s.best.discount >= min(s.bound(ds, 0, free), s.limit) && s.pointsSettled(ds)
	}
	s.walk(ds, 0, free)
	return true
}

// pointsSettled tells whether no decision can change the points alone.
func (s *search) pointsSettled(ds []decision) bool {
	for _, d := range ds {
		for _, o := range d.options {
			for _, i := range o {
				if s.j.cands[i].order > 2 {
					return false
				}
			}
		}
	}
	return true
}

// bound is what the options of the decisions from one on can take off.
func (s *search) bound(ds []decision, from int, sure money.Amount) money.Amount {
	for _, d := range ds[from:] {
		sure += slices.Max(d.most)
	}
	return min(sure, s.limit)
}

// walk tries all options of the decisions from one on; sure bounds what those
// chosen so far take off.
func (s *search) walk(ds []decision, from int, sure money.Amount) {
	if s.chosen != nil && s.bound(ds, from, sure) < s.best.discount {
		s.j.pruned = true
		return
	}
	if from == len(ds) {
		s.consider()
		return
	}
	d := &ds[from]
	for k, o := range d.options {
		s.turn(d, o, true)
		s.walk(ds, from+1, sure+d.most[k])
		s.turn(d, o, false)
	}
}

func (s *search) turn(d *decision, option []int, on bool) {
	for _, i := range option {
		s.on[i] = on
	}
	if d.campaign == nil || len(option) == 0 {
		return
	}
	if on {
		s.in = append(s.in, d.campaign)
	} else {
		s.in = s.in[:len(s.in)-1]
	}
}

// consider weighs the combination that is on.
func (s *search) consider() {
	s.tried++
	got := s.j.weigh(s.on)
	for _, c := range s.in {
		got.ranks = append(got.ranks, rank{c.Priority, c.ID})
		if c.NeedsCode {
			got.codes++
		}
	}
	slices.SortFunc(got.ranks, func(a, b rank) int {
		return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(a.id, b.id))
	})
	if s.chosen == nil || got.better(&s.best) {
		s.best, s.chosen = got, slices.Clone(s.on)
	}
}

// climb starts with every decision's strongest option and changes one
// decision at a time while that gives more.
func (s *search) climb(ds []decision, budget int) {
	now := make([]int, len(ds))
	for i := range ds {
		for k := range ds[i].most {
			if ds[i].most[k] > ds[i].most[now[i]] {
				now[i] = k
			}
		}
	}
	s.apply(ds, now)
	best := s.best
	for improved := true; improved; {
		improved = false
		for i := range ds {
			was := now[i]
			for k := range ds[i].options {
				if k == was || s.tried >= budget {
					continue
				}
				keep := now[i]
				now[i] = k
				s.apply(ds, now)
				if s.best.better(&best) {
					best, improved = s.best, true
				} else {
					now[i] = keep
				}
			}
		}
	}
}

// apply weighs one option of each decision.
func (s *search) apply(ds []decision, now []int) {
	for i := range ds {
		s.turn(&ds[i], ds[i].options[now[i]], true)
	}
	s.consider()
	for i := len(ds) - 1; i >= 0; i-- {
		s.turn(&ds[i], ds[i].options[now[i]], false)
	}
}
