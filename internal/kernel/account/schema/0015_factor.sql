-- Audited. Second factors of accounts. secret: the sealed key of a generator, the credential of a passkey (JSON), the hashes of a
-- printed list (JSON); empty once withdrawn.
create table account_factor (
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
create index account_factor__account on account_factor (account);

-- How far a factor was used: the last step of a generator, the signature counter of a passkey, one bit for each code of a list.
create table account_factor_use (
	factor  text   not null primary key references account_factor (id),
	step    bigint not null,
	signs   bigint not null,
	used    bigint not null,
	used_at text   not null
);

-- What a session has begun and not finished: a challenge, or a generator that no code has confirmed yet. Used once, for minutes.
create table account_ceremony (
	session    text  not null,
	purpose    text  not null,
	account    text  not null references account (id),
	factor     text  not null,
	data       bytea not null,
	expires_at text  not null,
	primary key (session, purpose)
);
create index account_ceremony__expires_at on account_ceremony (expires_at);
create index account_ceremony__account on account_ceremony (account);

-- Audited. One asks that the factors of an account be withdrawn, another confirms.
create table account_recovery (
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
create index account_recovery__account on account_recovery (account);
