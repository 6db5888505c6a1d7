CREATE TABLE register_kodama_sample (
	id text not null primary key,
	version bigint not null,
	home text not null,
	number text not null,
	state text not null,
	pack text not null,
	happened_at text not null,
	entered_at text not null,
	confirmed_on text not null,
	source text not null,
	data text not null,
	personal text not null
, for_person text not null default '', ended_on text not null default '', k_care text not null default '', k_desk text not null default '', k_fragile text not null default '', k_giver text not null default '', k_got_on text not null default '', k_grade text not null default '', k_keeper text not null default '', k_lent text not null default '', k_marks text not null default '', k_name text not null default '', k_pieces text not null default '', k_seen_at text not null default '', k_stuff text not null default '', k_worst text not null default '');

CREATE INDEX register_kodama_sample__home_id on register_kodama_sample (home, id);

CREATE INDEX register_kodama_sample__home_k_care_id on register_kodama_sample (home, k_care, id);

CREATE INDEX register_kodama_sample__home_k_desk_id on register_kodama_sample (home, k_desk, id);

CREATE INDEX register_kodama_sample__home_k_fragile_id on register_kodama_sample (home, k_fragile, id);

CREATE INDEX register_kodama_sample__home_k_giver_id on register_kodama_sample (home, k_giver, id);

CREATE INDEX register_kodama_sample__home_k_got_on_id on register_kodama_sample (home, k_got_on, id);

CREATE INDEX register_kodama_sample__home_k_grade_id on register_kodama_sample (home, k_grade, id);

CREATE INDEX register_kodama_sample__home_k_keeper_id on register_kodama_sample (home, k_keeper, id);

CREATE INDEX register_kodama_sample__home_k_lent_id on register_kodama_sample (home, k_lent, id);

CREATE INDEX register_kodama_sample__home_k_marks_id on register_kodama_sample (home, k_marks, id);

CREATE INDEX register_kodama_sample__home_k_name_id on register_kodama_sample (home, k_name, id);

CREATE INDEX register_kodama_sample__home_k_pieces_id on register_kodama_sample (home, k_pieces, id);

CREATE INDEX register_kodama_sample__home_k_seen_at_id on register_kodama_sample (home, k_seen_at, id);

CREATE INDEX register_kodama_sample__home_k_stuff_id on register_kodama_sample (home, k_stuff, id);

CREATE INDEX register_kodama_sample__home_k_worst_id on register_kodama_sample (home, k_worst, id);

CREATE INDEX register_kodama_sample__home_state_id on register_kodama_sample (home, state, id);

CREATE INDEX register_kodama_sample__k_care_id on register_kodama_sample (k_care, id);

CREATE INDEX register_kodama_sample__k_desk_id on register_kodama_sample (k_desk, id);

CREATE INDEX register_kodama_sample__k_fragile_id on register_kodama_sample (k_fragile, id);

CREATE INDEX register_kodama_sample__k_giver_id on register_kodama_sample (k_giver, id);

CREATE INDEX register_kodama_sample__k_got_on_id on register_kodama_sample (k_got_on, id);

CREATE INDEX register_kodama_sample__k_grade_id on register_kodama_sample (k_grade, id);

CREATE INDEX register_kodama_sample__k_keeper_id on register_kodama_sample (k_keeper, id);

CREATE INDEX register_kodama_sample__k_lent_id on register_kodama_sample (k_lent, id);

CREATE INDEX register_kodama_sample__k_marks_id on register_kodama_sample (k_marks, id);

CREATE INDEX register_kodama_sample__k_name_id on register_kodama_sample (k_name, id);

CREATE INDEX register_kodama_sample__k_pieces_id on register_kodama_sample (k_pieces, id);

CREATE INDEX register_kodama_sample__k_seen_at_id on register_kodama_sample (k_seen_at, id);

CREATE INDEX register_kodama_sample__k_stuff_id on register_kodama_sample (k_stuff, id);

CREATE INDEX register_kodama_sample__k_worst_id on register_kodama_sample (k_worst, id);

CREATE UNIQUE INDEX register_kodama_sample__number on register_kodama_sample (number) where number <> '';

CREATE INDEX register_kodama_sample__state_id on register_kodama_sample (state, id);
