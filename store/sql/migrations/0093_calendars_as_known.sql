-- A calendar as it was known at an instant, for figures as of it; and what leans on a year's notice is worked anew at once.
-- What a day or a year said before is added to by triggers, so that no way of entering a calendar forgets it.

ALTER TABLE calendar_year ADD kept_from timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN calendar_year.kept_from IS 'since when each state of the year is kept: since it came, or since this column did';

CREATE TABLE calendar_day_past (
    past_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    calendar text NOT NULL,
    day      date NOT NULL,
    kind     text NOT NULL,
    name     text NOT NULL,
    source   text NOT NULL,
    until    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON calendar_day_past (calendar, day, until);
COMMENT ON TABLE calendar_day_past IS 'What days of calendars said until when, where they say something else now; append-only';

CREATE TABLE calendar_year_past (
    past_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    calendar    text NOT NULL,
    year        integer NOT NULL,
    provisional boolean NOT NULL,
    until       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON calendar_year_past (calendar, year, until);
COMMENT ON TABLE calendar_year_past IS 'Whether years of calendars were provisional until when; append-only';

CREATE TABLE place_calendar_change (
    organisation_id bigint NOT NULL REFERENCES organisation,
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON place_calendar_change (organisation_id, at);
COMMENT ON TABLE place_calendar_change IS 'When the calendar a place works by was noted or withdrawn; append-only. What it was before is not kept';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['calendar_day_past', 'calendar_year_past'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner
                        USING ((SELECT current_person()) IS NOT NULL)', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_admin, civicwatt_work', name);
        EXECUTE format('GRANT INSERT ON %I TO civicwatt_scope', name);
    END LOOP;
END
$$;
ALTER TABLE place_calendar_change ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY unscoped ON place_calendar_change TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true);
GRANT SELECT, INSERT ON place_calendar_change TO civicwatt_scope;
GRANT SELECT ON place_calendar_change TO civicwatt_admin, civicwatt_work;

SET ROLE civicwatt_scope;

-- The last time after an instant at which the calendar of a place, or where the place stands, became another; null: never.
CREATE FUNCTION calendar_of_place_changed(of_organisation bigint, as_of timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT max(c.at)
      FROM places_over(ARRAY[of_organisation], tstzrange(NULL, NULL)) u
      JOIN (SELECT p.organisation_id, p.at FROM place_calendar_change p
             UNION ALL
            SELECT m.organisation_id, m.at FROM organisation_move m
             UNION ALL
            SELECT m.organisation_id, x.at FROM organisation_move_undo x JOIN organisation_move m USING (move_id)) c
        ON c.organisation_id = u.organisation_id AND c.at > calendar_of_place_changed.as_of
$$;

CREATE FUNCTION keep_past_days() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO calendar_day_past (calendar, day, kind, name, source)
    SELECT g.calendar, g.day, g.kind, g.name, g.source FROM gone g JOIN added a USING (calendar, day) WHERE a.kind <> g.kind;
    RETURN NULL;
END
$$;

CREATE FUNCTION note_place_calendar() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO place_calendar_change (organisation_id)
    VALUES (CASE WHEN TG_OP = 'DELETE' THEN OLD.organisation_id ELSE NEW.organisation_id END);
    RETURN NULL;
END
$$;

-- Meters whose places work by a calendar, and which have figures of days that alerts are judged by (a hundred, and some),
-- are judged again: the kind of a day, or how sure it is, became another.
CREATE FUNCTION judge_calendar(of_calendar text, first_day date, last_day date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH hung AS MATERIALIZED (
        SELECT m.meter_id, m.place_id, n.newest
          FROM meter_position m
         CROSS JOIN LATERAL (SELECT d.day AS newest FROM consumption_day d WHERE d.meter_id = m.meter_id
                              ORDER BY d.day DESC LIMIT 1) n
         WHERE upper_inf(m.during) AND n.newest >= first_day AND last_day > n.newest - 140
    ), assigned AS MATERIALIZED (
        SELECT DISTINCT ON (up.of_place) up.of_place, k.calendar
          FROM places_over(ARRAY(SELECT DISTINCT place_id FROM hung), tstzrange(now(), now(), '[]')) up
          JOIN place_calendar k ON k.organisation_id = up.organisation_id AND k.during @> now()
         ORDER BY up.of_place, up.step
    )
    INSERT INTO alert_work (meter_id, first_day)
    SELECT h.meter_id, greatest(first_day, h.newest - 140)
      FROM hung h LEFT JOIN assigned a ON a.of_place = h.place_id
     WHERE coalesce(a.calendar, 'cn') = of_calendar
    ON CONFLICT (meter_id, first_day) DO UPDATE SET at = excluded.at
$$;

CREATE FUNCTION judge_added_days() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM judge_calendar(a.calendar, min(a.day), max(a.day)) FROM added a GROUP BY a.calendar;
    RETURN NULL;
END
$$;

CREATE FUNCTION judge_changed_days() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM judge_calendar(a.calendar, min(a.day), max(a.day))
       FROM added a JOIN gone g USING (calendar, day) WHERE a.kind <> g.kind GROUP BY a.calendar;
    RETURN NULL;
END
$$;

-- A year whose notice is entered is no longer provisional, also where it moves no day.
CREATE FUNCTION settle_year() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    first_day date := make_date(NEW.year, 1, 1);
    last_day date := make_date(NEW.year, 12, 31);
BEGIN
    INSERT INTO calendar_year_past (calendar, year, provisional) VALUES (OLD.calendar, OLD.year, OLD.provisional);
    PERFORM judge_calendar(NEW.calendar, first_day, last_day);
    PERFORM ask_fits(NULL, first_day, last_day + 1, 'calendar');
    PERFORM ask_statements(NULL, first_day, last_day + 1, 'calendar');
    RETURN NULL;
END
$$;

GRANT EXECUTE ON FUNCTION keep_past_days(), note_place_calendar(), judge_added_days(), judge_changed_days(), settle_year()
    TO civicwatt_owner;
GRANT EXECUTE ON FUNCTION calendar_of_place_changed(bigint, timestamptz) TO civicwatt_api, civicwatt_work, civicwatt_admin;
SET ROLE civicwatt_owner;

CREATE TRIGGER keep_past AFTER UPDATE ON calendar_day REFERENCING OLD TABLE AS gone NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION keep_past_days();
CREATE TRIGGER judge_added AFTER INSERT ON calendar_day REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION judge_added_days();
CREATE TRIGGER judge_changed AFTER UPDATE ON calendar_day REFERENCING OLD TABLE AS gone NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION judge_changed_days();
CREATE TRIGGER settle AFTER UPDATE ON calendar_year FOR EACH ROW
    WHEN (NEW.provisional <> OLD.provisional) EXECUTE FUNCTION settle_year();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON place_calendar
    FOR EACH ROW EXECUTE FUNCTION note_place_calendar();
