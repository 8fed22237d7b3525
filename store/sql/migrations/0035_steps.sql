-- Baselines by the hour and by the bill beside those by the day. Which step a baseline has is said when it is wanted; its
-- versions, adoptions and savings are kept as those of days are.

ALTER TABLE baseline
    DROP CONSTRAINT baseline_step_check,
    ADD CONSTRAINT baseline_step_check CHECK (step IN ('daily', 'hourly', 'monthly') AND (step = 'daily' OR method = 'whole'));
COMMENT ON COLUMN baseline.step IS 'what the model tells: days, hours (summed to days), or bills; a comparison is one of days';
GRANT INSERT (step) ON baseline TO civicwatt_api, civicwatt_admin;

CREATE INDEX ON baseline USING gist (daterange(reporting_from, reporting_end)) WHERE reporting_end IS NOT NULL;
SET ROLE civicwatt_scope;

-- As before, and of a comparison also the days after the measure: a late reading there makes another version of it.
CREATE OR REPLACE FUNCTION ask_fits_of_consumption() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    -- Most announcements are of today, and no training is: nothing else is looked at then.
    IF EXISTS (SELECT FROM baseline b
                WHERE (b.train && daterange(NEW.first_day, NEW.end_day)
                OR (b.reporting_end IS NOT NULL
                    AND daterange(b.reporting_from, b.reporting_end) && daterange(NEW.first_day, NEW.end_day)))) THEN
        WITH RECURSIVE up AS (
            SELECT m.place_id FROM meter_position m WHERE m.meter_id = NEW.meter_id
             UNION
            SELECT p.parent_id FROM up JOIN organisation_position p ON p.organisation_id = up.place_id
        )
        INSERT INTO baseline_work (baseline_id, cause, asked_by)
        SELECT b.baseline_id, 'data', NULL FROM baseline b JOIN meter m ON m.meter_id = NEW.meter_id
         WHERE (b.train && daterange(NEW.first_day, NEW.end_day)
                OR (b.reporting_end IS NOT NULL
                    AND daterange(b.reporting_from, b.reporting_end) && daterange(NEW.first_day, NEW.end_day)))
           AND ((b.medium = m.medium
                 AND (b.meter_id = NEW.meter_id OR (b.meter_id IS NULL AND b.organisation_id IN (SELECT place_id FROM up))))
                OR b.terms ->> 'meter' = NEW.meter_id::text)
           AND NOT EXISTS (SELECT FROM baseline_end e WHERE e.baseline_id = b.baseline_id);
    END IF;
    RETURN NULL;
END
$$;

-- An amount that was approved, of an institution whose bills a baseline is fitted to.
CREATE FUNCTION ask_fits_of_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO baseline_work (baseline_id, cause, asked_by)
    SELECT b.baseline_id, 'data', NULL
      FROM manual_entry m JOIN baseline b USING (organisation_id)
     WHERE m.entry_id = NEW.entry_id AND b.step = 'monthly' AND b.train @> m.month
       AND NOT EXISTS (SELECT FROM baseline_end e WHERE e.baseline_id = b.baseline_id);
    RETURN NULL;
END
$$;

CREATE FUNCTION ask_fits_of_bill() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO baseline_work (baseline_id, cause, asked_by)
    SELECT b.baseline_id, 'data', NULL FROM baseline b
     WHERE b.step = 'monthly' AND b.train && daterange(NEW.first_day, NEW.end_day)
       AND (b.meter_id = NEW.meter_id
            OR (b.meter_id IS NULL AND b.organisation_id IN (
                WITH RECURSIVE up AS (
                    SELECT m.place_id FROM meter_position m WHERE m.meter_id = NEW.meter_id
                     UNION
                    SELECT p.parent_id FROM up JOIN organisation_position p ON p.organisation_id = up.place_id
                ) SELECT place_id FROM up)))
       AND NOT EXISTS (SELECT FROM baseline_end e WHERE e.baseline_id = b.baseline_id);
    RETURN NULL;
END
$$;

GRANT EXECUTE ON FUNCTION ask_fits_of_entry(), ask_fits_of_bill() TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER ask_fits AFTER INSERT ON manual_entry_step
    FOR EACH ROW WHEN (NEW.state = 'approved') EXECUTE FUNCTION ask_fits_of_entry();
CREATE TRIGGER ask_fits AFTER INSERT ON bill FOR EACH ROW EXECUTE FUNCTION ask_fits_of_bill();
