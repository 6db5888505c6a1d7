-- Who has read what is to be read under record (要閲覧記録), and why.
create table register_look (
	id      text   not null primary key,
	version bigint not null,
	home    text   not null,
	person  text   not null,
	kind    text   not null,
	thing   text   not null,
	fields  text   not null,
	titles  text   not null,
	reason  text   not null,
	at      text   not null
);
create index register_look__kind_thing on register_look (kind, thing, id);
