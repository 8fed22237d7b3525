-- name: positions
-- Positions within [first, last) of the meters that stood at a place or below it, and of all above
-- them; here for as long as they did. place_id bigint; medium text or null for all; first, last timestamptz.
WITH own AS MATERIALIZED (
    SELECT p.meter_id, p.during AS hung, range_agg(p.during * b.during) AS here
      FROM places_under(ARRAY[%(place_id)s::bigint], tstzrange(%(first)s, %(last)s)) b
      JOIN meter_position p ON p.place_id = b.organisation_id AND p.during && b.during JOIN meter m USING (meter_id)
     WHERE %(medium)s::text IS NULL OR m.medium = %(medium)s
     GROUP BY 1, 2
), hung AS (
    SELECT a.*, coalesce(o.here, '{}') AS here
      FROM meter_ancestry((SELECT array_agg(DISTINCT o.meter_id) FROM own o), tstzrange(%(first)s, %(last)s)) a
      LEFT JOIN own o ON o.meter_id = a.meter_id AND o.hung = a.during
)
SELECT h.meter_id, h.parent_id, h.role, lower(part) AS first, upper(part) AS end, part <@ h.here AS here
  FROM hung h CROSS JOIN LATERAL (
       SELECT unnest(h.here) AS part
        UNION ALL
       SELECT unnest(tstzmultirange(h.during * tstzrange(%(first)s, %(last)s)) - h.here)) each
 ORDER BY h.meter_id, 4 NULLS FIRST;

-- name: meters_by_id
SELECT meter_id, code, medium, quantity, item, name_zh, name_en FROM meter WHERE meter_id = ANY (%(meter_ids)s)
 ORDER BY meter_id;

-- name: history
-- Where one meter hung and hangs, oldest first.
SELECT p.place_id, p.parent_id, p.role, lower(p.during) AS first, upper(p.during) AS end
  FROM meter_position p WHERE p.meter_id = %(meter_id)s ORDER BY 4 NULLS FIRST;

-- name: correct_position
-- When the row in force at `at` begins then, it is that row which was meant.
UPDATE meter_position SET place_id = %(place_id)s, parent_id = %(parent_id)s, role = %(role)s
 WHERE meter_id = %(meter_id)s AND during @> %(at)s::timestamptz AND lower(during) = %(at)s;

-- name: end_position
-- The row in force at `at` ends then; its own end, for the row that follows it.
UPDATE meter_position p SET during = tstzrange(lower(p.during), %(at)s)
  FROM (SELECT meter_id, during FROM meter_position WHERE meter_id = %(meter_id)s AND during @> %(at)s::timestamptz) was
 WHERE p.meter_id = was.meter_id AND p.during = was.during
RETURNING upper(was.during);

-- name: add_position
INSERT INTO meter_position (meter_id, place_id, parent_id, role, during)
VALUES (%(meter_id)s, %(place_id)s, %(parent_id)s, %(role)s, tstzrange(%(at)s, %(until)s));

-- name: whole_days
-- Local days [first_day, end_day) of some meters: a day of which all is known counts as a slot; of any
-- other the hours are asked for.
SELECT c.meter_id, c.start_at, c.day_s, c.value, c.covered_s >= c.day_s AS whole
  FROM visible.consumption_day c
 WHERE c.meter_id = ANY (%(meter_ids)s) AND c.day >= %(first_day)s AND c.day < %(end_day)s;

-- name: whole_hours
-- Hours of which all is known, of some meters, of the days that begin at `starts` and end at `ends`.
SELECT c.meter_id, h.at AS start_at, sum(c.value) AS value
  FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS d (first, last)
  JOIN visible.consumption c ON c.start_at >= d.first AND c.start_at < d.last
 CROSS JOIN LATERAL (SELECT date_bin('1 hour', c.start_at, '2000-01-01T00:00Z') AS at) h
 WHERE c.meter_id = ANY (%(meter_ids)s) AND c.superseded_at IS NULL
   AND c.start_at >= %(first)s AND c.start_at < %(last)s
 GROUP BY c.meter_id, h.at
HAVING sum(extract(epoch FROM c.end_at - c.start_at)) >= 3600;
