-- A bureau with 20 institutions of 50 meters each, written straight into the tables. Parameters are
-- settings of the session: portfolio.days (of quarter hours of every meter) and portfolio.charted
-- (meters that have them for a whole year). Meter m uses 1 + m % 10 kWh in every quarter of an hour.
INSERT INTO organisation (code, kind, name_zh, name_en, zone)
VALUES ('bureau', 'bureau', '机关事务管理局', 'Bureau', 'Asia/Shanghai');
INSERT INTO organisation (code, kind, name_zh, name_en)
SELECT format('%s-%s', kind, i), kind, format('%s %s', kind, i), format('%s %s', kind, i)
  FROM generate_series(1, 20) i, unnest(ARRAY['institution', 'site', 'building']) AS kind;
INSERT INTO organisation_position (organisation_id, parent_id, during)
SELECT o.organisation_id, p.organisation_id, tstzrange(NULL, NULL)
  FROM organisation o JOIN organisation p
    ON p.code = CASE o.kind WHEN 'institution' THEN 'bureau'
                            WHEN 'site' THEN replace(o.code, 'site', 'institution')
                            WHEN 'building' THEN replace(o.code, 'building', 'site') END;
INSERT INTO floor_area SELECT organisation_id, 5000, tstzrange(NULL, NULL) FROM organisation WHERE kind = 'building';

INSERT INTO meter (code, medium, quantity, item, name_zh, name_en)
SELECT 'm' || m, 'electricity', 'active_energy_import_kwh', CASE WHEN m % 50 = 1 THEN '' ELSE 'power' END, 'm' || m, 'm' || m
  FROM generate_series(1, 1000) m;
INSERT INTO meter_position (meter_id, place_id, parent_id, role, during)
SELECT m.meter_id, o.organisation_id, CASE WHEN m.item = '' THEN NULL ELSE main.meter_id END,
       CASE WHEN m.item = '' THEN 'main' ELSE 'sub' END, tstzrange(NULL, NULL)
  FROM meter m CROSS JOIN LATERAL (SELECT (substr(m.code, 2)::integer - 1) / 50 AS i) n
  JOIN organisation o ON o.code = 'building-' || n.i + 1
  JOIN meter main ON main.code = 'm' || n.i * 50 + 1;
INSERT INTO device (code, kind, status, name_zh, name_en)
SELECT 'd' || m, 'electricity_meter', 'accepted', 'd' || m, 'd' || m FROM generate_series(1, 1000) m;
INSERT INTO device_place SELECT d.device_id, p.place_id, tstzrange(NULL, NULL)
  FROM device d JOIN meter m ON substr(m.code, 2) = substr(d.code, 2) JOIN meter_position p USING (meter_id);
INSERT INTO meter_device SELECT m.meter_id, d.device_id, tstzrange(NULL, NULL)
  FROM device d JOIN meter m ON substr(m.code, 2) = substr(d.code, 2);

CREATE TEMP TABLE span AS
SELECT date_trunc('day', now(), 'Asia/Shanghai') AS today,
       date_bin('15 min', now(), '2000-01-01T00:00Z') - interval '15 min' AS newest;

-- The main meters first, for those are what people chart.
INSERT INTO consumption
SELECT m.meter_id, 'active_energy_import_kwh', q, q + interval '15 min', 1 + substr(m.code, 2)::integer % 10,
       'measured', 'measured', 'difference', 0, q + interval '20 min'
  FROM (SELECT meter_id, code, row_number() OVER (ORDER BY item, meter_id) AS rank FROM meter) m
 CROSS JOIN span
 CROSS JOIN generate_series(
       today - CASE WHEN rank <= current_setting('portfolio.charted')::integer THEN interval '366 days'
                    ELSE current_setting('portfolio.days')::integer * interval '1 day' END,
       newest, interval '15 min') AS q
 ORDER BY q;

INSERT INTO consumption_day
SELECT m.meter_id, 'active_energy_import_kwh', d::date, d::date::timestamp AT TIME ZONE 'Asia/Shanghai',
       96.0 * (1 + substr(m.code, 2)::integer % 10), 'measured', 'measured', 0, 86400, 86400, 0, now()
  FROM meter m CROSS JOIN span
 CROSS JOIN generate_series((today AT TIME ZONE 'Asia/Shanghai') - interval '366 days',
                            (today AT TIME ZONE 'Asia/Shanghai') - interval '1 day', interval '1 day') AS d;

INSERT INTO electricity_reading (device_id, ts, received_at, active_energy_import_kwh, active_power_kw)
SELECT d.device_id, q, q, 4 * extract(epoch FROM q - today), 4
  FROM device d CROSS JOIN span
 CROSS JOIN generate_series(
       today - CASE WHEN d.device_id % 50 = 1 THEN interval '100 days' ELSE interval '1 day' END,
       now(), interval '15 min') AS q
 ORDER BY q;
INSERT INTO device_latest (device_id, ts, received_at, said)
SELECT device_id, ts, ts, jsonb_build_object(
           'active_energy_import_kwh', jsonb_build_array(active_energy_import_kwh, extract(epoch FROM ts)::bigint * 1000),
           'active_power_kw', jsonb_build_array(active_power_kw, extract(epoch FROM ts)::bigint * 1000))
  FROM (SELECT device_id, max(ts) AS ts FROM electricity_reading GROUP BY 1) newest
  JOIN electricity_reading USING (device_id, ts);
ANALYZE;
