-- Documents are found by the newest of a kind, and by where they lie. The follower makes them anew.
drop table search_document;
create table search_document (
	seq   bigint not null primary key,
	kind  text   not null,
	thing text   not null,
	home  text   not null,
	find  text   not null
);
create unique index search_document__kind_thing on search_document (kind, thing);
create index search_document__kind_seq on search_document (kind, seq);
create index search_document__kind_home_seq on search_document (kind, home, seq);
delete from search_form;
