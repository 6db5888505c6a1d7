-- Audited. Lists of records whose time is over and that are to be destroyed (廃棄予定一覧). Carried out, a list is the proof (廃棄簿).
create table register_disposal (
	id         text   not null primary key,
	version    bigint not null,
	home       text   not null, -- whose records it lists; b: for those of all owners
	register   text   not null,
	title      text   not null,
	class      text   not null, -- 分類
	setting    text   not null,
	span       text   not null, -- in words, as the setting said
	as_of      text   not null,
	entries    bigint not null,
	sum        text   not null, -- SHA-256 of what is listed
	by_actor   text   not null,
	at         text   not null,
	state      text   not null, -- draft, decided, done, withdrawn
	decision   text   not null,
	decided_on text   not null,
	decider    text   not null,
	done_at    text   not null, -- a time, '' until it is carried out
	done_by    text   not null,
	why        text   not null  -- of a withdrawal
);
create index register_disposal__register on register_disposal (register, id);
create index register_disposal__state on register_disposal (state, register, id);

-- Audited. What a list names: an entry, or entries of a log that follow each other at one owner.
create table register_disposal_line (
	id       text   not null primary key,
	version  bigint not null,
	home     text   not null,
	list     text   not null,
	register text   not null,
	place    bigint not null,
	entry    text   not null, -- '' for those of a log
	at       bigint not null, -- version of the entry
	number   text   not null,
	title    text   not null,
	owner    text   not null, -- as it was called
	ended_on text   not null,
	until    text   not null,
	from_at  text   not null, -- of those of a log: the first and the last
	from_id  text   not null,
	to_at    text   not null,
	to_id    text   not null,
	entries  bigint not null,
	sum      text   not null, -- SHA-256 of their ids and versions
	state    text   not null, -- listed, kept, gone, dropped
	reason   text   not null  -- why it is kept
);
create index register_disposal_line__list on register_disposal_line (list, place);
create index register_disposal_line__entry on register_disposal_line (entry, state);
create index register_disposal_line__register on register_disposal_line (register, state, home);

-- Audited. What is kept longer than its time (保存の延長), with the reason.
create table register_extension (
	id       text   not null primary key,
	version  bigint not null,
	home     text   not null,
	register text   not null,
	entry    text   not null, -- '' for those of a log
	from_at  text   not null,
	from_id  text   not null,
	to_at    text   not null,
	to_id    text   not null,
	reason   text   not null,
	until    text   not null, -- the last day, '' until it is lifted
	by_actor text   not null,
	at       text   not null,
	lifted   text   not null, -- a time, '' while it holds
	list     text   not null  -- from which it was taken out
);
create index register_extension__entry on register_extension (register, entry);
create index register_extension__home on register_extension (register, home);

-- Which file what names, and the files of what was destroyed, which are to be deleted unless something else names them. Made from the
-- trail by a follower.
create table register_file (
	sum   text not null,
	kind  text not null,
	thing text not null,
	primary key (sum, kind, thing)
);
create index register_file__kind_thing on register_file (kind, thing);

create table register_file_left (
	sum text not null primary key
);
