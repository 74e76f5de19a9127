package member

import (
	"context"

	"kopilka/internal/platform/db"
)

// qTagsKnown leaps from one tag to the next: there are few beside those who have them.
const qTagsKnown = `with recursive known (folded) as (
 select min(tag_folded) from member_tag
 union all select (select min(t.tag_folded) from member_tag t where t.tag_folded > known.folded) from known where known.folded is not null)
select (select t.tag from member_tag t where t.tag_folded = known.folded limit 1) from known where known.folded is not null limit $1`

// TagsKnown are tags that members have, in no order that matters.
func TagsKnown(ctx context.Context, q db.Q, limit int) ([]string, error) {
	return db.All(ctx, q, scanTag, qTagsKnown, limit)
}
