-- name: clock
SELECT clock_timestamp();

-- name: rights
-- Whether the current login could look past every row security: it must not, in production.
SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user;

-- name: settings
SELECT name, setting, unit FROM pg_settings
 WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers') ORDER BY name;

-- name: backlog
-- Days that wait for computation.
SELECT count(DISTINCT (device_id, day)) FROM waiting_day;
