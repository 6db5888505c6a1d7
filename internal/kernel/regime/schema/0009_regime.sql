-- The packs that were ever adopted, whole, so that what was decided under one can be read when the program has another. files is a ZIP of
-- the YAML; sum is the hash of the canonical form.
create table regime_pack (
	sum     text   not null primary key,
	version bigint not null,
	home    text   not null,
	regime  text   not null,
	edition text   not null,
	files   bytea  not null
);

-- From which day which pack is in force, and by which decision.
create table regime_activation (
	id           text   not null primary key,
	version      bigint not null,
	home         text   not null,
	regime       text   not null,
	edition      text   not null,
	sum          text   not null references regime_pack (sum),
	effective_on text   not null,
	decided_on   text   not null,
	decision     text   not null
);
create index regime_activation__regime_effective_on on regime_activation (regime, effective_on);
