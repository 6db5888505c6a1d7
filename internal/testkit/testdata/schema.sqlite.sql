CREATE VIRTUAL TABLE find using fts5 (words);

CREATE TABLE item (id text primary key, name text not null unique, price bigint not null default 0 check (price >= 0), ready boolean, mark bytea, data text);

CREATE TABLE sale (item text not null references item (id), at text not null, note text, primary key (item, at));

CREATE INDEX sale__at on sale (at);

CREATE UNIQUE INDEX sale__note on sale (note) where note is not null;
