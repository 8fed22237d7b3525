-- name: reading_devices
-- Accepted devices by id, of which the readings are asked for.
SELECT d.device_id, d.code FROM device d
 WHERE d.status = 'accepted' AND d.device_id > %(after)s
   AND (%(organisation_id)s::bigint IS NULL OR d.device_id IN (SELECT devices_below(%(organisation_id)s)))
   AND (%(device_id)s::bigint IS NULL OR d.device_id = %(device_id)s)
 ORDER BY d.device_id LIMIT %(at_most)s;

-- name: late
-- Readings of [first, last) in one table, by device: how many, how many arrived more than `patience`
-- after their instant, how many their sender calls history (late_flag of quality), and the longest way.
SELECT r.device_id, count(*) AS readings, count(*) FILTER (WHERE r.received_at - r.ts > %(patience)s) AS late,
       count(*) FILTER (WHERE r.quality & %(late_flag)s <> 0) AS said_late, max(r.received_at - r.ts) AS longest
  FROM visible.{table} r
 WHERE r.device_id = ANY (%(device_ids)s) AND r.ts >= %(first)s AND r.ts < %(last)s
 GROUP BY r.device_id;
