-- name: touched_devices
-- Devices with work to do. but bigint[]: those this run has seen.
SELECT device_id FROM touched WHERE device_id <> ALL (%(but)s)
 GROUP BY device_id ORDER BY min(touched_id) LIMIT %(at_most)s;

-- name: claim
-- One worker per device at a time; false when another has it. Held until the transaction ends.
SELECT pg_try_advisory_xact_lock(hashtext('civicwatt consumption'), %(device_id)s::integer);

-- name: lock_meter
-- Two devices of one meter, at a swap, may be computed by two workers: the meter's versions by one.
SELECT pg_advisory_xact_lock(hashtext('civicwatt meter'), %(meter_id)s::integer);

-- name: take_touched
-- Takes the days off the list before their readings are read: what commits later stays on it.
DELETE FROM touched WHERE device_id = %(device_id)s RETURNING day;

-- name: meters_of_device
-- Meters whose register this device is or was, with the zone in which their days begin: that of the
-- place where they hang, or hung last.
SELECT m.meter_id, m.quantity, zone_of(p.place_id) AS zone
  FROM meter m
 CROSS JOIN LATERAL (SELECT q.place_id FROM meter_position q WHERE q.meter_id = m.meter_id
                      ORDER BY upper(q.during) DESC NULLS FIRST LIMIT 1) p
 WHERE m.meter_id IN (SELECT d.meter_id FROM meter_device d WHERE d.device_id = %(device_id)s)
   AND zone_of(p.place_id) IS NOT NULL
 ORDER BY m.meter_id;

-- name: retention
SELECT keep FROM retention WHERE table_name = %(table)s;

-- name: readings_around
-- Register of a meter from the last reading at or before `first` to the first one at or after
-- `last`, of whichever device counted at the time; null where there is none on that side.
-- meter_id bigint; first, last timestamptz.
SELECT
    (SELECT max(near.ts) FROM meter_device d CROSS JOIN LATERAL (
        SELECT r.ts FROM {table} r WHERE r.device_id = d.device_id AND r.ts <= %(first)s
           AND r.ts <@ d.during AND r.{quantity} IS NOT NULL ORDER BY r.ts DESC LIMIT 1) near
      WHERE d.meter_id = %(meter_id)s) AS before,
    (SELECT min(near.ts) FROM meter_device d CROSS JOIN LATERAL (
        SELECT r.ts FROM {table} r WHERE r.device_id = d.device_id AND r.ts >= %(last)s
           AND r.ts <@ d.during AND r.{quantity} IS NOT NULL ORDER BY r.ts LIMIT 1) near
      WHERE d.meter_id = %(meter_id)s) AS after;

-- name: register_readings
-- meter_id bigint; first, last timestamptz (both included).
SELECT r.ts, r.device_id, r.{quantity}
  FROM meter_device d JOIN {table} r ON r.device_id = d.device_id
 WHERE d.meter_id = %(meter_id)s AND r.ts <@ d.during AND r.{quantity} IS NOT NULL
   AND r.ts >= %(first)s AND r.ts <= %(last)s
 ORDER BY r.ts;

-- name: current
-- Current versions that begin in [first, last).
SELECT start_at AS start, end_at AS "end", value, quantity_grade::text, shape_grade::text, method, flags
  FROM consumption
 WHERE meter_id = %(meter_id)s AND quantity = %(quantity)s AND superseded_at IS NULL
   AND start_at >= %(first)s AND start_at < %(last)s;

-- name: supersede
-- starts timestamptz[]; the bounds let the server leave out chunks.
UPDATE consumption SET superseded_at = %(now)s
 WHERE meter_id = %(meter_id)s AND quantity = %(quantity)s AND superseded_at IS NULL
   AND start_at = ANY (%(starts)s) AND start_at >= %(first)s AND start_at < %(last)s;

-- name: make_stage
CREATE TEMP TABLE IF NOT EXISTS stage_consumption (
    start_at timestamptz NOT NULL, end_at timestamptz NOT NULL, value double precision NOT NULL,
    quantity_grade text NOT NULL, shape_grade text NOT NULL, method text NOT NULL, flags integer NOT NULL
) ON COMMIT DELETE ROWS;

-- name: fill_stage
COPY stage_consumption FROM STDIN (FORMAT binary);

-- name: add_versions
-- Moves what is staged; text becomes grades on the way.
WITH staged AS (DELETE FROM stage_consumption RETURNING *)
INSERT INTO consumption (meter_id, quantity, start_at, end_at, value, quantity_grade, shape_grade, method,
                         flags, known_at)
SELECT %(meter_id)s, %(quantity)s, start_at, end_at, value, quantity_grade::grade, shape_grade::grade,
       method, flags, %(now)s
  FROM staged;

-- name: replace_days
-- Local days [first_day, end_day) of a meter, from the current versions of its intervals. A day
-- that has lost its last interval loses its row. days date[], starts and ends timestamptz[] say when
-- each begins and ends: of a midnight that comes twice the server would take the second.
WITH total AS (
    SELECT (c.start_at AT TIME ZONE %(zone)s)::date AS day, sum(c.value) AS value,
           max(c.quantity_grade) AS quantity_grade, max(c.shape_grade) AS shape_grade,
           bit_or(c.flags) AS flags, sum(extract(epoch FROM c.end_at - c.start_at))::integer AS covered_s,
           coalesce(sum(c.value) FILTER (WHERE c.quantity_grade <> 'measured'), 0) AS unmeasured
      FROM consumption c
     WHERE c.meter_id = %(meter_id)s AND c.quantity = %(quantity)s AND c.superseded_at IS NULL
       AND c.start_at >= %(first)s AND c.start_at < %(last)s
     GROUP BY 1
), gone AS (
    DELETE FROM consumption_day c
     WHERE c.meter_id = %(meter_id)s AND c.quantity = %(quantity)s
       AND c.day >= %(first_day)s AND c.day < %(end_day)s AND c.day NOT IN (SELECT t.day FROM total t)
)
INSERT INTO consumption_day AS c (meter_id, quantity, day, start_at, value, quantity_grade, shape_grade,
                                  flags, covered_s, day_s, unmeasured, known_at)
SELECT %(meter_id)s, %(quantity)s, t.day, d.start_at, t.value, t.quantity_grade, t.shape_grade, t.flags,
       t.covered_s, extract(epoch FROM d.end_at - d.start_at)::integer, t.unmeasured, %(now)s
  FROM total t
  JOIN unnest(%(days)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS d (day, start_at, end_at)
    USING (day)
ON CONFLICT (meter_id, quantity, day) DO UPDATE
   SET start_at = excluded.start_at, value = excluded.value, quantity_grade = excluded.quantity_grade,
       shape_grade = excluded.shape_grade, flags = excluded.flags, covered_s = excluded.covered_s,
       day_s = excluded.day_s, unmeasured = excluded.unmeasured, known_at = excluded.known_at
 WHERE (c.start_at, c.value, c.quantity_grade, c.shape_grade, c.flags, c.covered_s, c.day_s, c.unmeasured)
       IS DISTINCT FROM (excluded.start_at, excluded.value, excluded.quantity_grade, excluded.shape_grade,
                         excluded.flags, excluded.covered_s, excluded.day_s, excluded.unmeasured);

-- name: lock_outbox
-- Event ids must commit in order, or a reader who has seen a later one would miss an earlier one.
SELECT pg_advisory_xact_lock(hashtext('civicwatt outbox'));

-- name: announce
INSERT INTO outbox (topic, device_id, meter_id, first_day, end_day)
VALUES (%(topic)s, %(device_id)s, %(meter_id)s, %(first_day)s, %(end_day)s);

-- name: notify
SELECT pg_notify('civicwatt_outbox', '');
