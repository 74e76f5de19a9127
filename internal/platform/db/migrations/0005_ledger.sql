-- The books. All rows lie in the home of their owner and are written only
-- under the home's lock (the row in home). No foreign keys on these tables:
-- each check would cost a receipt about as much as the row itself, and
-- `kopilka verify` proves the same and more.
create table account (
    home_id          bigint not null,
    account_id       bigint not null,
    programme_id     bigint not null,
    state            text   not null check (state in ('open', 'closed')),
    active           bigint not null check (active >= 0),  -- hundredths of a point
    pending          bigint not null check (pending >= 0),
    debt             bigint not null check (debt >= 0),
    earned           bigint not null, -- ever put in, less what refunds took back
    spent            bigint not null, -- ever spent, less what refunds gave back
    expired          bigint not null,
    purchases        bigint not null, -- not fully refunded
    turnover         bigint not null, -- kopecks paid in money, less refunds
    first_purchase_at bigint,
    last_purchase_at bigint,
    slide_at         bigint,          -- when its sliding lots expire
    clock_at         bigint not null, -- dues up to here are written
    due_at           bigint,          -- no due is earlier; null: no lot has one
    gifts            bigint not null, -- bits: which once-only gifts it had
    opened_at        bigint not null,
    primary key (home_id, programme_id)
){{hot}};
create index account_due on account (due_at) where due_at is not null;

create table lot (
    home_id     bigint not null,
    lot_id      bigint not null,
    account_id  bigint not null,
    amount      bigint not null check (amount > 0),     -- hundredths
    remaining   bigint not null check (remaining >= 0),
    written_off bigint not null check (written_off >= 0), -- expired, and not yet taken by a refund
    state       text   not null check (state in ('pending', 'active')),
    earned_at   bigint not null,
    active_at   bigint not null,
    expires_at  bigint,               -- null: never, or with the account's sliding date
    sliding     {{bool}} not null,
    source      text   not null check (source in ('purchase', 'gift', 'hand', 'refund')),
    op_id       bigint not null,      -- what made it
    partner_id  bigint,               -- who issued it
    primary key (home_id, lot_id)
);
create index lot_live on lot (home_id, account_id) where remaining > 0;

-- A posting moves points from one side to another and is balanced by itself.
create table posting (
    home_id    bigint not null,
    seq        bigint not null,       -- 1, 2, 3 … in the home
    account_id bigint not null,       -- 0: the posting only chains an operation
    lot_id     bigint not null,       -- 0: none (debt)
    op_id      bigint not null,
    kind       text   not null,
    debit      text   not null,       -- the side that loses
    credit     text   not null,       -- the side that gains
    amount     bigint not null check (amount >= 0),
    at         bigint not null,       -- when it took effect
    written_at bigint not null,
    hash       {{bytes}} not null,    -- of the posting before, this one and its operation
    primary key (home_id, seq)
);

-- Points put in or taken out by hand, with the reason.
create table adjustment (
    home_id    bigint not null,
    op_id      bigint not null,
    account_id bigint not null,
    points     bigint not null,       -- signed
    reason     text   not null,
    actor      text   not null,
    at         bigint not null,
    digest     {{bytes}} not null,
    primary key (home_id, op_id)
);
