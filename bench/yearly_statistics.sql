-- A city of 300 institutions whose year 2025 is known to the last digit, written straight into the tables.
-- Institutions 1 to 20 have meters and bills, 21 to 300 approved manual entries; 1 to 5 have both of electricity.
-- The amounts are those of bench/yearly_statistics.py, which works them out by itself.
INSERT INTO organisation (code, kind, name_zh, name_en, zone) VALUES ('city', 'bureau', '市机关事务管理局', 'City', 'Asia/Shanghai');
INSERT INTO organisation (code, kind, name_zh, name_en)
SELECT 'unit-' || i, 'institution', '单位' || i, 'Unit ' || i FROM generate_series(1, 300) i;
CREATE TEMP TABLE unit AS
SELECT substr(code, 6)::integer AS i, organisation_id FROM organisation WHERE kind = 'institution';
INSERT INTO organisation_position (organisation_id, parent_id, during)
SELECT u.organisation_id, c.organisation_id, tstzrange(NULL, NULL) FROM unit u, organisation c WHERE c.code = 'city';
INSERT INTO floor_area (organisation_id, area_m2, during) SELECT organisation_id, 5000 + 10 * i, tstzrange(NULL, NULL) FROM unit;
INSERT INTO headcount (organisation_id, persons, during) SELECT organisation_id, 100 + i, tstzrange(NULL, NULL) FROM unit;
INSERT INTO place_region (organisation_id, region, during)
SELECT organisation_id, (120101 + i % 4)::text, tstzrange(NULL, NULL) FROM unit;
INSERT INTO calendar_year (calendar, year, provisional, source) VALUES ('cn', 2025, false, 'planted')
    ON CONFLICT DO NOTHING;
INSERT INTO person (login, name, password_hash) VALUES ('typist', 'typist', ''), ('chief', 'chief', '');

-- Metered: electricity, water, and heat for every third; each day counts the same, exact in binary.
INSERT INTO meter (code, medium, quantity, name_zh, name_en)
SELECT format('unit-%s-%s', i, medium), medium, quantity, medium, medium
  FROM unit, (VALUES ('electricity', 'active_energy_import_kwh'), ('water', 'volume_m3'), ('heat', 'heat_energy_gj'))
       AS m (medium, quantity)
 WHERE i <= 20 AND (medium <> 'heat' OR i % 3 = 0);
CREATE TEMP TABLE metered AS
SELECT u.i, u.organisation_id, m.meter_id, m.medium, m.quantity,
       CASE m.medium WHEN 'electricity' THEN 300.125 + u.i WHEN 'water' THEN 4 + u.i / 8.0 ELSE 2.5 END AS daily
  FROM meter m JOIN unit u ON m.code LIKE 'unit-' || u.i || '-%';
INSERT INTO meter_position (meter_id, place_id, parent_id, role, during)
SELECT meter_id, organisation_id, NULL, 'main', tstzrange(NULL, NULL) FROM metered;
INSERT INTO consumption_day
SELECT meter_id, quantity, d::date, d::timestamp AT TIME ZONE 'Asia/Shanghai', daily, 'measured', 'measured', 0,
       86400, 86400, 0, now()
  FROM metered, generate_series('2025-01-01'::timestamp, '2025-12-31', '1 day') d;
INSERT INTO bill (meter_id, number, first_day, end_day, start_at, end_at, total, source)
SELECT meter_id, to_char(d, 'YYYY-MM'), d::date, (d + interval '1 month')::date, d AT TIME ZONE 'Asia/Shanghai',
       (d + interval '1 month') AT TIME ZONE 'Asia/Shanghai',
       round((daily * CASE medium WHEN 'electricity' THEN 24 WHEN 'water' THEN 150 ELSE 2700 END)::numeric, 2), 'planted'
  FROM metered, generate_series('2025-01-01'::timestamp, '2025-12-01', '1 month') d;

-- Entered, checked and approved by a second person: electricity, water, gas, and heat for every third.
INSERT INTO manual_entry (organisation_id, kind, month)
SELECT organisation_id, kind, make_date(2025, m, 1)
  FROM unit, unnest(ARRAY['electricity_kwh', 'water_m3', 'natural_gas_m3', 'heat_gj']) AS kind, generate_series(1, 12) m
 WHERE (i > 20 OR (i <= 5 AND kind = 'electricity_kwh')) AND (kind <> 'heat_gj' OR i % 3 = 0);
INSERT INTO manual_entry_version (entry_id, version, amount, cost, price, source, person_id)
SELECT entry_id, 1, amount, round(amount * price, 2), price, 'bill', person_id
  FROM (SELECT e.entry_id, p.person_id,
               CASE kind WHEN 'electricity_kwh' THEN 10000.125 + 7 * i + 3 * extract(month FROM month)
                         WHEN 'water_m3' THEN 100.5 + i + extract(month FROM month)
                         WHEN 'natural_gas_m3' THEN 200.001 + 2 * i ELSE 50.01 + i END AS amount,
               CASE kind WHEN 'electricity_kwh' THEN 0.8 WHEN 'water_m3' THEN 5 WHEN 'natural_gas_m3' THEN 3 ELSE 90 END AS price
          FROM manual_entry e JOIN unit u USING (organisation_id), person p WHERE p.login = 'typist') typed;
INSERT INTO manual_entry_step (entry_id, revision, version, state, person_id)
SELECT e.entry_id, s.revision, 1, s.state, p.person_id
  FROM manual_entry e, person p,
       (VALUES (1, 'draft', 'typist'), (2, 'submitted', 'typist'), (3, 'checked', 'chief'), (4, 'approved', 'chief'))
       AS s (revision, state, login)
 WHERE p.login = s.login ORDER BY s.revision;
ANALYZE;
