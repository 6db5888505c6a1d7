-- Made by the follower "search": what can be found. seq is the entry from which it was made. find is the folded text, each field between
-- spaces and without spaces within; sort is its place among its kind.
create table search_document (
	seq   bigint not null primary key,
	kind  text   not null,
	thing text   not null,
	home  text   not null,
	sort  text   not null,
	find  text   not null
);
create unique index search_document__kind_thing on search_document (kind, thing);
create index search_document__kind_sort_thing on search_document (kind, sort, thing);

-- The tokens of each document under its seq, and nothing else of it.
create table search_index (
	seq    bigint   not null primary key,
	tokens tsvector not null
);
create index search_index__tokens on search_index using gin (tokens);

-- By which sources the index was made. At most one row.
create table search_form (
	form text not null primary key
);
