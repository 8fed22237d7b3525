-- name: take_lock
SELECT pg_try_advisory_lock(hashtext('civicwatt maintenance'));

-- name: drop_expired
SELECT drop_expired();

-- name: has_columnstore
-- Whether this floor has one.
SELECT to_regproc('public.compress_next_chunk') IS NOT NULL;

-- name: compress_next_chunk
-- last oid: the chunk compressed before, 0 to begin.
SELECT compress_next_chunk(%(last)s);

-- name: hourly
-- Hourly series that wait to be brought up to date; none where they are plain views.
SELECT table_name FROM hourly WHERE to_regclass(format('hourly.%I', table_name)) IS NOT NULL ORDER BY 1;

-- name: refresh_hourly
-- Not inside a transaction. {series}: a continuous aggregate. The last two days stay live, computed
-- from the readings themselves; of what is older, only hours whose readings have changed are computed.
CALL refresh_continuous_aggregate({series}, NULL, now() - interval '2 days');

-- name: forget_events
-- keep interval.
DELETE FROM outbox WHERE at < now() - %(keep)s::interval;
