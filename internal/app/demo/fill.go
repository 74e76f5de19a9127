package demo

import (
	"context"
	"math/rand/v2"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
)

// Stage is what is being made.
type Stage string

// The stages.
const (
	Members  Stage = "members"
	Receipts Stage = "receipts"
)

// Progress is told how far a stage is.
type Progress func(s Stage, done, total int64)

// Made is what was made.
type Made struct {
	Members  int
	Receipts int
	Refunds  int
}

// filler is a base being filled.
type filler struct {
	Parts
	size     Size
	random   *rand.Rand
	progress Progress
	start    clock.Micros
	end      clock.Micros
	places   []*place
	virtual  id.ID // type of cards
	people   []*person
	sessions []playbill.Session
	texts    []member.ConsentText
}

const seed = 20261122

// Fill fills an empty, migrated base.
func Fill(ctx context.Context, p Parts, size Size, progress Progress) (*Made, error) {
	now := p.Clock.Now()
	f := &filler{
		Parts: p, size: size, progress: progress, random: rand.New(rand.NewPCG(seed, uint64(size.Receipts))),
		end: now, start: now.Add(-time.Duration(size.Days) * 24 * time.Hour),
	}
	for _, step := range []func(context.Context) error{f.makeHouse, f.makePlaces, f.makeGoods, f.makePlaybill, f.makeCards, p.Refresh, f.makeProgramme, p.Refresh, f.makeTexts, f.makePeople} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	made, err := f.sellAll(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.Desk.SettleAllDue(ctx, nil); err != nil {
		return nil, err
	}
	made.Members = len(f.people)
	return made, f.makeLife(ctx)
}

func (f *filler) tell(s Stage, done, total int64) {
	if f.progress != nil {
		f.progress(s, done, total)
	}
}
