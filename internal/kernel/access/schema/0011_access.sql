-- Audited. Who may see a closed home (c:CASE), from one day to another. The row has that home itself.
create table access_grant (
	id       text   not null primary key,
	version  bigint not null,
	home     text   not null,
	person   text   not null,
	opens    text   not null,
	from_on  text   not null,
	until_on text   not null,
	decision text   not null
);
create index access_grant__person on access_grant (person, until_on);
create index access_grant__opens on access_grant (opens);
