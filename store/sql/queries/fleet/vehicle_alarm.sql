-- name: terminals
SELECT DISTINCT device_id FROM vehicle_device WHERE vehicle_id = %(vehicle_id)s ORDER BY 1;

-- name: window
-- From where to where the alarms of [first, end) are told: the samples beside it that tell of alarms (looked for over 35
-- days), and all of the alarms that stand there. Nulls for everything; null where nothing in it tells of alarms, and none is known.
WITH inside AS (
    SELECT min(ts) AS first_at, max(ts) AS last_at FROM vehicle_reading
     WHERE device_id = %(device_id)s AND ts >= coalesce(%(first)s::timestamptz, '-infinity')
       AND ts < coalesce(%(end)s::timestamptz, 'infinity') AND (alarm_flags IS NOT NULL OR alarm_level IS NOT NULL)
), beside AS (
    SELECT coalesce((SELECT r.ts FROM vehicle_reading r WHERE r.device_id = %(device_id)s AND r.ts < i.first_at
                        AND r.ts >= i.first_at - interval '35 days'
                        AND (r.alarm_flags IS NOT NULL OR r.alarm_level IS NOT NULL) ORDER BY r.ts DESC LIMIT 1), i.first_at) AS first_at,
           coalesce((SELECT r.ts FROM vehicle_reading r WHERE r.device_id = %(device_id)s AND r.ts > i.last_at
                        AND r.ts <= i.last_at + interval '35 days'
                        AND (r.alarm_flags IS NOT NULL OR r.alarm_level IS NOT NULL) ORDER BY r.ts LIMIT 1), i.last_at) AS last_at
      FROM inside i WHERE i.first_at IS NOT NULL
)
SELECT least(b.first_at, min(a.start_at)), greatest(b.last_at, max(coalesce(a.end_at, a.last_at)))
  FROM beside b LEFT JOIN vehicle_alarm a
    ON a.device_id = %(device_id)s AND a.withdrawn_at IS NULL AND a.start_at <= b.last_at
   AND coalesce(a.end_at, a.last_at) >= b.first_at
 GROUP BY b.first_at, b.last_at;

-- name: samples
-- Columns of the samples in [first, last] that tell of alarms, in order.
SELECT array_agg(ts ORDER BY ts), array_agg(coalesce(alarm_level, -1)::integer ORDER BY ts),
       array_agg(coalesce(alarm_flags, -1) ORDER BY ts)
  FROM vehicle_reading
 WHERE device_id = %(device_id)s AND ts >= %(first)s AND ts <= %(last)s
   AND (alarm_flags IS NOT NULL OR alarm_level IS NOT NULL);

-- name: flag_levels
-- Levels of flags in [first, last] beside a level or flags that tell of an alarm.
SELECT o.ts, o.text_value FROM vehicle_reading v
  JOIN other_reading o ON o.device_id = v.device_id AND o.ts = v.ts AND o.name = 'alarm_flag_levels' AND o.text_value IS NOT NULL
 WHERE v.device_id = %(device_id)s AND v.ts >= %(first)s AND v.ts <= %(last)s AND (v.alarm_level > 0 OR v.alarm_flags > 0);

-- name: known
SELECT code, level, start_at, last_at, end_at FROM vehicle_alarm
 WHERE device_id = %(device_id)s AND withdrawn_at IS NULL AND start_at >= %(first)s AND start_at <= %(last)s;

-- name: withdraw
UPDATE vehicle_alarm SET withdrawn_at = %(now)s, known_at = %(now)s
 WHERE device_id = %(device_id)s AND code = %(code)s AND start_at = %(start_at)s;

-- name: write
INSERT INTO vehicle_alarm (device_id, code, start_at, level, last_at, end_at, known_at)
VALUES (%(device_id)s, %(code)s, %(start_at)s, %(level)s, %(last_at)s, %(end_at)s, %(now)s)
ON CONFLICT (device_id, code, start_at) DO UPDATE
   SET level = excluded.level, last_at = excluded.last_at, end_at = excluded.end_at, known_at = excluded.known_at,
       withdrawn_at = NULL;
