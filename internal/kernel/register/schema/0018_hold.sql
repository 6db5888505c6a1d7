-- Rows of sheets that an import has left out because something is wrong with them. They stay until they are corrected or dropped.
create table register_hold (
	id       text   not null primary key,
	version  bigint not null,
	home     text   not null,
	register text   not null,
	import   text   not null, -- act of the trail
	file     text   not null,
	place    text   not null, -- the row as people know it
	entry    text   not null, -- that it would change, '' for a new one
	state    text   not null, -- open, applied, dropped
	reason   text   not null, -- why it was dropped
	at       text   not null,
	cells    text   not null, -- JSON object by leaf
	faults   text   not null  -- JSON object by cell
);
create index register_hold__register on register_hold (register, state, id);

-- Workbooks that were given to units to be filled in and handed back.
create table register_handout (
	id       text   not null primary key,
	version  bigint not null,
	home     text   not null,
	register text   not null,
	batch    text   not null, -- of those that were given out at once
	entries  bigint not null,
	sum      text   not null, -- SHA-256 of the cells as given
	at       text   not null,
	returned text   not null  -- a time, '' until it is back
);
create index register_handout__batch on register_handout (register, batch, id);
