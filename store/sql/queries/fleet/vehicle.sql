-- name: classes
SELECT vehicle_class, name_zh, name_en, parking_s, least_km FROM vehicle_class ORDER BY vehicle_class;

-- name: vehicles
-- Vehicles as they are now. organisation_id: it and everything below; null for all. vehicle_id: that one.
WITH RECURSIVE below AS (
    SELECT %(organisation_id)s::bigint AS organisation_id
     UNION
    SELECT o.organisation_id FROM below b JOIN organisation_now o ON o.parent_id = b.organisation_id
), page AS (
    SELECT v.*, p.place_id, p.department
      FROM vehicle v JOIN vehicle_position p ON p.vehicle_id = v.vehicle_id AND p.during @> now()
     WHERE v.vehicle_id > %(after)s AND (%(vehicle_id)s::bigint IS NULL OR v.vehicle_id = %(vehicle_id)s)
       AND (%(organisation_id)s::bigint IS NULL OR p.place_id IN (SELECT b.organisation_id FROM below b))
     ORDER BY v.vehicle_id LIMIT %(at_most)s
), told AS MATERIALIZED ( -- as one value: the view is read once, not once for each vehicle
    SELECT jsonb_object_agg(l.device_id, l.said -> 'soc_pct' -> 0) AS soc_pct FROM visible.device_latest l
     WHERE l.device_id IN (SELECT t.device_id FROM page p JOIN vehicle_device t ON t.vehicle_id = p.vehicle_id)
)
SELECT v.vehicle_id AS id, v.code, v.vin, v.maker, v.model, d.plate, d.vehicle_class, d.powertrain, d.category, d.acquisition,
       d.battery_kwh, d.livery, d.hidden, v.place_id AS organisation_id, v.department, zone_of(v.place_id) AS zone, t.device_id,
       ((SELECT o.soc_pct FROM told o) ->> t.device_id::text)::double precision AS soc_pct, n.ts AS last_seen,
       v.vehicle_id IN (SELECT w.vehicle_id FROM visible.vehicle_waiting w) AS waiting
  FROM page v
 CROSS JOIN LATERAL (SELECT d.* FROM vehicle_description d WHERE d.vehicle_id = v.vehicle_id AND d.during @> now() LIMIT 1) d
  LEFT JOIN LATERAL (SELECT t.device_id FROM vehicle_device t WHERE t.vehicle_id = v.vehicle_id AND t.during @> now()
                      ORDER BY t.device_id LIMIT 1) t ON true
  LEFT JOIN device_latest n ON n.device_id = t.device_id
 ORDER BY v.vehicle_id;

-- name: place
SELECT organisation_id FROM organisation WHERE code = %(code)s;

-- name: taken
SELECT 1 FROM vehicle WHERE code = %(code)s;

-- name: enter
SELECT enter_vehicle(%(code)s, %(vin)s, %(maker)s, %(model)s, %(place_id)s, %(department)s, %(since)s::timestamptz);

-- name: end_description
UPDATE vehicle_description SET during = tstzrange(lower(during), %(since)s::timestamptz)
 WHERE vehicle_id = %(vehicle_id)s AND during @> %(since)s::timestamptz AND lower(during) IS DISTINCT FROM %(since)s::timestamptz;

-- name: describe
INSERT INTO vehicle_description (vehicle_id, plate, vehicle_class, powertrain, category, acquisition, battery_kwh, livery, hidden,
                                 during)
VALUES (%(vehicle_id)s, %(plate)s, %(vehicle_class)s, %(powertrain)s, %(category)s, %(acquisition)s, %(battery_kwh)s, %(livery)s,
        %(hidden)s, tstzrange(%(since)s::timestamptz, NULL));

-- name: fit_terminal
INSERT INTO vehicle_device (vehicle_id, device_id, during)
SELECT %(vehicle_id)s, d.device_id, tstzrange(%(since)s::timestamptz, NULL) FROM device d
 WHERE d.code = %(device)s AND d.kind = 'vehicle';

-- name: end_terminals
UPDATE vehicle_device SET during = tstzrange(lower(during), %(since)s::timestamptz)
 WHERE vehicle_id = %(vehicle_id)s AND during @> %(since)s::timestamptz AND lower(during) IS DISTINCT FROM %(since)s::timestamptz;

-- name: end_position
UPDATE vehicle_position SET during = tstzrange(lower(during), %(since)s::timestamptz)
 WHERE vehicle_id = %(vehicle_id)s AND during @> %(since)s::timestamptz AND lower(during) IS DISTINCT FROM %(since)s::timestamptz;

-- name: move
INSERT INTO vehicle_position (vehicle_id, place_id, department, during)
VALUES (%(vehicle_id)s, %(place_id)s, %(department)s, tstzrange(%(since)s::timestamptz, NULL));

-- name: stations
-- Where a vehicle stood, from when to when, the newest first.
SELECT p.place_id AS organisation_id, p.department, lower(p.during) AS start_at, upper(p.during) AS end_at
  FROM vehicle_position p WHERE p.vehicle_id = %(vehicle_id)s ORDER BY p.during DESC;
