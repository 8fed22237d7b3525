-- name: digest
-- What a version of a set was loaded with.
SELECT sha256 FROM factor_set WHERE code = %(code)s AND version = %(version)s;

-- name: newest
-- Highest number of a version of a set, withdrawn ones too; null where there is none.
SELECT max(version) FROM factor_set WHERE code = %(code)s;

-- name: add_set
INSERT INTO factor_set (code, version, name_zh, name_en, electricity, counts_water, sha256)
VALUES (%(code)s, %(version)s, %(name_zh)s, %(name_en)s, %(electricity)s, %(counts_water)s, %(sha256)s)
RETURNING factor_set_id;

-- name: add_factor
INSERT INTO factor (factor_set_id, key, region, year, effective_from, value, unit, source, evidence, checked, checked_by,
                    checked_on, note)
VALUES (%(factor_set_id)s, %(key)s, %(region)s, %(year)s, %(effective_from)s, %(value)s, %(unit)s,
    %(source)s, %(evidence)s, %(checked)s, %(checked_by)s, %(checked_on)s, %(note)s);

-- name: sets
-- Every version of every set, the newest of each first, with how many factors nobody has checked.
SELECT s.code, s.version, s.name_zh, s.name_en, s.electricity, s.counts_water, s.sha256, s.loaded_at,
       person_name(s.entered_by) AS entered_by, w.withdrawn_at, person_name(w.person_id) AS withdrawn_by,
       w.reason AS withdrawn_because,
       count(*)::integer AS factors, count(*) FILTER (WHERE NOT f.checked AND NOT EXISTS (
           SELECT FROM factor_check c LEFT JOIN factor_check_withdrawal x USING (factor_check_id)
            WHERE (c.key, c.region, c.year, c.value, c.unit, c.source)
                  = (f.key, f.region, f.year, f.value, f.unit, f.source)
              AND c.effective_from IS NOT DISTINCT FROM f.effective_from AND x.factor_check_id IS NULL))::integer AS unchecked
  FROM factor_set s JOIN factor f USING (factor_set_id) LEFT JOIN factor_set_withdrawal w USING (factor_set_id)
 GROUP BY s.factor_set_id, w.factor_set_id
 ORDER BY min(s.factor_set_id) OVER (PARTITION BY s.code), s.version DESC;

-- name: one_set
-- A version of a set; for null its newest that nobody has withdrawn. version integer or null.
SELECT factor_set_id, code, version, name_zh, name_en, electricity, counts_water
  FROM factor_set s
 WHERE code = %(code)s
   AND CASE WHEN %(version)s::integer IS NULL
            THEN NOT EXISTS (SELECT FROM factor_set_withdrawal w WHERE w.factor_set_id = s.factor_set_id)
            ELSE version = %(version)s END
 ORDER BY version DESC LIMIT 1;

-- name: factors
SELECT key, region, year, effective_from, value, unit, source, evidence, checked, checked_by, checked_on, note
  FROM factor WHERE factor_set_id = %(factor_set_id)s ORDER BY key, region, year, effective_from;

-- name: checks
-- Checks that stand of the numbers of a version, wherever they were looked at; the newest last.
SELECT c.factor_check_id, c.key, c.region, c.year, c.effective_from, person_name(c.person_id) AS checked_by, c.checked_on,
       c.document
  FROM factor f JOIN factor_check c
    ON (c.key, c.region, c.year, c.value, c.unit, c.source) = (f.key, f.region, f.year, f.value, f.unit, f.source)
   AND c.effective_from IS NOT DISTINCT FROM f.effective_from
 WHERE f.factor_set_id = %(factor_set_id)s
   AND NOT EXISTS (SELECT FROM factor_check_withdrawal w WHERE w.factor_check_id = c.factor_check_id)
 ORDER BY c.factor_check_id;

-- name: own
-- Factors of a version whose number the person was the first to enter.
SELECT f.key, f.region, f.year, f.effective_from
  FROM factor f
 CROSS JOIN LATERAL (
       SELECT s.entered_by FROM factor o JOIN factor_set s USING (factor_set_id)
        WHERE (o.key, o.region, o.year, o.value, o.unit, o.source) = (f.key, f.region, f.year, f.value, f.unit, f.source)
          AND o.effective_from IS NOT DISTINCT FROM f.effective_from
        ORDER BY o.factor_set_id LIMIT 1) first
 WHERE f.factor_set_id = (SELECT s.factor_set_id FROM factor_set s WHERE s.code = %(code)s AND s.version = %(version)s)
   AND first.entered_by = current_person();

-- name: check
-- Notes that the person compared a factor of a version with a document. effective_from date or null.
INSERT INTO factor_check (factor_set_id, key, region, year, effective_from, value, unit, source, document)
SELECT f.factor_set_id, f.key, f.region, f.year, f.effective_from, f.value, f.unit, f.source, %(document)s
  FROM factor f JOIN factor_set s USING (factor_set_id)
 WHERE s.code = %(code)s AND s.version = %(version)s AND f.key = %(key)s AND f.region = %(region)s AND f.year = %(year)s
   AND f.effective_from IS NOT DISTINCT FROM %(effective_from)s::date;

-- name: withdraw_check
-- Takes back every check that stands of the number of a factor.
INSERT INTO factor_check_withdrawal (factor_check_id, reason)
SELECT c.factor_check_id, %(reason)s
  FROM factor f JOIN factor_set s USING (factor_set_id)
  JOIN factor_check c ON (c.key, c.region, c.year, c.value, c.unit, c.source)
                         = (f.key, f.region, f.year, f.value, f.unit, f.source)
   AND c.effective_from IS NOT DISTINCT FROM f.effective_from
 WHERE s.code = %(code)s AND s.version = %(version)s AND f.key = %(key)s AND f.region = %(region)s AND f.year = %(year)s
   AND f.effective_from IS NOT DISTINCT FROM %(effective_from)s::date
ON CONFLICT DO NOTHING;

-- name: withdraw_set
INSERT INTO factor_set_withdrawal (factor_set_id, reason)
SELECT factor_set_id, %(reason)s FROM factor_set WHERE code = %(code)s AND version = %(version)s
ON CONFLICT DO NOTHING;
