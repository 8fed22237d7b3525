-- Weather that comes late is followed by all that leans on it, and a cost says what its weather lacked.
-- Heating seasons are checked as tariffs are: by a named person, against a document, in a row of its own.

CREATE TABLE weather_work (
    organisation_id bigint NOT NULL REFERENCES organisation,
    day             date NOT NULL,
    PRIMARY KEY (organisation_id, day)
);
COMMENT ON TABLE weather_work IS
    'Local days of which a station at a place told something new; followed once they are over, so that the running day is not computed with every reading';

ALTER TABLE consumption_cost ADD COLUMN weather_missing_h integer CHECK (weather_missing_h >= 0);
COMMENT ON COLUMN consumption_cost.weather_missing_h IS
    'hours of unknown temperature on the days by whose heat the price goes [h]; null where no heat is asked for';

CREATE TABLE cost_missing (
    meter_id bigint NOT NULL,
    day      date NOT NULL,
    start_at timestamptz NOT NULL,
    code     text NOT NULL CHECK (code <> ''),
    detail   text NOT NULL CHECK (detail <> ''),
    known_at timestamptz NOT NULL,
    PRIMARY KEY (meter_id, day)
);
COMMENT ON TABLE cost_missing IS 'Local days of a meter on a tariff that cannot be priced, and why; as known now';

CREATE OR REPLACE VIEW visible.consumption_cost WITH (security_barrier) AS
SELECT c.* FROM consumption_cost c JOIN meter m USING (meter_id) JOIN visible_meters() v USING (meter_id)
 WHERE c.start_at <@ v.during;

CREATE VIEW visible.cost_missing WITH (security_barrier) AS
SELECT c.* FROM cost_missing c JOIN meter m USING (meter_id) JOIN visible_meters() v USING (meter_id)
 WHERE c.start_at <@ v.during;

CREATE TABLE heating_rule_check (
    region     text PRIMARY KEY REFERENCES heating_rule,
    checked_by text NOT NULL CHECK (checked_by !~ '^\s*$'),
    checked_on date NOT NULL DEFAULT current_date,
    document   text NOT NULL CHECK (document !~ '^\s*$')
);
COMMENT ON TABLE heating_rule_check IS 'Somebody has compared the statutory dates with their document; a migration that changes them takes the check away';

CREATE TABLE heating_season_check (
    region     text NOT NULL,
    year       integer NOT NULL,
    first_day  date NOT NULL,
    end_day    date NOT NULL,
    checked_by text NOT NULL CHECK (checked_by !~ '^\s*$'),
    checked_on date NOT NULL DEFAULT current_date,
    document   text NOT NULL CHECK (document !~ '^\s*$'),
    PRIMARY KEY (region, year, first_day, end_day),
    FOREIGN KEY (region, year) REFERENCES heating_season
);
COMMENT ON TABLE heating_season_check IS 'Somebody has compared these days with their document; days recorded otherwise later are unchecked';

-- Whether anybody checked it is no longer for the source to say.
ALTER TABLE heating_rule NO FORCE ROW LEVEL SECURITY, DROP COLUMN checked;
ALTER TABLE heating_season NO FORCE ROW LEVEL SECURITY, DROP COLUMN checked;
UPDATE heating_rule SET source = regexp_replace(source, '[;,] not checked.*$', '');
UPDATE heating_season SET source = regexp_replace(source, '[;,] not checked.*$', '');
ALTER TABLE heating_rule FORCE ROW LEVEL SECURITY;
ALTER TABLE heating_season FORCE ROW LEVEL SECURITY;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['heating_rule_check', 'heating_season_check'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner
                        USING ((SELECT current_person()) IS NOT NULL)', name);
        EXECUTE format('CREATE POLICY checked ON %I FOR INSERT TO civicwatt_api
                        WITH CHECK ((SELECT is_system_administrator()))', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_admin, civicwatt_work', name);
    END LOOP;
END
$$;
-- When is the database's to say.
GRANT INSERT (region, checked_by, document) ON heating_rule_check TO civicwatt_api, civicwatt_admin;
GRANT INSERT (region, year, first_day, end_day, checked_by, document) ON heating_season_check
    TO civicwatt_api, civicwatt_admin;

GRANT SELECT ON visible.cost_missing TO civicwatt_api;
GRANT SELECT, INSERT, DELETE ON cost_missing TO civicwatt_work;
GRANT SELECT, INSERT, DELETE ON weather_work TO civicwatt_scope;
SET ROLE civicwatt_scope;

-- Readings of an outdoor sensor are announced like all others; those of a day put it on the list.
CREATE FUNCTION note_weather_of_readings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO weather_work (organisation_id, day)
    SELECT DISTINCT p.place_id, g.day::date
      FROM device d JOIN device_place p USING (device_id)
      JOIN organisation o ON o.organisation_id = p.place_id AND o.kind IN ('bureau', 'institution', 'site')
     CROSS JOIN generate_series(NEW.first_day::timestamp, NEW.end_day - interval '1 day', '1 day') AS g (day)
     WHERE d.device_id = NEW.device_id AND d.kind = 'climate_sensor' AND d.status = 'accepted'
       AND p.during && tstzrange(g.day AT TIME ZONE coalesce(zone_of(p.place_id), 'UTC'),
                                 (g.day + interval '1 day') AT TIME ZONE coalesce(zone_of(p.place_id), 'UTC'))
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION touch_weather_days() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO weather_work (organisation_id, day)
    SELECT DISTINCT a.organisation_id, (a.hour AT TIME ZONE z.name)::date
      FROM added a JOIN (SELECT n.organisation_id, coalesce(zone_of(n.organisation_id), 'UTC') AS name
                           FROM added n GROUP BY n.organisation_id) z USING (organisation_id)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

-- Takes the days off the list that are over at an instant, and touches the days of meters that lean on
-- them: use spread over a gap up to eight days before or after, and prices that ask how hot these days
-- were. A station serves what lies below it; for the rest of its city it is a neighbour, by which
-- hours are doubted. Returns how many days it touched.
CREATE FUNCTION follow_weather(at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    places bigint[];
    days date[];
    done integer;
BEGIN
    WITH gone AS (
        DELETE FROM weather_work w
         WHERE (w.day + 1)::timestamp AT TIME ZONE coalesce(zone_of(w.organisation_id), 'UTC') <= at
     RETURNING w.organisation_id, w.day
    )
    SELECT array_agg(g.organisation_id), array_agg(g.day) INTO places, days FROM gone g;
    IF places IS NULL THEN
        RETURN 0;
    END IF;
    WITH RECURSIVE station AS (
        SELECT n.organisation_id, city_of(n.organisation_id) AS city, min(n.day) AS first_day, max(n.day) AS last_day,
               range_agg(tstzrange(n.day::timestamp AT TIME ZONE z.name, (n.day + 1)::timestamp AT TIME ZONE z.name)) AS told
          FROM unnest(places, days) AS n (organisation_id, day)
         CROSS JOIN LATERAL (SELECT coalesce(zone_of(n.organisation_id), 'UTC') AS name) z
         GROUP BY 1
    ), below AS (
        SELECT s.organisation_id AS above, s.organisation_id AS place_id FROM station s
         UNION
        SELECT b.above, p.organisation_id FROM below b JOIN organisation_position p
            ON p.parent_id = b.place_id AND p.during @> now()
    ), metered AS MATERIALIZED (
        SELECT m.place_id, city_of(m.place_id) AS city, coalesce(zone_of(m.place_id), 'UTC') AS zone
          FROM meter_position m GROUP BY 1
    ), served AS (
        SELECT DISTINCT s.organisation_id AS above, m.place_id, m.zone FROM station s JOIN metered m
            ON m.city IS NOT DISTINCT FROM s.city
            OR (s.organisation_id, m.place_id) IN (SELECT b.above, b.place_id FROM below b)
    ), near AS (
        SELECT e.place_id, e.zone, min(s.first_day) AS first_day, max(s.last_day) AS last_day, range_agg(t) AS told
          FROM served e JOIN station s ON s.organisation_id = e.above CROSS JOIN unnest(s.told) t GROUP BY 1, 2
    ), asking AS (
        SELECT t.meter_id, range_agg(t.during * v.during) AS during, max(w.hot_days) AS hot_days
          FROM meter_tariff t JOIN tariff_version v ON v.tariff_id = t.tariff_id AND v.during && t.during
         CROSS JOIN LATERAL (SELECT max(coalesce((each ->> 'hot_days')::integer, 1)) AS hot_days
                               FROM jsonb_array_elements(v.terms -> 'window') each WHERE each ? 'at_or_above_c') w
         WHERE w.hot_days IS NOT NULL GROUP BY t.meter_id
    )
    INSERT INTO touched (device_id, day)
    SELECT DISTINCT d.device_id, c.day
      FROM near n JOIN meter_position m USING (place_id) LEFT JOIN asking a USING (meter_id)
      -- A day further for places of another zone; the conditions below are exact.
      JOIN consumption_day c ON c.meter_id = m.meter_id
       AND c.day >= n.first_day - 9 AND c.day <= n.last_day + greatest(a.hot_days, 8) + 1
      JOIN meter_device d ON d.meter_id = c.meter_id AND d.during @> c.start_at
     WHERE (c.shape_grade NOT IN ('measured', 'derived', 'manual')
            AND n.told && tstzrange((c.day - 8)::timestamp AT TIME ZONE n.zone, (c.day + 9)::timestamp AT TIME ZONE n.zone))
        OR (a.during @> c.day
            AND n.told && tstzrange((c.day + 1 - a.hot_days)::timestamp AT TIME ZONE n.zone,
                                    (c.day + 1)::timestamp AT TIME ZONE n.zone))
     ORDER BY 1, 2;
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END
$$;
GRANT EXECUTE ON FUNCTION note_weather_of_readings() TO civicwatt_owner;
GRANT EXECUTE ON FUNCTION follow_weather(timestamptz) TO civicwatt_work;
SET ROLE civicwatt_owner;

CREATE TRIGGER note_weather AFTER INSERT ON outbox
    FOR EACH ROW WHEN (NEW.topic = 'readings') EXECUTE FUNCTION note_weather_of_readings();
