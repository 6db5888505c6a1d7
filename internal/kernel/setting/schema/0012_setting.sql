-- What the body has decided about its settings, one row for each setting and decision: in force from from_on until another is. Rows are
-- never changed. owner is a regime or 'sekimori'; unit is how the value was measured when it was decided.
create table setting_value (
	id         text   not null primary key,
	version    bigint not null,
	home       text   not null,
	owner      text   not null,
	setting    text   not null,
	from_on    text   not null,
	unit       text   not null,
	value      text   not null,
	decision   text   not null,
	decided_on text   not null,
	draft      text   not null
);
create index setting_value__owner_setting on setting_value (owner, setting);

-- Drafts (起案) of several values at once. content is canonical JSON, everything that stands on the paper; sum is its SHA-256.
create table setting_draft (
	id         text    not null primary key,
	version    bigint  not null,
	home       text    not null,
	title      text    not null,
	by_actor   text    not null,
	at         text    not null,
	content    text    not null,
	sum        text    not null,
	state      text    not null,
	decision   text    not null,
	decided_on text    not null,
	from_on    text    not null,
	elsewhere  boolean not null, -- decided outside Sekimori and recorded here
	decider    text    not null, -- actor who decided, or recorded the decision
	why        text    not null  -- of a withdrawal
);
create index setting_draft__state on setting_draft (state);
