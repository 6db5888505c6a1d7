-- The published texts, one row for each edition of a regime. content is the file as it came; nothing else of this module is
-- needed to make the rest again. imported_at is UTC text of fixed width.
create table clause_source (
	regime      text  not null,
	edition     text  not null,
	sha256      text  not null,
	content     bytea not null,
	imported_at text  not null,
	primary key (regime, edition)
);

-- The documents of a text. Its front matter is the bytes first_byte ≤ i < last_byte of content. Dates are ISO, '' unknown.
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
	primary key (regime, edition, document, position),
	foreign key (regime, edition, document) references clause_document (regime, edition, document)
);

-- The clauses. The spans of documents and clauses, in order, are the file without gap or overlap. cells is the normalised
-- table as JSON, '' where there is none. What a clause states follows from body and is not kept twice.
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
	primary key (regime, edition, document, clause),
	foreign key (regime, edition, document) references clause_document (regime, edition, document)
);

-- What was broken in the text when it was imported.
create table clause_defect (
	regime   text   not null,
	edition  text   not null,
	position bigint not null,
	line     bigint not null,
	kind     text   not null,
	clause   text   not null,
	words    text   not null,
	note     text   not null,
	primary key (regime, edition, position),
	foreign key (regime, edition) references clause_source (regime, edition)
);
