-- name: of_meter
-- What was entered of a meter's supply and stood at an instant, the newest last.
SELECT s.terms_id AS id, lower(s.months) AS first_month, upper(s.months) AS end_month, s.capacity_kva, s.declared_kw,
       s.quota, s.source
  FROM supply_terms s
 WHERE s.meter_id = %(meter_id)s AND s.entered_at <= %(as_of)s::timestamptz
   AND (s.withdrawn_at IS NULL OR s.withdrawn_at > %(as_of)s::timestamptz)
 ORDER BY s.entered_at, s.terms_id;

-- name: entered
-- Everything that was entered of one meter, or of all the person may see, the newest first. counts: some month of it is
-- that of no newer row that stands.
SELECT s.terms_id AS id, s.meter_id, m.code AS meter, m.name_zh, m.name_en, lower(s.months) AS first_month,
       upper(s.months) AS end_month, s.capacity_kva, s.declared_kw, s.quota, s.source, s.reason,
       person_name(s.entered_by) AS entered_by, s.entered_at, person_name(s.withdrawn_by) AS withdrawn_by,
       s.withdrawn_at, s.withdrawn_because,
       s.withdrawn_at IS NULL AND NOT isempty(coalesce(datemultirange(s.months) - n.months, datemultirange(s.months))) AS counts
  FROM supply_terms s JOIN meter m USING (meter_id)
  LEFT JOIN LATERAL (SELECT range_agg(x.months) AS months FROM supply_terms x
                      WHERE x.meter_id = s.meter_id AND x.withdrawn_at IS NULL
                        AND (x.entered_at, x.terms_id) > (s.entered_at, s.terms_id)) n ON true
 WHERE (%(meter_id)s::bigint IS NULL OR s.meter_id = %(meter_id)s)
   AND (%(terms_id)s::bigint IS NULL OR s.terms_id = %(terms_id)s)
 ORDER BY s.entered_at DESC, s.terms_id DESC;

-- name: enter
INSERT INTO supply_terms (meter_id, months, capacity_kva, declared_kw, quota, source, reason)
VALUES (%(meter_id)s, daterange(%(first_month)s, %(end_month)s), %(capacity_kva)s, %(declared_kw)s, %(quota)s, %(source)s,
        %(reason)s)
RETURNING terms_id;

-- name: withdraw
UPDATE supply_terms SET withdrawn_because = %(reason)s WHERE terms_id = %(terms_id)s;
