-- Who is where, as statements: each row holds from one day to another (until_on 9999-12-31: no end known), is known from opens on, and
-- has another in its place from closes on (9999-…: none). batch and closed_by name imports, '' else. Ids of units, systems, posts
-- and people are identities that live through all statements about them.
create table org_unit (
	id text not null primary key,
	version bigint not null,
	home text not null,
	unit text not null,
	code text not null,
	name text not null,
	short text not null,
	parent text not null,
	kind text not null,
	regime text not null,
	place bigint not null,
	predecessors text not null,
	from_on   text not null,
	until_on  text not null,
	opens     text not null,
	closes    text not null,
	batch     text not null,
	closed_by text not null
);
create index org_unit__unit on org_unit (unit);
create index org_unit__code on org_unit (code);
create index org_unit__parent on org_unit (parent);
create index org_unit__batch on org_unit (batch);

create table org_code (
	id text not null primary key,
	version bigint not null,
	home text not null,
	unit text not null,
	system text not null,
	code text not null,
	from_on   text not null,
	until_on  text not null,
	opens     text not null,
	closes    text not null,
	batch     text not null,
	closed_by text not null
);
create index org_code__system_code on org_code (system, code);
create index org_code__unit on org_code (unit);
create index org_code__batch on org_code (batch);

create table org_system (
	id text not null primary key,
	version bigint not null,
	home text not null,
	system text not null,
	code text not null,
	name text not null,
	owner text not null,
	regime text not null,
	from_on   text not null,
	until_on  text not null,
	opens     text not null,
	closes    text not null,
	batch     text not null,
	closed_by text not null
);
create index org_system__system on org_system (system);
create index org_system__code on org_system (code);
create index org_system__owner on org_system (owner);
create index org_system__batch on org_system (batch);

create table org_post (
	id text not null primary key,
	version bigint not null,
	home text not null,
	post text not null,
	code text not null,
	title text not null,
	rank bigint not null,
	head boolean not null,
	from_on   text not null,
	until_on  text not null,
	opens     text not null,
	closes    text not null,
	batch     text not null,
	closed_by text not null
);
create index org_post__post on org_post (post);
create index org_post__code on org_post (code);
create index org_post__batch on org_post (batch);

create table org_person (
	id text not null primary key,
	version bigint not null,
	home text not null,
	person text not null,
	number text not null,
	employment text not null,
	name text not null,
	kana text not null,
	mail text not null,
	find text not null,
	from_on   text not null,
	until_on  text not null,
	opens     text not null,
	closes    text not null,
	batch     text not null,
	closed_by text not null
);
create index org_person__person on org_person (person);
create index org_person__kana_person on org_person (kana, person);
create index org_person__number on org_person (number);
create index org_person__batch on org_person (batch);

create table org_assignment (
	id text not null primary key,
	version bigint not null,
	home text not null,
	person text not null,
	unit text not null,
	post text not null,
	manner text not null,
	from_on   text not null,
	until_on  text not null,
	opens     text not null,
	closes    text not null,
	batch     text not null,
	closed_by text not null
);
create index org_assignment__person on org_assignment (person);
create index org_assignment__unit on org_assignment (unit);
create index org_assignment__post_unit on org_assignment (post, unit);
create index org_assignment__batch on org_assignment (batch);

create table org_designation (
	id text not null primary key,
	version bigint not null,
	home text not null,
	regime text not null,
	role text not null,
	scope text not null,
	unit text not null,
	post text not null,
	person text not null,
	decision text not null,
	from_on   text not null,
	until_on  text not null,
	opens     text not null,
	closes    text not null,
	batch     text not null,
	closed_by text not null
);
create index org_designation__regime_role_scope on org_designation (regime, role, scope);
create index org_designation__person on org_designation (person);
create index org_designation__batch on org_designation (batch);

create table org_deputy (
	id text not null primary key,
	version bigint not null,
	home text not null,
	regime text not null,
	role text not null,
	scope text not null,
	giver text not null,
	person text not null,
	from_on   text not null,
	until_on  text not null,
	opens     text not null,
	closes    text not null,
	batch     text not null,
	closed_by text not null
);
create index org_deputy__regime_role_scope on org_deputy (regime, role, scope);
create index org_deputy__giver on org_deputy (giver);
create index org_deputy__person on org_deputy (person);
create index org_deputy__batch on org_deputy (batch);

-- What came together and may be taken back together.
create table org_batch (
	id text not null primary key,
	version bigint not null,
	home text not null,
	title text not null,
	effective_on text not null,
	opens text not null,
	operators text not null,
	state text not null
);

-- The act that wrote to this module last, so that a process knows when what it remembers is old.
create table org_stamp (
	id    bigint not null primary key,
	stamp text not null
);
insert into org_stamp (id, stamp) values (1, '');
