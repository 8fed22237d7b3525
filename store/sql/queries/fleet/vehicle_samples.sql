-- name: extent
-- First and last instant that a vehicle's terminals told of in [first, last]; null for no bound.
SELECT min(s.first_at), max(s.last_at)
  FROM vehicle_device d
 CROSS JOIN LATERAL (
       SELECT (SELECT r.ts FROM vehicle_reading r WHERE r.device_id = d.device_id AND r.ts <@ d.during
                  AND r.ts >= coalesce(%(first)s::timestamptz, '-infinity') AND r.ts <= coalesce(%(last)s::timestamptz, 'infinity')
                ORDER BY r.ts LIMIT 1) AS first_at,
              (SELECT r.ts FROM vehicle_reading r WHERE r.device_id = d.device_id AND r.ts <@ d.during
                  AND r.ts >= coalesce(%(first)s::timestamptz, '-infinity') AND r.ts <= coalesce(%(last)s::timestamptz, 'infinity')
                ORDER BY r.ts DESC LIMIT 1) AS last_at) s
 WHERE d.vehicle_id = %(vehicle_id)s;

-- name: packed
-- Samples of [first, end) as one value, row by row in any order. {row}: what is wanted as octets of one length, none of it null.
-- Terminal by terminal, or all vehicles would be read for one.
SELECT string_agg(told.samples, ''::bytea)
  FROM vehicle_device d CROSS JOIN LATERAL (
       SELECT string_agg({row}, ''::bytea) AS samples FROM vehicle_reading r
        WHERE r.device_id = d.device_id AND r.ts <@ d.during AND r.ts >= %(first)s AND r.ts < %(end)s) told
 WHERE d.vehicle_id = %(vehicle_id)s AND d.during && tstzrange(%(first)s, %(end)s);
