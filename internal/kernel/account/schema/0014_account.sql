-- Who may come in. What is secret is a hash, or bytes of which the trail holds the hash only.
create table account (
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
-- A person has one account, also after it was closed. A login is free again when its account is closed.
create unique index account__person on account (person) where person <> '';
create unique index account__folded on account (folded) where state <> 'closed';
create index account__unit on account (unit);

-- Passwords: the one that counts has retired_at ''; old ones are kept where they may not come back.
create table account_password (
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
create unique index account_password__account on account_password (account) where retired_at = '';
create index account_password__account_made_at on account_password (account, made_at);

-- A place: from its secret follow the numbers of each day.
create table account_place (
	account    text not null primary key references account (id),
	version    bigint not null,
	home       text not null,
	secret     bytea not null,
	renewed_at text not null
);

-- A terminal that is bound to a place, or waits for its one-time code to be entered: secret is the SHA-256 of the code, then of
-- what the terminal keeps.
create table account_terminal (
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
create unique index account_terminal__secret on account_terminal (secret);
create index account_terminal__account on account_terminal (account);

-- A personal key for the JSON API.
create table account_key (
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
create unique index account_key__secret on account_key (secret);
create index account_key__account on account_key (account);

-- When a key was used last, to the minute.
create table account_key_use (
	key_id  text not null primary key references account_key (id),
	used_at text not null
);

-- Who is signed in, and the record of who was.
create table account_session (
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
create unique index account_session__token on account_session (token);
create index account_session__account_made_at on account_session (account, made_at);
create index account_session__made_at on account_session (made_at);

-- Counters of what went wrong: see limit.go.
create table account_try (
	kind     text not null,
	subject  text not null,
	until_at text not null, -- when everything is paid off
	tries    bigint not null, -- since the last that went well
	at       text not null,
	primary key (kind, subject)
);
create index account_try__until_at on account_try (until_at);
