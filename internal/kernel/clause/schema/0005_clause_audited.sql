-- The texts come under the trail: every row has a version, a home and an entry. What was imported before has no entries and is left behind; the
-- text is imported again from its file. See 0001 for what the columns mean.
drop table clause_defect;
drop table clause_clause;
drop table clause_revision;
drop table clause_document;
drop table clause_source;

create table clause_source (
	regime      text  not null,
	edition     text  not null,
	sha256      text  not null,
	content     bytea not null,
	imported_at text  not null,
	version bigint not null,
	home text not null,
	primary key (regime, edition)
);

create table clause_document (
	regime     text    not null,
	edition    text    not null,
	document   text    not null,
	position   bigint  not null,
	title      text    not null,
	main       boolean not null,
	printed    text    not null, -- the edition that the document prints
	number     text    not null,
	enacted    text    not null,
	revised    text    not null,
	effective  text    not null,
	decided    text    not null,
	line       bigint  not null,
	first_byte bigint  not null,
	last_byte  bigint  not null,
	version bigint not null,
	home text not null,
	primary key (regime, edition, document),
	foreign key (regime, edition) references clause_source (regime, edition)
);

create table clause_revision (
	regime    text   not null,
	edition   text   not null,
	document  text   not null,
	position  bigint not null,
	printed   text   not null,
	effective text   not null,
	decided   text   not null,
	why       text   not null,
	line      bigint not null,
	version bigint not null,
	home text not null,
	primary key (regime, edition, document, position),
	foreign key (regime, edition, document) references clause_document (regime, edition, document)
);

create table clause_clause (
	regime     text   not null,
	edition    text   not null,
	document   text   not null,
	position   bigint not null,
	clause     text   not null,
	heading    text   not null,
	body       text   not null,
	cells      text   not null,
	line       bigint not null,
	first_byte bigint not null,
	last_byte  bigint not null,
	version bigint not null,
	home text not null,
	primary key (regime, edition, document, clause),
	foreign key (regime, edition, document) references clause_document (regime, edition, document)
);

create table clause_defect (
	regime   text   not null,
	edition  text   not null,
	position bigint not null,
	line     bigint not null,
	kind     text   not null,
	clause   text   not null,
	words    text   not null,
	note     text   not null,
	version bigint not null,
	home text not null,
	primary key (regime, edition, position),
	foreign key (regime, edition) references clause_source (regime, edition)
);
