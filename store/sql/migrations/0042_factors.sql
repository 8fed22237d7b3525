-- Factor sets that people enter, who has checked a factor, and what was withdrawn. A version is written once and
-- stays; what is said about it later is a row of its own.

ALTER TABLE factor_set ADD entered_by bigint REFERENCES person;
ALTER TABLE factor_set ALTER entered_by SET DEFAULT current_person();
COMMENT ON COLUMN factor_set.entered_by IS 'null where it came along with Civicwatt or from the command line';

CREATE TABLE factor_check (
    factor_check_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    factor_set_id   bigint NOT NULL REFERENCES factor_set,
    key             text NOT NULL,
    region          text NOT NULL,
    year            integer NOT NULL,
    effective_from  date,
    value           numeric NOT NULL,
    unit            text NOT NULL,
    source          text NOT NULL,
    document        text NOT NULL CHECK (document !~ '^\s*$'),
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    checked_on      date NOT NULL DEFAULT current_date,
    checked_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON factor_check (key, region, year);
COMMENT ON TABLE factor_check IS
    'Somebody has compared just this number with a document; it counts wherever the same number of the same source stands';
COMMENT ON COLUMN factor_check.factor_set_id IS 'the version in which it was looked at';

CREATE TABLE factor_check_withdrawal (
    factor_check_id bigint PRIMARY KEY REFERENCES factor_check,
    reason          text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    withdrawn_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE factor_set_withdrawal (
    factor_set_id bigint PRIMARY KEY REFERENCES factor_set,
    reason        text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id     bigint NOT NULL REFERENCES person DEFAULT current_person(),
    withdrawn_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE factor_set_withdrawal IS 'Versions that no new figure takes; periods closed with them keep them';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['factor_set', 'factor', 'factor_check', 'factor_check_withdrawal', 'factor_set_withdrawal'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api USING (true)', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_owner, civicwatt_admin, civicwatt_work USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_admin, civicwatt_work', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['factor_check_withdrawal', 'factor_set_withdrawal'] LOOP
        EXECUTE format('CREATE POLICY administered ON %I FOR INSERT TO civicwatt_api
                        WITH CHECK ((SELECT is_system_administrator()))', name);
    END LOOP;
END
$$;

CREATE POLICY administered ON factor_set FOR INSERT TO civicwatt_api WITH CHECK ((SELECT is_system_administrator()));
-- Into a version of one's own, and only while it is being entered.
CREATE POLICY administered ON factor FOR INSERT TO civicwatt_api
    WITH CHECK (factor_set_id IN (SELECT s.factor_set_id FROM factor_set s
                                   WHERE s.entered_by = (SELECT current_person()) AND s.loaded_at = now()));
-- Not by whoever entered the number first; carried along into another version it is still theirs.
CREATE POLICY second_person ON factor_check FOR INSERT TO civicwatt_api
    WITH CHECK ((SELECT is_system_administrator()) AND current_person() IS DISTINCT FROM
                (SELECT s.entered_by FROM factor f JOIN factor_set s USING (factor_set_id)
                  WHERE (f.key, f.region, f.year, f.value, f.unit, f.source)
                        = (factor_check.key, factor_check.region, factor_check.year, factor_check.value, factor_check.unit,
                           factor_check.source)
                    AND f.effective_from IS NOT DISTINCT FROM factor_check.effective_from
                  ORDER BY f.factor_set_id LIMIT 1));

-- Who and when are the database's to say.
GRANT INSERT (code, version, name_zh, name_en, electricity, counts_water, sha256) ON factor_set TO civicwatt_api, civicwatt_admin;
GRANT INSERT (factor_set_id, key, region, year, effective_from, value, unit, source, evidence, checked, checked_by, checked_on, note)
    ON factor TO civicwatt_api, civicwatt_admin;
GRANT INSERT (factor_set_id, key, region, year, effective_from, value, unit, source, document) ON factor_check TO civicwatt_api;
GRANT INSERT (factor_check_id, reason) ON factor_check_withdrawal TO civicwatt_api;
GRANT INSERT (factor_set_id, reason) ON factor_set_withdrawal TO civicwatt_api;
