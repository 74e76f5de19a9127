-- A programme is its newest version; all versions are kept, since a receipt
-- is explained by the rules of its time.
create table programme (
    programme_id bigint primary key,
    code         text   not null unique,
    version      bigint not null
);

create table programme_version (
    programme_id bigint not null references programme (programme_id),
    version      bigint not null,
    doc          text   not null,
    made_at      bigint not null,
    made_by      text   not null,
    note         text   not null, -- why, by who made it; may be empty
    primary key (programme_id, version)
);

-- A draft is a text that is being worked on: of a programme that is there, or of
-- one that will have this id. It is nobody's copy: all who edit it edit the same.
create table programme_draft (
    programme_id bigint not null primary key,
    version      bigint not null, -- that it was begun from; 0: of none
    edition      bigint not null, -- counts its changes
    name         text   not null,
    body         text   not null,
    changed_at   bigint not null,
    changed_by   text   not null
);

-- When a draft comes into force by itself. A plan that was carried out or
-- called off is gone; one that could not be stays, ended, until the next.
create table programme_plan (
    programme_id bigint not null primary key,
    plan_id      bigint not null,
    edition      bigint not null, -- of the draft that was looked at
    version      bigint not null, -- that was in force then; 0: none
    due_at       bigint not null,
    note         text   not null,
    made_by      text   not null, -- as the version will name him
    staff_id     bigint not null,
    staff_name   text   not null,
    request_id   bigint not null, -- by which a second person has approved it; 0: none has
    reason       text   not null, -- '': it waits; else the code of why it was not carried out
    ended_at     bigint not null -- 0: it waits
);
create index programme_plan_due on programme_plan (ended_at, due_at);

-- What waits for a second person before it comes into force, and what became of
-- that: a draft as it was when it was asked for, or a version to go back to.
create table programme_request (
    request_id   bigint not null primary key,
    programme_id bigint not null,
    name         text   not null, -- of the programme, then
    edition      bigint not null, -- of the draft; 0: a version is gone back to
    hash         text   not null, -- of the draft's text
    version      bigint not null, -- that was in force then; 0: none
    back_to      bigint not null, -- version; 0: the draft
    due_at       bigint not null, -- 0: as soon as it is approved
    note         text   not null,
    state        text   not null check (state in ('asked', 'approved', 'refused', 'withdrawn', 'run-out')),
    asked_by     bigint not null,
    asked_name   text   not null,
    asked_at     bigint not null,
    ends_at      bigint not null,
    decided_by   bigint not null,
    decided_name text   not null,
    decided_at   bigint not null,
    refusal      text   not null, -- in words
    reason       text   not null  -- the code of why it was withdrawn by itself
);
create unique index programme_request_one on programme_request (programme_id) where state = 'asked';
create index programme_request_asked on programme_request (asked_by, request_id);
create index programme_request_of on programme_request (programme_id, request_id);

-- What a draft would have come to over past receipts: asked for by somebody,
-- answered in the background, kept.
create table whatif (
    whatif_id    bigint not null primary key,
    programme_id bigint not null,
    doc          text   not null, -- the draft as it was
    edition      bigint not null, -- of the draft
    from_day     text   not null,
    to_day       text   not null,
    outlets      text   not null, -- ids with blanks between; '': all
    asked_at     bigint not null,
    asked_by     text   not null,
    state        text   not null check (state in ('waiting', 'running', 'done', 'stopped', 'failed')),
    done         bigint not null, -- homes
    whole        bigint not null,
    ended_at     bigint not null, -- 0: it has not
    fault        text   not null, -- why it failed, a key of texts; '': it did not, or for no reason that can be mended
    answer       text   not null, -- '': none
    tries        bigint not null, -- the last of them is whose it is
    beat_at      bigint not null  -- when who is at it gave the last sign of life
);
create index whatif_programme on whatif (programme_id, whatif_id);
create index whatif_open on whatif (whatif_id) where state in ('waiting', 'running');
