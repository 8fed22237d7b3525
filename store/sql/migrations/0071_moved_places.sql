-- Organisations and buildings move from a day on. Where each stood when has been a dated row from the first (0001); what is
-- new is that people enter a move, take it back, and that every sum asks who held a place then (decision 0071).

CREATE TABLE organisation_move (
    move_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    parent_id       bigint NOT NULL REFERENCES organisation,
    first_day       date NOT NULL,
    first_at        timestamptz NOT NULL,
    reason          text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON organisation_move (organisation_id);
COMMENT ON TABLE organisation_move IS 'Who let a place stand below another from a day on, and why; append-only. Where it stands is organisation_position';
COMMENT ON COLUMN organisation_move.first_at IS 'midnight at which first_day begins at the place';

CREATE TABLE organisation_move_undo (
    move_id   bigint PRIMARY KEY REFERENCES organisation_move,
    reason    text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at        timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE organisation_move_undo IS 'Moves taken back; append-only';

-- Places that stood at some places or below them within a time, and when. As invoker: row security of the tables applies.
CREATE FUNCTION places_under(tops bigint[], within tstzrange)
RETURNS TABLE (top_id bigint, organisation_id bigint, during tstzrange)
LANGUAGE sql STABLE ROWS 100
AS $$
    WITH RECURSIVE below AS (
        SELECT t AS top_id, t AS organisation_id, within AS during FROM unnest(tops) t
         UNION
        SELECT b.top_id, p.organisation_id, p.during * b.during FROM below b JOIN organisation_position p
            ON p.parent_id = b.organisation_id AND p.during && b.during
    )
    SELECT top_id, organisation_id, during FROM below
$$;
GRANT EXECUTE ON FUNCTION places_under(bigint[], tstzrange) TO civicwatt_api, civicwatt_work, civicwatt_admin, civicwatt_scope;

GRANT UPDATE (during), DELETE ON organisation_position TO civicwatt_scope;
GRANT SELECT, INSERT ON organisation_move, organisation_move_undo TO civicwatt_scope;
GRANT INSERT ON baseline_work TO civicwatt_scope;
SET ROLE civicwatt_scope;

CREATE FUNCTION refuse_move(reason text) RETURNS void LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'organisation_move', MESSAGE = reason; END $$;

CREATE FUNCTION organisation_code(of_organisation bigint) RETURNS text LANGUAGE sql STABLE
AS $$ SELECT o.code FROM organisation o WHERE o.organisation_id = of_organisation $$;

-- A place and those above it within a time, each with its own time; step counts upwards.
CREATE FUNCTION places_over(of_places bigint[], within tstzrange)
RETURNS TABLE (of_place bigint, organisation_id bigint, step integer, during tstzrange)
LANGUAGE sql STABLE ROWS 100
AS $$
    WITH RECURSIVE up AS (
        SELECT o AS of_place, o AS organisation_id, 0 AS step, within AS during FROM unnest(of_places) o
         UNION ALL
        SELECT up.of_place, p.parent_id, up.step + 1, p.during * up.during
          FROM up JOIN organisation_position p ON p.organisation_id = up.organisation_id AND p.during && up.during
         WHERE up.step < 50
    )
    SELECT of_place, organisation_id, step, during FROM up
$$;

-- What leans on where a place stands, in a time in which it stands elsewhere now: days priced or spread by calendar and
-- weather, and baselines of what gained or lost it.
CREATE FUNCTION follow_move(of_organisation bigint, old_parent bigint, new_parent bigint, changed tstzrange) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    places bigint[];
    days date[];
BEGIN
    SELECT array_agg(x.place_id), array_agg(x.day) INTO places, days FROM (
        SELECT DISTINCT m.place_id, c.day
          FROM places_under(ARRAY[of_organisation], changed) u JOIN meter_position m ON m.place_id = u.organisation_id
          JOIN consumption_day c ON c.meter_id = m.meter_id AND c.start_at <@ u.during) x;
    IF places IS NOT NULL THEN
        PERFORM touch_leaning(places, days, 9, 'days');
        PERFORM touch_leaning(places, days, 9, 'at_or_above_c');
    END IF;
    INSERT INTO baseline_work (baseline_id, cause, asked_by)
    SELECT b.baseline_id, 'data', NULL FROM baseline b
     WHERE b.organisation_id IN (SELECT o.organisation_id FROM places_over(ARRAY[old_parent, new_parent], changed) o
                                  UNION SELECT u.organisation_id FROM places_under(ARRAY[of_organisation], changed) u)
       AND NOT EXISTS (SELECT FROM baseline_end e WHERE e.baseline_id = b.baseline_id);
END
$$;

-- Lets a place stand below another from a local day on, until its next move if there is one. Returns the id of the move.
CREATE FUNCTION move_organisation(of_code text, to_code text, from_day date, why text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    levels CONSTANT text[] := '{bureau,institution,site,building,space}';
    moved organisation;
    target organisation;
    stood organisation_position;
    changed tstzrange;
    begins timestamptz;
    fault record;
    made bigint;
BEGIN
    IF NOT is_system_administrator() THEN
        RAISE insufficient_privilege USING MESSAGE = 'only a system administrator of the whole house may do this';
    END IF;
    -- One move after the other: two at once could make a circle that neither sees.
    PERFORM pg_advisory_xact_lock(hashtext('civicwatt organisations'));
    SELECT * INTO moved FROM organisation o WHERE o.code = of_code;
    SELECT * INTO target FROM organisation o WHERE o.code = to_code;
    IF moved IS NULL THEN
        PERFORM refuse_move(format('there is no organisation %s', of_code));
    END IF;
    IF target IS NULL THEN
        PERFORM refuse_move(format('there is no organisation %s', to_code));
    END IF;
    begins := from_day::timestamp AT TIME ZONE coalesce(zone_of(moved.organisation_id), 'UTC');
    SELECT * INTO stood FROM organisation_position p WHERE p.organisation_id = moved.organisation_id AND p.during @> begins;
    IF NOT FOUND THEN
        PERFORM refuse_move(format('%s stands below nothing on %s: it cannot be moved', of_code, from_day));
    END IF;
    IF lower(stood.during) = begins THEN
        PERFORM refuse_move(format('%s moves to %s on %s already: take that back first', of_code,
                                   organisation_code(stood.parent_id), from_day));
    END IF;
    IF stood.parent_id = target.organisation_id THEN
        PERFORM refuse_move(format('%s stands below %s on %s already', of_code, to_code, from_day));
    END IF;
    changed := tstzrange(begins, upper(stood.during));
    SELECT u.during INTO fault FROM places_under(ARRAY[moved.organisation_id], changed) u
     WHERE u.organisation_id = target.organisation_id LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_move(format('%s would stand below itself from %s: %s lies below it', of_code, from_day, to_code));
    END IF;
    -- A bureau may stand below another one, as a department below a government.
    IF array_position(levels, target.kind) >= array_position(levels, moved.kind) AND NOT (target.kind = 'bureau' AND moved.kind = 'bureau') THEN
        PERFORM refuse_move(format('%s is a %s and cannot stand below %s, a %s', of_code, moved.kind, to_code, target.kind));
    END IF;
    IF moved.zone IS NULL AND zone_of(target.organisation_id) IS DISTINCT FROM zone_of(stood.parent_id) THEN
        PERFORM refuse_move(format('days begin otherwise below %s: %s keeps the zone %s in which its past was summed', to_code,
                                   of_code, zone_of(stood.parent_id)));
    END IF;
    -- What a meter counts and one above it counts as well would be counted by two institutions.
    IF moved.kind NOT IN ('bureau', 'institution') THEN
        WITH under AS (
            SELECT * FROM places_under(ARRAY[moved.organisation_id], changed)
        ), hung AS (
            SELECT p.meter_id, p.parent_id, p.during, p.role,
                   EXISTS (SELECT FROM under u WHERE u.organisation_id = p.place_id AND u.during && p.during) AS inside
              FROM meter_position p WHERE p.during && changed
        )
        SELECT m.code, a.code AS above INTO fault
          FROM hung h JOIN hung q ON q.meter_id = h.parent_id AND q.during && h.during AND q.inside <> h.inside
          JOIN meter m ON m.meter_id = h.meter_id JOIN meter a ON a.meter_id = q.meter_id
         WHERE h.role NOT IN ('check', 'virtual') ORDER BY 1 LIMIT 1;
        IF FOUND AND (SELECT array_agg(o.organisation_id ORDER BY 1) FROM places_over(ARRAY[stood.parent_id], changed) o
                        JOIN organisation i USING (organisation_id) WHERE i.kind = 'institution')
           IS DISTINCT FROM (SELECT array_agg(o.organisation_id ORDER BY 1) FROM places_over(ARRAY[target.organisation_id], changed) o
                        JOIN organisation i USING (organisation_id) WHERE i.kind = 'institution') THEN
            PERFORM refuse_move(format('meter %s hangs below meter %s, and only one of them would move with %s: both institutions would count the same',
                                       fault.code, fault.above, of_code));
        END IF;
    END IF;
    UPDATE organisation_position SET during = tstzrange(lower(during), begins)
     WHERE organisation_id = moved.organisation_id AND during = stood.during;
    INSERT INTO organisation_position (organisation_id, parent_id, during) VALUES (moved.organisation_id, target.organisation_id, changed);
    INSERT INTO organisation_move (organisation_id, parent_id, first_day, first_at, reason)
    VALUES (moved.organisation_id, target.organisation_id, from_day, begins, why) RETURNING move_id INTO made;
    PERFORM follow_move(moved.organisation_id, stood.parent_id, target.organisation_id, changed);
    RETURN made;
END
$$;

-- Takes a move back: what stood before it holds on in its place. A move that a later one follows is taken back after that.
CREATE FUNCTION undo_organisation_move(of_move bigint, why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    entered organisation_move;
    stands organisation_position;
    before organisation_position;
BEGIN
    IF NOT is_system_administrator() THEN
        RAISE insufficient_privilege USING MESSAGE = 'only a system administrator of the whole house may do this';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('civicwatt organisations'));
    SELECT * INTO entered FROM organisation_move m WHERE m.move_id = of_move;
    IF NOT FOUND THEN
        PERFORM refuse_move(format('there is no move %s', of_move));
    END IF;
    IF EXISTS (SELECT FROM organisation_move_undo u WHERE u.move_id = of_move) THEN
        PERFORM refuse_move(format('move %s is taken back already', of_move));
    END IF;
    SELECT * INTO stands FROM organisation_position p
     WHERE p.organisation_id = entered.organisation_id AND lower(p.during) = entered.first_at;
    SELECT * INTO before FROM organisation_position p
     WHERE p.organisation_id = entered.organisation_id AND upper(p.during) = entered.first_at;
    IF stands IS NULL OR before IS NULL OR NOT upper_inf(stands.during) THEN
        PERFORM refuse_move(format('%s moves again on a later day: take that back first', organisation_code(entered.organisation_id)));
    END IF;
    DELETE FROM organisation_position WHERE organisation_id = stands.organisation_id AND during = stands.during;
    UPDATE organisation_position SET during = tstzrange(lower(during), upper(stands.during))
     WHERE organisation_id = before.organisation_id AND during = before.during;
    INSERT INTO organisation_move_undo (move_id, reason) VALUES (of_move, why);
    PERFORM follow_move(entered.organisation_id, before.parent_id, stands.parent_id, stands.during);
END
$$;

-- Times in which the current person may see each place: below their subtrees, and where a contract's meters hang.
CREATE FUNCTION times_of_sight() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT coalesce(jsonb_object_agg(organisation_id, during), '{}') FROM (
        SELECT organisation_id, range_agg(during) AS during
          FROM (SELECT r.organisation_id, r.during FROM scope_reach() r
                 UNION ALL
                SELECT m.place_id, m.during * c.during FROM contract_reach() c JOIN meter_position m
                    ON m.meter_id = c.meter_id AND m.during && c.during) seen
         GROUP BY 1) merged
$$;

GRANT EXECUTE ON FUNCTION move_organisation(text, text, date, text), undo_organisation_move(bigint, text) TO civicwatt_api;
GRANT EXECUTE ON FUNCTION times_of_sight() TO civicwatt_owner, civicwatt_api;

-- As in 0024, each fact for as long as it holds and the place stood below where it is noted.
CREATE OR REPLACE FUNCTION inherited_facts(of_organisations bigint[])
RETURNS TABLE (organisation_id bigint, step integer, kind text, value text, during tstzrange)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    WITH told AS (
        SELECT v.organisation_id FROM visible_organisations() v
         UNION
        SELECT o FROM unnest(of_organisations) o WHERE serves_nobody()
    ), up AS MATERIALIZED (
        SELECT u.of_place AS organisation_id, u.organisation_id AS place_id, u.step, u.during
          FROM places_over(ARRAY(SELECT o FROM unnest(of_organisations) o
                                  WHERE o IN (SELECT t.organisation_id FROM told t)), tstzrange(NULL, NULL)) u
    )
    SELECT up.organisation_id, up.step, f.kind, f.value, f.during * up.during
      FROM up JOIN (SELECT u.organisation_id, 'use' AS kind, u.place_use AS value, u.during FROM place_use u
                     UNION ALL
                    SELECT c.organisation_id, 'climate_zone', c.climate_zone, c.during FROM climate_zone c
                     UNION ALL
                    SELECT r.organisation_id, 'region', r.region, r.during FROM place_region r
                     UNION ALL
                    SELECT k.organisation_id, 'calendar', k.calendar, k.during FROM place_calendar k) f
        ON f.organisation_id = up.place_id AND f.during && up.during
$$;

CREATE OR REPLACE FUNCTION calendars_of(of_organisations bigint[], at timestamptz)
RETURNS TABLE (organisation_id bigint, calendar text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT DISTINCT ON (up.of_place) up.of_place, c.calendar
      FROM places_over(ARRAY(SELECT v.organisation_id FROM visible_organisations() v WHERE v.organisation_id = ANY (of_organisations)),
                       tstzrange(calendars_of.at, calendars_of.at, '[]')) up
      JOIN place_calendar c ON c.organisation_id = up.organisation_id AND c.during @> calendars_of.at
     ORDER BY up.of_place, up.step
$$;

-- As in 0048, each day by where the place stood on it.
CREATE OR REPLACE FUNCTION touch_calendar(of_calendar text, of_days date[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH place AS MATERIALIZED (
        SELECT m.place_id, coalesce(zone_of(m.place_id), 'UTC') AS zone
          FROM (SELECT DISTINCT place_id FROM meter_position) m
    ), assigned AS MATERIALIZED (
        SELECT up.of_place AS place_id, up.step, k.calendar, k.during * up.during AS during
          FROM places_over(ARRAY(SELECT place_id FROM place), tstzrange(NULL, NULL)) up
          JOIN place_calendar k ON k.organisation_id = up.organisation_id AND k.during && up.during
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

CREATE OR REPLACE FUNCTION touch_place_calendar() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    fact place_calendar;
BEGIN
    IF TG_OP = 'DELETE' THEN fact := OLD; ELSE fact := NEW; END IF;
    PERFORM touch_leaning(array_agg(m.place_id), array_agg(m.day), 9, 'days') FROM (
        SELECT DISTINCT m.place_id, c.day
          FROM places_under(ARRAY[fact.organisation_id], fact.during) b JOIN meter_position m ON m.place_id = b.organisation_id
          JOIN consumption_day c ON c.meter_id = m.meter_id
         WHERE c.start_at <@ b.during) m;
    RETURN NULL;
END
$$;

-- As in 0044; a station serves a place for as long as that stood below it. One that serves at any time is no neighbour.
CREATE OR REPLACE FUNCTION weather_stations(of_organisation bigint)
RETURNS TABLE (step integer, kind text, organisation_id bigint, device_id bigint, during tstzrange)
LANGUAGE sql STABLE
AS $$
    WITH RECURSIVE up AS MATERIALIZED (
        SELECT u.organisation_id AS place_id, u.step, u.during
          FROM places_over(ARRAY[of_organisation], tstzrange(NULL, NULL)) u
    ), told AS (
        (SELECT h.organisation_id, h.kind FROM weather_hour h WHERE h.superseded_at IS NULL
          ORDER BY h.organisation_id, h.kind LIMIT 1)
         UNION ALL
        SELECT n.organisation_id, n.kind FROM told t CROSS JOIN LATERAL (
               SELECT h.organisation_id, h.kind FROM weather_hour h
                WHERE h.superseded_at IS NULL AND (h.organisation_id, h.kind) > (t.organisation_id, t.kind)
                ORDER BY h.organisation_id, h.kind LIMIT 1) n
    ), station AS (
        SELECT up.step, 'sensor' AS kind, p.place_id AS organisation_id, d.device_id,
               p.during * coalesce(up.during, tstzrange(NULL, NULL)) AS during
          FROM device d JOIN device_place p USING (device_id)
          JOIN organisation o ON o.organisation_id = p.place_id AND o.kind IN ('bureau', 'institution', 'site')
          LEFT JOIN up ON up.place_id = p.place_id
         WHERE d.kind = 'climate_sensor' AND d.status = 'accepted'
         UNION ALL
        SELECT up.step, w.kind, w.organisation_id, NULL, coalesce(up.during, tstzrange(NULL, NULL))
          FROM (SELECT u.organisation_id, 'pulled' AS kind FROM weather_pull u UNION SELECT t.organisation_id, t.kind FROM told t) w
          LEFT JOIN up ON up.place_id = w.organisation_id
    )
    SELECT * FROM station WHERE step IS NOT NULL AND NOT isempty(during)
     UNION ALL
    (SELECT * FROM station s WHERE step IS NULL AND city_of(s.organisation_id) IS NOT DISTINCT FROM city_of(of_organisation)
      ORDER BY s.kind = 'sensor' DESC, s.organisation_id, s.device_id LIMIT 8)
$$;

CREATE OR REPLACE FUNCTION weather_hours(of_organisation bigint, first timestamptz, last timestamptz, as_of timestamptz)
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
              AND c.air_temperature_c IS NOT NULL AND c.received_at <= as_of GROUP BY 1) r
     WHERE may_be_told_of(of_organisation)
     UNION ALL
    SELECT h.hour, s.step, s.kind, o.code, h.source, h.temperature_c, h.temperature_c, h.temperature_c
      FROM weather_stations(of_organisation) s JOIN organisation o USING (organisation_id)
     CROSS JOIN LATERAL (
           SELECT w.* FROM weather_hour w
            WHERE w.organisation_id = s.organisation_id AND w.kind = s.kind AND w.hour >= first AND w.hour < last
              AND w.superseded_at IS NULL AND w.taken_at <= as_of
            UNION ALL
           SELECT w.* FROM weather_hour w
            WHERE w.organisation_id = s.organisation_id AND w.kind = s.kind AND w.hour >= first AND w.hour < last
              AND w.superseded_at > as_of AND w.taken_at <= as_of) h
     WHERE h.hour <@ s.during AND may_be_told_of(of_organisation)
$$;

CREATE OR REPLACE FUNCTION weather_sources(of_organisation bigint)
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
     WHERE s.step IS NOT NULL AND s.device_id IS NULL AND s.during @> now() AND may_be_told_of(of_organisation)
     ORDER BY 1
$$;
SET ROLE civicwatt_owner;

-- Entered through the function alone; seen by who sees both the place and what it moved to.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['organisation_move', 'organisation_move_undo'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_admin, civicwatt_work', name);
    END LOOP;
END
$$;
CREATE POLICY seen ON organisation_move FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (organisation_id IN (SELECT v.organisation_id FROM visible_organisations() v)
           AND parent_id IN (SELECT v.organisation_id FROM visible_organisations() v));
CREATE POLICY seen ON organisation_move_undo FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (move_id IN (SELECT m.move_id FROM organisation_move m));

-- A fact is seen by who may see its place at any time for which it holds: of a place that has moved away nothing newer.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['floor_area', 'headcount', 'place_use', 'climate_zone', 'place_region', 'place_calendar', 'place_event'] LOOP
        EXECUTE format('DROP POLICY seen ON %I', name);
        EXECUTE format('CREATE POLICY seen ON %1$I FOR SELECT TO civicwatt_api, civicwatt_owner
            USING (%1$I.during && ((SELECT times_of_sight()) ->> organisation_id::text)::tstzmultirange)', name);
    END LOOP;
END
$$;
DROP POLICY seen ON school_term;
CREATE POLICY seen ON school_term FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (tstzrange(lower(during)::timestamptz, upper(during)::timestamptz)
           && ((SELECT times_of_sight()) ->> organisation_id::text)::tstzmultirange);
