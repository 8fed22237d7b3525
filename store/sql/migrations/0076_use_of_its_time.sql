-- What a vehicle did is held against the rules, areas, leave and calendar of its own time. What changes one of these asks for
-- the days that it covers, and cuts no sample anew.

CREATE TABLE use_touched (
    use_touched_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vehicle_id     bigint NOT NULL,
    days           daterange NOT NULL CHECK (NOT isempty(days))
);
CREATE INDEX ON use_touched (vehicle_id);
COMMENT ON TABLE use_touched IS 'Local days of vehicles whose use is to be judged anew, as rules, areas, leave or the calendar changed';
GRANT INSERT ON use_touched TO civicwatt_scope;
GRANT SELECT ON vehicle_segment TO civicwatt_scope;

SET ROLE civicwatt_scope;

-- Days of every vehicle that was ever at a place or below it.
CREATE FUNCTION touch_use_of_place(of_place bigint, of_days daterange) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE below AS (
        SELECT of_place AS organisation_id
         UNION
        SELECT p.organisation_id FROM below b JOIN organisation_position p ON p.parent_id = b.organisation_id
    )
    INSERT INTO use_touched (vehicle_id, days)
    SELECT DISTINCT p.vehicle_id, of_days FROM vehicle_position p
     WHERE p.place_id IN (SELECT b.organisation_id FROM below b) AND NOT isempty(of_days)
$$;

CREATE FUNCTION touch_use_by_rule() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM touch_use_of_place(NEW.organisation_id, daterange(NEW.holds_from, NULL));
    RETURN NULL;
END
$$;

-- An area that ends asks for the days it no longer holds; one that comes, for those it does.
CREATE FUNCTION touch_use_by_fence() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM touch_use_of_place(NEW.organisation_id, NEW.during);
    ELSIF NEW.during <@ OLD.during AND lower(NEW.during) IS NOT DISTINCT FROM lower(OLD.during) THEN
        PERFORM touch_use_of_place(NEW.organisation_id, OLD.during - NEW.during);
    ELSE
        PERFORM touch_use_of_place(NEW.organisation_id, range_merge(OLD.during, NEW.during));
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION touch_use_by_leave() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO use_touched (vehicle_id, days) VALUES (NEW.vehicle_id, NEW.days);
    RETURN NULL;
END
$$;

-- A year that is entered before it has begun asks for nothing.
CREATE FUNCTION touch_use_by_calendar() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO use_touched (vehicle_id, days)
    SELECT v.vehicle_id, d.days
      FROM (SELECT daterange(min(a.day), max(a.day), '[]') AS days FROM added a HAVING count(*) > 0) d CROSS JOIN vehicle v
     WHERE EXISTS (SELECT FROM vehicle_segment s
                    WHERE s.vehicle_id = v.vehicle_id AND s.superseded_at IS NULL
                      AND s.end_at >= lower(d.days)::timestamptz - interval '1 day'
                      AND s.start_at < upper(d.days)::timestamptz + interval '1 day');
    RETURN NULL;
END
$$;

CREATE FUNCTION touch_use_by_place_calendar() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM touch_use_of_place(NEW.organisation_id,
                               daterange((lower(NEW.during) - interval '1 day')::date, (upper(NEW.during) + interval '2 days')::date));
    RETURN NULL;
END
$$;

GRANT EXECUTE ON FUNCTION touch_use_by_rule(), touch_use_by_fence(), touch_use_by_leave(), touch_use_by_calendar(),
    touch_use_by_place_calendar() TO civicwatt_owner;
SET ROLE civicwatt_owner;

DROP TRIGGER touch_vehicles ON fleet_rule;
DROP TRIGGER touch_vehicles ON fence;
DROP TRIGGER touch_vehicle ON lock_up_exemption;
CREATE TRIGGER touch_use AFTER INSERT ON fleet_rule FOR EACH ROW EXECUTE FUNCTION touch_use_by_rule();
CREATE TRIGGER touch_use AFTER INSERT OR UPDATE ON fence FOR EACH ROW EXECUTE FUNCTION touch_use_by_fence();
CREATE TRIGGER touch_use AFTER INSERT ON lock_up_exemption FOR EACH ROW EXECUTE FUNCTION touch_use_by_leave();
CREATE TRIGGER touch_use_of_added AFTER INSERT ON calendar_day REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION touch_use_by_calendar();
CREATE TRIGGER touch_use_of_changed AFTER UPDATE ON calendar_day REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION touch_use_by_calendar();
CREATE TRIGGER touch_use AFTER INSERT OR UPDATE ON place_calendar FOR EACH ROW EXECUTE FUNCTION touch_use_by_place_calendar();

SET ROLE civicwatt_scope;
DROP FUNCTION touch_vehicles_of_place();
SET ROLE civicwatt_owner;

ALTER TABLE use_touched ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY unscoped ON use_touched TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true);
CREATE POLICY through_views ON use_touched FOR SELECT TO civicwatt_owner USING (true);
GRANT SELECT ON use_touched TO civicwatt_admin, civicwatt_work;
GRANT DELETE ON use_touched TO civicwatt_work;

-- Old judgements were made by the rules of the day they were made on: each vehicle is judged once by those of its own time.
SET ROLE civicwatt_scope;
INSERT INTO use_touched (vehicle_id, days) SELECT vehicle_id, '(,)' FROM vehicle;
SET ROLE civicwatt_owner;

-- Matches made before piles were shared by time are made anew once, as far as it is still known where charges were.
ALTER TABLE charge_match_run ADD COLUMN all_again boolean NOT NULL DEFAULT true;
ALTER TABLE charge_match_run ALTER COLUMN all_again SET DEFAULT false;
COMMENT ON COLUMN charge_match_run.all_again IS 'every charge whose place has not expired is matched anew at the next look';
