-- Whether the designation is of who acts for the holder of the role, in place of the post or role that the regime's rule names.
alter table org_designation add column deputy boolean not null default false;
