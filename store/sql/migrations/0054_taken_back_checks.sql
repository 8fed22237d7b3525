-- A check of prices, of a power-factor table, or of a heating season is made by somebody else than who entered them, as
-- that of a tariff or a factor is; and a check of money can be taken back. A check stands until it is withdrawn: the row
-- stays and says who, when and why. What was closed with it keeps it.

ALTER TABLE tariff_version_check DROP CONSTRAINT tariff_version_check_pkey;
ALTER TABLE price_month_check DROP CONSTRAINT price_month_check_pkey;
ALTER TABLE power_factor_check DROP CONSTRAINT power_factor_check_pkey;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['tariff_version_check', 'price_month_check', 'power_factor_check'] LOOP
        EXECUTE format('ALTER TABLE %I ADD check_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                        ADD withdrawn_because text CHECK (withdrawn_because !~ ''^\s*$''),
                        ADD withdrawn_by bigint REFERENCES person, ADD withdrawn_at timestamptz,
                        ADD CHECK (num_nulls(withdrawn_because, withdrawn_at) IN (0, 2))', name);
        EXECUTE format('CREATE POLICY withdrawn ON %I FOR UPDATE TO civicwatt_api
                        USING ((SELECT is_system_administrator())) WITH CHECK ((SELECT is_system_administrator()))', name);
        EXECUTE format('GRANT UPDATE (withdrawn_because) ON %I TO civicwatt_api', name);
    END LOOP;
END
$$;
CREATE UNIQUE INDEX ON tariff_version_check (tariff_version_id) WHERE withdrawn_at IS NULL;
CREATE UNIQUE INDEX ON price_month_check (price_month_id) WHERE withdrawn_at IS NULL;
CREATE UNIQUE INDEX ON power_factor_check (standard, sha256) WHERE withdrawn_at IS NULL;

-- Of which numbers a table is, so that a check of them can be held against who entered them.
ALTER TABLE power_factor_table ADD sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$');
COMMENT ON COLUMN power_factor_table.sha256 IS 'digest of the numbers; null where it was entered before there was one';
GRANT INSERT (sha256) ON power_factor_table TO civicwatt_api, civicwatt_admin;

ALTER TABLE heating_rule ADD entered_by bigint REFERENCES person;
ALTER TABLE heating_season ADD entered_by bigint REFERENCES person;
ALTER TABLE heating_rule ALTER entered_by SET DEFAULT current_person();
ALTER TABLE heating_season ALTER entered_by SET DEFAULT current_person();
COMMENT ON COLUMN heating_season.entered_by IS 'who recorded these days; null where it came from the command line or before it was noted';

SET ROLE civicwatt_scope;

-- Who and when are the database's to say; a check is withdrawn once.
CREATE FUNCTION sign_check_withdrawal() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_because IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'check_withdrawn', MESSAGE = 'a check is withdrawn once';
    END IF;
    NEW.withdrawn_by := current_person();
    NEW.withdrawn_at := now();
    RETURN NEW;
END
$$;

CREATE FUNCTION note_season_recorder() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    NEW.entered_by := current_person();
    RETURN NEW;
END
$$;

GRANT EXECUTE ON FUNCTION sign_check_withdrawal(), note_season_recorder() TO civicwatt_owner, civicwatt_api, civicwatt_admin;
SET ROLE civicwatt_owner;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['tariff_version_check', 'price_month_check', 'power_factor_check'] LOOP
        EXECUTE format('CREATE TRIGGER sign_withdrawal BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION sign_check_withdrawal()',
                       name);
    END LOOP;
END
$$;
CREATE TRIGGER note_recorder BEFORE UPDATE ON heating_season FOR EACH ROW
    WHEN ((NEW.first_day, NEW.end_day) IS DISTINCT FROM (OLD.first_day, OLD.end_day)) EXECUTE FUNCTION note_season_recorder();

-- Costs and statements follow a withdrawal as they follow a check.
CREATE TRIGGER touch_costs_of_withdrawal AFTER UPDATE ON tariff_version_check
    FOR EACH ROW EXECUTE FUNCTION touch_costs_of_version();
CREATE TRIGGER touch_costs_of_withdrawal AFTER UPDATE ON price_month_check REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION touch_costs_of_prices();
CREATE TRIGGER ask_statements_of_withdrawal AFTER UPDATE ON tariff_version_check
    FOR EACH ROW EXECUTE FUNCTION ask_statements_of_price();
CREATE TRIGGER ask_statements_of_withdrawal AFTER UPDATE ON price_month_check
    FOR EACH ROW EXECUTE FUNCTION ask_statements_of_price();
CREATE TRIGGER ask_statements_of_withdrawal AFTER UPDATE ON power_factor_check
    FOR EACH ROW EXECUTE FUNCTION ask_statements_of_power_factor();

-- Not by whoever entered them.
DROP POLICY administered ON price_month_check;
CREATE POLICY second_person ON price_month_check FOR INSERT TO civicwatt_api
    WITH CHECK ((SELECT is_system_administrator()) AND current_person() IS DISTINCT FROM
                (SELECT p.entered_by FROM price_month p WHERE p.price_month_id = price_month_check.price_month_id));
DROP POLICY administered ON power_factor_check;
CREATE POLICY second_person ON power_factor_check FOR INSERT TO civicwatt_api
    WITH CHECK ((SELECT is_system_administrator()) AND NOT EXISTS (
                SELECT FROM power_factor_table t
                 WHERE t.standard = power_factor_check.standard AND t.entered_by = current_person()
                   AND coalesce(t.sha256 = power_factor_check.sha256, true)));
DROP POLICY checked ON heating_rule_check;
CREATE POLICY second_person ON heating_rule_check FOR INSERT TO civicwatt_api
    WITH CHECK ((SELECT is_system_administrator()) AND current_person() IS DISTINCT FROM
                (SELECT r.entered_by FROM heating_rule r WHERE r.region = heating_rule_check.region));
DROP POLICY checked ON heating_season_check;
CREATE POLICY second_person ON heating_season_check FOR INSERT TO civicwatt_api
    WITH CHECK ((SELECT is_system_administrator()) AND current_person() IS DISTINCT FROM
                (SELECT s.entered_by FROM heating_season s
                  WHERE (s.region, s.year) = (heating_season_check.region, heating_season_check.year)));
