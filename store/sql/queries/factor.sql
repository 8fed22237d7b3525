-- name: digest
-- What a version of a set was loaded with.
SELECT sha256 FROM factor_set WHERE code = %(code)s AND version = %(version)s;

-- name: add_set
INSERT INTO factor_set (code, version, name_zh, name_en, electricity, counts_water, sha256)
VALUES (%(code)s, %(version)s, %(name_zh)s, %(name_en)s, %(electricity)s, %(counts_water)s, %(sha256)s)
RETURNING factor_set_id;

-- name: add_factor
INSERT INTO factor VALUES (%(factor_set_id)s, %(key)s, %(region)s, %(year)s, %(effective_from)s, %(value)s, %(unit)s,
    %(source)s, %(evidence)s, %(checked)s, %(checked_by)s, %(checked_on)s, %(note)s);

-- name: sets
-- Every version of every set, the newest of each first, with how many factors nobody has checked.
SELECT s.code, s.version, s.name_zh, s.name_en, s.electricity, s.counts_water, s.sha256, s.loaded_at,
       count(*)::integer AS factors, count(*) FILTER (WHERE NOT f.checked)::integer AS unchecked
  FROM factor_set s JOIN factor f USING (factor_set_id)
 GROUP BY s.factor_set_id
 ORDER BY min(s.factor_set_id) OVER (PARTITION BY s.code), s.version DESC;

-- name: one_set
-- A version of a set, or its newest for null. version integer or null.
SELECT factor_set_id, code, version, name_zh, name_en, electricity, counts_water FROM factor_set
 WHERE code = %(code)s AND (%(version)s::integer IS NULL OR version = %(version)s)
 ORDER BY version DESC LIMIT 1;

-- name: factors
SELECT key, region, year, effective_from, value, unit, source, evidence, checked, checked_by, checked_on, note
  FROM factor WHERE factor_set_id = %(factor_set_id)s ORDER BY key, region, year, effective_from;
