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

-- name: forget_repeats
-- keep interval.
DELETE FROM reading_repeat WHERE day < (now() - %(keep)s::interval)::date;

-- name: thin_quarantine
-- most_bytes bigint: payloads together. What nobody has settled goes last; of it every device, profile and
-- reason keeps its newest, so that a flood does not push out the one message of another. What goes unsettled
-- is counted as not kept.
WITH ranked AS (
    SELECT quarantine_id, octet_length(payload) + 300 AS bytes, settled_at IS NULL AS is_open,
           row_number() OVER (PARTITION BY settled_at IS NULL, device_id, profile, reason_code
                                  ORDER BY quarantine_id DESC) AS rank
      FROM quarantine
     WHERE (SELECT sum(octet_length(payload) + 300) FROM quarantine) > %(most_bytes)s
), filled AS (
    SELECT quarantine_id, sum(bytes) OVER (ORDER BY is_open DESC, rank, quarantine_id DESC) AS bytes FROM ranked
), gone AS (
    DELETE FROM quarantine q USING filled f
     WHERE q.quarantine_id = f.quarantine_id AND f.bytes > %(most_bytes)s
 RETURNING q.*
), counted AS (
    INSERT INTO quarantine_count AS c (hour, device_id, profile, reason_code, messages, samples, last_at)
    SELECT date_trunc('hour', received_at, 'UTC'), coalesce(device_id, 0), coalesce(profile, ''), reason_code,
           count(*), sum(samples), max(received_at)
      FROM gone WHERE settled_at IS NULL GROUP BY 1, 2, 3, 4
    -- They were counted when they came and are only no longer kept; but for those whose reason is another
    -- since they were read again.
    ON CONFLICT (hour, device_id, profile, reason_code) DO UPDATE
        SET messages = c.messages + greatest(excluded.messages - c.kept, 0),
            samples = c.samples + greatest(excluded.samples - c.kept_samples, 0),
            kept = greatest(c.kept - excluded.messages, 0),
            kept_samples = greatest(c.kept_samples - excluded.samples, 0)
)
SELECT count(*) FROM gone;

-- name: forget_counts
-- Hours of which every message was kept; those with messages left out stay. keep interval.
DELETE FROM quarantine_count WHERE kept = messages AND hour < now() - %(keep)s::interval;

-- name: thin_conflicts
-- most bigint: rows. Every device keeps its newest; what goes is counted.
WITH ranked AS (
    SELECT device_id, ts, quantity, value,
           dense_rank() OVER (PARTITION BY device_id ORDER BY ts DESC, quantity) AS rank
      FROM reading_conflict WHERE (SELECT count(*) FROM reading_conflict) > %(most)s
), filled AS (
    -- All values of one conflict together.
    SELECT ranked.*, count(*) OVER (ORDER BY rank, device_id) AS rows FROM ranked
), gone AS (
    DELETE FROM reading_conflict c USING filled f
     WHERE (c.device_id, c.ts, c.quantity, c.value) = (f.device_id, f.ts, f.quantity, f.value) AND f.rows > %(most)s
 RETURNING c.device_id
), counted AS (
    INSERT INTO conflict_left_out AS l (device_id, noticed_in, times, since, until)
    SELECT device_id, 'maintenance', count(*), now(), now() FROM gone GROUP BY device_id
    ON CONFLICT (device_id, noticed_in) DO UPDATE SET times = l.times + excluded.times, until = excluded.until
)
SELECT count(*) FROM gone;
