-- Audited. What was erased by law: of a thing the personal part of all versions up to through, or the note of an act (kind act).
create table trail_erasure (
	id      text   not null primary key,
	version bigint not null,
	home    text   not null,
	kind    text   not null,
	thing   text   not null,
	part    text   not null,
	through bigint not null,
	ground  text   not null,
	clause  text   not null
);
create index trail_erasure__kind_thing on trail_erasure (kind, thing);

-- Made by the follower "things": where each thing is now and when it changed last.
create table trail_thing (
	kind    text    not null,
	thing   text    not null,
	version bigint  not null,
	home    text    not null,
	gone    boolean not null,
	seq     bigint  not null,
	at      text    not null,
	primary key (kind, thing)
);
create index trail_thing__home_seq on trail_thing (home, seq);

create index trail_entry__kind_seq on trail_entry (kind, seq) where seq is not null;
