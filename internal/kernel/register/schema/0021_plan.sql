-- Plans by which the entries of an owner move to others in one act, when a unit has ended or its business goes elsewhere. home is the
-- owner that has them until then; book is REGIME.KIND. sum is the SHA-256 of what is decided.
create table register_plan (
	id         text   not null primary key,
	version    bigint not null,
	home       text   not null,
	book       text   not null,
	state      text   not null,
	by_actor   text   not null,
	made_on    text   not null,
	note       text   not null,
	sum        text   not null,
	decision   text   not null,
	decided_on text   not null,
	applied_by text   not null,
	applied_on text   not null,
	ended_by   text   not null, -- who undid or withdrew it
	ended_on   text   not null,
	why        text   not null
);
create index register_plan__book_home on register_plan (book, home, state);

-- What of a plan goes to one target. home is the target, so that who has it sees what comes. entries are ID:VERSION as they were when
-- they were given to the target; moved and back are ids: those that the plan has moved, and those that it has moved back.
create table register_plan_part (
	plan    text   not null,
	target  text   not null,
	version bigint not null,
	home    text   not null,
	total   bigint not null,
	entries text   not null,
	moved   text   not null,
	back    text   not null,
	primary key (plan, target)
);
create index register_plan_part__home on register_plan_part (home, plan);
