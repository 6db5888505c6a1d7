create table clause_clause (
	regime text not null,
	edition text not null,
	document text not null,
	"position" bigint not null,
	clause text not null,
	heading text not null,
	body text not null,
	cells text not null,
	line bigint not null,
	first_byte bigint not null,
	last_byte bigint not null,
	constraint clause_clause_pkey PRIMARY KEY (regime, edition, document, clause),
	constraint clause_clause_regime_edition_document_fkey FOREIGN KEY (regime, edition, document) REFERENCES clause_document(regime, edition, document)
);

create table clause_defect (
	regime text not null,
	edition text not null,
	"position" bigint not null,
	line bigint not null,
	kind text not null,
	clause text not null,
	words text not null,
	note text not null,
	constraint clause_defect_pkey PRIMARY KEY (regime, edition, "position"),
	constraint clause_defect_regime_edition_fkey FOREIGN KEY (regime, edition) REFERENCES clause_source(regime, edition)
);

create table clause_document (
	regime text not null,
	edition text not null,
	document text not null,
	"position" bigint not null,
	title text not null,
	main boolean not null,
	printed text not null,
	number text not null,
	enacted text not null,
	revised text not null,
	effective text not null,
	decided text not null,
	line bigint not null,
	first_byte bigint not null,
	last_byte bigint not null,
	constraint clause_document_pkey PRIMARY KEY (regime, edition, document),
	constraint clause_document_regime_edition_fkey FOREIGN KEY (regime, edition) REFERENCES clause_source(regime, edition)
);

create table clause_revision (
	regime text not null,
	edition text not null,
	document text not null,
	"position" bigint not null,
	printed text not null,
	effective text not null,
	decided text not null,
	why text not null,
	line bigint not null,
	constraint clause_revision_pkey PRIMARY KEY (regime, edition, document, "position"),
	constraint clause_revision_regime_edition_document_fkey FOREIGN KEY (regime, edition, document) REFERENCES clause_document(regime, edition, document)
);

create table clause_source (
	regime text not null,
	edition text not null,
	sha256 text not null,
	content bytea not null,
	imported_at text not null,
	constraint clause_source_pkey PRIMARY KEY (regime, edition)
);
