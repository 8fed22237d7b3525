-- name: newest
-- Newest value of each quantity with its instant, {name: [value, epoch ms]}, by device; no reading is looked
-- for. organisation_id, device_id bigint or null.
SELECT l.device_id, l.said::text FROM visible.device_latest l
 WHERE (%(organisation_id)s::bigint IS NULL OR l.device_id IN (SELECT devices_below(%(organisation_id)s)))
   AND (%(device_id)s::bigint IS NULL OR l.device_id = %(device_id)s)
   AND l.device_id > %(after)s
 ORDER BY l.device_id LIMIT %(at_most)s;
