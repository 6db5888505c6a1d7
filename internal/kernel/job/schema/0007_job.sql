-- Work that runs behind the screens. payload is the id of what it works on. state is waiting, running, done or stopped; lease
-- is the number of the claim that holds now, or held last. error is of the last try that failed, for people.
create table job (
	id         text   not null primary key,
	kind       text   not null,
	payload    text   not null,
	state      text   not null,
	created_at text   not null,
	due_at     text   not null,
	ended_at   text   not null,
	tries      bigint not null,
	lease      bigint not null,
	error      text   not null
);
create index job__state_due_at on job (state, due_at, id);
create index job__created_at on job (created_at, id);

-- The signs of life of who runs a job: until when the claim stands, and how far the work is. A table of its own, so that they
-- never meet the transaction in which the work ends.
create table job_beat (
	job   text   not null primary key references job (id),
	lease bigint not null,
	until text   not null,
	done  bigint not null,
	total bigint not null,
	note  text   not null
);
