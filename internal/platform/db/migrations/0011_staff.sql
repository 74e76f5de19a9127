-- Who works in the console, how they prove who they are, and what was changed
-- by whom.

-- Roles that an organization made; those that are built in are the program's.
create table staff_role (
    code        text primary key,
    name        text not null,
    permissions text not null, -- blank between, in the order of the program's list
    state       text not null check (state in ('active', 'closed')),
    version     bigint not null,
    search_folded text not null
);

create table staff (
    staff_id     bigint primary key,
    name         text not null,
    email        text not null,
    email_folded text unique,   -- lower case; null once closed: another may have it
    role         text not null,
    lang         text not null, -- '' the organization's
    state        text not null check (state in ('invited', 'active', 'blocked', 'closed')),
    password     text not null, -- argon2id, '' for none
    totp         {{bytes}},     -- the secret, sealed; null: none
    totp_begun   {{bytes}},     -- one that waits for its first code
    totp_step    bigint not null, -- the newest that was used: none is taken twice
    created_at   bigint not null,
    seen_at      bigint not null, -- last signed in; 0: never
    version      bigint not null,
    search_folded text not null
);

-- Where a person works; nowhere told: everywhere.
create table staff_outlet (
    staff_id  bigint not null references staff (staff_id),
    outlet_id bigint not null references outlet (outlet_id),
    primary key (staff_id, outlet_id)
);
create index staff_outlet_outlet on staff_outlet (outlet_id);
create table staff_partner (
    staff_id   bigint not null references staff (staff_id),
    partner_id bigint not null references partner (partner_id),
    primary key (staff_id, partner_id)
);
create index staff_partner_partner on staff_partner (partner_id);

-- Of a session's token only the SHA-256 is kept.
create table staff_session (
    session_id bigint primary key,
    staff_id   bigint not null references staff (staff_id),
    token_hash {{bytes}} not null unique,
    whole      {{bool}} not null, -- false: a second proof is awaited
    remember   {{bool}} not null,
    created_at bigint not null,
    seen_at    bigint not null,
    idle       bigint not null, -- microseconds without a request that end it
    ends_at    bigint not null, -- whatever happens
    proven_at  bigint not null, -- when a proof was last given
    address    text not null,
    agent      text not null
);
create index staff_session_staff on staff_session (staff_id);

-- How often somebody has tried to prove what he is not known to know.
create table staff_try (
    subject  text primary key, -- what is tried, or from where
    tries    bigint not null,
    tried_at bigint not null,
    free_at  bigint not null   -- none is taken before
);

-- Codes that stand for a lost phone, each once.
create table staff_recovery (
    staff_id bigint not null references staff (staff_id),
    hash     {{bytes}} not null,
    primary key (staff_id, hash)
);

-- Passkeys: what a device or a security key proves its holder by.
create table staff_passkey (
    passkey_id bigint primary key,
    staff_id   bigint not null references staff (staff_id),
    name       text not null,
    credential {{bytes}} not null unique, -- by what it is found
    public_key {{bytes}} not null,
    uses       bigint not null, -- as the key itself counts them; 0: it does not
    synced     {{bool}} not null, -- it may be on several devices of its holder
    transports text not null, -- blank between
    created_at bigint not null,
    used_at    bigint not null, -- 0: never
    copied_at  bigint not null  -- when it was seen that there are two of it: it is taken no more; 0: never
);
create index staff_passkey_staff on staff_passkey (staff_id);

-- What a browser was asked and has not answered yet.
create table staff_question (
    asked   text primary key, -- for what, in which session; of who is not signed in, in which browser
    state   {{bytes}} not null,
    ends_at bigint not null
);

-- Links by which a person sets a password; of each only the SHA-256 is kept.
create table staff_link (
    hash     {{bytes}} primary key,
    staff_id bigint not null references staff (staff_id),
    purpose  text not null check (purpose in ('invite', 'reset')),
    ends_at  bigint not null
);
create index staff_link_staff on staff_link (staff_id);

-- What was changed by whom. Each row's hash is made of the one before and of
-- the row, so that none can be changed, taken out or put in unseen.
create table audit (
    seq        bigint primary key, -- 1, 2, … without a hole
    at         bigint not null,
    actor_kind text   not null,
    actor_id   bigint not null, -- of the person or key; 0: none
    actor_name text   not null,
    address    text   not null,
    agent      text   not null,
    action     text   not null,
    target_kind text  not null,
    target     text   not null, -- its id or code
    before_doc text   not null, -- '' nothing
    after_doc  text   not null,
    hash       {{bytes}} not null,
    search_folded text not null
);
create index audit_actor on audit (actor_kind, actor_id, seq);
create index audit_target on audit (target_kind, target, seq);
create index audit_action on audit (action, seq);

-- Where the trail ends, so that its end can't be cut off unseen either.
create table audit_head (
    one  bigint primary key check (one = 1),
    seq  bigint not null,
    hash {{bytes}} not null
);
