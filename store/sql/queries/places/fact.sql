-- name: facts
-- Dated facts of one place, or of all the person may see (organisation_id null).
SELECT o.organisation_id, o.code, f.kind, f.value, lower(f.during) AS since, upper(f.during) AS until, f.source,
       zone_of(o.organisation_id) AS zone
  FROM organisation o
  JOIN (SELECT organisation_id, 'floor_area' AS kind, area_m2::text AS value, during, source FROM floor_area
         UNION ALL
        SELECT organisation_id, 'headcount', persons::text, during, source FROM headcount
         UNION ALL
        SELECT organisation_id, 'use', place_use, during, source FROM place_use
         UNION ALL
        SELECT organisation_id, 'climate_zone', climate_zone, during, source FROM climate_zone
         UNION ALL
        SELECT organisation_id, 'region', region, during, source FROM place_region
         UNION ALL
        SELECT organisation_id, 'calendar', calendar, during, source FROM place_calendar) f USING (organisation_id)
 WHERE (%(organisation_id)s::bigint IS NULL OR o.organisation_id = %(organisation_id)s)
   AND (%(kind)s::text IS NULL OR f.kind = %(kind)s)
 ORDER BY o.code, f.kind, lower(f.during) NULLS FIRST;

-- name: take_out
-- since, until timestamptz or null: what stood in that time goes, and comes back as rows.
DELETE FROM {table} WHERE organisation_id = %(organisation_id)s AND during && tstzrange(%(since)s, %(until)s)
RETURNING {column}::text, during, source;

-- name: put_back
-- The parts of a fact that was taken out which lie outside the time.
INSERT INTO {table} (organisation_id, {column}, during, source)
SELECT %(organisation_id)s, %(value)s, part, %(source)s
  FROM unnest(tstzmultirange(%(during)s::tstzrange) - tstzmultirange(tstzrange(%(since)s, %(until)s))) part;

-- name: put
INSERT INTO {table} (organisation_id, {column}, during, source)
VALUES (%(organisation_id)s, %(value)s, tstzrange(%(since)s, %(until)s), %(source)s);

-- name: nearest
-- Value that holds at a place on an instant: its own, else that of the nearest place above it, also of one
-- the reader may not see.
SELECT value FROM inherited_facts(ARRAY[%(organisation_id)s]::bigint[])
 WHERE kind = %(kind)s AND during @> %(at)s::timestamptz ORDER BY step LIMIT 1;

-- name: keys
-- Of each place a key of the calendars and regions that hold at it at any time, the nearest first: places with the
-- same key have the same ones.
SELECT o.organisation_id,
       md5(coalesce(string_agg(concat_ws(' ', f.kind, f.value, f.during), ',' ORDER BY f.kind, f.step, f.during), ''))
  FROM unnest(%(organisation_ids)s::bigint[]) AS o (organisation_id)
  LEFT JOIN inherited_facts(%(organisation_ids)s::bigint[]) f
    ON f.organisation_id = o.organisation_id AND f.kind IN ('calendar', 'region')
 GROUP BY o.organisation_id;

-- name: below
-- What stood directly below what and when, at a place or below it at any time, or of all for null: for sums over buildings.
SELECT p.organisation_id, p.parent_id, lower(p.during) AS first, upper(p.during) AS end, zone_of(p.organisation_id) AS zone
  FROM organisation_position p
 WHERE %(organisation_id)s::bigint IS NULL
    OR p.parent_id IN (SELECT u.organisation_id FROM places_under(ARRAY[%(organisation_id)s::bigint], tstzrange(NULL, NULL)) u)
 ORDER BY p.parent_id, p.organisation_id, 3 NULLS FIRST;

-- name: administered
SELECT o.code FROM administered_organisations() a JOIN organisation o USING (organisation_id);
