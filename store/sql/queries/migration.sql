-- name: take_lock
-- One migration at a time per database; held until the connection closes.
SELECT pg_advisory_lock(hashtext('civicwatt migrate'));

-- name: create_log
CREATE TABLE IF NOT EXISTS schema_migration (
    name       text PRIMARY KEY,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- name: applied
SELECT name, sha256 FROM schema_migration ORDER BY name;

-- name: log
-- name, sha256 text.
INSERT INTO schema_migration (name, sha256) VALUES (%(name)s, %(sha256)s);

-- name: become_owner
SET ROLE civicwatt_owner;

-- name: become_again
RESET ROLE;

-- name: create_extension
CREATE EXTENSION IF NOT EXISTS timescaledb;

-- name: create_queue
-- The job queue lives in a schema of its own, so that its rights can be given as a whole.
CREATE SCHEMA queue AUTHORIZATION civicwatt_owner;

-- name: enter_queue
SET LOCAL search_path = queue;

-- name: grant_queue
GRANT USAGE ON SCHEMA queue TO civicwatt_work;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA queue TO civicwatt_work;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA queue TO civicwatt_work;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA queue TO civicwatt_work;
