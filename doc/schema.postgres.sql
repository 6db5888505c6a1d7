create table access_grant (
	id text not null,
	version bigint not null,
	home text not null,
	person text not null,
	opens text not null,
	from_on text not null,
	until_on text not null,
	decision text not null,
	constraint access_grant_pkey PRIMARY KEY (id)
);

CREATE INDEX access_grant__opens ON public.access_grant USING btree (opens);

CREATE INDEX access_grant__person ON public.access_grant USING btree (person, until_on);

create table account (
	id text not null,
	version bigint not null,
	home text not null,
	kind text not null,
	person text not null,
	unit text not null,
	login text not null,
	folded text not null,
	state text not null,
	made_at text not null,
	out_at text not null,
	constraint account_pkey PRIMARY KEY (id)
);

CREATE INDEX account__unit ON public.account USING btree (unit);

CREATE UNIQUE INDEX account__folded ON public.account USING btree (folded) WHERE (state <> 'closed'::text);

CREATE UNIQUE INDEX account__person ON public.account USING btree (person) WHERE (person <> ''::text);

create table account_ceremony (
	session text not null,
	purpose text not null,
	account text not null,
	factor text not null,
	data bytea not null,
	expires_at text not null,
	constraint account_ceremony_account_fkey FOREIGN KEY (account) REFERENCES account(id),
	constraint account_ceremony_pkey PRIMARY KEY (session, purpose)
);

CREATE INDEX account_ceremony__account ON public.account_ceremony USING btree (account);

CREATE INDEX account_ceremony__expires_at ON public.account_ceremony USING btree (expires_at);

create table account_factor (
	id text not null,
	version bigint not null,
	home text not null,
	account text not null,
	kind text not null,
	label text not null,
	secret bytea not null,
	drift bigint not null,
	added_at text not null,
	withdrawn_at text not null,
	constraint account_factor_account_fkey FOREIGN KEY (account) REFERENCES account(id),
	constraint account_factor_pkey PRIMARY KEY (id)
);

CREATE INDEX account_factor__account ON public.account_factor USING btree (account);

create table account_factor_use (
	factor text not null,
	step bigint not null,
	signs bigint not null,
	used bigint not null,
	used_at text not null,
	constraint account_factor_use_factor_fkey FOREIGN KEY (factor) REFERENCES account_factor(id),
	constraint account_factor_use_pkey PRIMARY KEY (factor)
);

create table account_key (
	id text not null,
	version bigint not null,
	home text not null,
	account text not null,
	label text not null,
	scope text not null,
	secret bytea not null,
	expires_at text not null,
	made_at text not null,
	withdrawn_at text not null,
	constraint account_key_account_fkey FOREIGN KEY (account) REFERENCES account(id),
	constraint account_key_pkey PRIMARY KEY (id)
);

CREATE INDEX account_key__account ON public.account_key USING btree (account);

CREATE UNIQUE INDEX account_key__secret ON public.account_key USING btree (secret);

create table account_key_use (
	key_id text not null,
	used_at text not null,
	constraint account_key_use_key_id_fkey FOREIGN KEY (key_id) REFERENCES account_key(id),
	constraint account_key_use_pkey PRIMARY KEY (key_id)
);

create table account_password (
	id text not null,
	version bigint not null,
	home text not null,
	account text not null,
	secret bytea not null,
	temporary boolean not null,
	expires_at text not null,
	made_at text not null,
	retired_at text not null,
	constraint account_password_account_fkey FOREIGN KEY (account) REFERENCES account(id),
	constraint account_password_pkey PRIMARY KEY (id)
);

CREATE INDEX account_password__account_made_at ON public.account_password USING btree (account, made_at);

CREATE UNIQUE INDEX account_password__account ON public.account_password USING btree (account) WHERE (retired_at = ''::text);

create table account_place (
	account text not null,
	version bigint not null,
	home text not null,
	secret bytea not null,
	renewed_at text not null,
	constraint account_place_account_fkey FOREIGN KEY (account) REFERENCES account(id),
	constraint account_place_pkey PRIMARY KEY (account)
);

create table account_recovery (
	id text not null,
	version bigint not null,
	home text not null,
	account text not null,
	reason text not null,
	asked_by text not null,
	asked_at text not null,
	expires_at text not null,
	state text not null,
	decided_by text not null,
	decided_at text not null,
	constraint account_recovery_account_fkey FOREIGN KEY (account) REFERENCES account(id),
	constraint account_recovery_pkey PRIMARY KEY (id)
);

CREATE INDEX account_recovery__account ON public.account_recovery USING btree (account);

create table account_session (
	id text not null,
	token text not null,
	account text not null,
	terminal text not null,
	how text not null,
	pending text not null,
	factor boolean not null,
	failed bigint not null,
	address text not null,
	net text not null,
	agent text not null,
	made_at text not null,
	used_at text not null,
	idle bigint not null,
	until_at text not null,
	ended_at text not null,
	why text not null,
	constraint account_session_account_fkey FOREIGN KEY (account) REFERENCES account(id),
	constraint account_session_pkey PRIMARY KEY (id)
);

CREATE INDEX account_session__account_made_at ON public.account_session USING btree (account, made_at);

CREATE INDEX account_session__made_at ON public.account_session USING btree (made_at);

CREATE UNIQUE INDEX account_session__token ON public.account_session USING btree (token);

create table account_terminal (
	id text not null,
	version bigint not null,
	home text not null,
	account text not null,
	label text not null,
	state text not null,
	secret bytea not null,
	expires_at text not null,
	made_at text not null,
	constraint account_terminal_account_fkey FOREIGN KEY (account) REFERENCES account(id),
	constraint account_terminal_pkey PRIMARY KEY (id)
);

CREATE INDEX account_terminal__account ON public.account_terminal USING btree (account);

CREATE UNIQUE INDEX account_terminal__secret ON public.account_terminal USING btree (secret);

create table account_try (
	kind text not null,
	subject text not null,
	until_at text not null,
	tries bigint not null,
	at text not null,
	constraint account_try_pkey PRIMARY KEY (kind, subject)
);

CREATE INDEX account_try__until_at ON public.account_try USING btree (until_at);

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
	version bigint not null,
	home text not null,
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
	version bigint not null,
	home text not null,
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
	version bigint not null,
	home text not null,
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
	version bigint not null,
	home text not null,
	constraint clause_revision_pkey PRIMARY KEY (regime, edition, document, "position"),
	constraint clause_revision_regime_edition_document_fkey FOREIGN KEY (regime, edition, document) REFERENCES clause_document(regime, edition, document)
);

create table clause_source (
	regime text not null,
	edition text not null,
	sha256 text not null,
	content bytea not null,
	imported_at text not null,
	version bigint not null,
	home text not null,
	constraint clause_source_pkey PRIMARY KEY (regime, edition)
);

create table job (
	id text not null,
	kind text not null,
	payload text not null,
	state text not null,
	created_at text not null,
	due_at text not null,
	ended_at text not null,
	tries bigint not null,
	lease bigint not null,
	error text not null,
	constraint job_pkey PRIMARY KEY (id)
);

CREATE INDEX job__created_at ON public.job USING btree (created_at, id);

CREATE INDEX job__state_due_at ON public.job USING btree (state, due_at, id);

create table job_beat (
	job text not null,
	lease bigint not null,
	until text not null,
	done bigint not null,
	total bigint not null,
	note text not null,
	constraint job_beat_job_fkey FOREIGN KEY (job) REFERENCES job(id),
	constraint job_beat_pkey PRIMARY KEY (job)
);

create table ledger_batch (
	id text not null,
	version bigint not null,
	home text not null,
	register text not null,
	units text not null,
	blank bigint not null,
	note text not null,
	at text not null,
	by_actor text not null,
	state text not null,
	job text not null,
	batch text not null,
	file text not null,
	size bigint not null,
	trouble text not null,
	constraint ledger_batch_pkey PRIMARY KEY (id)
);

CREATE INDEX ledger_batch__register ON public.ledger_batch USING btree (register, at, id);

create table ledger_preview (
	upload text not null,
	by_actor text not null,
	mapping text not null,
	job text not null,
	at text not null,
	fault text not null,
	shown text not null,
	result text not null,
	constraint ledger_preview_pkey PRIMARY KEY (upload)
);

create table ledger_upload (
	id text not null,
	version bigint not null,
	home text not null,
	register text not null,
	title text not null,
	state text not null,
	files text not null,
	at text not null,
	by_actor text not null,
	mapping text not null,
	sum text not null,
	new_rows bigint not null,
	changed_rows bigint not null,
	faulty_rows bigint not null,
	hold boolean not null,
	confirmed text not null,
	job text not null,
	trouble text not null,
	result text not null,
	act text not null,
	note text not null,
	constraint ledger_upload_pkey PRIMARY KEY (id)
);

CREATE INDEX ledger_upload__register ON public.ledger_upload USING btree (register, at, id);

create table org_assignment (
	id text not null,
	version bigint not null,
	home text not null,
	person text not null,
	unit text not null,
	post text not null,
	manner text not null,
	from_on text not null,
	until_on text not null,
	opens text not null,
	closes text not null,
	batch text not null,
	closed_by text not null,
	constraint org_assignment_pkey PRIMARY KEY (id)
);

CREATE INDEX org_assignment__batch ON public.org_assignment USING btree (batch);

CREATE INDEX org_assignment__person ON public.org_assignment USING btree (person);

CREATE INDEX org_assignment__post_unit ON public.org_assignment USING btree (post, unit);

CREATE INDEX org_assignment__unit ON public.org_assignment USING btree (unit);

create table org_batch (
	id text not null,
	version bigint not null,
	home text not null,
	title text not null,
	effective_on text not null,
	opens text not null,
	operators text not null,
	state text not null,
	constraint org_batch_pkey PRIMARY KEY (id)
);

create table org_code (
	id text not null,
	version bigint not null,
	home text not null,
	unit text not null,
	system text not null,
	code text not null,
	from_on text not null,
	until_on text not null,
	opens text not null,
	closes text not null,
	batch text not null,
	closed_by text not null,
	constraint org_code_pkey PRIMARY KEY (id)
);

CREATE INDEX org_code__batch ON public.org_code USING btree (batch);

CREATE INDEX org_code__system_code ON public.org_code USING btree (system, code);

CREATE INDEX org_code__unit ON public.org_code USING btree (unit);

create table org_deputy (
	id text not null,
	version bigint not null,
	home text not null,
	regime text not null,
	role text not null,
	scope text not null,
	giver text not null,
	person text not null,
	from_on text not null,
	until_on text not null,
	opens text not null,
	closes text not null,
	batch text not null,
	closed_by text not null,
	constraint org_deputy_pkey PRIMARY KEY (id)
);

CREATE INDEX org_deputy__batch ON public.org_deputy USING btree (batch);

CREATE INDEX org_deputy__giver ON public.org_deputy USING btree (giver);

CREATE INDEX org_deputy__person ON public.org_deputy USING btree (person);

CREATE INDEX org_deputy__regime_role_scope ON public.org_deputy USING btree (regime, role, scope);

create table org_designation (
	id text not null,
	version bigint not null,
	home text not null,
	regime text not null,
	role text not null,
	scope text not null,
	unit text not null,
	post text not null,
	person text not null,
	decision text not null,
	from_on text not null,
	until_on text not null,
	opens text not null,
	closes text not null,
	batch text not null,
	closed_by text not null,
	deputy boolean not null default false,
	constraint org_designation_pkey PRIMARY KEY (id)
);

CREATE INDEX org_designation__batch ON public.org_designation USING btree (batch);

CREATE INDEX org_designation__person ON public.org_designation USING btree (person);

CREATE INDEX org_designation__regime_role_scope ON public.org_designation USING btree (regime, role, scope);

create table org_person (
	id text not null,
	version bigint not null,
	home text not null,
	person text not null,
	number text not null,
	employment text not null,
	name text not null,
	kana text not null,
	mail text not null,
	find text not null,
	from_on text not null,
	until_on text not null,
	opens text not null,
	closes text not null,
	batch text not null,
	closed_by text not null,
	constraint org_person_pkey PRIMARY KEY (id)
);

CREATE INDEX org_person__batch ON public.org_person USING btree (batch);

CREATE INDEX org_person__kana_person ON public.org_person USING btree (kana, person);

CREATE INDEX org_person__number ON public.org_person USING btree (number);

CREATE INDEX org_person__person ON public.org_person USING btree (person);

create table org_post (
	id text not null,
	version bigint not null,
	home text not null,
	post text not null,
	code text not null,
	title text not null,
	rank bigint not null,
	head boolean not null,
	from_on text not null,
	until_on text not null,
	opens text not null,
	closes text not null,
	batch text not null,
	closed_by text not null,
	constraint org_post_pkey PRIMARY KEY (id)
);

CREATE INDEX org_post__batch ON public.org_post USING btree (batch);

CREATE INDEX org_post__code ON public.org_post USING btree (code);

CREATE INDEX org_post__post ON public.org_post USING btree (post);

create table org_stamp (
	id bigint not null,
	stamp text not null,
	constraint org_stamp_pkey PRIMARY KEY (id)
);

create table org_system (
	id text not null,
	version bigint not null,
	home text not null,
	system text not null,
	code text not null,
	name text not null,
	owner text not null,
	regime text not null,
	from_on text not null,
	until_on text not null,
	opens text not null,
	closes text not null,
	batch text not null,
	closed_by text not null,
	constraint org_system_pkey PRIMARY KEY (id)
);

CREATE INDEX org_system__batch ON public.org_system USING btree (batch);

CREATE INDEX org_system__code ON public.org_system USING btree (code);

CREATE INDEX org_system__owner ON public.org_system USING btree (owner);

CREATE INDEX org_system__system ON public.org_system USING btree (system);

create table org_unit (
	id text not null,
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
	from_on text not null,
	until_on text not null,
	opens text not null,
	closes text not null,
	batch text not null,
	closed_by text not null,
	constraint org_unit_pkey PRIMARY KEY (id)
);

CREATE INDEX org_unit__batch ON public.org_unit USING btree (batch);

CREATE INDEX org_unit__code ON public.org_unit USING btree (code);

CREATE INDEX org_unit__parent ON public.org_unit USING btree (parent);

CREATE INDEX org_unit__unit ON public.org_unit USING btree (unit);

create table people_hold (
	id text not null,
	version bigint not null,
	home text not null,
	upload text not null,
	form text not null,
	file text not null,
	place text not null,
	state text not null,
	reason text not null,
	cells text not null,
	faults text not null,
	constraint people_hold_pkey PRIMARY KEY (id),
	constraint people_hold_upload_fkey FOREIGN KEY (upload) REFERENCES people_upload(id)
);

CREATE INDEX people_hold__upload ON public.people_hold USING btree (upload, state, id);

create table people_upload (
	id text not null,
	version bigint not null,
	home text not null,
	title text not null,
	state text not null,
	files text not null,
	at text not null,
	by_actor text not null,
	operators text not null,
	wished text not null,
	roster_on text not null,
	covers text not null,
	held_limit bigint not null,
	whole boolean not null,
	leavers bigint not null,
	same bigint not null,
	others text not null,
	confirmed text not null,
	job text not null,
	trouble text not null,
	row_count bigint not null,
	opens text not null,
	sealed text not null,
	note text not null,
	constraint people_upload_pkey PRIMARY KEY (id)
);

CREATE INDEX people_upload__at ON public.people_upload USING btree (at, id);

create table regime_activation (
	id text not null,
	version bigint not null,
	home text not null,
	regime text not null,
	edition text not null,
	sum text not null,
	effective_on text not null,
	decided_on text not null,
	decision text not null,
	constraint regime_activation_pkey PRIMARY KEY (id),
	constraint regime_activation_sum_fkey FOREIGN KEY (sum) REFERENCES regime_pack(sum)
);

CREATE INDEX regime_activation__regime_effective_on ON public.regime_activation USING btree (regime, effective_on);

create table regime_pack (
	sum text not null,
	version bigint not null,
	home text not null,
	regime text not null,
	edition text not null,
	files bytea not null,
	constraint regime_pack_pkey PRIMARY KEY (sum)
);

create table register_disposal (
	id text not null,
	version bigint not null,
	home text not null,
	register text not null,
	title text not null,
	class text not null,
	setting text not null,
	span text not null,
	as_of text not null,
	entries bigint not null,
	sum text not null,
	by_actor text not null,
	at text not null,
	state text not null,
	decision text not null,
	decided_on text not null,
	decider text not null,
	done_at text not null,
	done_by text not null,
	why text not null,
	constraint register_disposal_pkey PRIMARY KEY (id)
);

CREATE INDEX register_disposal__register ON public.register_disposal USING btree (register, id);

CREATE INDEX register_disposal__state ON public.register_disposal USING btree (state, register, id);

create table register_disposal_line (
	id text not null,
	version bigint not null,
	home text not null,
	list text not null,
	register text not null,
	place bigint not null,
	entry text not null,
	at bigint not null,
	number text not null,
	title text not null,
	owner text not null,
	ended_on text not null,
	until text not null,
	from_at text not null,
	from_id text not null,
	to_at text not null,
	to_id text not null,
	entries bigint not null,
	sum text not null,
	state text not null,
	reason text not null,
	constraint register_disposal_line_pkey PRIMARY KEY (id)
);

CREATE INDEX register_disposal_line__entry ON public.register_disposal_line USING btree (entry, state);

CREATE INDEX register_disposal_line__list ON public.register_disposal_line USING btree (list, place);

CREATE INDEX register_disposal_line__register ON public.register_disposal_line USING btree (register, state, home);

create table register_extension (
	id text not null,
	version bigint not null,
	home text not null,
	register text not null,
	entry text not null,
	from_at text not null,
	from_id text not null,
	to_at text not null,
	to_id text not null,
	reason text not null,
	until text not null,
	by_actor text not null,
	at text not null,
	lifted text not null,
	list text not null,
	constraint register_extension_pkey PRIMARY KEY (id)
);

CREATE INDEX register_extension__entry ON public.register_extension USING btree (register, entry);

CREATE INDEX register_extension__home ON public.register_extension USING btree (register, home);

create table register_file (
	sum text not null,
	kind text not null,
	thing text not null,
	constraint register_file_pkey PRIMARY KEY (sum, kind, thing)
);

CREATE INDEX register_file__kind_thing ON public.register_file USING btree (kind, thing);

create table register_file_left (
	sum text not null,
	constraint register_file_left_pkey PRIMARY KEY (sum)
);

create table register_handout (
	id text not null,
	version bigint not null,
	home text not null,
	register text not null,
	batch text not null,
	entries bigint not null,
	sum text not null,
	at text not null,
	returned text not null,
	constraint register_handout_pkey PRIMARY KEY (id)
);

CREATE INDEX register_handout__batch ON public.register_handout USING btree (register, batch, id);

create table register_hold (
	id text not null,
	version bigint not null,
	home text not null,
	register text not null,
	import text not null,
	file text not null,
	place text not null,
	entry text not null,
	state text not null,
	reason text not null,
	at text not null,
	cells text not null,
	faults text not null,
	constraint register_hold_pkey PRIMARY KEY (id)
);

CREATE INDEX register_hold__register ON public.register_hold USING btree (register, state, id);

create table register_link (
	from_kind text not null,
	from_id text not null,
	field text not null,
	to_kind text not null,
	to_id text not null,
	constraint register_link_pkey PRIMARY KEY (from_kind, from_id, field, to_kind, to_id)
);

CREATE INDEX register_link__to_kind_to_id ON public.register_link USING btree (to_kind, to_id, from_id);

create table register_look (
	id text not null,
	version bigint not null,
	home text not null,
	person text not null,
	kind text not null,
	thing text not null,
	fields text not null,
	titles text not null,
	reason text not null,
	at text not null,
	constraint register_look_pkey PRIMARY KEY (id)
);

CREATE INDEX register_look__kind_thing ON public.register_look USING btree (kind, thing, id);

create table register_number (
	series text not null,
	year bigint not null,
	last bigint not null,
	constraint register_number_pkey PRIMARY KEY (series, year)
);

create table register_plan (
	id text not null,
	version bigint not null,
	home text not null,
	book text not null,
	state text not null,
	by_actor text not null,
	made_on text not null,
	note text not null,
	sum text not null,
	decision text not null,
	decided_on text not null,
	applied_by text not null,
	applied_on text not null,
	ended_by text not null,
	ended_on text not null,
	why text not null,
	constraint register_plan_pkey PRIMARY KEY (id)
);

CREATE INDEX register_plan__book_home ON public.register_plan USING btree (book, home, state);

create table register_plan_part (
	plan text not null,
	target text not null,
	version bigint not null,
	home text not null,
	total bigint not null,
	entries text not null,
	moved text not null,
	back text not null,
	constraint register_plan_part_pkey PRIMARY KEY (plan, target)
);

CREATE INDEX register_plan_part__home ON public.register_plan_part USING btree (home, plan);

create table search_document (
	seq bigint not null,
	kind text not null,
	thing text not null,
	home text not null,
	find text not null,
	constraint search_document_pkey PRIMARY KEY (seq)
);

CREATE INDEX search_document__kind_home_seq ON public.search_document USING btree (kind, home, seq);

CREATE INDEX search_document__kind_seq ON public.search_document USING btree (kind, seq);

CREATE UNIQUE INDEX search_document__kind_thing ON public.search_document USING btree (kind, thing);

create table search_form (
	form text not null,
	constraint search_form_pkey PRIMARY KEY (form)
);

create table search_index (
	seq bigint not null,
	tokens tsvector not null,
	constraint search_index_pkey PRIMARY KEY (seq)
);

CREATE INDEX search_index__tokens ON public.search_index USING gin (tokens);

create table setting_draft (
	id text not null,
	version bigint not null,
	home text not null,
	title text not null,
	by_actor text not null,
	at text not null,
	content text not null,
	sum text not null,
	state text not null,
	decision text not null,
	decided_on text not null,
	from_on text not null,
	elsewhere boolean not null,
	decider text not null,
	why text not null,
	constraint setting_draft_pkey PRIMARY KEY (id)
);

CREATE INDEX setting_draft__state ON public.setting_draft USING btree (state);

create table setting_value (
	id text not null,
	version bigint not null,
	home text not null,
	owner text not null,
	setting text not null,
	from_on text not null,
	unit text not null,
	value text not null,
	decision text not null,
	decided_on text not null,
	draft text not null,
	constraint setting_value_pkey PRIMARY KEY (id)
);

CREATE INDEX setting_value__owner_setting ON public.setting_value USING btree (owner, setting);

create table trail_act (
	id text not null,
	at text not null,
	actor text not null,
	authority text not null,
	name text not null,
	seal text not null,
	opens text not null,
	detail text not null,
	note text not null,
	note_salt text not null,
	note_hash text not null,
	constraint trail_act_pkey PRIMARY KEY (id)
);

CREATE INDEX trail_act__actor_id ON public.trail_act USING btree (actor, id);

CREATE INDEX trail_act__at ON public.trail_act USING btree (at, id);

CREATE INDEX trail_act__name_id ON public.trail_act USING btree (name, id);

create table trail_checkpoint (
	epoch bigint not null,
	size bigint not null,
	root text not null,
	at text not null,
	note text not null,
	constraint trail_checkpoint_pkey PRIMARY KEY (epoch, size)
);

create table trail_entry (
	act text not null,
	"position" bigint not null,
	seq bigint,
	kind text not null,
	thing text not null,
	version bigint not null,
	home text not null,
	gone boolean not null,
	public text not null,
	public_salt text not null,
	public_hash text not null,
	personal text not null,
	personal_salt text not null,
	personal_hash text not null,
	constraint trail_entry_pkey PRIMARY KEY (act, "position")
);

CREATE INDEX trail_entry__home_seq ON public.trail_entry USING btree (home, seq) WHERE (seq IS NOT NULL);

CREATE INDEX trail_entry__kind_seq ON public.trail_entry USING btree (kind, seq) WHERE (seq IS NOT NULL);

CREATE INDEX trail_entry__pending ON public.trail_entry USING btree (act, "position") WHERE (seq IS NULL);

CREATE UNIQUE INDEX trail_entry__kind_thing_version ON public.trail_entry USING btree (kind, thing, version);

CREATE UNIQUE INDEX trail_entry__seq ON public.trail_entry USING btree (seq) WHERE (seq IS NOT NULL);

create table trail_epoch (
	number bigint not null,
	version bigint not null,
	home text not null,
	size bigint not null,
	at text not null,
	why text not null,
	public_key text not null,
	lost text not null,
	constraint trail_epoch_pkey PRIMARY KEY (number)
);

create table trail_erasure (
	id text not null,
	version bigint not null,
	home text not null,
	kind text not null,
	thing text not null,
	part text not null,
	through bigint not null,
	ground text not null,
	clause text not null,
	constraint trail_erasure_pkey PRIMARY KEY (id)
);

CREATE INDEX trail_erasure__kind_thing ON public.trail_erasure USING btree (kind, thing);

create table trail_follower (
	name text not null,
	"position" bigint not null,
	constraint trail_follower_pkey PRIMARY KEY (name)
);

create table trail_head (
	one integer not null,
	size bigint not null,
	epoch bigint not null,
	root text not null,
	constraint trail_head_one_check CHECK ((one = 1)),
	constraint trail_head_pkey PRIMARY KEY (one)
);

create table trail_store (
	id text not null,
	constraint trail_store_pkey PRIMARY KEY (id)
);

create table trail_thing (
	kind text not null,
	thing text not null,
	version bigint not null,
	home text not null,
	gone boolean not null,
	seq bigint not null,
	at text not null,
	constraint trail_thing_pkey PRIMARY KEY (kind, thing)
);

CREATE INDEX trail_thing__home_seq ON public.trail_thing USING btree (home, seq);

create table trail_tile (
	level bigint not null,
	number bigint not null,
	hashes bytea not null,
	constraint trail_tile_pkey PRIMARY KEY (level, number)
);

create table trailview_check (
	id text not null,
	version bigint not null,
	home text not null,
	actor text not null,
	at text not null,
	ok boolean not null,
	size bigint not null,
	root text not null,
	checked bigint not null,
	findings text not null,
	constraint trailview_check_pkey PRIMARY KEY (id)
);

CREATE INDEX trailview_check__at ON public.trailview_check USING btree (at);
