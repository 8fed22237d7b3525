-- name: stints
-- Vehicles that stood at a place or below it in [first, until): where, in which department and institution, as what, from when to
-- when, by the tree of that time. A vehicle that moved, or whose place did, or that was described anew, has several.
WITH stood AS (
    SELECT p.vehicle_id, d.plate, d.vehicle_class, d.powertrain, d.acquisition, p.place_id, p.department,
           p.during * d.during * u.during AS during
      FROM places_under(ARRAY[%(place_id)s::bigint], tstzrange(%(first)s, %(until)s)) u
      JOIN vehicle_position p ON p.place_id = u.organisation_id AND p.during && u.during
      JOIN vehicle_description d ON d.vehicle_id = p.vehicle_id AND d.during && p.during * u.during
)
SELECT v.vehicle_id, v.code, s.plate, s.vehicle_class, s.powertrain, s.acquisition, s.place_id, s.department, i.institution_id,
       lower(s.during * i.during) AS start_at, upper(s.during * i.during) AS end_at
  FROM stood s JOIN vehicle v USING (vehicle_id)
  JOIN institutions_over(ARRAY(SELECT DISTINCT x.place_id FROM stood x), tstzrange(%(first)s, %(until)s)) i
    ON i.place_id = s.place_id AND i.during && s.during
 WHERE NOT isempty(s.during)
 ORDER BY v.code, start_at;

-- name: institutions
-- Institutions at a place or below it at an instant.
SELECT o.organisation_id FROM places_under(ARRAY[%(place_id)s::bigint], tstzrange(%(at)s, %(at)s, '[]')) u
  JOIN organisation o USING (organisation_id) WHERE o.kind = 'institution';

-- name: trips
-- Trips that count of vehicles, begun in [first, until). Implausible ones (bit 32 of doubts) are in no total.
SELECT s.vehicle_id, s.segment_id AS id, s.start_at, s.end_at, s.km, s.electric_km, s.kwh, s.estimated, s.known_at
  FROM visible.vehicle_segment s
 WHERE s.kind = 'trip' AND s.superseded_at IS NULL AND s.doubts & 32 = 0 AND s.vehicle_id = ANY (%(vehicle_ids)s)
   AND s.start_at >= %(first)s AND s.start_at < %(until)s
 ORDER BY s.vehicle_id, s.start_at, s.segment_id;

-- name: charges
-- Charges of vehicles that touch [first, until), with the pile of our own they came from, as far as one is known.
SELECT s.vehicle_id, s.segment_id AS id, s.start_at, s.end_at, s.kwh, m.pile_id, m.grid_kwh AS pile_kwh, p.meter_id,
       p.code AS pile
  FROM visible.vehicle_segment s
  LEFT JOIN visible.charge_match m ON m.vehicle_id = s.vehicle_id AND m.segment_id = s.segment_id
                                  AND m.superseded_at IS NULL
  LEFT JOIN pile p USING (pile_id)
 WHERE s.kind = 'charge' AND s.superseded_at IS NULL AND s.doubts & 32 = 0 AND s.vehicle_id = ANY (%(vehicle_ids)s)
   AND s.end_at > %(first)s AND s.start_at < %(until)s
 ORDER BY s.vehicle_id, s.start_at, s.segment_id;

-- name: pile_taken
-- When a pile charged in [first, until) beside some plug-ins: spans alone, whoever's they are.
SELECT t.start_at, t.end_at
  FROM pile_taken(%(pile_id)s::bigint, %(first)s::timestamptz, %(until)s::timestamptz, %(vehicle_ids)s::bigint[], %(ids)s::text[]) t;

-- name: seen
-- From when to when the person may see what vehicles did; null: without a bound.
SELECT v.vehicle_id, lower(r.span) AS start_at, upper(r.span) AS end_at
  FROM visible_vehicles() v CROSS JOIN unnest(v.during) AS r (span) WHERE v.vehicle_id = ANY (%(vehicle_ids)s);

-- name: days_heard
-- Local days of [first, until) on which anything is known of a vehicle: it drove, stood or charged. A stop that lies in a
-- silence of its terminal says nothing of the days in between.
SELECT s.vehicle_id, d.day::date AS day
  FROM visible.vehicle_segment s
 CROSS JOIN LATERAL generate_series(date_trunc('day', greatest(s.start_at, %(first)s) AT TIME ZONE %(zone)s),
                                    date_trunc('day', least(s.end_at, %(until)s - interval '1 microsecond') AT TIME ZONE %(zone)s),
                                    interval '1 day') AS d (day)
 WHERE s.superseded_at IS NULL AND s.vehicle_id = ANY (%(vehicle_ids)s) AND NOT s.estimated
   AND s.end_at > %(first)s AND s.start_at < %(until)s
 GROUP BY 1, 2;

-- name: nameable
-- Vehicles whose entries the person may make, by each plate they bore, with the zone of their place.
SELECT v.vehicle_id, v.code, d.plate, lower(d.during) AS start_at, upper(d.during) AS end_at, zone_of(p.place_id) AS zone
  FROM administered_vehicles() a JOIN vehicle v USING (vehicle_id)
  JOIN vehicle_position p ON p.vehicle_id = v.vehicle_id AND p.during @> now()
  JOIN vehicle_description d ON d.vehicle_id = v.vehicle_id
 ORDER BY v.code, d.during;

-- name: codes
-- Codes of the vehicles the person may see.
SELECT v.vehicle_id, v.code FROM vehicle v;

-- name: told
-- Spans in [first, until) over which it is told what vehicles did: they drove, stood or charged, silences that the odometer closes
-- among them. Implausible trips tell nothing.
SELECT s.vehicle_id, lower(r.span) AS start_at, upper(r.span) AS end_at
  FROM (SELECT t.vehicle_id, range_agg(tstzrange(least(t.start_after, t.start_at), greatest(t.end_before, t.end_at))) AS during
          FROM visible.vehicle_segment t
         WHERE t.superseded_at IS NULL AND t.doubts & 32 = 0 AND t.vehicle_id = ANY (%(vehicle_ids)s)
           AND t.end_at > %(first)s AND t.start_at < %(until)s
         GROUP BY t.vehicle_id) s CROSS JOIN unnest(s.during) AS r (span)
 ORDER BY 1, 2;

-- name: waiting
-- Vehicles with local days before end_day that are to be cut, or charges begun before until that were not yet held against piles.
SELECT w.vehicle_id FROM visible.vehicle_waiting w
 WHERE w.vehicle_id = ANY (%(vehicle_ids)s) AND (w.day IS NULL OR w.day < %(end_day)s)
 UNION
SELECT s.vehicle_id FROM visible.vehicle_segment s
 WHERE s.kind = 'charge' AND s.superseded_at IS NULL AND s.vehicle_id = ANY (%(vehicle_ids)s)
   AND s.end_at > %(first)s AND s.start_at < %(until)s
   AND s.known_at > coalesce((SELECT r.at FROM visible.charge_match_run r), '-infinity');

-- name: unseen
-- How many vehicles stood at a place or below it in [first, until) that the person may not see.
SELECT vehicles_unseen(%(place_id)s::bigint, tstzrange(%(first)s, %(until)s));
