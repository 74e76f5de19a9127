-- What has happened, in the one order that the dispatcher gave it, kept for
-- some time for whoever follows.

-- Where the feed ends and where it begins.
create table feed_state (
    one      bigint primary key check (one = 1),
    last_seq bigint not null, -- of the newest event
    gone_seq bigint not null  -- of the newest that is no longer kept
);

-- Events, as many in a row as one transaction made.
create table feed (
    last_seq bigint primary key, -- of its last event; those of the row are numbered up to it
    events   bigint not null,
    event_id bigint not null, -- of the row of event that it was: names it beyond this base
    at       bigint not null, -- when it came into the feed
    doc      text   not null
);

-- An address that is told what happens.
create table webhook (
    webhook_id   bigint primary key,
    name         text   not null,
    url          text   not null,
    kinds        text   not null, -- blank between; '': all
    state        text   not null check (state in ('on', 'off')),
    off_cause    text   not null check (off_cause in ('', 'by-hand', 'failing', 'gone')),
    secret       {{bytes}} not null,
    old_secret   {{bytes}}, -- signs too until old_until
    old_until    bigint not null,
    cursor_seq   bigint not null, -- of the last event that was sent or lies in webhook_delivery
    missed       bigint not null, -- events that were no longer kept when they were to be sent
    failures     bigint not null, -- turns in a row in which nothing went through
    failing_at   bigint not null, -- since when nothing has; 0: it does
    resume_at    bigint not null, -- nothing is sent before
    sent         bigint not null, -- deliveries that went through
    sent_at      bigint not null, -- the last of them; 0: none
    outcome      text   not null, -- of the last attempt
    status       bigint not null, -- of its answer; 0: none
    holder       text   not null, -- the process that sends
    leased_until bigint not null,
    created_at   bigint not null,
    version      bigint not null
);

-- Deliveries that failed, until one goes through or none is tried any more.
create table webhook_delivery (
    webhook_id bigint not null references webhook (webhook_id),
    seq        bigint not null, -- of the event
    event_id   bigint not null, -- of its row
    kind       text   not null,
    body       text   not null,
    state      text   not null check (state in ('waiting', 'dead')),
    attempts   bigint not null,
    next_at    bigint not null, -- of a dead one: when it was given up
    outcome    text   not null,
    status     bigint not null,
    primary key (webhook_id, seq)
);
create index webhook_delivery_due on webhook_delivery (webhook_id, state, next_at);
