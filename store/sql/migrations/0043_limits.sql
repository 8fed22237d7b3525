-- Quotas (定额) and targets that people enter, beside those that come along. Rows are added only: of one matter the
-- newest counts, one without numbers takes it away. A check is of the numbers, by their digest.

CREATE TABLE quota (
    quota_id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code              text NOT NULL CHECK (code ~ '^[a-z0-9][a-z0-9_]{0,59}$'),
    name_zh           text NOT NULL CHECK (name_zh !~ '^\s*$'),
    name_en           text NOT NULL CHECK (name_en !~ '^\s*$'),
    indicator         text NOT NULL CHECK (indicator ~ '^[a-z0-9_]+$'),
    province          text CHECK (province ~ '^CN-[A-Z]{2}$'),
    institution_class text,
    organisation_id   bigint REFERENCES organisation,
    use               text,
    climate_zone      text,
    first_year        integer CHECK (first_year BETWEEN 1949 AND 2199),
    last_year         integer CHECK (last_year BETWEEN 1949 AND 2199),
    constraint_value  numeric CHECK (constraint_value < 'Infinity'),
    base_value        numeric,
    guide_value       numeric,
    source            text NOT NULL CHECK (source !~ '^\s*$'),
    evidence          text NOT NULL CHECK (evidence !~ '^\s*$'),
    person_id         bigint NOT NULL REFERENCES person DEFAULT current_person(),
    entered_at        timestamptz NOT NULL DEFAULT now(),
    CHECK (first_year <= last_year),
    CHECK (num_nulls(constraint_value, guide_value) IN (0, 2)),
    CHECK (constraint_value IS NULL AND base_value IS NULL
        OR guide_value > 0 AND guide_value <= coalesce(base_value, guide_value)
           AND coalesce(base_value, guide_value) <= constraint_value)
);
COMMENT ON TABLE quota IS 'Limits of an indicator that people entered; of one code, climate zone and first year the newest counts, without numbers none';
COMMENT ON COLUMN quota.constraint_value IS '约束值, base_value 基准值 (may be missing), guide_value 引导值, in the unit of the indicator';

CREATE TABLE target (
    target_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    indicator         text NOT NULL CHECK (indicator ~ '^[a-z0-9_]+$'),
    base_year         integer NOT NULL CHECK (base_year IN (2020, 2025)),
    year              integer NOT NULL CHECK (year > base_year AND year <= 2199),
    province          text CHECK (province ~ '^CN-[A-Z]{2}$'),
    institution_class text,
    organisation_id   bigint REFERENCES organisation,
    change            numeric CHECK (change > -1 AND change < 10),
    source            text NOT NULL CHECK (source !~ '^\s*$'),
    evidence          text NOT NULL CHECK (evidence !~ '^\s*$'),
    person_id         bigint NOT NULL REFERENCES person DEFAULT current_person(),
    entered_at        timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE target IS 'Changes of an indicator against a base year that plans ask for, as a share: -0.05 is 5 % less; the newest counts, without a change none';

CREATE TABLE limit_check (
    sha256     text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    document   text NOT NULL CHECK (document !~ '^\s*$'),
    person_id  bigint NOT NULL REFERENCES person DEFAULT current_person(),
    checked_on date NOT NULL DEFAULT current_date
);
COMMENT ON TABLE limit_check IS 'Somebody compared just these numbers of a quota or target with a document; other numbers are unchecked again';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['quota', 'target', 'limit_check'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner
                        USING ((SELECT current_person()) IS NOT NULL)', name);
        EXECUTE format('CREATE POLICY administered ON %I FOR INSERT TO civicwatt_api
                        WITH CHECK ((SELECT is_system_administrator()) AND person_id = current_person())', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_admin, civicwatt_work', name);
    END LOOP;
END
$$;
-- A limit of one institution is seen by whoever sees the institution.
DROP POLICY seen ON quota;
DROP POLICY seen ON target;
CREATE POLICY seen ON quota FOR SELECT TO civicwatt_api, civicwatt_owner
    USING ((SELECT current_person()) IS NOT NULL
           AND (organisation_id IS NULL OR organisation_id IN (SELECT v.organisation_id FROM visible_organisations() v)));
CREATE POLICY seen ON target FOR SELECT TO civicwatt_api, civicwatt_owner
    USING ((SELECT current_person()) IS NOT NULL
           AND (organisation_id IS NULL OR organisation_id IN (SELECT v.organisation_id FROM visible_organisations() v)));
-- Who and when are the database's to say.
GRANT INSERT (code, name_zh, name_en, indicator, province, institution_class, organisation_id, use, climate_zone, first_year,
              last_year, constraint_value, base_value, guide_value, source, evidence) ON quota TO civicwatt_api;
GRANT INSERT (indicator, base_year, year, province, institution_class, organisation_id, change, source, evidence) ON target
    TO civicwatt_api;
GRANT INSERT (sha256, document) ON limit_check TO civicwatt_api;
