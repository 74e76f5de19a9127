package rule

// JudgeAll judges a receipt with every rule that may act, looking for nothing
// better.
func JudgeAll(p *Programme, r *Receipt, m *Member) *Outcome {
	j, err := newJudgement(p, r, m)
	if err != nil {
		panic(err)
	}
	j.gather()
	j.chosen = make([]bool, len(j.cands))
	for i := range j.chosen {
		j.chosen[i] = true
	}
	if err := j.decide(); err != nil {
		panic(err)
	}
	return &j.Outcome
}
