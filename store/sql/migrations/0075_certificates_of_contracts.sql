-- Whether a certificate held stands on a statement: one that is entered, or ended before its time, draws the months of those
-- contracts again that have its meter in their boundary.

ALTER TABLE statement_work DROP CONSTRAINT statement_work_cause_check;
ALTER TABLE statement_work ADD CHECK
    (cause IN ('consumption', 'price', 'bill', 'weather', 'calendar', 'contract', 'checked', 'non_routine', 'charging', 'certificate'));

SET ROLE civicwatt_scope;

CREATE FUNCTION ask_statements_of_certificate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    -- What follows the last day of a certificate follows from it too.
    PERFORM ask_statements(ARRAY[c.meter_id], lower(c.valid), current_date + 1, 'certificate')
       FROM certificate c
      WHERE c.certificate_id = NEW.certificate_id AND lower(c.valid) <= current_date
        AND c.meter_id IN (SELECT s.meter_id FROM contract_source s);
    RETURN NULL;
END
$$;

GRANT EXECUTE ON FUNCTION ask_statements_of_certificate() TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER ask_statements AFTER INSERT ON certificate FOR EACH ROW EXECUTE FUNCTION ask_statements_of_certificate();
CREATE TRIGGER ask_statements AFTER INSERT ON certificate_end FOR EACH ROW EXECUTE FUNCTION ask_statements_of_certificate();
