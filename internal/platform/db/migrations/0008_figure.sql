-- What the dispatcher makes of events. Each event is in exactly one of three
-- places: still a row of event, or folded into these sums and (its head) into
-- seal_pending, in the transaction that deleted it.

-- The figures of a business day. What belongs to no outlet (points by hand,
-- expiries, accounts opened) is kept under outlet 0, by the programme's days;
-- receipts under no programme are kept under programme 0.
create table figure_day (
    day             text   not null, -- YYYY-MM-DD
    outlet_id       bigint not null,
    programme_id    bigint not null,
    receipts        bigint not null,
    member_receipts bigint not null,
    gross           bigint not null, -- kopecks, before discounts
    discount        bigint not null, -- kopecks taken off by campaigns
    paid            bigint not null, -- kopecks taken off by points
    money           bigint not null, -- kopecks paid in money
    spent           bigint not null, -- hundredths of points
    earned          bigint not null,
    refunds         bigint not null, -- refund receipts
    refunds_whole   bigint not null, -- purchases of which nothing is left
    refund_gross    bigint not null,
    refund_discount bigint not null,
    refund_paid     bigint not null,
    refund_withheld bigint not null, -- kopecks kept for points that were gone and held back by terms
    refund_money    bigint not null, -- kopecks given back
    refund_spent    bigint not null, -- hundredths given back
    refund_earned   bigint not null, -- hundredths taken back
    expired         bigint not null, -- hundredths
    adjusted        bigint not null, -- hundredths by hand, signed
    opened          bigint not null, -- accounts
    gifts           bigint not null, -- hundredths given on opening
    levels          bigint not null, -- hundredths given by changes of level, less those taken
    primary key (day, outlet_id, programme_id)
);
create index figure_outlet on figure_day (outlet_id, day);

-- The same of receipts and refunds, by the cashier who served; 0: none was
-- named. All rows of a day, outlet and programme add up to those above.
create table figure_cashier (
    day             text   not null,
    outlet_id       bigint not null,
    programme_id    bigint not null,
    cashier_id        bigint not null,
    receipts        bigint not null,
    member_receipts bigint not null,
    gross           bigint not null,
    discount        bigint not null,
    paid            bigint not null,
    money           bigint not null,
    spent           bigint not null,
    earned          bigint not null,
    refunds         bigint not null,
    refunds_whole   bigint not null,
    refund_gross    bigint not null,
    refund_discount bigint not null,
    refund_paid     bigint not null,
    refund_withheld bigint not null,
    refund_money    bigint not null,
    refund_spent    bigint not null,
    refund_earned   bigint not null,
    primary key (day, outlet_id, programme_id, cashier_id)
);

-- What campaigns did in receipts, and what refunds took back of it. base is
-- the programme's own rules, till what tills took off by themselves: so
-- discounts and points of all rows add up to those above. A receipt in which
-- several acted is counted in each.
create table figure_campaign (
    day             text   not null,
    outlet_id       bigint not null,
    programme_id    bigint not null,
    campaign        text   not null,
    receipts        bigint not null, -- in which it acted
    uses            bigint not null, -- counted by its limits
    money           bigint not null, -- kopecks paid for those receipts
    discount        bigint not null, -- kopecks
    earned          bigint not null, -- hundredths
    refunds         bigint not null, -- of those receipts
    refund_uses     bigint not null, -- given back
    refund_money    bigint not null, -- kopecks
    refund_discount bigint not null,
    refund_earned   bigint not null,
    primary key (day, outlet_id, programme_id, campaign)
);

-- Heads of journals that wait for their seal: records of 48 bytes (home, seq,
-- hash), as many as one turn of the dispatcher folded.
create table seal_pending (
    pending_id bigint primary key,
    heads      bigint not null,
    data       {{bytes}} not null
);

-- Each seal is the root of a Merkle tree over the heads that changed since the
-- last one, and its hash covers the hash of that: who holds one hash can tell
-- whether anything before it was changed.
create table seal (
    seal_id bigint primary key, -- 1, 2, 3 …
    at      bigint not null,
    prev    {{bytes}} not null, -- hash of the seal before
    root    {{bytes}} not null,
    leaves  bigint not null,
    hash    {{bytes}} not null
);

-- The leaves of a seal, sorted by home, at most a thousand in a row.
create table seal_chunk (
    seal_id    bigint not null references seal (seal_id),
    n          bigint not null, -- 0, 1, 2 …
    first_home bigint not null,
    last_home  bigint not null,
    data       {{bytes}} not null,
    primary key (seal_id, n)
);
