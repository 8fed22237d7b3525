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

-- name: quarantine
-- Newest first, below an id.
SELECT quarantine_id AS id, received_at, topic, reason_code, reason, size_bytes, samples,
       substr(payload, 1, 400) AS head
  FROM quarantine WHERE quarantine_id < %(before)s ORDER BY quarantine_id DESC LIMIT %(at_most)s;

-- name: conflicts
-- Newest instants first.
SELECT device_id, device_code, ts, quantity, array_agg(value ORDER BY value) AS values
  FROM visible.reading_conflict
 GROUP BY device_id, device_code, ts, quantity ORDER BY ts DESC, device_id, quantity LIMIT %(at_most)s;

-- name: collectors
SELECT collector AS name, as_of, received, stored, merged, duplicate, conflicting, quarantined, without_reading
  FROM visible.collector_count ORDER BY collector;
