-- name: tariffs
SELECT tariff_id AS id, code, medium, name_zh, name_en FROM tariff ORDER BY code;

-- name: versions
-- Versions of one tariff, or of all for null, as they were known at an instant, with who has checked them. terms as
-- text, so that its numbers are read exactly. An end that was entered later was not known.
SELECT v.tariff_version_id AS id, v.tariff_id, lower(v.during) AS first_day,
       CASE WHEN e.tariff_version_id IS NULL THEN upper(v.during) ELSE e.was_end END AS end_day,
       v.terms::text AS terms, v.source, v.evidence, v.note, c.checked_by, c.checked_on,
       coalesce(c.document, '') AS document, person_name(v.entered_by) AS entered_by,
       coalesce(v.entered_by = current_person(), false) AS own,
       person_name(w.withdrawn_by) AS withdrawn_by, w.withdrawn_at, w.withdrawn_because
  FROM tariff_version v
  LEFT JOIN tariff_version_check c ON c.tariff_version_id = v.tariff_version_id AND c.withdrawn_at IS NULL
  LEFT JOIN LATERAL (SELECT x.* FROM tariff_version_check x
                      WHERE x.tariff_version_id = v.tariff_version_id AND x.withdrawn_at IS NOT NULL AND c.check_id IS NULL
                      ORDER BY x.withdrawn_at DESC LIMIT 1) w ON true
  LEFT JOIN LATERAL (SELECT x.* FROM tariff_version_end x
                      WHERE x.tariff_version_id = v.tariff_version_id AND x.ended_at > %(as_of)s::timestamptz
                      ORDER BY x.ended_at LIMIT 1) e ON true
 WHERE (%(tariff_id)s::bigint IS NULL OR v.tariff_id = %(tariff_id)s) AND v.entered_at <= %(as_of)s::timestamptz
 ORDER BY v.tariff_id, v.during;

-- name: end_version
-- Lets the version that holds on a day end before it.
UPDATE tariff_version SET during = daterange(lower(during), %(end_day)s)
 WHERE tariff_id = %(tariff_id)s AND during @> %(end_day)s::date;

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

-- name: withdraw_version_check
UPDATE tariff_version_check SET withdrawn_because = %(reason)s
 WHERE tariff_version_id = %(tariff_version_id)s AND withdrawn_at IS NULL;

-- name: add_price_month
INSERT INTO price_month (tariff_id, month, source) VALUES (%(tariff_id)s, %(month)s, %(source)s)
RETURNING price_month_id;

-- name: add_price
INSERT INTO price_month_line (price_month_id, component, period, price)
VALUES (%(price_month_id)s, %(component)s, %(period)s, %(price)s);

-- name: check_prices
INSERT INTO price_month_check (price_month_id, document) VALUES (%(price_month_id)s, %(document)s)
ON CONFLICT DO NOTHING;

-- name: withdraw_price_check
UPDATE price_month_check SET withdrawn_because = %(reason)s
 WHERE price_month_id = %(price_month_id)s AND withdrawn_at IS NULL;

-- name: prices
-- Newest announcement of every month in [first_day, end_day) as it was known at an instant.
SELECT m.price_month_id, m.month, l.component, l.period, l.price, m.source, m.entered_at,
       c.checked_on, coalesce(c.document, '') AS document, person_name(c.person_id) AS checked_by,
       person_name(m.entered_by) AS entered_by, coalesce(m.entered_by = current_person(), false) AS own,
       person_name(w.withdrawn_by) AS withdrawn_by, w.withdrawn_at, w.withdrawn_because
  FROM (SELECT DISTINCT ON (p.month) p.* FROM price_month p
         WHERE p.tariff_id = %(tariff_id)s AND p.month >= %(first_day)s AND p.month < %(end_day)s
           AND p.entered_at <= %(as_of)s::timestamptz
         ORDER BY p.month, p.entered_at DESC, p.price_month_id DESC) m
  JOIN price_month_line l USING (price_month_id)
  LEFT JOIN price_month_check c ON c.price_month_id = m.price_month_id AND c.withdrawn_at IS NULL
  LEFT JOIN LATERAL (SELECT x.* FROM price_month_check x
                      WHERE x.price_month_id = m.price_month_id AND x.withdrawn_at IS NOT NULL AND c.check_id IS NULL
                      ORDER BY x.withdrawn_at DESC LIMIT 1) w ON true
 ORDER BY m.month, l.component, l.period;

-- name: put_meter
-- Puts a meter on a tariff on local days [first_day, end_day); overlapping ones are refused. No row where the tariff is
-- of another medium.
INSERT INTO meter_tariff (meter_id, tariff_id, during, capacity_kva, declared_kw, quota)
SELECT m.meter_id, t.tariff_id, daterange(%(first_day)s, %(end_day)s), %(capacity_kva)s, %(declared_kw)s, %(quota)s
  FROM meter m JOIN tariff t USING (medium)
 WHERE m.meter_id = %(meter_id)s AND t.tariff_id = %(tariff_id)s;

-- name: of_meter
-- Tariffs a meter is on, on local days [first_day, end_day), as it was known at an instant.
SELECT t.tariff_id, t.code, lower(k.during) AS first_day, upper(k.during) AS end_day, m.capacity_kva,
       m.declared_kw, m.quota
  FROM meter_tariff m JOIN tariff t USING (tariff_id)
  LEFT JOIN LATERAL (SELECT daterange(lower(m.during), x.was_end) AS during FROM meter_tariff_end x
                      WHERE x.meter_id = m.meter_id AND x.first_day IS NOT DISTINCT FROM lower(m.during)
                        AND x.ended_at > %(as_of)s::timestamptz
                      ORDER BY x.ended_at LIMIT 1) e ON true
 CROSS JOIN LATERAL (SELECT coalesce(e.during, m.during) AS during) k
 WHERE m.meter_id = %(meter_id)s AND k.during && daterange(%(first_day)s, %(end_day)s)
   AND m.entered_at <= %(as_of)s::timestamptz
 ORDER BY k.during;

-- name: end_meter
-- Lets a meter leave the tariff it is on on the day before `end_day`; that it is on none from then on.
UPDATE meter_tariff SET during = daterange(lower(during), %(end_day)s)
 WHERE meter_id = %(meter_id)s AND during @> (%(end_day)s::date - 1) AND (upper_inf(during) OR upper(during) > %(end_day)s);
