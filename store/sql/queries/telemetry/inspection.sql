-- name: readings
-- One reading table, newest first; before timestamptz pages backwards.
SELECT r.* FROM visible.{table} r
 WHERE r.device_id = %(device_id)s AND r.ts >= %(first)s AND r.ts < %(last)s
 ORDER BY r.ts DESC LIMIT %(at_most)s;

-- name: latest
-- Newest row of each device, since an instant that bounds the search. What a device says in one table
-- but has not said for a day before its newest word is old news.
SELECT r.* FROM device_latest l
 CROSS JOIN LATERAL (SELECT v.* FROM visible.{table} v
                      WHERE v.device_id = l.device_id AND v.ts >= %(since)s
                        AND v.ts > l.ts - interval '1 day' ORDER BY v.ts DESC LIMIT 1) r
 WHERE l.device_id = ANY (%(device_ids)s);

-- name: collectors
SELECT collector AS name, as_of, received, stored, merged, duplicate, conflicting, quarantined, without_reading
  FROM visible.collector_count ORDER BY collector;
