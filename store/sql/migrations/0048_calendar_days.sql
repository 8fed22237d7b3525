-- A changed calendar asks each place for its time zone once, not once for each of its days: a year of one place took half a
-- second, and of a province with thousands of places it would have held the table for minutes.

SET ROLE civicwatt_scope;

CREATE OR REPLACE FUNCTION touch_calendar(of_calendar text, of_days date[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE place AS MATERIALIZED (
        SELECT m.place_id, coalesce(zone_of(m.place_id), 'UTC') AS zone
          FROM (SELECT DISTINCT place_id FROM meter_position) m
    ), up AS (
        SELECT place_id, place_id AS above, 0 AS step FROM place
         UNION ALL
        SELECT up.place_id, p.parent_id, up.step + 1
          FROM up JOIN organisation_position p ON p.organisation_id = up.above AND p.during @> now()
    ), assigned AS MATERIALIZED (
        SELECT up.place_id, up.step, k.calendar, k.during FROM up JOIN place_calendar k ON k.organisation_id = up.above
    ), leaning AS (
        SELECT p.place_id, d.day FROM place p CROSS JOIN unnest(of_days) AS d (day)
         WHERE of_calendar = coalesce(
               (SELECT a.calendar FROM assigned a
                 WHERE a.place_id = p.place_id AND a.during @> (d.day::timestamp AT TIME ZONE p.zone)
                 ORDER BY a.step LIMIT 1), 'cn')
    )
    -- A gap's shape is that of days of its kind up to eight days before and after it.
    SELECT touch_leaning(array_agg(place_id), array_agg(day), 9, 'days') FROM leaning
$$;

SET ROLE civicwatt_owner;
