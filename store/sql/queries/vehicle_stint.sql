-- name: stints
-- Vehicles that stood at a place or below it in [first, until): where, in which department, as what, from when to when.
-- A vehicle that moved or was described anew has several.
WITH RECURSIVE below AS (
    SELECT %(place_id)s::bigint AS organisation_id
     UNION
    SELECT p.organisation_id FROM below b JOIN organisation_position p
        ON p.parent_id = b.organisation_id AND p.during @> now()
)
SELECT v.vehicle_id, v.code, d.plate, d.vehicle_class, d.powertrain, d.acquisition, p.place_id, p.department,
       lower(s.during) AS start_at, upper(s.during) AS end_at
  FROM vehicle_position p
  JOIN vehicle v USING (vehicle_id)
  JOIN vehicle_description d USING (vehicle_id)
 CROSS JOIN LATERAL (SELECT p.during * d.during * tstzrange(%(first)s, %(until)s) AS during) s
 WHERE p.place_id IN (SELECT b.organisation_id FROM below b) AND p.during && d.during AND NOT isempty(s.during)
 ORDER BY v.code, start_at;

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
