-- Savings, what was left: bands made of a portfolio's own meter-years, methods beside the model of the whole building, and
-- who has verified a saving.
--
-- Meter-years: how far meters strayed from the baseline of the year before. From those in which nothing is known to have
-- changed the band of a saving is made, so far as there are enough of them. All of it is only added to.

CREATE TABLE meter_year (
    meter_year_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    meter_id      bigint NOT NULL REFERENCES meter,
    year          integer NOT NULL CHECK (year BETWEEN 1950 AND 2199),
    wander        double precision CHECK (wander >= 0 AND wander < 'Infinity'),
    deviation     double precision CHECK (deviation >= -1 AND deviation < 'Infinity'),
    days          integer NOT NULL CHECK (days >= 0),
    refusals      text[] NOT NULL,
    code          text NOT NULL,
    made_at       timestamptz NOT NULL DEFAULT now(),
    CHECK ((deviation IS NULL) = (cardinality(refusals) > 0) AND (deviation IS NULL) = (wander IS NULL))
);
CREATE INDEX ON meter_year (meter_id, year);
COMMENT ON TABLE meter_year IS 'A meter over a local calendar year, held against a model of the year before; per meter and year the newest counts';
COMMENT ON COLUMN meter_year.wander IS 'root mean square of the monthly residuals of the year before over its mean use';
COMMENT ON COLUMN meter_year.deviation IS '(measured - predicted) / predicted of the year; null takes back what was said before, for the named reasons';
COMMENT ON COLUMN meter_year.days IS 'of the year, that have both';

CREATE TABLE meter_year_check (
    meter_id bigint NOT NULL REFERENCES meter,
    year     integer NOT NULL,
    at       timestamptz NOT NULL,
    PRIMARY KEY (meter_id, year)
);
COMMENT ON TABLE meter_year_check IS 'When a worker last held a meter''s year against the year before';

-- Methods beside the model of the whole building compare days that are over; what was agreed for it are the terms.
ALTER TABLE baseline
    ADD COLUMN method text NOT NULL DEFAULT 'whole'
        CHECK (method IN ('whole', 'on_off', 'side_by_side', 'all_parameters', 'key_parameter')),
    ADD COLUMN reporting_end date,
    ADD COLUMN terms jsonb NOT NULL DEFAULT '{}',
    DROP CONSTRAINT baseline_check,
    ADD CONSTRAINT reporting_days CHECK (CASE method
        WHEN 'whole' THEN reporting_from >= upper(train) AND reporting_end IS NULL
        WHEN 'on_off' THEN reporting_from = lower(train) AND reporting_end IS NOT DISTINCT FROM upper(train)
        ELSE reporting_from >= upper(train) AND coalesce(reporting_end > reporting_from, false) END);
COMMENT ON COLUMN baseline.method IS 'whole building by a model (IPMVP C), or a comparison of days: alternating test, like beside like, isolation B and A';
COMMENT ON COLUMN baseline.reporting_end IS 'of a comparison: local day after the last one that is compared';
COMMENT ON COLUMN baseline.terms IS 'of a comparison: days on, meter beside it, or what was measured and stipulated';
GRANT INSERT (method, reporting_end, terms) ON baseline TO civicwatt_api, civicwatt_admin;

-- A verified saving names who verified it, and the date of their document.
ALTER TABLE stated_saving
    ADD COLUMN stated_by text NOT NULL DEFAULT '',
    ADD COLUMN document_date date,
    ADD CONSTRAINT verified_by CHECK (kind = 'planned' OR amount IS NULL
                                      OR (stated_by !~ '^\s*$' AND document_date IS NOT NULL)) NOT VALID;
GRANT INSERT (stated_by, document_date) ON stated_saving TO civicwatt_api;

GRANT SELECT ON meter_year, non_routine_event, non_routine_decision TO civicwatt_scope;
SET ROLE civicwatt_scope;

-- The meter-years by which bands at a place are made: of its whole portfolio, whoever asks, so that a band does not
-- depend on who looks at it. No meter but `of_meter` (of which the own past is told) goes by its name. Years in which a
-- measure was built or an accepted non-routine event began or ended, at the meter's place or above it, are left out.
CREATE FUNCTION local_meter_years(of_organisation bigint, of_medium text, of_meter bigint, as_of timestamptz, at_most integer)
RETURNS TABLE (meter text, own boolean, year integer, wander double precision, deviation double precision)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE up AS (
        SELECT of_organisation AS place_id WHERE may_be_told_of(of_organisation)
         UNION
        SELECT p.parent_id FROM up JOIN organisation_position p ON p.organisation_id = up.place_id AND p.during @> now()
    ), portfolio AS (
        SELECT up.place_id FROM up
         WHERE NOT EXISTS (SELECT FROM organisation_position p WHERE p.organisation_id = up.place_id AND p.during @> now())
         UNION
        SELECT p.organisation_id FROM portfolio b JOIN organisation_position p
            ON p.parent_id = b.place_id AND p.during @> now()
    ), changed AS MATERIALIZED (
        SELECT b.organisation_id AS place_id, least(upper(b.train), b.reporting_from) AS from_day,
               greatest(upper(b.train), b.reporting_from) AS to_day
          FROM baseline b
         WHERE b.medium = of_medium AND b.entered_at <= as_of
           AND NOT EXISTS (SELECT FROM baseline_end e WHERE e.baseline_id = b.baseline_id AND e.entered_at <= as_of)
         UNION ALL
        SELECT b.organisation_id, x.day, x.day
          FROM baseline b JOIN non_routine_event e USING (baseline_id)
          JOIN LATERAL (SELECT * FROM non_routine_decision n WHERE n.event_id = e.event_id AND n.at <= as_of
                         ORDER BY n.decision_id DESC LIMIT 1) d ON d.verdict = 'accepted'
          CROSS JOIN LATERAL unnest(ARRAY[d.first_day, d.end_day]) x (day)
         WHERE b.medium = of_medium AND x.day IS NOT NULL
    ), reach AS (
        SELECT place_id AS top, place_id FROM changed
         UNION
        SELECT r.top, p.organisation_id FROM reach r JOIN organisation_position p
            ON p.parent_id = r.place_id AND p.during @> now()
    ), newest AS (
        SELECT DISTINCT ON (y.meter_id, y.year) y.meter_id, y.year, y.wander, y.deviation
          FROM meter_year y JOIN meter m USING (meter_id)
         WHERE m.medium = of_medium AND y.made_at <= as_of
         ORDER BY y.meter_id, y.year, y.meter_year_id DESC
    ), stood AS (
        SELECT n.*, q.place_id FROM newest n JOIN meter_position q
            ON q.meter_id = n.meter_id AND q.during && tstzrange(make_date(n.year - 1, 1, 1)::timestamptz, make_date(n.year + 1, 1, 1)::timestamptz)
    )
    SELECT md5(n.meter_id::text), n.meter_id IS NOT DISTINCT FROM of_meter, n.year, n.wander, n.deviation
      FROM newest n
     WHERE n.deviation IS NOT NULL
       AND EXISTS (SELECT FROM stood s JOIN portfolio USING (place_id) WHERE s.meter_id = n.meter_id AND s.year = n.year)
       AND NOT EXISTS (SELECT FROM stood s JOIN reach r USING (place_id) JOIN changed c ON c.place_id = r.top
                        WHERE s.meter_id = n.meter_id AND s.year = n.year
                          AND c.from_day < make_date(n.year + 1, 1, 1) AND c.to_day > make_date(n.year - 1, 1, 1))
     ORDER BY n.meter_id IS NOT DISTINCT FROM of_meter DESC, n.year DESC, md5(n.meter_id::text) LIMIT at_most
$$;

GRANT EXECUTE ON FUNCTION local_meter_years(bigint, text, bigint, timestamptz, integer) TO civicwatt_api, civicwatt_work;
SET ROLE civicwatt_owner;

ALTER TABLE meter_year ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE meter_year_check ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY unscoped ON meter_year TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true);
CREATE POLICY unscoped ON meter_year_check TO civicwatt_admin, civicwatt_work USING (true);
CREATE POLICY seen ON meter_year FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (EXISTS (SELECT FROM visible_meters() v WHERE v.meter_id = meter_year.meter_id
                      AND tstzrange(make_date(year - 1, 1, 2)::timestamptz, make_date(year, 12, 31)::timestamptz) <@ v.during));
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON meter_year
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_baseline_change();
GRANT SELECT ON meter_year TO civicwatt_api, civicwatt_admin, civicwatt_work;
GRANT INSERT ON meter_year TO civicwatt_work;
GRANT SELECT, INSERT, UPDATE ON meter_year_check TO civicwatt_work;
