-- name: of_tariff
-- Meters that are or were on a tariff.
SELECT m.meter_id, m.code, m.name_zh, m.name_en, lower(t.during) AS first_day, upper(t.during) AS end_day,
       t.capacity_kva, t.declared_kw, t.quota
  FROM meter_tariff t JOIN meter m USING (meter_id)
 WHERE t.tariff_id = %(tariff_id)s ORDER BY m.code, t.during;
