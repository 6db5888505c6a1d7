CREATE TABLE access_grant (
	id       text   not null primary key,
	version  bigint not null,
	home     text   not null,
	person   text   not null,
	opens    text   not null,
	from_on  text   not null,
	until_on text   not null,
	decision text   not null
);

CREATE INDEX access_grant__opens on access_grant (opens);

CREATE INDEX access_grant__person on access_grant (person, until_on);

CREATE TABLE account (
	id      text not null primary key,
	version bigint not null,
	home    text not null,
	kind    text not null, -- person, place
	person  text not null, -- '' for a place
	unit    text not null, -- '' for a person
	login   text not null,
	folded  text not null, -- the login as it is compared
	state   text not null, -- active, suspended, closed
	made_at text not null,
	out_at  text not null  -- sessions up to then have ended, '' for none
);

CREATE UNIQUE INDEX account__folded on account (folded) where state <> 'closed';

CREATE UNIQUE INDEX account__person on account (person) where person <> '';

CREATE INDEX account__unit on account (unit);

CREATE TABLE account_ceremony (
	session    text  not null,
	purpose    text  not null,
	account    text  not null references account (id),
	factor     text  not null,
	data       bytea not null,
	expires_at text  not null,
	primary key (session, purpose)
);

CREATE INDEX account_ceremony__account on account_ceremony (account);

CREATE INDEX account_ceremony__expires_at on account_ceremony (expires_at);

CREATE TABLE account_factor (
	id           text   not null primary key,
	version      bigint not null,
	home         text   not null,
	account      text   not null references account (id),
	kind         text   not null,
	label        text   not null,
	secret       bytea  not null,
	drift        bigint not null,
	added_at     text   not null,
	withdrawn_at text   not null
);

CREATE INDEX account_factor__account on account_factor (account);

CREATE TABLE account_factor_use (
	factor  text   not null primary key references account_factor (id),
	step    bigint not null,
	signs   bigint not null,
	used    bigint not null,
	used_at text   not null
);

CREATE TABLE account_key (
	id           text not null primary key,
	version      bigint not null,
	home         text not null,
	account      text not null references account (id),
	label        text not null,
	scope        text not null, -- permissions with spaces between
	secret       bytea not null, -- SHA-256
	expires_at   text not null,
	made_at      text not null,
	withdrawn_at text not null  -- '' while it is not
);

CREATE INDEX account_key__account on account_key (account);

CREATE UNIQUE INDEX account_key__secret on account_key (secret);

CREATE TABLE account_key_use (
	key_id  text not null primary key references account_key (id),
	used_at text not null
);

CREATE TABLE account_password (
	id         text not null primary key,
	version    bigint not null,
	home       text not null,
	account    text not null references account (id),
	secret     bytea not null, -- argon2id with its parameters and salt
	temporary  boolean not null,
	expires_at text not null,  -- of a temporary one, '' else
	made_at    text not null,
	retired_at text not null
);

CREATE UNIQUE INDEX account_password__account on account_password (account) where retired_at = '';

CREATE INDEX account_password__account_made_at on account_password (account, made_at);

CREATE TABLE account_place (
	account    text not null primary key references account (id),
	version    bigint not null,
	home       text not null,
	secret     bytea not null,
	renewed_at text not null
);

CREATE TABLE account_recovery (
	id         text   not null primary key,
	version    bigint not null,
	home       text   not null,
	account    text   not null references account (id),
	reason     text   not null,
	asked_by   text   not null,
	asked_at   text   not null,
	expires_at text   not null,
	state      text   not null,
	decided_by text   not null,
	decided_at text   not null
);

CREATE INDEX account_recovery__account on account_recovery (account);

CREATE TABLE account_session (
	id         text not null primary key,
	token      text not null, -- SHA-256, in hex, of what the browser keeps
	account    text not null references account (id),
	terminal   text not null, -- of a place, '' else
	how        text not null, -- password, oidc, proxy, place
	pending    text not null, -- what is still to be done, with spaces between
	factor     boolean not null, -- the second factor was given
	failed     bigint not null, -- tries that went wrong since the sign-in before
	address    text not null,
	net        text not null, -- the address as it is counted
	agent      text not null,
	made_at    text not null,
	used_at    text not null, -- to the minute
	idle       bigint not null, -- seconds without use after which it ends
	until_at   text not null, -- ends whatever happens
	ended_at   text not null, -- '' while nobody has ended it
	why        text not null
);

CREATE INDEX account_session__account_made_at on account_session (account, made_at);

CREATE INDEX account_session__made_at on account_session (made_at);

CREATE UNIQUE INDEX account_session__token on account_session (token);

CREATE TABLE account_terminal (
	id         text not null primary key,
	version    bigint not null,
	home       text not null,
	account    text not null references account (id),
	label      text not null,
	state      text not null, -- waiting, bound, withdrawn
	secret     bytea not null,
	expires_at text not null, -- of the code, '' once it is bound
	made_at    text not null
);

CREATE INDEX account_terminal__account on account_terminal (account);

CREATE UNIQUE INDEX account_terminal__secret on account_terminal (secret);

CREATE TABLE account_try (
	kind     text not null,
	subject  text not null,
	until_at text not null, -- when everything is paid off
	tries    bigint not null, -- since the last that went well
	at       text not null,
	primary key (kind, subject)
);

CREATE INDEX account_try__until_at on account_try (until_at);

CREATE TABLE clause_clause (
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

CREATE TABLE clause_defect (
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

CREATE TABLE clause_document (
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

CREATE TABLE clause_revision (
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

CREATE TABLE clause_source (
	regime      text  not null,
	edition     text  not null,
	sha256      text  not null,
	content     bytea not null,
	imported_at text  not null,
	version bigint not null,
	home text not null,
	primary key (regime, edition)
);

CREATE TABLE job (
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

CREATE INDEX job__created_at on job (created_at, id);

CREATE INDEX job__state_due_at on job (state, due_at, id);

CREATE TABLE job_beat (
	job   text   not null primary key references job (id),
	lease bigint not null,
	until text   not null,
	done  bigint not null,
	total bigint not null,
	note  text   not null
);

CREATE TABLE ledger_batch (
	id       text   not null primary key,
	version  bigint not null,
	home     text   not null, -- of those who could have given them out
	register text   not null, -- REGIME.KIND
	units    text   not null,
	blank    bigint not null, -- empty lines in each
	note     text   not null,
	at       text   not null,
	by_actor text   not null,
	state    text   not null, -- queued, given, failed
	job      text   not null,
	batch    text   not null, -- register_handout.batch, once they are given out
	file     text   not null, -- sum of the ZIP
	size     bigint not null, -- of the ZIP, in bytes
	trouble  text   not null  -- why they could not be given out
);

CREATE INDEX ledger_batch__register on ledger_batch (register, at, id);

CREATE TABLE ledger_preview (
	upload   text not null primary key,
	by_actor text not null, -- on whose authority
	mapping  text not null, -- JSON; '' where it is to be proposed
	job      text not null, -- that works it out
	at       text not null, -- when it was done, '' before
	fault    text not null, -- why it could not be, '' if it could
	shown    text not null, -- JSON, '' until it is done
	result   text not null  -- sum of the file that says what would become of each row
);

CREATE TABLE ledger_upload (
	id            text    not null primary key,
	version       bigint  not null,
	home          text    not null, -- of those who could have sent it
	register      text    not null, -- REGIME.KIND
	title         text    not null,
	state         text    not null, -- open, queued, applied, dropped
	files         text    not null,
	at            text    not null,
	by_actor      text    not null,
	mapping       text    not null, -- how the files were read when they were confirmed, '' before
	sum           text    not null, -- of the preview that was confirmed
	new_rows      bigint  not null,
	changed_rows  bigint  not null,
	faulty_rows   bigint  not null,
	hold          boolean not null, -- faulty rows wait on the hold list
	confirmed     text    not null, -- actor
	job           text    not null,
	trouble       text    not null, -- why the last try to apply it came to nothing
	result        text    not null, -- sum of the file that says what became of each row
	act           text    not null, -- of the trail, that took it in
	note          text    not null  -- why it was dropped
);

CREATE INDEX ledger_upload__register on ledger_upload (register, at, id);

CREATE TABLE org_assignment (
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

CREATE INDEX org_assignment__batch on org_assignment (batch);

CREATE INDEX org_assignment__person on org_assignment (person);

CREATE INDEX org_assignment__post_unit on org_assignment (post, unit);

CREATE INDEX org_assignment__unit on org_assignment (unit);

CREATE TABLE org_batch (
	id text not null primary key,
	version bigint not null,
	home text not null,
	title text not null,
	effective_on text not null,
	opens text not null,
	operators text not null,
	state text not null
);

CREATE TABLE org_code (
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

CREATE INDEX org_code__batch on org_code (batch);

CREATE INDEX org_code__system_code on org_code (system, code);

CREATE INDEX org_code__unit on org_code (unit);

CREATE TABLE org_deputy (
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

CREATE INDEX org_deputy__batch on org_deputy (batch);

CREATE INDEX org_deputy__giver on org_deputy (giver);

CREATE INDEX org_deputy__person on org_deputy (person);

CREATE INDEX org_deputy__regime_role_scope on org_deputy (regime, role, scope);

CREATE TABLE org_designation (
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
, deputy boolean not null default false);

CREATE INDEX org_designation__batch on org_designation (batch);

CREATE INDEX org_designation__person on org_designation (person);

CREATE INDEX org_designation__regime_role_scope on org_designation (regime, role, scope);

CREATE TABLE org_person (
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

CREATE INDEX org_person__batch on org_person (batch);

CREATE INDEX org_person__kana_person on org_person (kana, person);

CREATE INDEX org_person__number on org_person (number);

CREATE INDEX org_person__person on org_person (person);

CREATE TABLE org_post (
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

CREATE INDEX org_post__batch on org_post (batch);

CREATE INDEX org_post__code on org_post (code);

CREATE INDEX org_post__post on org_post (post);

CREATE TABLE org_stamp (
	id    bigint not null primary key,
	stamp text not null
);

CREATE TABLE org_system (
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

CREATE INDEX org_system__batch on org_system (batch);

CREATE INDEX org_system__code on org_system (code);

CREATE INDEX org_system__owner on org_system (owner);

CREATE INDEX org_system__system on org_system (system);

CREATE TABLE org_unit (
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

CREATE INDEX org_unit__batch on org_unit (batch);

CREATE INDEX org_unit__code on org_unit (code);

CREATE INDEX org_unit__parent on org_unit (parent);

CREATE INDEX org_unit__unit on org_unit (unit);

CREATE TABLE people_hold (
	id      text   not null primary key,
	version bigint not null,
	home    text   not null,
	upload  text   not null references people_upload (id),
	form    text   not null,
	file    text   not null,
	place   text   not null, -- the row as people know it
	state   text   not null, -- open, applied, dropped
	reason  text   not null, -- why it was dropped
	cells   text   not null, -- JSON object by column
	faults  text   not null  -- JSON array
);

CREATE INDEX people_hold__upload on people_hold (upload, state, id);

CREATE TABLE people_upload (
	id         text    not null primary key,
	version    bigint  not null,
	home       text    not null,
	title      text    not null,
	state      text    not null, -- ready, queued, applied, undoing, undone, corrected, dropped
	files      text    not null,
	at         text    not null,
	by_actor   text    not null,
	operators  text    not null, -- actors who see it too, with spaces between
	wished     text    not null, -- publication that was asked for, '' for the first day of the import
	roster_on  text    not null, -- date of complete lists that bear none
	covers     text    not null, -- code of the unit that complete lists cover, '' for the bodies in them
	held_limit bigint  not null, -- more per cent of bad rows stop it
	whole      boolean not null, -- one bad row stops it
	leavers    bigint  not null, -- confirmed: how many leave because a list does not name them
	same       bigint  not null, -- confirmed: how many are the people they seem to be
	others     text    not null, -- numbers of those who are not, with spaces between
	confirmed  text    not null, -- actor
	job        text    not null,
	trouble    text    not null, -- why the last try to apply it came to nothing
	row_count  bigint  not null,
	opens      text    not null, -- publication, once it is applied
	sealed     text    not null, -- until then what is done with it is closed in the trail; '' where nothing is
	note       text    not null  -- why it was undone or dropped
);

CREATE INDEX people_upload__at on people_upload (at, id);

CREATE TABLE regime_activation (
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

CREATE INDEX regime_activation__regime_effective_on on regime_activation (regime, effective_on);

CREATE TABLE regime_pack (
	sum     text   not null primary key,
	version bigint not null,
	home    text   not null,
	regime  text   not null,
	edition text   not null,
	files   bytea  not null
);

CREATE TABLE register_disposal (
	id         text   not null primary key,
	version    bigint not null,
	home       text   not null, -- whose records it lists; b: for those of all owners
	register   text   not null,
	title      text   not null,
	class      text   not null, -- 分類
	setting    text   not null,
	span       text   not null, -- in words, as the setting said
	as_of      text   not null,
	entries    bigint not null,
	sum        text   not null, -- SHA-256 of what is listed
	by_actor   text   not null,
	at         text   not null,
	state      text   not null, -- draft, decided, done, withdrawn
	decision   text   not null,
	decided_on text   not null,
	decider    text   not null,
	done_at    text   not null, -- a time, '' until it is carried out
	done_by    text   not null,
	why        text   not null  -- of a withdrawal
);

CREATE INDEX register_disposal__register on register_disposal (register, id);

CREATE INDEX register_disposal__state on register_disposal (state, register, id);

CREATE TABLE register_disposal_line (
	id       text   not null primary key,
	version  bigint not null,
	home     text   not null,
	list     text   not null,
	register text   not null,
	place    bigint not null,
	entry    text   not null, -- '' for those of a log
	at       bigint not null, -- version of the entry
	number   text   not null,
	title    text   not null,
	owner    text   not null, -- as it was called
	ended_on text   not null,
	until    text   not null,
	from_at  text   not null, -- of those of a log: the first and the last
	from_id  text   not null,
	to_at    text   not null,
	to_id    text   not null,
	entries  bigint not null,
	sum      text   not null, -- SHA-256 of their ids and versions
	state    text   not null, -- listed, kept, gone, dropped
	reason   text   not null  -- why it is kept
);

CREATE INDEX register_disposal_line__entry on register_disposal_line (entry, state);

CREATE INDEX register_disposal_line__list on register_disposal_line (list, place);

CREATE INDEX register_disposal_line__register on register_disposal_line (register, state, home);

CREATE TABLE register_extension (
	id       text   not null primary key,
	version  bigint not null,
	home     text   not null,
	register text   not null,
	entry    text   not null, -- '' for those of a log
	from_at  text   not null,
	from_id  text   not null,
	to_at    text   not null,
	to_id    text   not null,
	reason   text   not null,
	until    text   not null, -- the last day, '' until it is lifted
	by_actor text   not null,
	at       text   not null,
	lifted   text   not null, -- a time, '' while it holds
	list     text   not null  -- from which it was taken out
);

CREATE INDEX register_extension__entry on register_extension (register, entry);

CREATE INDEX register_extension__home on register_extension (register, home);

CREATE TABLE register_file (
	sum   text not null,
	kind  text not null,
	thing text not null,
	primary key (sum, kind, thing)
);

CREATE INDEX register_file__kind_thing on register_file (kind, thing);

CREATE TABLE register_file_left (
	sum text not null primary key
);

CREATE TABLE register_handout (
	id       text   not null primary key,
	version  bigint not null,
	home     text   not null,
	register text   not null,
	batch    text   not null, -- of those that were given out at once
	entries  bigint not null,
	sum      text   not null, -- SHA-256 of the cells as given
	at       text   not null,
	returned text   not null  -- a time, '' until it is back
);

CREATE INDEX register_handout__batch on register_handout (register, batch, id);

CREATE TABLE register_hold (
	id       text   not null primary key,
	version  bigint not null,
	home     text   not null,
	register text   not null,
	import   text   not null, -- act of the trail
	file     text   not null,
	place    text   not null, -- the row as people know it
	entry    text   not null, -- that it would change, '' for a new one
	state    text   not null, -- open, applied, dropped
	reason   text   not null, -- why it was dropped
	at       text   not null,
	cells    text   not null, -- JSON object by leaf
	faults   text   not null  -- JSON object by cell
);

CREATE INDEX register_hold__register on register_hold (register, state, id);

CREATE TABLE register_link (
	from_kind text not null,
	from_id   text not null,
	field     text not null,
	to_kind   text not null,
	to_id     text not null,
	primary key (from_kind, from_id, field, to_kind, to_id)
);

CREATE INDEX register_link__to_kind_to_id on register_link (to_kind, to_id, from_id);

CREATE TABLE register_look (
	id      text   not null primary key,
	version bigint not null,
	home    text   not null,
	person  text   not null,
	kind    text   not null,
	thing   text   not null,
	fields  text   not null,
	titles  text   not null,
	reason  text   not null,
	at      text   not null
);

CREATE INDEX register_look__kind_thing on register_look (kind, thing, id);

CREATE TABLE register_number (
	series text   not null,
	year   bigint not null,
	last   bigint not null,
	primary key (series, year)
);

CREATE TABLE register_plan (
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

CREATE INDEX register_plan__book_home on register_plan (book, home, state);

CREATE TABLE register_plan_part (
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

CREATE INDEX register_plan_part__home on register_plan_part (home, plan);

CREATE TABLE search_document (
	seq   bigint not null primary key,
	kind  text   not null,
	thing text   not null,
	home  text   not null,
	find  text   not null
) without rowid;

CREATE INDEX search_document__kind_home_seq on search_document (kind, home, seq, thing, find);

CREATE INDEX search_document__kind_seq on search_document (kind, seq);

CREATE UNIQUE INDEX search_document__kind_thing on search_document (kind, thing);

CREATE TABLE search_form (
	form text not null primary key
);

CREATE VIRTUAL TABLE search_index using fts5 (tokens, content = '', contentless_delete = 1, detail = 'none', tokenize = 'unicode61 remove_diacritics 0');

CREATE TABLE setting_draft (
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

CREATE INDEX setting_draft__state on setting_draft (state);

CREATE TABLE setting_value (
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

CREATE INDEX setting_value__owner_setting on setting_value (owner, setting);

CREATE TABLE trail_act (
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

CREATE INDEX trail_act__actor_id on trail_act (actor, id);

CREATE INDEX trail_act__at on trail_act (at, id);

CREATE INDEX trail_act__name_id on trail_act (name, id);

CREATE TABLE trail_checkpoint (
	epoch bigint not null,
	size  bigint not null,
	root  text   not null,
	at    text   not null,
	note  text   not null,
	primary key (epoch, size)
);

CREATE TABLE trail_entry (
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

CREATE INDEX trail_entry__home_seq on trail_entry (home, seq) where seq is not null;

CREATE INDEX trail_entry__kind_seq on trail_entry (kind, seq) where seq is not null;

CREATE UNIQUE INDEX trail_entry__kind_thing_version on trail_entry (kind, thing, version);

CREATE INDEX trail_entry__pending on trail_entry (act, position) where seq is null;

CREATE UNIQUE INDEX trail_entry__seq on trail_entry (seq) where seq is not null;

CREATE TABLE trail_epoch (
	number     bigint not null primary key,
	version    bigint not null,
	home       text   not null,
	size       bigint not null,
	at         text   not null,
	why        text   not null,
	public_key text   not null,
	lost       text   not null
);

CREATE TABLE trail_erasure (
	id      text   not null primary key,
	version bigint not null,
	home    text   not null,
	kind    text   not null,
	thing   text   not null,
	part    text   not null,
	through bigint not null,
	ground  text   not null,
	clause  text   not null
);

CREATE INDEX trail_erasure__kind_thing on trail_erasure (kind, thing);

CREATE TABLE trail_follower (
	name     text   not null primary key,
	position bigint not null
);

CREATE TABLE trail_head (
	one   integer not null primary key check (one = 1),
	size  bigint  not null,
	epoch bigint  not null,
	root  text    not null
);

CREATE TABLE trail_store (
	id text not null primary key
);

CREATE TABLE trail_thing (
	kind    text    not null,
	thing   text    not null,
	version bigint  not null,
	home    text    not null,
	gone    boolean not null,
	seq     bigint  not null,
	at      text    not null,
	primary key (kind, thing)
);

CREATE INDEX trail_thing__home_seq on trail_thing (home, seq);

CREATE TABLE trail_tile (
	level  bigint not null,
	number bigint not null,
	hashes bytea  not null,
	primary key (level, number)
);

CREATE TABLE trailview_check (
	id       text    not null primary key,
	version  bigint  not null,
	home     text    not null,
	actor    text    not null,
	at       text    not null,
	ok       boolean not null,
	size     bigint  not null,
	root     text    not null,
	checked  bigint  not null,
	findings text    not null
);

CREATE INDEX trailview_check__at on trailview_check (at);
