-- name: gaps
-- Messages a device has numbered and nobody has heard; newest first, below an id.
SELECT g.gap_id AS id, g.device_id, d.code AS device_code, g.boot, lower(g.missing) AS first_number,
       upper(g.missing) - 1 AS last_number, g.noticed_at, g.closed_at
  FROM sequence_gap g JOIN device d USING (device_id)
 WHERE (%(organisation_id)s::bigint IS NULL OR g.device_id IN (SELECT devices_below(%(organisation_id)s)))
   AND (%(device_id)s::bigint IS NULL OR g.device_id = %(device_id)s)
   AND (%(is_open)s::boolean IS NULL OR (g.closed_at IS NULL) = %(is_open)s)
   AND g.gap_id < %(before)s
 ORDER BY g.gap_id DESC LIMIT %(at_most)s;

-- name: conflicts
-- Newest instants first.
SELECT c.device_id, c.device_code, c.ts, c.quantity, array_agg(c.value ORDER BY c.value) AS values
  FROM visible.reading_conflict c
 WHERE (%(organisation_id)s::bigint IS NULL OR c.device_id IN (SELECT devices_below(%(organisation_id)s)))
   AND (%(device_id)s::bigint IS NULL OR c.device_id = %(device_id)s)
 GROUP BY c.device_id, c.device_code, c.ts, c.quantity ORDER BY c.ts DESC, c.device_id, c.quantity
 LIMIT %(at_most)s;

-- name: conflicts_left_out
-- The latest first.
SELECT l.device_id, d.code AS device_code, sum(l.times)::bigint AS times, min(l.since) AS since, max(l.until) AS until
  FROM conflict_left_out l JOIN device d USING (device_id)
 WHERE (%(organisation_id)s::bigint IS NULL OR l.device_id IN (SELECT devices_below(%(organisation_id)s)))
   AND (%(device_id)s::bigint IS NULL OR l.device_id = %(device_id)s)
 GROUP BY l.device_id, d.code ORDER BY until DESC, l.device_id LIMIT %(at_most)s;

-- name: suspects
-- Newest instants first.
SELECT s.device_id, s.device_code, s.ts, s.quantity, array_agg(s.reason ORDER BY s.reason) AS reasons
  FROM visible.reading_suspect s
 WHERE (%(organisation_id)s::bigint IS NULL OR s.device_id IN (SELECT devices_below(%(organisation_id)s)))
   AND (%(device_id)s::bigint IS NULL OR s.device_id = %(device_id)s)
 GROUP BY s.device_id, s.device_code, s.ts, s.quantity ORDER BY s.ts DESC, s.device_id, s.quantity
 LIMIT %(at_most)s;

-- name: clocks
-- Clocks that are wrong by more than least_s, the worst first.
SELECT c.device_id, d.code AS device_code, c.offset_s, c.estimated_at
  FROM device_clock c JOIN device d USING (device_id)
 WHERE abs(c.offset_s) > %(least_s)s
   AND (%(organisation_id)s::bigint IS NULL OR c.device_id IN (SELECT devices_below(%(organisation_id)s)))
 ORDER BY abs(c.offset_s) DESC, c.device_id LIMIT %(at_most)s;

-- name: availability
-- Share of each local day [first_day, end_day) that has figures, by meter, as an array from first_day
-- on; null where there is no figure at all.
SELECT m.meter_id, m.code, m.name_zh, m.name_en, m.medium, s.shares
  FROM meter m
 CROSS JOIN LATERAL (
       SELECT array_agg(round(c.covered_s::numeric / c.day_s, 4)::double precision ORDER BY d.day) AS shares
         FROM generate_series(%(first_day)s::date, %(end_day)s::date - 1, interval '1 day') AS d (day)
         LEFT JOIN visible.consumption_day c
           ON c.meter_id = m.meter_id AND c.quantity = m.quantity AND c.day = d.day::date) s
 WHERE m.meter_id = ANY (%(meter_ids)s)
 ORDER BY m.meter_id;

-- name: repeats
-- Devices and UTC days on which they told again what was known, the latest day first, below the key (day, device).
SELECT r.day, r.device_id, d.code AS device_code, r.times, r.first_at, r.last_at, r.oldest, r.newest
  FROM reading_repeat r JOIN device d USING (device_id)
 WHERE (%(organisation_id)s::bigint IS NULL OR r.device_id IN (SELECT devices_below(%(organisation_id)s)))
   AND (%(device_id)s::bigint IS NULL OR r.device_id = %(device_id)s)
   AND (r.day, r.device_id) < (%(before_day)s::date, %(before_device)s::bigint)
 ORDER BY r.day DESC, r.device_id DESC LIMIT %(at_most)s;
