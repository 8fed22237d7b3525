-- A tariff gets further versions, and a meter leaves a tariff: the day on which one ends is entered later, and what
-- was known before stays known, so that a cost as of an earlier instant is what it was.

ALTER TABLE tariff_version
    ADD entered_at timestamptz NOT NULL DEFAULT '-infinity',
    ADD entered_by bigint REFERENCES person;
ALTER TABLE tariff_version ALTER entered_at SET DEFAULT now(), ALTER entered_by SET DEFAULT current_person();
COMMENT ON COLUMN tariff_version.entered_by IS 'null where it came from the command line; nobody checks their own';
ALTER TABLE meter_tariff ADD entered_at timestamptz NOT NULL DEFAULT '-infinity';
ALTER TABLE meter_tariff ALTER entered_at SET DEFAULT now();

CREATE TABLE tariff_version_end (
    tariff_version_id bigint NOT NULL REFERENCES tariff_version,
    was_end           date,
    end_day           date NOT NULL,
    person_id         bigint REFERENCES person DEFAULT current_person(),
    ended_at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON tariff_version_end (tariff_version_id, ended_at);
COMMENT ON TABLE tariff_version_end IS 'When the end of a version was entered, and which one it had before; null for none';

CREATE TABLE meter_tariff_end (
    meter_id  bigint NOT NULL REFERENCES meter,
    first_day date,
    was_end   date,
    end_day   date NOT NULL,
    person_id bigint REFERENCES person DEFAULT current_person(),
    ended_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON meter_tariff_end (meter_id, ended_at);
COMMENT ON TABLE meter_tariff_end IS 'When a meter''s leave of a tariff was entered; first_day tells which one';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['tariff_version_end', 'meter_tariff_end'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_admin, civicwatt_work', name);
        EXECUTE format('GRANT INSERT ON %I TO civicwatt_scope', name);
    END LOOP;
END
$$;
CREATE POLICY seen ON tariff_version_end FOR SELECT TO civicwatt_api, civicwatt_owner
    USING ((SELECT current_person()) IS NOT NULL);
CREATE POLICY seen ON meter_tariff_end FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (meter_id IN (SELECT v.meter_id FROM visible_meters() v));

SET ROLE civicwatt_scope;

-- An end may come earlier and never later, or a closed month could have been priced by what was not in force.
CREATE FUNCTION refuse_later_end() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF lower(NEW.during) IS DISTINCT FROM lower(OLD.during) OR upper_inf(NEW.during)
       OR upper(NEW.during) > coalesce(upper(OLD.during), 'infinity') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'tariff_end',
            MESSAGE = format('%s cannot become %s: only an earlier end is entered', OLD.during, NEW.during);
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION note_version_end() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO tariff_version_end (tariff_version_id, was_end, end_day)
    VALUES (NEW.tariff_version_id, upper(OLD.during), upper(NEW.during));
    PERFORM touch_costs(ARRAY[NEW.tariff_id], upper(NEW.during), upper(OLD.during));
    RETURN NULL;
END
$$;

CREATE FUNCTION note_meter_tariff_end() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO meter_tariff_end (meter_id, first_day, was_end, end_day)
    VALUES (NEW.meter_id, lower(NEW.during), upper(OLD.during), upper(NEW.during));
    INSERT INTO cost_work (meter_id, first_day, end_day) VALUES (NEW.meter_id, upper(NEW.during), upper(OLD.during));
    RETURN NULL;
END
$$;

GRANT EXECUTE ON FUNCTION refuse_later_end(), note_version_end(), note_meter_tariff_end() TO civicwatt_owner;
GRANT EXECUTE ON FUNCTION refuse_later_end() TO civicwatt_api, civicwatt_admin;
SET ROLE civicwatt_owner;

CREATE TRIGGER refuse_later_end BEFORE UPDATE ON tariff_version FOR EACH ROW
    WHEN (NEW.during IS DISTINCT FROM OLD.during) EXECUTE FUNCTION refuse_later_end();
CREATE TRIGGER refuse_later_end BEFORE UPDATE ON meter_tariff FOR EACH ROW
    WHEN (NEW.during IS DISTINCT FROM OLD.during) EXECUTE FUNCTION refuse_later_end();
CREATE TRIGGER note_end AFTER UPDATE ON tariff_version FOR EACH ROW
    WHEN (NEW.during IS DISTINCT FROM OLD.during) EXECUTE FUNCTION note_version_end();
CREATE TRIGGER note_end AFTER UPDATE ON meter_tariff FOR EACH ROW
    WHEN (NEW.during IS DISTINCT FROM OLD.during) EXECUTE FUNCTION note_meter_tariff_end();
CREATE TRIGGER ask_statements_of_end AFTER UPDATE ON tariff_version FOR EACH ROW EXECUTE FUNCTION ask_statements_of_price();
CREATE TRIGGER ask_statements_of_end AFTER UPDATE ON meter_tariff FOR EACH ROW EXECUTE FUNCTION ask_statements_of_price();

CREATE POLICY ended ON tariff_version FOR UPDATE TO civicwatt_api
    USING ((SELECT is_system_administrator())) WITH CHECK ((SELECT is_system_administrator()));
CREATE POLICY ended ON meter_tariff FOR UPDATE TO civicwatt_api
    USING (may_correct_meter(meter_id, now())) WITH CHECK (may_correct_meter(meter_id, now()));
GRANT UPDATE (during) ON tariff_version, meter_tariff TO civicwatt_api, civicwatt_admin;

-- Who and when are the database's to say.
REVOKE INSERT ON tariff_version, meter_tariff FROM civicwatt_api;
GRANT INSERT (tariff_id, during, terms, source, evidence, note) ON tariff_version TO civicwatt_api;
GRANT INSERT (meter_id, tariff_id, during, capacity_kva, declared_kw, quota) ON meter_tariff TO civicwatt_api;

-- Whoever entered a version does not check it.
DROP POLICY administered ON tariff_version_check;
CREATE POLICY second_person ON tariff_version_check FOR INSERT TO civicwatt_api
    WITH CHECK ((SELECT is_system_administrator()) AND current_person() IS DISTINCT FROM
                (SELECT v.entered_by FROM tariff_version v WHERE v.tariff_version_id = tariff_version_check.tariff_version_id));
