-- Names in braces are identifiers and column lists that store/telemetry/reading.py fills in from the list of
-- quantities. {key} is (device_id, ts), and name for other_reading.

-- name: make_stage
CREATE TEMP TABLE IF NOT EXISTS {stage} (LIKE {table}) ON COMMIT DELETE ROWS;

-- name: empty_stage
DELETE FROM {stage};

-- name: fill
-- {target} is the table itself or its stage, {given} the columns that the rows have.
COPY {target} ({given}) FROM STDIN (FORMAT binary);

-- name: insert_new_united
-- Rows of instants not known yet, one for each. Sorted, so that two collectors never wait for each other
-- in a ring.
INSERT INTO {table} ({columns}) SELECT {key}, {united} FROM {stage} GROUP BY {key} ORDER BY {key}
ON CONFLICT DO NOTHING RETURNING {key};

-- name: lock_merges
-- One merge at a time per table, or two collectors could each miss the other's disagreement.
SELECT pg_advisory_xact_lock(hashtext('civicwatt merge'), %(table)s::regclass::oid::integer);

-- name: find_known
-- Which of `keys`, all of one week, are stored. first, last: the oldest and the newest instant of all;
-- without them every chunk of the table is tried for every instant, here and below.
SELECT {key} FROM json_to_recordset(%(keys)s) AS s ({key_columns}) JOIN {table} t USING ({key})
 WHERE t.ts BETWEEN %(first)s AND %(last)s;

-- name: find_clashes
-- Instants at which the batch disagrees with itself or with what is stored. What is stored is looked
-- up instant by instant (LATERAL .. LIMIT 1, here and below): a join would be free to read, and on
-- the columnstore to unpack, the whole table.
SELECT {key} FROM (
    SELECT {columns} FROM {stage}
     UNION ALL
    SELECT stored.* FROM (SELECT DISTINCT {key} FROM {stage}) s
     CROSS JOIN LATERAL (SELECT {columns} FROM {table} t WHERE {same_key} LIMIT 1) stored
) said GROUP BY {key} HAVING {disagree};

-- name: note_clashes
-- Every value said about each column of a clashing instant, where there are several.
WITH clash AS (
    SELECT * FROM unnest({clash_arrays}) AS c ({key})
), said AS (
    SELECT device_id, ts, to_jsonb(s) AS row FROM {stage} s WHERE ({key}) IN (TABLE clash)
     UNION ALL
    SELECT s.device_id, s.ts, stored.row FROM clash s
     CROSS JOIN LATERAL (SELECT to_jsonb(t) AS row FROM {table} t WHERE {same_key} LIMIT 1) stored
), value AS (
    SELECT DISTINCT s.device_id, s.ts, coalesce(s.row ->> 'name', c.name) AS quantity, c.name AS col,
           s.row ->> c.name AS value
      FROM said s CROSS JOIN unnest(%(names)s::text[]) AS c (name)
     WHERE s.row ->> c.name IS NOT NULL
), several AS (
    SELECT device_id, ts, quantity, value, count(*) OVER (PARTITION BY device_id, ts, quantity, col) AS n
      FROM value
)
INSERT INTO reading_conflict (device_id, ts, quantity, value, noticed_at)
SELECT device_id, ts, quantity, value, %(now)s FROM several WHERE n > 1
ON CONFLICT DO NOTHING;

-- name: bound_clashes
-- Of one quantity of one instant the greatest by number and by text are kept, most of each: the winner is
-- among them, and which they are does not depend on what came first. What goes is counted.
WITH ranked AS (
    SELECT c.*, rank() OVER (PARTITION BY device_id, ts, quantity ORDER BY value DESC) AS by_text,
           rank() OVER (PARTITION BY device_id, ts, quantity ORDER BY CASE
               WHEN value ~ '^-?[0-9]+([.][0-9]+)?$' THEN value::numeric END DESC NULLS LAST) AS by_number
      FROM reading_conflict c
     WHERE (device_id, ts) IN (SELECT * FROM unnest(%(device_id)s::bigint[], %(ts)s::timestamptz[]))
), gone AS (
    DELETE FROM reading_conflict c USING ranked r
     WHERE (c.device_id, c.ts, c.quantity, c.value) = (r.device_id, r.ts, r.quantity, r.value)
       AND r.by_text > %(most)s AND r.by_number > %(most)s
 RETURNING c.device_id
)
INSERT INTO conflict_left_out AS l (device_id, noticed_in, times, since, until)
SELECT device_id, %(table)s, count(*), %(now)s, %(now)s FROM gone GROUP BY device_id
ON CONFLICT (device_id, noticed_in) DO UPDATE SET times = l.times + excluded.times, until = excluded.until;

-- name: merge
-- Column by column the greatest of everything said about the instant: GREATEST passes over nulls, so
-- it fills what was missing and picks a winner by the values alone. It is commutative, associative
-- and idempotent; arrival order cannot be told from the result. Instants about which the batch says
-- nothing new are left out beforehand: DO UPDATE unpacks their part of the columnstore even when it
-- then updates nothing.
INSERT INTO {table} AS t ({columns})
SELECT s.* FROM (SELECT {key}, {united} FROM {stage} GROUP BY {key}) AS s ({columns})
 CROSS JOIN LATERAL (SELECT FROM {table} t WHERE {same_key} AND ({news}) LIMIT 1) stored
 ORDER BY {key}
ON CONFLICT ({key}) DO UPDATE SET {greatest}, quality = t.quality | excluded.quality,
    received_at = greatest(t.received_at, excluded.received_at)
RETURNING {key};

-- name: flag_clashes
-- Every instant is there by now. An UPDATE that joins the instants would unpack the whole columnstore.
INSERT INTO {table} AS t ({key}, received_at, quality)
SELECT *, '-infinity', %(flag)s FROM unnest({clash_arrays}) AS c ({key}) ORDER BY {key}
ON CONFLICT ({key}) DO UPDATE SET quality = t.quality | excluded.quality
 WHERE t.quality & excluded.quality = 0;

-- name: count
-- Adds one batch to the collector's counts; the table checks that they add up.
INSERT INTO collector_count AS c (collector, as_of, received, stored, merged, duplicate, conflicting,
                                  quarantined, without_reading)
VALUES (%(collector)s, %(as_of)s, %(received)s, %(stored)s, %(merged)s, %(duplicate)s, %(conflicting)s,
        %(quarantined)s, %(without_reading)s)
ON CONFLICT (collector) DO UPDATE SET as_of = excluded.as_of,
    received = c.received + excluded.received, stored = c.stored + excluded.stored,
    merged = c.merged + excluded.merged, duplicate = c.duplicate + excluded.duplicate,
    conflicting = c.conflicting + excluded.conflicting,
    quarantined = c.quarantined + excluded.quarantined,
    without_reading = c.without_reading + excluded.without_reading;
