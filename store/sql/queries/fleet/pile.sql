-- name: piles
SELECT p.pile_id AS id, p.code, p.name_zh, p.name_en, p.meter_id, m.code AS meter_code, p.latitude_deg, p.longitude_deg,
       q.place_id AS organisation_id, a.code AS parent_meter
  FROM pile p JOIN meter m USING (meter_id)
  LEFT JOIN meter_position q ON q.meter_id = p.meter_id AND q.during @> now()
  LEFT JOIN meter a ON a.meter_id = q.parent_id
 ORDER BY p.code;

-- name: add
INSERT INTO pile (code, name_zh, name_en, meter_id, latitude_deg, longitude_deg)
VALUES (%(code)s, %(name_zh)s, %(name_en)s, %(meter_id)s, %(latitude_deg)s, %(longitude_deg)s)
ON CONFLICT DO NOTHING;

-- name: span_to_match
-- Charges and piles' figures that are known since ten minutes before the last look, in which transactions may have been open;
-- after a change of how they are matched, every charge that can still be matched by its place.
WITH since AS (
    SELECT coalesce((SELECT at FROM charge_match_run), '-infinity') - interval '10 minutes' AS at
), news AS (
    SELECT start_at, end_at FROM vehicle_segment, since
     WHERE kind = 'charge' AND (known_at >= since.at OR superseded_at >= since.at)
     UNION ALL
    SELECT d.start_at, d.start_at + d.day_s * interval '1 second'
      FROM since, pile p JOIN meter m USING (meter_id) JOIN consumption_day d ON d.meter_id = p.meter_id AND d.quantity = m.quantity
     WHERE d.known_at >= since.at
     UNION ALL
    SELECT s.start_at, s.end_at FROM vehicle_segment s, since
     WHERE s.kind = 'charge' AND s.superseded_at IS NULL AND EXISTS (SELECT FROM pile p WHERE p.entered_at >= since.at)
     UNION ALL
    SELECT s.start_at, s.end_at FROM vehicle_segment s JOIN charge_match_run r ON r.all_again
     WHERE s.kind = 'charge' AND s.superseded_at IS NULL
       AND s.start_at >= coalesce((SELECT emptied_until FROM track_retention), '-infinity')
)
SELECT min(start_at), max(end_at) FROM news;

-- name: note_run
INSERT INTO charge_match_run (at) VALUES (%(now)s)
ON CONFLICT (only_row) DO UPDATE SET at = excluded.at, all_again = false;

-- name: plugs
-- Current charges of which a part lies in [first, end).
SELECT vehicle_id, segment_id, start_at, end_at, kwh, coalesce(start_latitude_deg, end_latitude_deg) AS latitude_deg,
       coalesce(start_longitude_deg, end_longitude_deg) AS longitude_deg
  FROM vehicle_segment
 WHERE kind = 'charge' AND superseded_at IS NULL AND end_at > start_at AND end_at > %(first)s AND start_at < %(end)s
 ORDER BY start_at, vehicle_id;

-- name: metered
-- Intervals of which a part lies in [first, end): of those that begin before, the last one may. Also those in which nothing was
-- given: what has no interval was not counted.
SELECT p.pile_id, c.start_at, c.end_at, c.value
  FROM pile p JOIN meter m USING (meter_id)
  LEFT JOIN LATERAL (SELECT x.start_at FROM consumption x
                      WHERE x.meter_id = p.meter_id AND x.quantity = m.quantity AND x.superseded_at IS NULL
                        AND x.start_at < %(first)s
                      ORDER BY x.start_at DESC LIMIT 1) b ON true
  JOIN consumption c ON c.meter_id = p.meter_id AND c.quantity = m.quantity
 WHERE p.pile_id = ANY (%(pile_ids)s) AND c.superseded_at IS NULL AND c.value >= 0
   AND c.start_at >= coalesce(b.start_at, %(first)s) AND c.start_at < %(end)s AND c.end_at > %(first)s
 ORDER BY p.pile_id, c.start_at;

-- name: matches
SELECT vehicle_id, segment_id, pile_id, start_at, grid_kwh, loss, away_m, how FROM charge_match
 WHERE superseded_at IS NULL AND start_at >= %(first)s AND start_at < %(end)s
   AND (%(vehicle_id)s::bigint IS NULL OR vehicle_id = %(vehicle_id)s);

-- name: supersede
UPDATE charge_match SET superseded_at = %(now)s
 WHERE vehicle_id = %(vehicle)s AND segment_id = %(segment)s AND superseded_at IS NULL;

-- name: add_match
INSERT INTO charge_match (vehicle_id, segment_id, pile_id, start_at, grid_kwh, loss, away_m, how, known_at)
VALUES (%(vehicle)s, %(segment)s, %(pile)s, %(start_at)s, %(grid_kwh)s, %(loss)s, %(away_m)s, %(how)s, %(now)s)
ON CONFLICT (vehicle_id, segment_id, known_at) DO UPDATE
   SET pile_id = excluded.pile_id, start_at = excluded.start_at, grid_kwh = excluded.grid_kwh, loss = excluded.loss,
       away_m = excluded.away_m, how = excluded.how, superseded_at = NULL;

-- name: balance
-- Per pile over [first, end): metered, matched, and the contracts in whose boundary it is counted, by itself or under a meter
-- above it. A charge that lasted beyond the span has the part in it that was counted in it. What charges of vehicles got that the
-- person may not see is told as a sum, so that it does not pass for energy given to nobody.
WITH hung AS MATERIALIZED (
    SELECT p.pile_id, a.meter_id, a.meter_id = p.meter_id AS own
      FROM pile p CROSS JOIN LATERAL meter_ancestry(ARRAY[p.meter_id], tstzrange(%(first)s, %(end)s)) a
), bounded AS (
    SELECT h.pile_id, c.code, bool_or(h.own) AND bool_or(NOT h.own) AS twice
      FROM hung h JOIN contract_meter b ON b.meter_id = h.meter_id AND b.during && tstzrange(%(first)s, %(end)s)
      JOIN contract c USING (contract_id)
     GROUP BY h.pile_id, c.code
)
SELECT p.pile_id, p.code, p.name_zh, p.name_en, p.meter_id, m.code AS meter_code,
       ARRAY(SELECT DISTINCT n.code FROM hung h JOIN meter n USING (meter_id) WHERE h.pile_id = p.pile_id AND NOT h.own ORDER BY 1) AS above,
       u.kwh AS metered_kwh, coalesce(g.kwh, 0) AS matched_kwh, coalesce(g.charges, 0) AS charges,
       greatest(coalesce(a.kwh, 0) - coalesce(g.kwh, 0), 0) AS unseen_kwh,
       coalesce(u.covered_s, 0)::integer AS covered_s,
       ARRAY(SELECT b.code FROM bounded b WHERE b.pile_id = p.pile_id ORDER BY 1) AS inside,
       ARRAY(SELECT b.code FROM bounded b WHERE b.pile_id = p.pile_id AND b.twice ORDER BY 1) AS twice
  FROM pile p JOIN meter m USING (meter_id)
  LEFT JOIN LATERAL (SELECT sum(c.value) AS kwh, sum(extract(epoch FROM c.end_at - c.start_at)) AS covered_s
                       FROM visible.consumption c
                      WHERE c.meter_id = p.meter_id AND c.quantity = m.quantity AND c.superseded_at IS NULL
                        AND c.start_at >= %(first)s AND c.start_at < %(end)s) u ON true
  LEFT JOIN visible_pile_charging(ARRAY[p.pile_id], tstzrange(%(first)s, %(end)s)) g ON true
  LEFT JOIN pile_charging(ARRAY[p.pile_id], tstzrange(%(first)s, %(end)s)) a ON true
 ORDER BY p.code;
