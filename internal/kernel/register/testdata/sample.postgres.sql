create table register_kodama_sample (
	id text not null,
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
	personal text not null,
	for_person text not null default ''::text,
	ended_on text not null default ''::text,
	k_care text not null default ''::text,
	k_desk text not null default ''::text,
	k_fragile text not null default ''::text,
	k_giver text not null default ''::text,
	k_got_on text not null default ''::text,
	k_grade text not null default ''::text,
	k_keeper text not null default ''::text,
	k_lent text not null default ''::text,
	k_marks text not null default ''::text,
	k_name text not null default ''::text,
	k_pieces text not null default ''::text,
	k_seen_at text not null default ''::text,
	k_stuff text not null default ''::text,
	k_worst text not null default ''::text,
	constraint register_kodama_sample_pkey PRIMARY KEY (id)
);

CREATE INDEX register_kodama_sample__home_id ON public.register_kodama_sample USING btree (home, id);

CREATE INDEX register_kodama_sample__home_k_care_id ON public.register_kodama_sample USING btree (home, k_care, id);

CREATE INDEX register_kodama_sample__home_k_desk_id ON public.register_kodama_sample USING btree (home, k_desk, id);

CREATE INDEX register_kodama_sample__home_k_fragile_id ON public.register_kodama_sample USING btree (home, k_fragile, id);

CREATE INDEX register_kodama_sample__home_k_giver_id ON public.register_kodama_sample USING btree (home, k_giver, id);

CREATE INDEX register_kodama_sample__home_k_got_on_id ON public.register_kodama_sample USING btree (home, k_got_on, id);

CREATE INDEX register_kodama_sample__home_k_grade_id ON public.register_kodama_sample USING btree (home, k_grade, id);

CREATE INDEX register_kodama_sample__home_k_keeper_id ON public.register_kodama_sample USING btree (home, k_keeper, id);

CREATE INDEX register_kodama_sample__home_k_lent_id ON public.register_kodama_sample USING btree (home, k_lent, id);

CREATE INDEX register_kodama_sample__home_k_marks_id ON public.register_kodama_sample USING btree (home, k_marks, id);

CREATE INDEX register_kodama_sample__home_k_name_id ON public.register_kodama_sample USING btree (home, k_name, id);

CREATE INDEX register_kodama_sample__home_k_pieces_id ON public.register_kodama_sample USING btree (home, k_pieces, id);

CREATE INDEX register_kodama_sample__home_k_seen_at_id ON public.register_kodama_sample USING btree (home, k_seen_at, id);

CREATE INDEX register_kodama_sample__home_k_stuff_id ON public.register_kodama_sample USING btree (home, k_stuff, id);

CREATE INDEX register_kodama_sample__home_k_worst_id ON public.register_kodama_sample USING btree (home, k_worst, id);

CREATE INDEX register_kodama_sample__home_state_id ON public.register_kodama_sample USING btree (home, state, id);

CREATE INDEX register_kodama_sample__k_care_id ON public.register_kodama_sample USING btree (k_care, id);

CREATE INDEX register_kodama_sample__k_desk_id ON public.register_kodama_sample USING btree (k_desk, id);

CREATE INDEX register_kodama_sample__k_fragile_id ON public.register_kodama_sample USING btree (k_fragile, id);

CREATE INDEX register_kodama_sample__k_giver_id ON public.register_kodama_sample USING btree (k_giver, id);

CREATE INDEX register_kodama_sample__k_got_on_id ON public.register_kodama_sample USING btree (k_got_on, id);

CREATE INDEX register_kodama_sample__k_grade_id ON public.register_kodama_sample USING btree (k_grade, id);

CREATE INDEX register_kodama_sample__k_keeper_id ON public.register_kodama_sample USING btree (k_keeper, id);

CREATE INDEX register_kodama_sample__k_lent_id ON public.register_kodama_sample USING btree (k_lent, id);

CREATE INDEX register_kodama_sample__k_marks_id ON public.register_kodama_sample USING btree (k_marks, id);

CREATE INDEX register_kodama_sample__k_name_id ON public.register_kodama_sample USING btree (k_name, id);

CREATE INDEX register_kodama_sample__k_pieces_id ON public.register_kodama_sample USING btree (k_pieces, id);

CREATE INDEX register_kodama_sample__k_seen_at_id ON public.register_kodama_sample USING btree (k_seen_at, id);

CREATE INDEX register_kodama_sample__k_stuff_id ON public.register_kodama_sample USING btree (k_stuff, id);

CREATE INDEX register_kodama_sample__k_worst_id ON public.register_kodama_sample USING btree (k_worst, id);

CREATE INDEX register_kodama_sample__state_id ON public.register_kodama_sample USING btree (state, id);

CREATE UNIQUE INDEX register_kodama_sample__number ON public.register_kodama_sample USING btree (number) WHERE (number <> ''::text);
