-- Outdoor temperature by the hour from other sources than sensors of our own, which place asks whom for
-- it, and the days that have to be computed anew when a calendar or the weather changes.

CREATE TABLE weather_pull (
    organisation_id bigint PRIMARY KEY REFERENCES organisation,
    address         text NOT NULL CHECK (address ~ '^https?://[^\s]+$'),
    latitude_deg    double precision NOT NULL CHECK (latitude_deg BETWEEN -90 AND 90),
    longitude_deg   double precision NOT NULL CHECK (longitude_deg BETWEEN -180 AND 180),
    set_by          bigint REFERENCES person DEFAULT current_person(),
    set_at          timestamptz NOT NULL DEFAULT now(),
    tried_at        timestamptz,
    succeeded_at    timestamptz,
    fault           text NOT NULL DEFAULT ''
);
COMMENT ON TABLE weather_pull IS 'Where hourly weather of a place is pulled from; without a row nothing calls out';
COMMENT ON COLUMN weather_pull.fault IS 'what was wrong with the last answer; empty when it was right';

CREATE TABLE weather_hour (
    organisation_id bigint NOT NULL REFERENCES organisation,
    kind            text NOT NULL CHECK (kind IN ('pulled', 'imported')),
    hour            timestamptz NOT NULL CHECK (hour = date_bin('1 hour', hour, '2000-01-01T00:00Z')),
    temperature_c   double precision NOT NULL CHECK (temperature_c BETWEEN -200 AND 200),
    source          text NOT NULL CHECK (source !~ '^\s*$'),
    taken_at        timestamptz NOT NULL DEFAULT now(),
    taken_by        bigint REFERENCES person DEFAULT current_person(),
    superseded_at   timestamptz
);
CREATE UNIQUE INDEX ON weather_hour (organisation_id, kind, hour) WHERE superseded_at IS NULL;
COMMENT ON TABLE weather_hour IS 'Air temperature [degC] at a place in the hour that begins; earlier versions stay, superseded';
COMMENT ON COLUMN weather_hour.taken_at IS 'when it was fetched or imported';

ALTER TABLE weather_pull ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE weather_hour ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY unscoped ON weather_pull TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true);
CREATE POLICY unscoped ON weather_hour TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true);
CREATE POLICY seen ON weather_pull FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (organisation_id IN (SELECT v.organisation_id FROM visible_organisations() v));
CREATE POLICY seen ON weather_hour FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (organisation_id IN (SELECT v.organisation_id FROM visible_organisations() v));
-- The worker goes to whatever address stands here: only who may do everything names one.
CREATE POLICY administered ON weather_pull TO civicwatt_api
    USING ((SELECT is_system_administrator())) WITH CHECK ((SELECT is_system_administrator()));
CREATE POLICY imported ON weather_hour FOR INSERT TO civicwatt_api
    WITH CHECK (kind = 'imported'
                AND organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a));
CREATE POLICY superseded ON weather_hour FOR UPDATE TO civicwatt_api
    USING (kind = 'imported' AND organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a));

GRANT SELECT ON weather_pull, weather_hour TO civicwatt_api, civicwatt_work, civicwatt_admin, civicwatt_scope;
GRANT INSERT (organisation_id, address, latitude_deg, longitude_deg), DELETE ON weather_pull TO civicwatt_api;
GRANT UPDATE (tried_at, succeeded_at, fault) ON weather_pull TO civicwatt_work;
-- Who and when are the database's to say.
GRANT INSERT (organisation_id, kind, hour, temperature_c, source), UPDATE (superseded_at)
    ON weather_hour TO civicwatt_api, civicwatt_work, civicwatt_admin;

GRANT SELECT ON device, device_latest, climate_reading, place_calendar, meter_tariff, tariff_version, consumption_day
    TO civicwatt_scope;
CREATE POLICY unscoped_scope ON meter_tariff TO civicwatt_scope USING (true);
CREATE POLICY unscoped_scope ON tariff_version TO civicwatt_scope USING (true);
SET ROLE civicwatt_scope;
GRANT EXECUTE ON FUNCTION current_person() TO civicwatt_work;

-- Whether who asks may be told of a place: processes that serve nobody may, a person within their scope.
-- `role` is what the process became, also inside a function that acts as its owner.
CREATE FUNCTION serves_nobody() RETURNS boolean LANGUAGE sql STABLE
AS $$
    SELECT current_setting('role') IN ('civicwatt_work', 'civicwatt_admin')
        OR (current_setting('role') = 'none'
            AND (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = session_user))
$$;

CREATE FUNCTION may_be_told_of(of_organisation bigint) RETURNS boolean LANGUAGE sql STABLE
AS $$
    SELECT serves_nobody() OR of_organisation IN (SELECT v.organisation_id FROM visible_organisations() v)
$$;

-- What a place is may be noted above it, beyond what the reader may see; figures must not depend on who
-- asks. Of what stands above only these four facts leave this way, for whoever may be told of the place.
CREATE OR REPLACE FUNCTION inherited_facts(of_organisations bigint[])
RETURNS TABLE (organisation_id bigint, step integer, kind text, value text, during tstzrange)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE told AS (
        SELECT v.organisation_id FROM visible_organisations() v
         UNION
        SELECT o FROM unnest(of_organisations) o WHERE serves_nobody()
    ), up AS (
        SELECT o AS organisation_id, o AS place_id, 0 AS step FROM unnest(of_organisations) o
         WHERE o IN (SELECT t.organisation_id FROM told t)
         UNION ALL
        SELECT up.organisation_id, p.parent_id, up.step + 1
          FROM up JOIN organisation_position p ON p.organisation_id = up.place_id AND p.during @> now()
    )
    SELECT up.organisation_id, up.step, f.kind, f.value, f.during
      FROM up JOIN (SELECT u.organisation_id, 'use' AS kind, u.place_use AS value, u.during FROM place_use u
                     UNION ALL
                    SELECT c.organisation_id, 'climate_zone', c.climate_zone, c.during FROM climate_zone c
                     UNION ALL
                    SELECT r.organisation_id, 'region', r.region, r.during FROM place_region r
                     UNION ALL
                    SELECT k.organisation_id, 'calendar', k.calendar, k.during FROM place_calendar k) f
        ON f.organisation_id = up.place_id
$$;
GRANT EXECUTE ON FUNCTION inherited_facts(bigint[]) TO civicwatt_work, civicwatt_admin;

-- City in which a place lies by its region: four digits, of the four municipalities two.
CREATE FUNCTION city_of(of_organisation bigint) RETURNS text LANGUAGE sql STABLE
AS $$
    WITH RECURSIVE up AS (
        SELECT of_organisation AS place_id, 0 AS step
         UNION ALL
        SELECT p.parent_id, step + 1 FROM up JOIN organisation_position p
            ON p.organisation_id = up.place_id AND p.during @> now()
    )
    SELECT left(r.region, CASE WHEN left(r.region, 2) IN ('11', '12', '31', '50') THEN 2 ELSE 4 END)
      FROM up JOIN place_region r ON r.organisation_id = up.place_id AND r.during @> now()
     ORDER BY step LIMIT 1
$$;

-- Outdoor stations that can serve a place, the nearest first: sensors at it and above it, what is pulled
-- and imported for it and above it; step counts upwards. Those of its city that serve others are its
-- neighbours, at most eight, and have no step.
CREATE FUNCTION weather_stations(of_organisation bigint)
RETURNS TABLE (step integer, kind text, organisation_id bigint, device_id bigint, during tstzrange)
LANGUAGE sql STABLE
AS $$
    WITH RECURSIVE up AS (
        SELECT of_organisation AS place_id, 0 AS step
         UNION ALL
        SELECT p.parent_id, step + 1 FROM up JOIN organisation_position p
            ON p.organisation_id = up.place_id AND p.during @> now()
    ), station AS (
        SELECT up.step, 'sensor' AS kind, p.place_id AS organisation_id, d.device_id, p.during
          FROM device d JOIN device_place p USING (device_id)
          JOIN organisation o ON o.organisation_id = p.place_id AND o.kind IN ('bureau', 'institution', 'site')
          LEFT JOIN up ON up.place_id = p.place_id
         WHERE d.kind = 'climate_sensor' AND d.status = 'accepted'
         UNION ALL
        SELECT up.step, w.kind, w.organisation_id, NULL, tstzrange(NULL, NULL)
          FROM (SELECT u.organisation_id, 'pulled' AS kind FROM weather_pull u
                 UNION
                SELECT h.organisation_id, h.kind FROM (VALUES ('pulled'), ('imported')) k (kind), organisation g,
                       LATERAL (SELECT h.organisation_id, h.kind FROM weather_hour h
                                 WHERE h.organisation_id = g.organisation_id AND h.kind = k.kind
                                   AND h.superseded_at IS NULL LIMIT 1) h) w
          LEFT JOIN up ON up.place_id = w.organisation_id
    )
    SELECT * FROM station WHERE step IS NOT NULL
     UNION ALL
    (SELECT * FROM station s WHERE step IS NULL AND city_of(s.organisation_id) IS NOT DISTINCT FROM city_of(of_organisation)
      ORDER BY s.kind = 'sensor' DESC, s.organisation_id, s.device_id LIMIT 8)
$$;

-- Their hours in [first, last). A sensor's hour is the mean of its readings, with the least and greatest.
CREATE FUNCTION weather_hours(of_organisation bigint, first timestamptz, last timestamptz)
RETURNS TABLE (hour timestamptz, step integer, kind text, station text, source text, mean_c double precision,
               least_c double precision, greatest_c double precision)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT r.hour, s.step, s.kind, d.code, '', r.mean_c, r.least_c, r.greatest_c
      FROM weather_stations(of_organisation) s JOIN device d USING (device_id)
     CROSS JOIN LATERAL (
           SELECT date_bin('1 hour', c.ts, '2000-01-01T00:00Z') AS hour, avg(c.air_temperature_c) AS mean_c,
                  min(c.air_temperature_c) AS least_c, max(c.air_temperature_c) AS greatest_c
             FROM climate_reading c
            WHERE c.device_id = s.device_id AND c.ts >= first AND c.ts < last AND c.ts <@ s.during
              AND c.air_temperature_c IS NOT NULL GROUP BY 1) r
     WHERE may_be_told_of(of_organisation)
     UNION ALL
    SELECT h.hour, s.step, s.kind, o.code, h.source, h.temperature_c, h.temperature_c, h.temperature_c
      FROM weather_stations(of_organisation) s JOIN weather_hour h USING (organisation_id, kind)
      JOIN organisation o USING (organisation_id)
     WHERE h.superseded_at IS NULL AND h.hour >= first AND h.hour < last AND may_be_told_of(of_organisation)
$$;

-- The same stations with what they said last, those with a step only.
CREATE FUNCTION weather_sources(of_organisation bigint)
RETURNS TABLE (step integer, kind text, station text, place text, source text, newest_at timestamptz,
               newest_c double precision, taken_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10 SET search_path = public, pg_temp
AS $$
    SELECT s.step, s.kind, d.code, o.code, '', to_timestamp((l.said #>> '{air_temperature_c,1}')::double precision / 1000),
           (l.said #>> '{air_temperature_c,0}')::double precision, l.received_at
      FROM weather_stations(of_organisation) s JOIN device d USING (device_id)
      JOIN organisation o ON o.organisation_id = s.organisation_id
      LEFT JOIN device_latest l ON l.device_id = d.device_id
     WHERE s.step IS NOT NULL AND s.during @> now() AND may_be_told_of(of_organisation)
     UNION ALL
    SELECT s.step, s.kind, o.code, o.code, coalesce(h.source, p.address, ''), h.hour, h.temperature_c, h.taken_at
      FROM weather_stations(of_organisation) s JOIN organisation o USING (organisation_id)
      LEFT JOIN weather_pull p ON p.organisation_id = s.organisation_id AND s.kind = 'pulled'
      LEFT JOIN LATERAL (SELECT w.* FROM weather_hour w
                          WHERE w.organisation_id = s.organisation_id AND w.kind = s.kind AND w.superseded_at IS NULL
                          ORDER BY w.hour DESC LIMIT 1) h ON true
     WHERE s.step IS NOT NULL AND s.device_id IS NULL AND may_be_told_of(of_organisation)
     ORDER BY 1
$$;
GRANT EXECUTE ON FUNCTION weather_hours(bigint, timestamptz, timestamptz), weather_sources(bigint)
    TO civicwatt_api, civicwatt_work, civicwatt_admin;

-- Days whose figures lean on certain days of certain places (pairs of the two arrays): days around them
-- with use that was spread over a gap, and days whose price asks for a key of a tariff's windows.
CREATE FUNCTION touch_leaning(of_places bigint[], of_days date[], around integer, window_key text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    INSERT INTO touched (device_id, day)
    WITH named AS (
        SELECT n.place_id, range_agg(daterange(n.day - around, n.day + around + 1)) AS near,
               range_agg(daterange(n.day, n.day + 1)) AS exactly
          FROM unnest(of_places, of_days) AS n (place_id, day) GROUP BY n.place_id
    ), asking AS (
        SELECT t.meter_id, range_agg(t.during * v.during) AS during
          FROM meter_tariff t JOIN tariff_version v ON v.tariff_id = t.tariff_id AND v.during && t.during
         WHERE EXISTS (SELECT FROM jsonb_array_elements(v.terms -> 'window') w WHERE w ? window_key)
         GROUP BY t.meter_id
    )
    SELECT DISTINCT d.device_id, c.day
      FROM named n JOIN meter_position m USING (place_id) LEFT JOIN asking a USING (meter_id)
      JOIN consumption_day c ON c.meter_id = m.meter_id AND c.day >= lower(n.near) AND c.day < upper(n.near)
      JOIN meter_device d ON d.meter_id = c.meter_id AND d.during @> c.start_at
     WHERE (c.shape_grade NOT IN ('measured', 'derived', 'manual') AND n.near @> c.day)
        OR (a.during @> c.day AND n.exactly @> c.day)
     ORDER BY 1, 2
$$;

CREATE FUNCTION touch_calendar(of_calendar text, of_days date[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE place AS (
        SELECT DISTINCT m.place_id FROM meter_position m
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
                 WHERE a.place_id = p.place_id
                   AND a.during @> (d.day::timestamp AT TIME ZONE coalesce(zone_of(p.place_id), 'UTC'))
                 ORDER BY a.step LIMIT 1), 'cn')
    )
    -- A gap's shape is that of days of its kind up to eight days before and after it.
    SELECT touch_leaning(array_agg(place_id), array_agg(day), 9, 'days') FROM leaning
$$;

CREATE FUNCTION touch_added_days() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM touch_calendar(calendar, array_agg(day)) FROM added GROUP BY calendar;
    RETURN NULL;
END
$$;

CREATE FUNCTION touch_changed_days() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM touch_calendar(a.calendar, array_agg(a.day))
       FROM added a JOIN gone g ON g.calendar = a.calendar AND g.day = a.day AND g.kind <> a.kind GROUP BY a.calendar;
    RETURN NULL;
END
$$;

-- A place that works by another calendar from now on: all days of that time below it.
CREATE FUNCTION touch_place_calendar() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    fact place_calendar;
BEGIN
    IF TG_OP = 'DELETE' THEN fact := OLD; ELSE fact := NEW; END IF;
    PERFORM touch_leaning(array_agg(m.place_id), array_agg(m.day), 9, 'days') FROM (
        WITH RECURSIVE below AS (
            SELECT fact.organisation_id AS place_id
             UNION
            SELECT p.organisation_id FROM below b JOIN organisation_position p
                ON p.parent_id = b.place_id AND p.during @> now()
        )
        SELECT DISTINCT b.place_id, c.day
          FROM below b JOIN meter_position m USING (place_id) JOIN consumption_day c ON c.meter_id = m.meter_id
         WHERE c.start_at <@ fact.during) m;
    RETURN NULL;
END
$$;

CREATE FUNCTION touch_weather_days() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM touch_leaning(array_agg(m.place_id), array_agg(m.day), 0, 'at_or_above_c') FROM (
        WITH RECURSIVE below AS (
            SELECT DISTINCT organisation_id AS above, organisation_id AS place_id FROM added
             UNION
            SELECT b.above, p.organisation_id FROM below b JOIN organisation_position p
                ON p.parent_id = b.place_id AND p.during @> now()
        )
        SELECT DISTINCT b.place_id, (a.hour AT TIME ZONE coalesce(z.name, 'UTC'))::date AS day
          FROM below b JOIN added a ON a.organisation_id = b.above
          JOIN (SELECT m.place_id, zone_of(m.place_id) AS name FROM meter_position m GROUP BY 1) z
            ON z.place_id = b.place_id) m;
    RETURN NULL;
END
$$;
GRANT EXECUTE ON FUNCTION touch_added_days(), touch_changed_days(), touch_place_calendar(), touch_weather_days()
    TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER touch_added_days AFTER INSERT ON calendar_day REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION touch_added_days();
CREATE TRIGGER touch_changed_days AFTER UPDATE ON calendar_day REFERENCING OLD TABLE AS gone NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION touch_changed_days();
CREATE TRIGGER touch_place_calendar AFTER INSERT OR DELETE ON place_calendar
    FOR EACH ROW EXECUTE FUNCTION touch_place_calendar();
CREATE TRIGGER touch_weather_days AFTER INSERT ON weather_hour REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION touch_weather_days();
