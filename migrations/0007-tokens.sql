-- API tokens (docs/security.md). Only a hash is kept: a copy of this table opens nothing.
create type maniple.token_role as enum ('viewer', 'operator', 'admin');

create table maniple.tokens (
  id bigint generated always as identity primary key,
  name text not null,
  role maniple.token_role not null,
  hash bytea not null unique,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
-- A name is free again once its token is revoked.
create unique index token_names on maniple.tokens (name) where revoked_at is null;
