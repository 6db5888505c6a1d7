-- How far the human numbers of a series have come in a fiscal year. A number is drawn in a transaction of its own: one that never
-- reached an entry is a 欠番.
create table register_number (
	series text   not null,
	year   bigint not null,
	last   bigint not null,
	primary key (series, year)
);

-- What names what, made from the trail by a follower.
create table register_link (
	from_kind text not null,
	from_id   text not null,
	field     text not null,
	to_kind   text not null,
	to_id     text not null,
	primary key (from_kind, from_id, field, to_kind, to_id)
);
create index register_link__to_kind_to_id on register_link (to_kind, to_id, from_id);
