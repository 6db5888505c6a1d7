-- Files that somebody has sent to be taken into a register, from the moment they were sent. files is a JSON array of name, sum and size.
create table ledger_upload (
	id            text    not null primary key,
	version       bigint  not null,
	home          text    not null, -- of those who could have sent it
	register      text    not null, -- REGIME.KIND
	title         text    not null,
	state         text    not null, -- open, queued, applied, dropped
	files         text    not null,
	at            text    not null,
	by_actor      text    not null,
	mapping       text    not null, -- how the files were read when they were confirmed, '' before
	sum           text    not null, -- of the preview that was confirmed
	new_rows      bigint  not null,
	changed_rows  bigint  not null,
	faulty_rows   bigint  not null,
	hold          boolean not null, -- faulty rows wait on the hold list
	confirmed     text    not null, -- actor
	job           text    not null,
	trouble       text    not null, -- why the last try to apply it came to nothing
	result        text    not null, -- sum of the file that says what became of each row
	act           text    not null, -- of the trail, that took it in
	note          text    not null  -- why it was dropped
);
create index ledger_upload__register on ledger_upload (register, at, id);

-- What an upload comes to, as it was worked out last: derived from its files and the register.
create table ledger_preview (
	upload   text not null primary key,
	by_actor text not null, -- on whose authority
	mapping  text not null, -- JSON; '' where it is to be proposed
	job      text not null, -- that works it out
	at       text not null, -- when it was done, '' before
	fault    text not null, -- why it could not be, '' if it could
	shown    text not null, -- JSON, '' until it is done
	result   text not null  -- sum of the file that says what would become of each row
);

-- Workbooks that were given out at once. units is a JSON array of ids.
create table ledger_batch (
	id       text   not null primary key,
	version  bigint not null,
	home     text   not null, -- of those who could have given them out
	register text   not null, -- REGIME.KIND
	units    text   not null,
	blank    bigint not null, -- empty lines in each
	note     text   not null,
	at       text   not null,
	by_actor text   not null,
	state    text   not null, -- queued, given, failed
	job      text   not null,
	batch    text   not null, -- register_handout.batch, once they are given out
	file     text   not null, -- sum of the ZIP
	size     bigint not null, -- of the ZIP, in bytes
	trouble  text   not null  -- why they could not be given out
);
create index ledger_batch__register on ledger_batch (register, at, id);
