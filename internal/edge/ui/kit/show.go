package kit

// ranks are the colours of levels, from the lowest; there may be more levels
// than colours.
var ranks = [...]string{"t-bronze", "t-silver", "t-gold", "t-platinum"}

func levelClass(rank int) string { return ranks[max(0, min(rank, len(ranks)-1))] }

// bannerRole is alert where something has gone wrong, so that it is read out at
// once.
func bannerRole(t Tone) string {
	if t == Bad {
		return "alert"
	}
	return "note"
}

func bannerIcon(t Tone) string {
	switch t {
	case Good:
		return "circle-check"
	case Warn, Bad:
		return "alert-triangle"
	}
	return "info-circle"
}
