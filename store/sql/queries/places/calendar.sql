-- name: calendars
SELECT calendar AS code, name_zh, name_en FROM calendar ORDER BY calendar <> 'cn', calendar;

-- name: years
SELECT calendar, year, provisional, source, entered_at FROM calendar_year
 WHERE %(calendar)s::text IS NULL OR calendar = %(calendar)s ORDER BY calendar, year;

-- name: days
-- Days of one calendar from first_day up to end_day.
SELECT day, kind, name, source FROM calendar_day
 WHERE calendar = %(calendar)s AND day >= %(first_day)s AND day < %(end_day)s ORDER BY day;

-- name: days_of_place
-- Days from first_day up to end_day, each by the calendar that the place works by on it: its own, else
-- that of the nearest place above it, else the national one. kind is null where the year is missing.
WITH assigned AS MATERIALIZED (
    SELECT step, value, during FROM inherited_facts(ARRAY[%(organisation_id)s]::bigint[]) WHERE kind = 'calendar'
), named AS (
    SELECT d::date AS day,
           coalesce((SELECT a.value FROM assigned a
                      WHERE a.during @> (d AT TIME ZONE coalesce(zone_of(%(organisation_id)s), 'UTC'))
                      ORDER BY step LIMIT 1), %(national)s) AS calendar
      FROM generate_series(%(first_day)s::timestamp, %(end_day)s::timestamp - interval '1 day', interval '1 day') d
)
SELECT n.day, n.calendar, c.kind, c.name, c.source, y.provisional
  FROM named n LEFT JOIN calendar_day c ON c.calendar = n.calendar AND c.day = n.day
  LEFT JOIN calendar_year y ON y.calendar = n.calendar AND y.year = extract(year FROM n.day)
 ORDER BY n.day;

-- name: days_of_place_as_of
-- Days from first_day up to end_day, each by the calendar that the place works by on it: its own, else
-- that of the nearest place above it, else the national one; as it was known at an instant. kind is null where the year
-- is missing; kept_from: since when each state of it is kept.
WITH assigned AS MATERIALIZED (
    SELECT step, value, during FROM inherited_facts(ARRAY[%(organisation_id)s]::bigint[]) WHERE kind = 'calendar'
), named AS (
    SELECT d::date AS day,
           coalesce((SELECT a.value FROM assigned a
                      WHERE a.during @> (d AT TIME ZONE coalesce(zone_of(%(organisation_id)s), 'UTC'))
                      ORDER BY step LIMIT 1), %(national)s) AS calendar
      FROM generate_series(%(first_day)s::timestamp, %(end_day)s::timestamp - interval '1 day', interval '1 day') d
)
SELECT n.day, n.calendar, coalesce(d.kind, c.kind) AS kind, coalesce(d.name, c.name) AS name,
       coalesce(d.source, c.source) AS source, coalesce(p.provisional, y.provisional) AS provisional, y.kept_from
  FROM named n LEFT JOIN calendar_day c ON c.calendar = n.calendar AND c.day = n.day
  LEFT JOIN calendar_year y ON y.calendar = n.calendar AND y.year = extract(year FROM n.day)
  LEFT JOIN LATERAL (SELECT x.kind, x.name, x.source FROM calendar_day_past x
                      WHERE x.calendar = n.calendar AND x.day = n.day AND x.until > %(as_of)s
                      ORDER BY x.until, x.past_id LIMIT 1) d ON true
  LEFT JOIN LATERAL (SELECT x.provisional FROM calendar_year_past x
                      WHERE x.calendar = y.calendar AND x.year = y.year AND x.until > %(as_of)s
                      ORDER BY x.until, x.past_id LIMIT 1) p ON true
 ORDER BY n.day;

-- name: changed
-- When after an instant the calendar of a place last became another; null: never.
SELECT calendar_of_place_changed(%(organisation_id)s, %(as_of)s);

-- name: add
INSERT INTO calendar (calendar, name_zh, name_en) VALUES (%(code)s, %(name_zh)s, %(name_en)s) ON CONFLICT DO NOTHING;

-- name: put_year
INSERT INTO calendar_year AS y (calendar, year, provisional, source)
VALUES (%(calendar)s, %(year)s, %(provisional)s, %(source)s)
ON CONFLICT (calendar, year) DO UPDATE SET provisional = excluded.provisional, source = excluded.source,
    entered_at = excluded.entered_at, entered_by = excluded.entered_by;

-- name: put_days
-- days date[], kinds, names, sources text[]. Days that say the same stay as they are: whatever leans on a day
-- that changes is computed anew.
INSERT INTO calendar_day AS c (calendar, day, kind, name, source)
SELECT %(calendar)s, d.* FROM unnest(%(days)s::date[], %(kinds)s::text[], %(names)s::text[], %(sources)s::text[]) d
ON CONFLICT (calendar, day) DO UPDATE SET kind = excluded.kind, name = excluded.name, source = excluded.source
 WHERE (c.kind, c.name, c.source) IS DISTINCT FROM (excluded.kind, excluded.name, excluded.source);

-- name: put_day
UPDATE calendar_day SET kind = %(kind)s, name = %(name)s, source = %(source)s
 WHERE calendar = %(calendar)s AND day = %(day)s;
