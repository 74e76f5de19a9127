package purchase

import (
	"context"
	"encoding/json"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

const qLatestOfOutlet = `select doc from purchase where outlet_id = $1 order by at desc limit $2`

// latestLooked is how many of an outlet's latest receipts tell what channels it sells by.
const latestLooked = 40

// Channels are the sales channels of an outlet's latest receipts.
func (d *Desk) Channels(ctx context.Context, outlet id.ID) ([]string, error) {
	list, err := db.All(ctx, d.DB, func(r db.Row) (string, error) {
		var doc string
		var sold struct {
			Channel string `json:"channel"`
		}
		err := r.Scan(&doc)
		if err == nil {
			err = json.Unmarshal([]byte(doc), &sold)
		}
		return sold.Channel, err
	}, qLatestOfOutlet, outlet, latestLooked)
	var out []string
	seen := map[string]bool{"": true}
	for _, channel := range list {
		if folded := text.Fold(channel); !seen[folded] {
			seen[folded] = true
			out = append(out, channel)
		}
	}
	return out, err
}
