-- name: drop_expired
SELECT drop_expired();

-- name: can_compress
-- Whether this floor has a columnstore.
SELECT to_regproc('public.compress_one_chunk') IS NOT NULL;

-- name: compress_one_chunk
SELECT compress_one_chunk();

-- name: forget_events
-- keep interval.
DELETE FROM outbox WHERE at < now() - %(keep)s::interval;
