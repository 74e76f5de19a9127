package node

const (
	qHeld  = `select node from node where leased_until > $1`
	qRenew = `update node set leased_until = $3 where node = $1 and holder = $2`
	qTake  = `insert into node (node, holder, leased_until) values ($1, $2, $3)
 on conflict (node) do update set holder = excluded.holder, leased_until = excluded.leased_until
 where node.leased_until <= $4`
)
