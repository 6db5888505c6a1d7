-- Sets of personnel files, from the moment they were handed in. The id is that of the batch which they become (org_batch).
-- files is a JSON array of name, sum and size. What people_upload says of an import that may not be known yet is for its
-- operators (by_actor and operators) alone.
create table people_upload (
	id         text    not null primary key,
	version    bigint  not null,
	home       text    not null,
	title      text    not null,
	state      text    not null, -- ready, queued, applied, undoing, undone, corrected, dropped
	files      text    not null,
	at         text    not null,
	by_actor   text    not null,
	operators  text    not null, -- actors who see it too, with spaces between
	wished     text    not null, -- publication that was asked for, '' for the first day of the import
	roster_on  text    not null, -- date of complete lists that bear none
	covers     text    not null, -- code of the unit that complete lists cover, '' for the bodies in them
	held_limit bigint  not null, -- more per cent of bad rows stop it
	whole      boolean not null, -- one bad row stops it
	leavers    bigint  not null, -- confirmed: how many leave because a list does not name them
	same       bigint  not null, -- confirmed: how many are the people they seem to be
	others     text    not null, -- numbers of those who are not, with spaces between
	confirmed  text    not null, -- actor
	job        text    not null,
	trouble    text    not null, -- why the last try to apply it came to nothing
	row_count  bigint  not null,
	opens      text    not null, -- publication, once it is applied
	sealed     text    not null, -- until then what is done with it is closed in the trail; '' where nothing is
	note       text    not null  -- why it was undone or dropped
);
create index people_upload__at on people_upload (at, id);

-- Rows that were left out of an import because something is wrong with them. They stay until they are corrected or dropped.
create table people_hold (
	id      text   not null primary key,
	version bigint not null,
	home    text   not null,
	upload  text   not null references people_upload (id),
	form    text   not null,
	file    text   not null,
	place   text   not null, -- the row as people know it
	state   text   not null, -- open, applied, dropped
	reason  text   not null, -- why it was dropped
	cells   text   not null, -- JSON object by column
	faults  text   not null  -- JSON array
);
create index people_hold__upload on people_hold (upload, state, id);
