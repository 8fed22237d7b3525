-- name: quotas
-- Of each code, climate zone and first year the newest that was entered; one without numbers takes it away.
SELECT DISTINCT ON (q.code, q.climate_zone, q.first_year)
       q.code, q.name_zh, q.name_en, q.indicator, q.province, q.institution_class, o.code AS organisation, q.use, q.climate_zone,
       q.first_year, q.last_year, q.constraint_value, q.base_value, q.guide_value, q.source, q.evidence,
       person_name(q.person_id) AS entered_by, q.person_id = current_person() AS is_own
  FROM quota q LEFT JOIN organisation o USING (organisation_id)
 ORDER BY q.code, q.climate_zone, q.first_year, q.quota_id DESC;

-- name: add_quota
-- organisation text or null: the code of an institution.
INSERT INTO quota (code, name_zh, name_en, indicator, province, institution_class, organisation_id, use, climate_zone, first_year,
                   last_year, constraint_value, base_value, guide_value, source, evidence)
VALUES (%(code)s, %(name_zh)s, %(name_en)s, %(indicator)s, %(province)s, %(institution_class)s,
        (SELECT o.organisation_id FROM organisation o WHERE o.code = %(organisation)s), %(use)s, %(climate_zone)s, %(first_year)s,
        %(last_year)s, %(constraint)s, %(base)s, %(guide)s, %(source)s, %(evidence)s);

-- name: targets
-- Of each indicator, base year, year and sphere the newest that was entered.
SELECT DISTINCT ON (t.indicator, t.base_year, t.year, t.province, t.institution_class, t.organisation_id)
       t.indicator, t.base_year, t.year, t.province, t.institution_class, o.code AS organisation, t.change, t.source, t.evidence,
       person_name(t.person_id) AS entered_by, t.person_id = current_person() AS is_own
  FROM target t LEFT JOIN organisation o USING (organisation_id)
 ORDER BY t.indicator, t.base_year, t.year, t.province, t.institution_class, t.organisation_id, t.target_id DESC;

-- name: add_target
INSERT INTO target (indicator, base_year, year, province, institution_class, organisation_id, change, source, evidence)
VALUES (%(indicator)s, %(base_year)s, %(year)s, %(province)s, %(institution_class)s,
        (SELECT o.organisation_id FROM organisation o WHERE o.code = %(organisation)s), %(change)s, %(source)s, %(evidence)s);

-- name: checks
SELECT sha256, person_name(person_id) AS by, checked_on AS on, document FROM limit_check;

-- name: check
INSERT INTO limit_check (sha256, document) VALUES (%(sha256)s, %(document)s) ON CONFLICT DO NOTHING;

-- name: classes
-- Class of institutions in a year, as they stated it.
SELECT DISTINCT ON (organisation_id) organisation_id, institution_class FROM statistics_record
 WHERE year <= %(year)s ORDER BY organisation_id, year DESC, record_id DESC;
