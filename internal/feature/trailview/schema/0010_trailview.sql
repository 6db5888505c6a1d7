-- What came out when somebody had the trail verified. findings is a JSON list of sentences.
create table trailview_check (
	id       text    not null primary key,
	version  bigint  not null,
	home     text    not null,
	actor    text    not null,
	at       text    not null,
	ok       boolean not null,
	size     bigint  not null,
	root     text    not null,
	checked  bigint  not null,
	findings text    not null
);
create index trailview_check__at on trailview_check (at);
