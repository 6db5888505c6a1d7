create table find (
	id bigint generated as identity not null,
	words tsvector not null,
	constraint find_pkey PRIMARY KEY (id)
);

CREATE INDEX find__words ON public.find USING gin (words);

create table item (
	id text not null,
	name text not null,
	price bigint not null default 0,
	ready boolean,
	mark bytea,
	data text,
	constraint item_name_key UNIQUE (name),
	constraint item_pkey PRIMARY KEY (id),
	constraint item_price_check CHECK ((price >= 0))
);

create table sale (
	item text not null,
	at text not null,
	note text,
	constraint sale_item_fkey FOREIGN KEY (item) REFERENCES item(id),
	constraint sale_pkey PRIMARY KEY (item, at)
);

CREATE INDEX sale__at ON public.sale USING btree (at);

CREATE UNIQUE INDEX sale__note ON public.sale USING btree (note) WHERE (note IS NOT NULL);
