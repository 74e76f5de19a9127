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
