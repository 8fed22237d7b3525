-- Capacity, declared demand and quota of a supply were written once, with the tariff a meter is put on, and a wrong one
-- stayed. What is entered here says otherwise for whole months, also for those that are over: rows are only added, of
-- those that stand the newest that has a month counts, and one is taken back with a reason.

CREATE TABLE supply_terms (
    terms_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    meter_id     bigint NOT NULL REFERENCES meter,
    months       daterange NOT NULL CHECK (NOT isempty(months) AND NOT lower_inf(months)
                                           AND lower(months) = date_trunc('month', lower(months))::date
                                           AND (upper_inf(months) OR upper(months) = date_trunc('month', upper(months))::date)),
    capacity_kva numeric CHECK (capacity_kva > 0 AND capacity_kva < 1e7),
    declared_kw  numeric CHECK (declared_kw > 0 AND declared_kw < 1e7),
    quota        numeric CHECK (quota > 0 AND quota < 1e12),
    source       text NOT NULL CHECK (source !~ '^\s*$'),
    reason       text NOT NULL CHECK (reason !~ '^\s*$'),
    entered_by   bigint REFERENCES person DEFAULT current_person(),
    entered_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    withdrawn_because text CHECK (withdrawn_because !~ '^\s*$'),
    withdrawn_by bigint REFERENCES person,
    withdrawn_at timestamptz,
    CHECK (num_nulls(withdrawn_because, withdrawn_at) IN (0, 2))
);
CREATE INDEX ON supply_terms (meter_id);
COMMENT ON TABLE supply_terms IS 'Capacity, declared demand and quota of a meter''s supply, otherwise than entered with its tariff; the newest that stands and has a month counts, with all three';
COMMENT ON COLUMN supply_terms.months IS 'whole local months, half-open';
COMMENT ON COLUMN supply_terms.capacity_kva IS 'of the transformers; null: none is entered for these months';
COMMENT ON COLUMN supply_terms.declared_kw IS 'demand declared to the utility; null: none';
COMMENT ON COLUMN supply_terms.quota IS 'of the span that a tier counts, in the register''s unit; null: none';
COMMENT ON COLUMN supply_terms.source IS 'where it is from: the contract of supply, the bill, a letter of the utility';

ALTER TABLE supply_terms ENABLE ROW LEVEL SECURITY;
ALTER TABLE supply_terms FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON supply_terms FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (meter_id IN (SELECT v.meter_id FROM visible_meters() v));
CREATE POLICY entered ON supply_terms FOR INSERT TO civicwatt_api WITH CHECK (may_correct_meter(meter_id, now()));
CREATE POLICY withdrawn ON supply_terms FOR UPDATE TO civicwatt_api
    USING (may_correct_meter(meter_id, now())) WITH CHECK (may_correct_meter(meter_id, now()));
CREATE POLICY unscoped ON supply_terms TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true);
GRANT SELECT ON supply_terms TO civicwatt_api, civicwatt_admin, civicwatt_work, civicwatt_scope;
-- Who and when are the database's to say.
GRANT INSERT (meter_id, months, capacity_kva, declared_kw, quota, source, reason) ON supply_terms TO civicwatt_api, civicwatt_admin;
GRANT UPDATE (withdrawn_because) ON supply_terms TO civicwatt_api;

SET ROLE civicwatt_scope;

CREATE FUNCTION sign_terms() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'terms_withdrawn', MESSAGE = 'they are taken back already';
    END IF;
    IF NEW.withdrawn_because IS NOT NULL THEN
        NEW.withdrawn_by := current_person();
        NEW.withdrawn_at := clock_timestamp();
    END IF;
    RETURN NEW;
END
$$;
GRANT EXECUTE ON FUNCTION sign_terms() TO civicwatt_owner, civicwatt_api, civicwatt_admin;
SET ROLE civicwatt_owner;

CREATE TRIGGER sign BEFORE UPDATE ON supply_terms FOR EACH ROW EXECUTE FUNCTION sign_terms();
