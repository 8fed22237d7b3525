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

-- name: live
-- Samples with a place in the tables by kind that came in the last quarter of an hour, as meters have one; late
-- ones, which a drained queue or a re-issue brings, do not count. And devices that may send.
SELECT (SELECT count(*) FROM electricity_reading WHERE ts > now() - interval '1 hour' AND received_at > now() - interval '15 minutes')
     + (SELECT count(*) FROM flow_reading WHERE ts > now() - interval '1 hour' AND received_at > now() - interval '15 minutes')
     + (SELECT count(*) FROM heat_reading WHERE ts > now() - interval '1 hour' AND received_at > now() - interval '15 minutes')
     + (SELECT count(*) FROM climate_reading WHERE ts > now() - interval '1 hour' AND received_at > now() - interval '15 minutes')
     + (SELECT count(*) FROM vehicle_reading WHERE ts > now() - interval '1 hour' AND received_at > now() - interval '15 minutes'),
       (SELECT count(*) FROM device WHERE status = 'accepted');
