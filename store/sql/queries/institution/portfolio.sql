-- name: own_positions
-- Positions within [first, last) of the meters that stood at some institutions or below them, for as long as they did.
-- institutions bigint[]; first, last timestamptz.
SELECT b.top_id AS institution_id, m.medium, p.meter_id, p.parent_id, p.role, lower(p.during * b.during) AS first,
       upper(p.during * b.during) AS last
  FROM places_under(%(institutions)s::bigint[], tstzrange(%(first)s, %(last)s)) b
  JOIN meter_position p ON p.place_id = b.organisation_id AND p.during && b.during JOIN meter m USING (meter_id)
 ORDER BY b.top_id, m.medium, p.meter_id, 6 NULLS FIRST;

-- name: ancestors
-- Positions of some meters and of all above them, within [first, last).
SELECT a.meter_id, a.parent_id, a.role, lower(a.during) AS first, upper(a.during) AS last
  FROM meter_ancestry(%(meter_ids)s::bigint[], tstzrange(%(first)s, %(last)s)) a;

-- name: span_use
-- What meters counted on local days that begin within spans of time, one row for each span that has any.
-- meter_ids bigint[]; firsts, ends timestamptz[], of one length.
SELECT n, sum(value ORDER BY month) AS amount, sum(unmeasured ORDER BY month) AS unmeasured, sum(covered_s)::bigint AS covered_s
  FROM span_months(%(meter_ids)s::bigint[], %(firsts)s::timestamptz[], %(ends)s::timestamptz[])
 GROUP BY n ORDER BY n;

-- name: denominators
-- Floor areas and headcounts, each as it was noted.
SELECT organisation_id, 'floor_area' AS kind, area_m2::text AS value, lower(during) AS first, upper(during) AS end FROM floor_area
 UNION ALL
SELECT organisation_id, 'headcount', persons::text, lower(during), upper(during) FROM headcount
 ORDER BY 1, 2, 4 NULLS FIRST;

-- name: declarations
-- The newest declared amount of each kind, of some institutions and years.
SELECT DISTINCT ON (organisation_id, year, what) organisation_id, year, what, amount, document, declared_at
  FROM energy_declaration WHERE organisation_id = ANY (%(institutions)s) AND year = ANY (%(years)s)
 ORDER BY organisation_id, year, what, energy_declaration_id DESC;

-- name: declare
INSERT INTO energy_declaration (organisation_id, year, what, amount, document)
VALUES (%(organisation_id)s, %(year)s, %(what)s, %(amount)s, %(document)s);

-- name: inherited
-- Kind, climate zone and region of some institutions: their own facts, then those of the places above.
SELECT organisation_id, kind, value, lower(during) AS first, upper(during) AS end
  FROM inherited_facts(%(institutions)s::bigint[]) ORDER BY organisation_id, step, 4 NULLS FIRST;

-- name: part_positions
-- When electricity meters of a sub-item stood at some institutions or below them, within [first, last). A meter that hangs below
-- another of the item, however far, counts what that one counts already; check and virtual meters count what others do.
WITH RECURSIVE own AS MATERIALIZED (
    SELECT b.top_id AS institution_id, p.meter_id, p.parent_id, p.during AS hung, p.during * b.during AS during
      FROM places_under(%(institutions)s::bigint[], tstzrange(%(first)s, %(last)s)) b
      JOIN meter_position p ON p.place_id = b.organisation_id AND p.during && b.during JOIN meter m USING (meter_id)
     WHERE m.item = %(item)s AND m.medium = 'electricity' AND p.role NOT IN ('check', 'pv', 'fed_in', 'virtual')
), line AS MATERIALIZED (
    SELECT a.meter_id, a.parent_id, a.during
      FROM meter_ancestry((SELECT array_agg(DISTINCT o.meter_id) FROM own o), tstzrange(%(first)s, %(last)s)) a
     WHERE a.parent_id IS NOT NULL
), up AS (
    SELECT o.meter_id, o.parent_id AS above_id, o.hung AS during FROM own o WHERE o.parent_id IS NOT NULL
     UNION
    SELECT u.meter_id, l.parent_id, u.during * l.during
      FROM up u JOIN line l ON l.meter_id = u.above_id AND l.during && u.during
), below AS (
    SELECT u.meter_id, range_agg(u.during) AS during
      FROM up u JOIN meter m ON m.meter_id = u.above_id WHERE m.item = %(item)s GROUP BY 1
)
SELECT o.institution_id, o.meter_id, lower(part) AS since, upper(part) AS until
  FROM own o LEFT JOIN below b USING (meter_id)
 CROSS JOIN LATERAL unnest(tstzmultirange(o.during) - coalesce(b.during, '{}')) part
 ORDER BY o.institution_id, o.meter_id, 3;

-- name: span_months
-- The same by month, of the year that begins at first_day.
SELECT n, meter_id, extract(month FROM month)::integer AS month, sum(value) AS amount, max(quantity_grade)::text AS grade,
       sum(covered_s)::bigint AS covered_s
  FROM span_months(%(meter_ids)s::bigint[], %(firsts)s::timestamptz[], %(ends)s::timestamptz[]) s
 WHERE s.month >= %(first_day)s AND s.month < %(end_day)s
 GROUP BY 1, 2, 3 ORDER BY 1, 3;
