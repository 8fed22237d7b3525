-- Whether charging balances stands in a statement: what a pile counted and what plug-ins took of it draws the months of those
-- contracts again that have a meter above the pile. The pile's own meter is in none of them.

ALTER TABLE statement_work DROP CONSTRAINT statement_work_cause_check;
ALTER TABLE statement_work ADD CHECK
    (cause IN ('consumption', 'price', 'bill', 'weather', 'calendar', 'contract', 'checked', 'non_routine', 'charging'));
GRANT SELECT ON pile TO civicwatt_scope;

SET ROLE civicwatt_scope;

CREATE FUNCTION ask_statements_above(of_meter bigint, first_day date, end_day date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT ask_statements(array_agg(a.meter_id), ask_statements_above.first_day, ask_statements_above.end_day, 'charging')
      FROM meter_ancestry(ARRAY[of_meter], tstzrange(ask_statements_above.first_day, ask_statements_above.end_day)) a
    HAVING count(*) > 0
$$;

CREATE OR REPLACE FUNCTION ask_statements_of_consumption() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    -- Most meters are in no contract, and no pile: nothing else is looked at then.
    IF EXISTS (SELECT FROM contract_source c WHERE c.meter_id = NEW.meter_id) THEN
        PERFORM ask_statements(ARRAY[NEW.meter_id], NEW.first_day, NEW.end_day, 'consumption');
    ELSIF EXISTS (SELECT FROM pile p WHERE p.meter_id = NEW.meter_id) THEN
        PERFORM ask_statements_above(NEW.meter_id, NEW.first_day, NEW.end_day);
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION ask_statements_of_plug_in() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    day date := (NEW.start_at AT TIME ZONE 'UTC')::date;
BEGIN
    -- A local day may have begun on the day before by UTC, or on the day after.
    PERFORM ask_statements_above(p.meter_id, day - 1, day + 2) FROM pile p WHERE p.pile_id = NEW.pile_id;
    RETURN NULL;
END
$$;

CREATE FUNCTION ask_statements_of_pile() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM ask_statements_above(NEW.meter_id, current_date - 400, current_date + 1);
    RETURN NULL;
END
$$;
GRANT EXECUTE ON FUNCTION ask_statements_of_plug_in(), ask_statements_of_pile() TO civicwatt_owner;

SET ROLE civicwatt_owner;

CREATE TRIGGER ask_statements AFTER INSERT OR UPDATE ON charge_match
    FOR EACH ROW EXECUTE FUNCTION ask_statements_of_plug_in();
CREATE TRIGGER ask_statements AFTER INSERT ON pile FOR EACH ROW EXECUTE FUNCTION ask_statements_of_pile();
