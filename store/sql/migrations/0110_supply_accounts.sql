-- Of which class a user is belongs to the account of its supply at the utility, not to the tariff: which standard of power
-- factor its months are held to, and whether reverse reactive energy is added. Rows are only added; of those that stand the
-- newest that has a month counts. A second person checks one against the contract of supply, and either may take it back.

CREATE TABLE supply_account (
    account_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    meter_id   bigint NOT NULL REFERENCES meter,
    months     daterange NOT NULL CHECK (NOT isempty(months) AND NOT lower_inf(months)
                                         AND lower(months) = date_trunc('month', lower(months))::date
                                         AND (upper_inf(months) OR upper(months) = date_trunc('month', upper(months))::date)),
    standard   text NOT NULL CHECK (standard IN ('0.90', '0.85', '0.80', 'none')),
    reverse_reactive text CHECK (reverse_reactive IN ('added', 'ignored')),
    source     text NOT NULL CHECK (source !~ '^\s*$'),
    reason     text NOT NULL CHECK (reason !~ '^\s*$'),
    entered_by bigint REFERENCES person DEFAULT current_person(),
    entered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    document   text CHECK (document !~ '^\s*$'),
    checked_by bigint REFERENCES person,
    checked_at timestamptz,
    withdrawn_because text CHECK (withdrawn_because !~ '^\s*$'),
    withdrawn_by bigint REFERENCES person,
    withdrawn_at timestamptz,
    CHECK (num_nulls(document, checked_at) IN (0, 2)),
    CHECK (num_nulls(withdrawn_because, withdrawn_at) IN (0, 2))
);
CREATE INDEX ON supply_account (meter_id);
COMMENT ON TABLE supply_account IS 'What the utility says of a meter''s user; of the rows that stand the newest that has a month counts';
COMMENT ON COLUMN supply_account.months IS 'whole local months, half-open';
COMMENT ON COLUMN supply_account.standard IS 'power factor it is held to, none for no adjustment';
COMMENT ON COLUMN supply_account.reverse_reactive IS 'whether reverse reactive energy is added to that drawn; null: nobody has said';
COMMENT ON COLUMN supply_account.source IS 'where it is from: the contract of supply, the bill, a letter of the utility';
COMMENT ON COLUMN supply_account.document IS 'what the person who checked it held it against; null: nobody has';

ALTER TABLE supply_account ENABLE ROW LEVEL SECURITY;
ALTER TABLE supply_account FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON supply_account FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (meter_id IN (SELECT v.meter_id FROM visible_meters() v));
CREATE POLICY entered ON supply_account FOR INSERT TO civicwatt_api WITH CHECK (may_correct_meter(meter_id, now()));
CREATE POLICY checked ON supply_account FOR UPDATE TO civicwatt_api
    USING (may_correct_meter(meter_id, now())) WITH CHECK (may_correct_meter(meter_id, now()));
CREATE POLICY unscoped ON supply_account TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true);
GRANT SELECT ON supply_account TO civicwatt_api, civicwatt_admin, civicwatt_work, civicwatt_scope;
-- Who and when are the database's to say.
GRANT INSERT (meter_id, months, standard, reverse_reactive, source, reason) ON supply_account TO civicwatt_api, civicwatt_admin;
GRANT UPDATE (document, withdrawn_because) ON supply_account TO civicwatt_api;

SET ROLE civicwatt_scope;

CREATE FUNCTION sign_account() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'account_withdrawn', MESSAGE = 'it is taken back already';
    END IF;
    IF NEW.document IS DISTINCT FROM OLD.document THEN
        IF OLD.checked_at IS NOT NULL OR NEW.document IS NULL OR current_person() IS NULL
           OR current_person() IS NOT DISTINCT FROM OLD.entered_by THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'account_second_person',
                MESSAGE = 'a second person checks it, once';
        END IF;
        NEW.checked_by := current_person();
        NEW.checked_at := clock_timestamp();
    END IF;
    IF NEW.withdrawn_because IS NOT NULL THEN
        NEW.withdrawn_by := current_person();
        NEW.withdrawn_at := clock_timestamp();
    END IF;
    RETURN NEW;
END
$$;

-- Statements drawn of its months follow it, as they follow a tariff.
CREATE FUNCTION ask_statements_of_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM contract_source c WHERE c.meter_id = NEW.meter_id) THEN
        PERFORM ask_statements(ARRAY[NEW.meter_id], lower(NEW.months),
                               least(coalesce(upper(NEW.months), current_date + 1), current_date + 1), 'price');
    END IF;
    RETURN NULL;
END
$$;
GRANT EXECUTE ON FUNCTION sign_account() TO civicwatt_owner, civicwatt_api, civicwatt_admin;
GRANT EXECUTE ON FUNCTION ask_statements_of_account() TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER sign BEFORE UPDATE ON supply_account FOR EACH ROW EXECUTE FUNCTION sign_account();
CREATE TRIGGER ask_statements AFTER INSERT OR UPDATE ON supply_account FOR EACH ROW EXECUTE FUNCTION ask_statements_of_account();
