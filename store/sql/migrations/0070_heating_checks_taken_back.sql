-- The check of a heating season, statutory or recorded, can be taken back as that of a price can: the row stays and says who,
-- when and why.

ALTER TABLE heating_rule_check DROP CONSTRAINT heating_rule_check_pkey;
ALTER TABLE heating_season_check DROP CONSTRAINT heating_season_check_pkey;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['heating_rule_check', 'heating_season_check'] LOOP
        EXECUTE format('ALTER TABLE %I ADD check_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                        ADD withdrawn_because text CHECK (withdrawn_because !~ ''^\s*$''),
                        ADD withdrawn_by bigint REFERENCES person, ADD withdrawn_at timestamptz,
                        ADD CHECK (num_nulls(withdrawn_because, withdrawn_at) IN (0, 2))', name);
        EXECUTE format('CREATE POLICY withdrawn ON %I FOR UPDATE TO civicwatt_api
                        USING ((SELECT is_system_administrator())) WITH CHECK ((SELECT is_system_administrator()))', name);
        EXECUTE format('GRANT UPDATE (withdrawn_because) ON %I TO civicwatt_api', name);
        EXECUTE format('CREATE TRIGGER sign_withdrawal BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION sign_check_withdrawal()',
                       name);
    END LOOP;
END
$$;
CREATE UNIQUE INDEX ON heating_rule_check (region) WHERE withdrawn_at IS NULL;
CREATE UNIQUE INDEX ON heating_season_check (region, year, first_day, end_day) WHERE withdrawn_at IS NULL;
