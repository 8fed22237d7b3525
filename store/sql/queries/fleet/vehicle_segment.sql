-- name: touched_vehicles
SELECT vehicle_id FROM vehicle_touched WHERE vehicle_id <> ALL (%(but)s)
 GROUP BY vehicle_id ORDER BY min(vehicle_touched_id) LIMIT %(at_most)s;

-- name: claim
-- One worker per vehicle at a time; false when another has it. Held until the transaction ends.
SELECT pg_try_advisory_xact_lock(hashtext('civicwatt vehicle'), %(vehicle_id)s::integer);

-- name: take_touched
-- Takes the days off the list before their samples are read: what commits later stays on it.
DELETE FROM vehicle_touched WHERE vehicle_id = %(vehicle_id)s RETURNING day;

-- name: cut_vehicle
SELECT v.vehicle_id, v.code, c.parking_s, c.least_km, d.battery_kwh, d.powertrain <> 'electric' AS hybrid,
       coalesce(zone_of(p.place_id), 'UTC') AS zone
  FROM vehicle v
 CROSS JOIN LATERAL (SELECT * FROM vehicle_description d WHERE d.vehicle_id = v.vehicle_id
                      ORDER BY upper(d.during) DESC NULLS FIRST LIMIT 1) d
  JOIN vehicle_class c USING (vehicle_class)
  LEFT JOIN LATERAL (SELECT * FROM vehicle_position p WHERE p.vehicle_id = v.vehicle_id
                      ORDER BY upper(p.during) DESC NULLS FIRST LIMIT 1) p ON true
 WHERE v.vehicle_id = %(vehicle_id)s;

-- name: emptied_until
SELECT emptied_until FROM track_retention;

-- name: trips_around
-- Trips that late samples elsewhere cannot change (`Segment.sound`): 33 are the doubts implausible and odometer_stood.
WITH sound AS NOT MATERIALIZED (
    SELECT * FROM vehicle_segment
     WHERE vehicle_id = %(vehicle_id)s AND superseded_at IS NULL AND kind = 'trip' AND NOT estimated AND doubts & 33 = 0
       AND start_after IS NOT NULL AND end_before IS NOT NULL
), near AS (
    (SELECT * FROM sound WHERE start_at < %(earliest)s AND end_before < %(earliest)s ORDER BY start_at DESC LIMIT %(count)s)
     UNION ALL
    (SELECT * FROM sound WHERE start_at > %(latest)s AND start_after > %(latest)s ORDER BY start_at LIMIT %(count)s)
)
SELECT segment_id AS id, kind, start_at, end_at, start_after, end_before, km, km_by, km_ways, kwh, kwh_by, kwh_ways, kwh_spread,
       recovered_kwh, grid_kwh, electric_km, soc_start, soc_end, evidence, estimated, doubts, start_latitude_deg,
       start_longitude_deg, end_latitude_deg, end_longitude_deg
  FROM near ORDER BY start_at, end_at, kind;

-- name: current
SELECT segment_id AS id, kind, start_at, end_at, start_after, end_before, km, km_by, km_ways, kwh, kwh_by, kwh_ways, kwh_spread,
       recovered_kwh, grid_kwh, electric_km, soc_start, soc_end, evidence, estimated, doubts, start_latitude_deg,
       start_longitude_deg, end_latitude_deg, end_longitude_deg
  FROM vehicle_segment
 WHERE vehicle_id = %(vehicle_id)s AND superseded_at IS NULL
   AND start_at >= coalesce(%(first)s::timestamptz, '-infinity') AND end_at <= coalesce(%(last)s::timestamptz, 'infinity')
 ORDER BY start_at, end_at, kind;

-- name: overlapping
-- Current versions of segments of which a part lies in [first, last].
SELECT segment_id AS id, kind, start_at, end_at, start_after, end_before, km, km_by, km_ways, kwh, kwh_by, kwh_ways, kwh_spread,
       recovered_kwh, grid_kwh, electric_km, soc_start, soc_end, evidence, estimated, doubts, start_latitude_deg,
       start_longitude_deg, end_latitude_deg, end_longitude_deg
  FROM vehicle_segment
 CROSS JOIN (SELECT coalesce(%(first)s::timestamptz, '-infinity') AS first, coalesce(%(last)s::timestamptz, 'infinity') AS last) a
 WHERE vehicle_id = %(vehicle_id)s AND superseded_at IS NULL
   AND (start_at < a.last AND end_at > a.first OR start_at >= a.first AND end_at <= a.last)
 ORDER BY start_at, end_at, kind;

-- name: supersede
UPDATE vehicle_segment SET superseded_at = %(now)s
 WHERE vehicle_id = %(vehicle_id)s AND superseded_at IS NULL AND segment_id = ANY (%(names)s::text[]);

-- name: add_version
-- What was written at this same moment is no version: nobody knew it.
INSERT INTO vehicle_segment (vehicle_id, segment_id, kind, start_at, end_at, start_after, end_before, km, km_by, km_ways, kwh,
    kwh_by, kwh_ways, kwh_spread, recovered_kwh, grid_kwh, electric_km, soc_start, soc_end, evidence, estimated, doubts,
    start_latitude_deg, start_longitude_deg, end_latitude_deg, end_longitude_deg, known_at)
VALUES (%(vehicle_id)s, %(id)s, %(kind)s, %(start_at)s, %(end_at)s, %(start_after)s, %(end_before)s, %(km)s, %(km_by)s,
    %(km_ways)s, %(kwh)s, %(kwh_by)s, %(kwh_ways)s, %(kwh_spread)s, %(recovered_kwh)s, %(grid_kwh)s, %(electric_km)s,
    %(soc_start)s, %(soc_end)s, %(evidence)s, %(estimated)s, %(doubts)s, %(start_latitude_deg)s, %(start_longitude_deg)s,
    %(end_latitude_deg)s, %(end_longitude_deg)s, %(now)s)
ON CONFLICT (vehicle_id, segment_id, known_at) DO UPDATE
   SET kind = excluded.kind, start_at = excluded.start_at, end_at = excluded.end_at, start_after = excluded.start_after,
       end_before = excluded.end_before, km = excluded.km, km_by = excluded.km_by, km_ways = excluded.km_ways,
       kwh = excluded.kwh, kwh_by = excluded.kwh_by, kwh_ways = excluded.kwh_ways, kwh_spread = excluded.kwh_spread,
       recovered_kwh = excluded.recovered_kwh, grid_kwh = excluded.grid_kwh, electric_km = excluded.electric_km,
       soc_start = excluded.soc_start, soc_end = excluded.soc_end, evidence = excluded.evidence,
       estimated = excluded.estimated, doubts = excluded.doubts, start_latitude_deg = excluded.start_latitude_deg,
       start_longitude_deg = excluded.start_longitude_deg, end_latitude_deg = excluded.end_latitude_deg,
       end_longitude_deg = excluded.end_longitude_deg, superseded_at = NULL;

-- name: announce
-- Under the terminal that tells of it now, or did last.
INSERT INTO outbox (topic, device_id, first_day, end_day)
SELECT 'trips', d.device_id, %(first_day)s, %(end_day)s FROM vehicle_device d
 WHERE d.vehicle_id = %(vehicle_id)s ORDER BY upper(d.during) DESC NULLS FIRST LIMIT 1;
