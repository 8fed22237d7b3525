-- Beside bench/portfolio.sql: each institution has five electric cars that drive 15 km to work and back on each day of a year and
-- charge 6 kWh at night, and each building has ten standing alerts.
INSERT INTO vehicle (code, maker, model) SELECT 'v' || v, 'maker', 'model' FROM generate_series(1, 100) v;
INSERT INTO vehicle_description (vehicle_id, plate, vehicle_class, powertrain, category, acquisition, battery_kwh, during)
SELECT vehicle_id, code, 'sedan', 'electric', 'general', 'quota', 50, tstzrange(NULL, NULL) FROM vehicle;
INSERT INTO vehicle_position (vehicle_id, place_id, during)
SELECT v.vehicle_id, o.organisation_id, tstzrange(NULL, NULL)
  FROM vehicle v JOIN organisation o ON o.code = 'institution-' || substr(v.code, 2)::integer % 20 + 1;
INSERT INTO vehicle_segment (vehicle_id, segment_id, kind, start_at, end_at, km, km_ways, kwh, kwh_ways, electric_km, evidence,
                             estimated, doubts, known_at)
SELECT v.vehicle_id, n || '-' || hour, CASE hour WHEN 20 THEN 'charge' ELSE 'trip' END, day + hour * interval '1 hour',
       day + (hour + 1) * interval '1 hour', CASE WHEN hour < 20 THEN 15 END, '{}', CASE hour WHEN 20 THEN 6 ELSE 3 END, '{}',
       CASE WHEN hour < 20 THEN 15 END, '{odometer}', false, 0, day + interval '22 hours'
  FROM vehicle v CROSS JOIN generate_series(1, 366) n CROSS JOIN unnest(ARRAY[8, 17, 20]) AS hour
 CROSS JOIN LATERAL (SELECT date_trunc('day', now(), 'Asia/Shanghai') - n * interval '1 day' AS day) d;
INSERT INTO displacement_terms (organisation_id, holds_from, name, terms)
SELECT organisation_id, '2020-01-01', 'planted', '{
    "schema": "displacement/1", "name": "planted", "holds_from": "2020-01-01", "region": "CN-CQ", "petrol_cny_l": "7.60",
    "electricity_cny_kwh": "0.80", "efficiency": "0.90",
    "baseline": [{"vehicle_class": "sedan", "litres_100km": "8.0", "source": "assumed"}]}'
  FROM organisation WHERE code = 'bureau';

INSERT INTO alert (rule, organisation_id, meter_id, priority, state, began_at, opened_at, last_at, evidence, expected, actual, unit)
SELECT 'night_load', p.place_id, m.meter_id, (ARRAY['urgent', 'high', 'low'])[1 + m.meter_id % 3], 'open', began_at, began_at,
       began_at + interval '6 hours', '{}', 10, 20, 'kWh'
  FROM meter m JOIN meter_position p USING (meter_id)
 CROSS JOIN LATERAL (SELECT date_trunc('day', now(), 'Asia/Shanghai') - m.meter_id % 20 * interval '1 day' AS began_at) d
 WHERE m.meter_id % 5 = 0;
ANALYZE;
