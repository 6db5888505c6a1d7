-- One row for each thing somebody did. opens is '' or the moment from which what bears the seal is shown. detail is canonical
-- JSON; note is the actor's own words, '' also when they were erased: note_hash stays then.
create table trail_act (
	id        text not null primary key,
	at        text not null,
	actor     text not null,
	authority text not null,
	name      text not null,
	seal      text not null,
	opens     text not null,
	detail    text not null,
	note      text not null,
	note_salt text not null,
	note_hash text not null
);
create index trail_act__at on trail_act (at, id);
create index trail_act__name_id on trail_act (name, id);
create index trail_act__actor_id on trail_act (actor, id);

-- The whole state of one thing after an act. seq is its place in the tree, null until the sequencer has come by; leaves and
-- nodes of the tree are in trail_tile. A part that is '' with a hash was erased.
create table trail_entry (
	act           text    not null,
	position      bigint  not null,
	seq           bigint,
	kind          text    not null,
	thing         text    not null,
	version       bigint  not null,
	home          text    not null,
	gone          boolean not null,
	public        text    not null,
	public_salt   text    not null,
	public_hash   text    not null,
	personal      text    not null,
	personal_salt text    not null,
	personal_hash text    not null,
	primary key (act, position)
);
create unique index trail_entry__seq on trail_entry (seq) where seq is not null;
create unique index trail_entry__kind_thing_version on trail_entry (kind, thing, version);
create index trail_entry__home_seq on trail_entry (home, seq) where seq is not null;
create index trail_entry__pending on trail_entry (act, position) where seq is null;
