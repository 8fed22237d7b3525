-- A bill that was imported wrong stayed, counted wherever bills count, and its number was used up. It is taken back with a
-- reason and stays kept; its number is free for the right one.

ALTER TABLE bill
    ADD withdrawn_because text CHECK (withdrawn_because !~ '^\s*$'),
    ADD withdrawn_by bigint REFERENCES person,
    ADD withdrawn_at timestamptz,
    ADD CHECK (num_nulls(withdrawn_because, withdrawn_at) IN (0, 2)),
    DROP CONSTRAINT bill_meter_id_number_key;
CREATE UNIQUE INDEX bill_meter_id_number_key ON bill (meter_id, number) WHERE withdrawn_at IS NULL;
CREATE INDEX ON bill (meter_id);
COMMENT ON COLUMN bill.withdrawn_because IS 'why it is taken back; such a bill counts nowhere';

CREATE POLICY withdrawn ON bill FOR UPDATE TO civicwatt_api
    USING (may_correct_meter(meter_id, start_at)) WITH CHECK (may_correct_meter(meter_id, start_at));
-- Who and when are the database's to say.
GRANT UPDATE (withdrawn_because) ON bill TO civicwatt_api;

SET ROLE civicwatt_scope;

CREATE FUNCTION sign_bill_withdrawal() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_withdrawn', MESSAGE = 'it is taken back already';
    END IF;
    IF NEW.withdrawn_because IS NOT NULL THEN
        NEW.withdrawn_by := current_person();
        NEW.withdrawn_at := clock_timestamp();
    END IF;
    RETURN NEW;
END
$$;
GRANT EXECUTE ON FUNCTION sign_bill_withdrawal() TO civicwatt_owner, civicwatt_api, civicwatt_admin;
SET ROLE civicwatt_owner;

CREATE TRIGGER sign BEFORE UPDATE ON bill FOR EACH ROW EXECUTE FUNCTION sign_bill_withdrawal();
-- Statements and baselines that counted it are asked for anew, as when it came.
CREATE TRIGGER ask_statements_anew AFTER UPDATE ON bill FOR EACH ROW EXECUTE FUNCTION ask_statements_of_bill();
CREATE TRIGGER ask_fits_anew AFTER UPDATE ON bill FOR EACH ROW EXECUTE FUNCTION ask_fits_of_bill();
