-- Beside bench/portfolio.sql: every meter has a certificate, and a bill for each of the last twelve months that are over.
-- Meter m is billed 100 + m % 5 percent of what was counted.
INSERT INTO certificate (meter_id, number, issuer, accuracy_class, verified_on, valid, person_id)
SELECT m.meter_id, 'c' || m.meter_id, 'institute', '0.5S', '2020-01-01', '[2020-01-01,2040-01-01)', p.person_id
  FROM meter m, person p WHERE p.login = 'bureau';
CREATE TEMP TABLE month AS
SELECT (this - n * interval '1 month')::date AS first_day, (this - (n - 1) * interval '1 month')::date AS end_day
  FROM generate_series(1, 12) n, date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai') AS this;
-- The year stored is of 366 days: the twelfth month before this one may begin before it.
DELETE FROM month WHERE first_day < (SELECT min(day) FROM consumption_day);
INSERT INTO bill (meter_id, number, first_day, end_day, start_at, end_at, total, source)
SELECT m.meter_id, to_char(first_day, 'YYYY-MM'), first_day, end_day, first_day::timestamp AT TIME ZONE 'Asia/Shanghai',
       end_day::timestamp AT TIME ZONE 'Asia/Shanghai', 1, 'planted'
  FROM meter m, month;
INSERT INTO bill_line (bill_id, line, item, period, quantity, price, amount)
SELECT b.bill_id, n, 'energy', (ARRAY['peak', 'valley'])[n],
       (b.end_day - b.first_day) * 48 * (1 + n_meter % 10) * (100 + n_meter % 5) / 100.0, 1, 1
  FROM (SELECT b.*, substr(m.code, 2)::integer AS n_meter FROM bill b JOIN meter m USING (meter_id)) b, generate_series(1, 2) n;
ANALYZE;
