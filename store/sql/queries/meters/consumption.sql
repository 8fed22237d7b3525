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
-- Those of a vehicle's terminal go on to the list of vehicles.
WITH taken AS (
    DELETE FROM touched WHERE device_id = %(device_id)s RETURNING device_id, day
), handed_on AS (
    INSERT INTO vehicle_touched (vehicle_id, day)
    SELECT DISTINCT v.vehicle_id, t.day FROM taken t JOIN vehicle_device v USING (device_id)
)
SELECT day FROM taken;

-- name: meters_of_device
-- Meters whose register this device is or was, with the zone in which their days begin: that of the
-- place where they hang, or hung last; mixed: a device of theirs tells amounts, or only power or flow.
SELECT m.meter_id, m.quantity, z.zone,
       EXISTS (SELECT FROM meter_device d WHERE d.meter_id = m.meter_id AND d.counts_by <> 'register') AS mixed
  FROM meter m
 CROSS JOIN LATERAL (SELECT q.place_id FROM meter_position q WHERE q.meter_id = m.meter_id
                      ORDER BY upper(q.during) DESC NULLS FIRST LIMIT 1) p
 CROSS JOIN LATERAL (SELECT zone_of(p.place_id) AS zone OFFSET 0) z -- asked once
 WHERE m.meter_id IN (SELECT d.meter_id FROM meter_device d WHERE d.device_id = %(device_id)s)
   AND z.zone IS NOT NULL
 ORDER BY m.meter_id;

-- name: retention
SELECT keep FROM retention WHERE table_name = %(table)s;

-- name: register_value
-- What `readings_around` and `register_readings` read, and under which name, where every device tells a register.
r.{quantity}
-- name: register_name
{name}
-- name: register_way
0
-- name: any_value
-- The same where some device tells amounts (1), or a rate (2).
CASE d.counts_by WHEN 'rate' THEN {gauge} ELSE r.{quantity} END
-- name: any_level
-- What of it counts: feeding in is no use. In the unit of the quantity.
CASE d.counts_by WHEN 'rate' THEN greatest({gauge} * {per_hour}, 0) ELSE r.{quantity} END
-- name: any_name
told_as({name}, d.counts_by)
-- name: any_way
array_position(ARRAY['register', 'amount', 'rate'], d.counts_by) - 1

-- name: readings_around
-- Register of a meter from the last reading at or before `first` to the first one at or after
-- `last`, of whichever device counted at the time; null where there is none on that side.
-- meter_id bigint; first, last timestamptz.
SELECT
    (SELECT max(near.ts) FROM meter_device d CROSS JOIN LATERAL (
        SELECT r.ts FROM {table} r WHERE r.device_id = d.device_id AND r.ts <= %(first)s
           AND r.ts <@ d.during AND {value} IS NOT NULL ORDER BY r.ts DESC LIMIT 1) near
      WHERE d.meter_id = %(meter_id)s) AS before,
    (SELECT min(near.ts) FROM meter_device d CROSS JOIN LATERAL (
        SELECT r.ts FROM {table} r WHERE r.device_id = d.device_id AND r.ts >= %(last)s
           AND r.ts <@ d.during AND {value} IS NOT NULL ORDER BY r.ts LIMIT 1) near
      WHERE d.meter_id = %(meter_id)s) AS after;

-- name: readings_elsewhere
-- The last reading of a meter before `at` and the first one after it that tell something else than `level`, and
-- its very first and last ones; null where there is none. meter_id bigint; level float8; at timestamptz.
SELECT
    (SELECT max(near.ts) FROM meter_device d CROSS JOIN LATERAL (
        SELECT r.ts FROM {table} r WHERE r.device_id = d.device_id AND r.ts < %(at)s
           AND r.ts <@ d.during AND {level} <> %(level)s ORDER BY r.ts DESC LIMIT 1) near
      WHERE d.meter_id = %(meter_id)s) AS before,
    (SELECT min(near.ts) FROM meter_device d CROSS JOIN LATERAL (
        SELECT r.ts FROM {table} r WHERE r.device_id = d.device_id AND r.ts > %(at)s
           AND r.ts <@ d.during AND {level} <> %(level)s ORDER BY r.ts LIMIT 1) near
      WHERE d.meter_id = %(meter_id)s) AS after,
    (SELECT min(near.ts) FROM meter_device d CROSS JOIN LATERAL (
        SELECT r.ts FROM {table} r WHERE r.device_id = d.device_id
           AND r.ts <@ d.during AND {level} IS NOT NULL ORDER BY r.ts LIMIT 1) near
      WHERE d.meter_id = %(meter_id)s) AS first,
    (SELECT max(near.ts) FROM meter_device d CROSS JOIN LATERAL (
        SELECT r.ts FROM {table} r WHERE r.device_id = d.device_id
           AND r.ts <@ d.during AND {level} IS NOT NULL ORDER BY r.ts DESC LIMIT 1) near
      WHERE d.meter_id = %(meter_id)s) AS last;

-- name: register_readings
-- Columns of a meter's readings, in any order; where messages disagreed, every value that was kept, unless
-- a person has said what is right; `way` is that in which the device tells. meter_id bigint; first, last
-- timestamptz (both included).
SELECT array_agg(ts), array_agg(device_id), array_agg(value), array_agg(way)
  FROM (SELECT r.ts, r.device_id, {value} AS value, {way} AS way
          FROM meter_device d JOIN {table} r ON r.device_id = d.device_id
         WHERE d.meter_id = %(meter_id)s AND r.ts <@ d.during AND {value} IS NOT NULL
           AND r.ts >= %(first)s AND r.ts <= %(last)s
         UNION ALL
        SELECT c.ts, c.device_id, c.value::float8, {way}
          FROM meter_device d JOIN reading_conflict c ON c.device_id = d.device_id
         WHERE d.meter_id = %(meter_id)s AND c.ts <@ d.during AND c.quantity = {told_name}
           AND c.ts >= %(first)s AND c.ts <= %(last)s
           AND NOT EXISTS (SELECT FROM edit_in_force e WHERE e.device_id = c.device_id AND e.quantity = c.quantity
                              AND c.ts >= e.ts AND c.ts < e.until)) r;

-- name: known_days
-- Local days [first, end) that have figures.
SELECT day, value, covered_s, quantity_grade = 'estimated', flags, covered_s = day_s FROM consumption_day
 WHERE meter_id = %(meter_id)s AND quantity = %(quantity)s AND day >= %(first)s AND day < %(end)s;

-- name: current
-- Columns of the current versions that begin in [first, last), in order of time; the last one is the number
-- of their grading among `gradings` text[], 0 for another.
SELECT array_agg(start_at), array_agg(end_at), array_agg(value), array_agg(flags), array_agg(grading)
  FROM (SELECT start_at, end_at, value, flags, coalesce(array_position(%(gradings)s::text[],
               quantity_grade::text || '/' || shape_grade::text || '/' || method), 0) AS grading
          FROM consumption
         WHERE meter_id = %(meter_id)s AND quantity = %(quantity)s AND superseded_at IS NULL
           AND start_at >= %(first)s AND start_at < %(last)s
         ORDER BY start_at) c;

-- name: toggle_written
-- Turns a flag of the intervals of a day that this transaction has written.
UPDATE consumption SET flags = flags # %(flag)s
 WHERE meter_id = %(meter_id)s AND quantity = %(quantity)s AND superseded_at IS NULL AND known_at = %(now)s
   AND start_at >= %(first)s AND start_at < %(last)s;

-- name: toggle
-- Gives the other intervals of the day versions with that flag turned.
WITH old AS (
    UPDATE consumption SET superseded_at = %(now)s
     WHERE meter_id = %(meter_id)s AND quantity = %(quantity)s AND superseded_at IS NULL AND known_at <> %(now)s
       AND start_at >= %(first)s AND start_at < %(last)s
 RETURNING *
)
INSERT INTO consumption (meter_id, quantity, start_at, end_at, value, quantity_grade, shape_grade, method,
                         flags, known_at)
SELECT meter_id, quantity, start_at, end_at, value, quantity_grade, shape_grade, method,
       flags # %(flag)s, %(now)s FROM old;

-- name: toggle_day
UPDATE consumption_day SET flags = flags # %(flag)s, known_at = %(now)s
 WHERE meter_id = %(meter_id)s AND quantity = %(quantity)s AND day = %(first_day)s;

-- name: holes
-- Current spans without a figure that begin in [first, last).
SELECT start_at, end_at, flags FROM consumption_hole
 WHERE meter_id = %(meter_id)s AND quantity = %(quantity)s AND superseded_at IS NULL
   AND start_at >= %(first)s AND start_at < %(last)s;

-- name: supersede_holes
UPDATE consumption_hole SET superseded_at = %(now)s
 WHERE meter_id = %(meter_id)s AND quantity = %(quantity)s AND superseded_at IS NULL
   AND start_at = ANY (%(starts)s::timestamptz[]);

-- name: add_holes
INSERT INTO consumption_hole (meter_id, quantity, start_at, end_at, flags, known_at)
SELECT %(meter_id)s, %(quantity)s, h.*, %(now)s
  FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[], %(flags)s::integer[]) h
    ON CONFLICT (meter_id, quantity, start_at, known_at)
    DO UPDATE SET end_at = excluded.end_at, flags = excluded.flags, superseded_at = NULL;

-- name: withdraw
-- What was written at this same moment, of other days whose readings reach here, is no version: nobody knew it.
DELETE FROM consumption
 WHERE meter_id = %(meter_id)s AND quantity = %(quantity)s AND superseded_at IS NULL AND known_at = %(now)s
   AND start_at >= %(first)s AND start_at <= %(last)s
   AND (%(starts)s::timestamptz[] IS NULL OR start_at = ANY (%(starts)s::timestamptz[]));

-- name: supersede
-- starts timestamptz[], or null for all that begin in [first, last]; the bounds let the server leave out chunks.
UPDATE consumption SET superseded_at = %(now)s
 WHERE meter_id = %(meter_id)s AND quantity = %(quantity)s AND superseded_at IS NULL
   AND start_at >= %(first)s AND start_at <= %(last)s
   AND (%(starts)s::timestamptz[] IS NULL OR start_at = ANY (%(starts)s::timestamptz[]));

-- name: add_versions
-- Intervals alike in all but start and value. starts timestamptz[]; values float8[]; length_s float8.
INSERT INTO consumption (meter_id, quantity, start_at, end_at, value, quantity_grade, shape_grade, method, flags,
                         known_at)
SELECT %(meter_id)s, %(quantity)s, a.start_at, a.start_at + %(length_s)s::float8 * interval '1 second', a.value,
       %(quantity_grade)s::grade, %(shape_grade)s::grade, %(method)s, %(flags)s::integer, %(now)s
  FROM (SELECT unnest(%(starts)s::timestamptz[]) AS start_at, unnest(%(values)s::float8[]) AS value) a;

-- name: replace_days
-- Local days [first_day, end_day) of a meter, as totalled from the current versions of its intervals, which
-- are in the caller's hand. A day that has lost its last interval loses its row. moved date[]: days of which an interval
-- has changed; they are known anew even where the total stays, as when a late reading divides an interval in two.
WITH total AS (
    SELECT * FROM json_to_recordset(%(days)s)
        AS t (day date, start_at timestamptz, value float8, quantity_grade grade, shape_grade grade, flags integer,
              covered_s integer, day_s integer, unmeasured float8)
), gone AS (
    DELETE FROM consumption_day c
     WHERE c.meter_id = %(meter_id)s AND c.quantity = %(quantity)s
       AND c.day >= %(first_day)s AND c.day < %(end_day)s AND c.day NOT IN (SELECT t.day FROM total t)
)
INSERT INTO consumption_day AS c (meter_id, quantity, day, start_at, value, quantity_grade, shape_grade,
                                  flags, covered_s, day_s, unmeasured, known_at)
SELECT %(meter_id)s, %(quantity)s, t.day, t.start_at, t.value, t.quantity_grade, t.shape_grade, t.flags,
       t.covered_s, t.day_s, t.unmeasured, %(now)s
  FROM total t
ON CONFLICT (meter_id, quantity, day) DO UPDATE
   SET start_at = excluded.start_at, value = excluded.value, quantity_grade = excluded.quantity_grade,
       shape_grade = excluded.shape_grade, flags = excluded.flags, covered_s = excluded.covered_s,
       day_s = excluded.day_s, unmeasured = excluded.unmeasured, known_at = excluded.known_at
 WHERE (c.start_at, c.value, c.quantity_grade, c.shape_grade, c.flags, c.covered_s, c.day_s, c.unmeasured)
       IS DISTINCT FROM (excluded.start_at, excluded.value, excluded.quantity_grade, excluded.shape_grade,
                         excluded.flags, excluded.covered_s, excluded.day_s, excluded.unmeasured)
    OR c.day = ANY (%(moved)s::date[]);

-- name: lock_outbox
-- Event ids must commit in order, or a reader who has seen a later one would miss an earlier one.
SELECT pg_advisory_xact_lock(hashtext('civicwatt outbox'));

-- name: announce
INSERT INTO outbox (topic, device_id, meter_id, first_day, end_day)
VALUES (%(topic)s, %(device_id)s, %(meter_id)s, %(first_day)s, %(end_day)s);

-- name: notify
SELECT pg_notify('civicwatt_outbox', '');
