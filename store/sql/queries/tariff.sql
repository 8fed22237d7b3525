-- name: tariffs
SELECT tariff_id AS id, code, medium, name_zh, name_en FROM tariff ORDER BY code;

-- name: versions
-- Versions of one tariff, or of all for null, with who has checked them. terms as text, so that its
-- numbers are read exactly.
SELECT v.tariff_version_id AS id, v.tariff_id, lower(v.during) AS first_day, upper(v.during) AS end_day,
       v.terms::text AS terms, v.source, v.evidence, v.note, c.checked_by, c.checked_on,
       coalesce(c.document, '') AS document
  FROM tariff_version v LEFT JOIN tariff_version_check c USING (tariff_version_id)
 WHERE %(tariff_id)s::bigint IS NULL OR v.tariff_id = %(tariff_id)s
 ORDER BY v.tariff_id, v.during;

-- name: add_tariff
INSERT INTO tariff (code, medium, name_zh, name_en) VALUES (%(code)s, %(medium)s, %(name_zh)s, %(name_en)s)
ON CONFLICT (code) DO NOTHING RETURNING tariff_id;

-- name: add_version
INSERT INTO tariff_version (tariff_id, during, terms, source, evidence, note)
VALUES (%(tariff_id)s, daterange(%(first_day)s, %(end_day)s), %(terms)s, %(source)s, %(evidence)s, %(note)s)
RETURNING tariff_version_id;

-- name: check_version
INSERT INTO tariff_version_check (tariff_version_id, checked_by, document)
VALUES (%(tariff_version_id)s, %(checked_by)s, %(document)s) ON CONFLICT DO NOTHING;

-- name: add_price_month
INSERT INTO price_month (tariff_id, month, source) VALUES (%(tariff_id)s, %(month)s, %(source)s)
RETURNING price_month_id;

-- name: add_price
INSERT INTO price_month_line (price_month_id, component, period, price)
VALUES (%(price_month_id)s, %(component)s, %(period)s, %(price)s);

-- name: check_prices
INSERT INTO price_month_check (price_month_id, document) VALUES (%(price_month_id)s, %(document)s)
ON CONFLICT DO NOTHING;

-- name: prices
-- Newest announcement of every month in [first_day, end_day) as it was known at an instant.
SELECT m.price_month_id, m.month, l.component, l.period, l.price, m.source, m.entered_at,
       c.checked_on, coalesce(c.document, '') AS document, person_name(c.person_id) AS checked_by
  FROM (SELECT DISTINCT ON (p.month) p.* FROM price_month p
         WHERE p.tariff_id = %(tariff_id)s AND p.month >= %(first_day)s AND p.month < %(end_day)s
           AND p.entered_at <= %(as_of)s::timestamptz
         ORDER BY p.month, p.entered_at DESC, p.price_month_id DESC) m
  JOIN price_month_line l USING (price_month_id)
  LEFT JOIN price_month_check c USING (price_month_id)
 ORDER BY m.month, l.component, l.period;

-- name: put_meter
-- Puts a meter on a tariff on local days [first_day, end_day); overlapping ones are refused.
INSERT INTO meter_tariff (meter_id, tariff_id, during, capacity_kva, declared_kw, quota)
VALUES (%(meter_id)s, %(tariff_id)s, daterange(%(first_day)s, %(end_day)s), %(capacity_kva)s, %(declared_kw)s,
        %(quota)s);

-- name: of_meter
-- Tariffs a meter is on, on local days [first_day, end_day).
SELECT t.tariff_id, t.code, lower(m.during) AS first_day, upper(m.during) AS end_day, m.capacity_kva,
       m.declared_kw, m.quota
  FROM meter_tariff m JOIN tariff t USING (tariff_id)
 WHERE m.meter_id = %(meter_id)s AND m.during && daterange(%(first_day)s, %(end_day)s)
 ORDER BY m.during;
