-- name: records
-- The newest record of each institution up to a year. Who it is holds on; amounts are of the record's own year alone.
SELECT DISTINCT ON (organisation_id) organisation_id, year, credit_code, institution_class, department, nev_count,
       data_centre_area_m2, data_centre_kwh, unused, source, founded_on, person_name(person_id) AS person, at
  FROM statistics_record WHERE organisation_id = ANY (%(institutions)s) AND year <= %(year)s
 ORDER BY organisation_id, year DESC, record_id DESC;

-- name: foundings
-- Institutions that were founded in a year or later, by their newest record of the year in which they were.
SELECT organisation_id, founded_on
  FROM (SELECT DISTINCT ON (organisation_id, year) organisation_id, founded_on FROM statistics_record
         WHERE organisation_id = ANY (%(institutions)s) AND year >= %(year)s
         ORDER BY organisation_id, year, record_id DESC) newest
 WHERE founded_on IS NOT NULL;

-- name: add_record
INSERT INTO statistics_record (organisation_id, year, credit_code, institution_class, department, nev_count,
                               data_centre_area_m2, data_centre_kwh, unused, source, founded_on)
VALUES (%(organisation_id)s, %(year)s, %(credit_code)s, %(institution_class)s, %(department)s, %(nev_count)s,
        %(data_centre_area_m2)s, %(data_centre_kwh)s, %(unused)s, %(source)s, %(founded_on)s);

-- name: comments
-- The newest comment on each finding of a year.
SELECT DISTINCT ON (organisation_id, item, code, seen) organisation_id, item, code, seen, comment,
       person_name(person_id) AS person, at
  FROM statistics_comment WHERE organisation_id = ANY (%(institutions)s) AND year = %(year)s
 ORDER BY organisation_id, item, code, seen, comment_id DESC;

-- name: add_comment
INSERT INTO statistics_comment (organisation_id, year, item, code, seen, comment)
VALUES (%(organisation_id)s, %(year)s, %(item)s, %(code)s, %(seen)s, %(comment)s);

-- name: submissions
-- What was handed in for a year, the newest version first, without its content.
SELECT organisation_id, year, version, sha256, person_name(person_id) AS person, at
  FROM statistics_submission WHERE organisation_id = ANY (%(institutions)s) AND year = %(year)s
 ORDER BY organisation_id, version DESC;

-- name: submission
SELECT content FROM statistics_submission
 WHERE organisation_id = %(organisation_id)s AND year = %(year)s AND version = %(version)s;

-- name: submit
-- The next version of an institution's year. Two people at once collide in the key.
INSERT INTO statistics_submission (organisation_id, year, version, content, sha256)
SELECT %(organisation_id)s, %(year)s, coalesce(max(version), 0) + 1, %(content)s, %(sha256)s
  FROM statistics_submission WHERE organisation_id = %(organisation_id)s AND year = %(year)s
RETURNING version;

-- name: provisional_years
-- Institutions whose calendar of a year is provisional, or has not got it at all.
SELECT i.organisation_id, coalesce(c.calendar, %(national)s) AS calendar, y.provisional IS NULL AS lacking
  FROM unnest(%(institutions)s::bigint[]) AS i (organisation_id)
  LEFT JOIN calendars_of(%(institutions)s::bigint[], %(at)s) c USING (organisation_id)
  LEFT JOIN calendar_year y ON y.calendar = coalesce(c.calendar, %(national)s) AND y.year = %(year)s
 WHERE y.provisional IS NOT false;

-- name: bills
-- Totals of some meters' bills whose last day lies in a span of local days [first_day, end_day).
SELECT meter_id, date_trunc('month', end_day - 1)::date AS month, sum(total) AS total
  FROM bill
 WHERE meter_id = ANY (%(meter_ids)s) AND end_day > %(first_day)s AND end_day <= %(end_day)s AND withdrawn_at IS NULL
 GROUP BY 1, 2 ORDER BY 1, 2;

-- name: approved
-- What was entered by one person and approved by another, of some institutions in the months [first, until).
SELECT organisation_id, kind, extract(month FROM month)::integer AS month, entry_id, amount, cost, price
  FROM approved_amounts(%(institutions)s::bigint[], %(first)s, %(until)s) ORDER BY organisation_id, kind, month;
