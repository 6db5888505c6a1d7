-- The head of the tree: how many entries have their number, the root over them (hex), and the epoch. Always one row.
create table trail_head (
	one   integer not null primary key check (one = 1),
	size  bigint  not null,
	epoch bigint  not null,
	root  text    not null
);
insert into trail_head (one, size, epoch, root) values (1, 0, 0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');

-- The nodes of the tree, 256 hashes a row: the hashes at height 8 * level, from 256 * number on. The last of a level is partial.
create table trail_tile (
	level  bigint not null,
	number bigint not null,
	hashes bytea  not null,
	primary key (level, number)
);

-- The heads that were signed; note is the checkpoint as others are given it.
create table trail_checkpoint (
	epoch bigint not null,
	size  bigint not null,
	root  text   not null,
	at    text   not null,
	note  text   not null,
	primary key (epoch, size)
);

-- Audited. An epoch begins with the first start and wherever the tree cannot go on as it was signed: after a restore. size is
-- how many entries stand before it, lost the last signed head where the tree does not contain it, else ''.
create table trail_epoch (
	number     bigint not null primary key,
	version    bigint not null,
	home       text   not null,
	size       bigint not null,
	at         text   not null,
	why        text   not null,
	public_key text   not null,
	lost       text   not null
);

-- How many entries each follower has taken in.
create table trail_follower (
	name     text   not null primary key,
	position bigint not null
);

-- The folder beside the database that belongs to it. At most one row.
create table trail_store (
	id text not null primary key
);
