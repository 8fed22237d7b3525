-- name: is_there
SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %(login)s);

-- name: make
CREATE ROLE {login} LOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    CONNECTION LIMIT 10 PASSWORD {verifier};

-- name: bound_reads
ALTER ROLE {login} SET default_transaction_read_only = on;

-- name: bound_time
ALTER ROLE {login} SET statement_timeout = '15s';

-- name: let_read
GRANT civicwatt_dashboard TO {login};

-- name: bind
INSERT INTO dashboard_login (login, person_id, expires_at)
SELECT %(login)s, person_id, now() + %(lasts)s::interval FROM person WHERE login = %(person)s
ON CONFLICT (login) DO UPDATE
   SET person_id = excluded.person_id, expires_at = excluded.expires_at, bound_at = now();

-- name: drop
DROP ROLE {login};

-- name: unbind
DELETE FROM dashboard_login WHERE login = %(login)s;

-- name: all
SELECT d.login, p.login AS person, d.expires_at, d.bound_at
  FROM dashboard_login d JOIN person p USING (person_id) ORDER BY d.login;
