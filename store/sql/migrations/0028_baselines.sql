-- Baselines: what would have been used without a measure. Who wants one, each model that was fitted with all
-- it was fitted to, which of them counts, what nobody planned, and what was planned or verified beside what
-- is measured. All of it is only added to; a model that a statement holds is never another one later.

CREATE TABLE baseline (
    baseline_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    meter_id        bigint REFERENCES meter,
    medium          text NOT NULL CHECK (medium IN ('electricity', 'water', 'gas', 'heat', 'cooling')),
    step            text NOT NULL DEFAULT 'daily' CHECK (step = 'daily'),
    train           daterange NOT NULL CHECK (NOT isempty(train) AND NOT lower_inf(train) AND NOT upper_inf(train)),
    reporting_from  date NOT NULL CHECK (reporting_from >= upper(train)),
    cvrmse_limit    double precision NOT NULL CHECK (cvrmse_limit > 0),
    nmbe_limit      double precision NOT NULL CHECK (nmbe_limit > 0),
    limit_source    text NOT NULL CHECK (limit_source !~ '^\s*$'),
    first_at        timestamptz NOT NULL,
    end_at          timestamptz NOT NULL CHECK (end_at > first_at),
    note            text NOT NULL DEFAULT '',
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    entered_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON baseline (organisation_id);
CREATE INDEX ON baseline USING gist (train);
COMMENT ON TABLE baseline IS 'Somebody wants a baseline of a place (by its meter tree) or of one meter, trained on these local days';
COMMENT ON COLUMN baseline.reporting_from IS 'first local day on which savings count: after the measure';
COMMENT ON COLUMN baseline.cvrmse_limit IS 'what the fit is held to, as ratios, and who asks for it';
COMMENT ON COLUMN baseline.first_at IS 'the training as instants [first_at, end_at), by which it is seen';

CREATE TABLE baseline_end (
    baseline_id bigint PRIMARY KEY REFERENCES baseline,
    reason      text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id   bigint NOT NULL REFERENCES person DEFAULT current_person(),
    entered_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE baseline_end IS 'It is wanted no more: nothing is fitted again, what was fitted stays';

CREATE TABLE baseline_version (
    version_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    baseline_id     bigint NOT NULL REFERENCES baseline,
    number          integer NOT NULL CHECK (number > 0),
    cause           text NOT NULL CHECK (cause IN ('created', 'asked', 'data', 'weather', 'calendar', 'checked')),
    asked_by        bigint REFERENCES person,
    made_at         timestamptz NOT NULL DEFAULT now(),
    model           text,
    parameters      jsonb,
    cvrmse          double precision,
    nmbe            double precision,
    r2              double precision,
    left_out_cvrmse double precision,
    wander          double precision,
    days            integer NOT NULL CHECK (days >= 0),
    coldest_c       double precision,
    warmest_c       double precision,
    refusals        text[] NOT NULL,
    basis           jsonb NOT NULL,
    inputs          text NOT NULL,
    sha256          text NOT NULL CHECK (sha256 = encode(sha256(convert_to(inputs, 'UTF8')), 'hex')),
    UNIQUE (baseline_id, number),
    CHECK ((model IS NULL) = (parameters IS NULL) AND (model IS NOT NULL OR cardinality(refusals) > 0))
);
COMMENT ON TABLE baseline_version IS 'A model, or the named reasons why there is none, and the days it was fitted to, word for word';
COMMENT ON COLUMN baseline_version.left_out_cvrmse IS 'CV(RMSE) of the training predicted fortnight by fortnight from the others';
COMMENT ON COLUMN baseline_version.wander IS 'root mean square of its monthly sums of residuals over the mean use of a month';
COMMENT ON COLUMN baseline_version.basis IS 'zone, unit, meters with their time, calendar with its years, weather with its sources, code';
COMMENT ON COLUMN baseline_version.inputs IS 'CSV: day, use, outdoor temperature [degC], kind of the day; sha256 is the digest of its UTF-8';

CREATE TABLE baseline_adoption (
    adoption_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version_id  bigint NOT NULL REFERENCES baseline_version,
    reason      text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id   bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON baseline_adoption (version_id);
COMMENT ON TABLE baseline_adoption IS 'From then on this version counts. Before the first one: the first version that has a model';

CREATE TABLE non_routine_event (
    event_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    baseline_id bigint NOT NULL REFERENCES baseline,
    first_day   date NOT NULL,
    end_day     date CHECK (end_day > first_day),
    per_day     double precision NOT NULL CHECK (per_day <> 0 AND abs(per_day) < 'Infinity'),
    low         double precision,
    high        double precision CHECK (high >= low),
    evidence    jsonb NOT NULL DEFAULT '{}',
    person_id   bigint REFERENCES person DEFAULT current_person(),
    entered_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON non_routine_event (baseline_id);
COMMENT ON TABLE non_routine_event IS 'A lasting change that is no saving: proposed, by nobody (the engine) or by a person; counts only when decided';
COMMENT ON COLUMN non_routine_event.per_day IS 'use that came in addition on each local day of [first_day, end_day), below zero: fell away';
COMMENT ON COLUMN non_routine_event.low IS 'band of per_day, where there is one';

CREATE TABLE non_routine_decision (
    decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id    bigint NOT NULL REFERENCES non_routine_event,
    verdict     text NOT NULL CHECK (verdict IN ('accepted', 'refused', 'undone')),
    first_day   date,
    end_day     date CHECK (end_day > first_day),
    per_day     numeric CHECK (per_day <> 0),
    reason      text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id   bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at          timestamptz NOT NULL DEFAULT now(),
    CHECK ((verdict = 'accepted') = (first_day IS NOT NULL AND per_day IS NOT NULL))
);
CREATE INDEX ON non_routine_decision (event_id);
COMMENT ON TABLE non_routine_decision IS 'What a person says of it, with the days and the size they sign for; the newest counts, undone takes it back';

CREATE TABLE stated_saving (
    stated_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    baseline_id bigint NOT NULL REFERENCES baseline,
    kind        text NOT NULL CHECK (kind IN ('planned', 'verified')),
    during      daterange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
    amount      numeric,
    version_id  bigint REFERENCES baseline_version,
    document    text NOT NULL CHECK (document !~ '^\s*$'),
    person_id   bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at          timestamptz NOT NULL DEFAULT now(),
    CHECK ((kind = 'verified') = (version_id IS NOT NULL))
);
CREATE INDEX ON stated_saving (baseline_id);
COMMENT ON TABLE stated_saving IS 'Savings that were planned, or that somebody verified, beside those measured; per kind and days the newest counts';
COMMENT ON COLUMN stated_saving.amount IS 'in the unit of the medium; null takes back what was stated of these days';

CREATE TABLE baseline_work (
    baseline_id bigint NOT NULL REFERENCES baseline,
    cause       text NOT NULL CHECK (cause IN ('created', 'asked', 'data', 'weather', 'calendar', 'checked')),
    asked_by    bigint REFERENCES person DEFAULT current_person(),
    at          timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON baseline_work (baseline_id);
COMMENT ON TABLE baseline_work IS 'Baselines whose training may have changed: a version is made only where its digest is another one';

CREATE TABLE baseline_check (
    baseline_id bigint PRIMARY KEY REFERENCES baseline,
    at          timestamptz NOT NULL
);
COMMENT ON TABLE baseline_check IS 'When a worker last compared the training with what is in the store';

GRANT SELECT ON baseline, baseline_end, baseline_version, baseline_adoption TO civicwatt_scope;
GRANT INSERT ON baseline_work TO civicwatt_scope;
SET ROLE civicwatt_scope;

CREATE FUNCTION refuse_baseline_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'only_added_to',
        MESSAGE = format('%s is only added to: enter what is right from now on', TG_TABLE_NAME);
END
$$;

-- The version that counts at an instant; null while none has a model.
CREATE FUNCTION counting_version(of_baseline bigint, as_of timestamptz) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
    SELECT coalesce(
        (SELECT a.version_id FROM baseline_adoption a JOIN baseline_version v USING (version_id)
          WHERE v.baseline_id = of_baseline AND a.at <= as_of ORDER BY a.adoption_id DESC LIMIT 1),
        (SELECT v.version_id FROM baseline_version v
          WHERE v.baseline_id = of_baseline AND v.model IS NOT NULL AND v.made_at <= as_of ORDER BY v.number LIMIT 1))
$$;

-- Baselines of these days that stand at some places or below them, of one medium or of all.
CREATE FUNCTION ask_fits(of_places bigint[], first_day date, end_day date, why text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE below AS (
        SELECT p AS place_id FROM unnest(of_places) p
         UNION
        SELECT p.organisation_id FROM below b JOIN organisation_position p
            ON p.parent_id = b.place_id AND p.during @> now()
    )
    INSERT INTO baseline_work (baseline_id, cause, asked_by)
    SELECT b.baseline_id, why, NULL FROM baseline b
     WHERE b.train && daterange(ask_fits.first_day, ask_fits.end_day)
       AND (of_places IS NULL OR b.organisation_id IN (SELECT place_id FROM below))
       AND NOT EXISTS (SELECT FROM baseline_end e WHERE e.baseline_id = b.baseline_id)
$$;

CREATE FUNCTION ask_fits_of_consumption() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    -- Most announcements are of today, and no training is: nothing else is looked at then.
    IF EXISTS (SELECT FROM baseline b WHERE b.train && daterange(NEW.first_day, NEW.end_day)) THEN
        WITH RECURSIVE up AS (
            SELECT m.place_id FROM meter_position m WHERE m.meter_id = NEW.meter_id
             UNION
            SELECT p.parent_id FROM up JOIN organisation_position p ON p.organisation_id = up.place_id
        )
        INSERT INTO baseline_work (baseline_id, cause, asked_by)
        SELECT b.baseline_id, 'data', NULL FROM baseline b JOIN meter m ON m.meter_id = NEW.meter_id AND m.medium = b.medium
         WHERE b.train && daterange(NEW.first_day, NEW.end_day)
           AND (b.meter_id = NEW.meter_id OR (b.meter_id IS NULL AND b.organisation_id IN (SELECT place_id FROM up)))
           AND NOT EXISTS (SELECT FROM baseline_end e WHERE e.baseline_id = b.baseline_id);
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION ask_fits_of_weather() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM ask_fits(ARRAY[a.organisation_id], (min(a.hour) AT TIME ZONE 'UTC')::date - 1,
                     (max(a.hour) AT TIME ZONE 'UTC')::date + 2, 'weather')
       FROM added a GROUP BY a.organisation_id;
    RETURN NULL;
END
$$;

CREATE FUNCTION ask_fits_of_calendar() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    -- Whose calendar it is, the digest tells: a fit that would be the same is not made.
    PERFORM ask_fits(NULL, min(a.day), max(a.day) + 1, 'calendar') FROM added a HAVING count(*) > 0;
    RETURN NULL;
END
$$;

CREATE FUNCTION ask_first_fit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO baseline_work (baseline_id, cause, asked_by) VALUES (NEW.baseline_id, 'created', NEW.person_id);
    RETURN NULL;
END
$$;

-- Places with the same key have the same stations in the same order: their hours are read once.
CREATE FUNCTION weather_key(of_organisation bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT md5(coalesce(string_agg(concat_ws(' ', s.rank, s.kind, s.organisation_id, s.device_id, s.during), ','
                                   ORDER BY s.rank, s.kind, s.organisation_id, s.device_id, s.during), ''))
      FROM (SELECT w.*, dense_rank() OVER (ORDER BY w.step) AS rank FROM weather_stations(of_organisation) w) s
     WHERE may_be_told_of(of_organisation)
$$;

GRANT EXECUTE ON FUNCTION weather_key(bigint) TO civicwatt_work;
GRANT EXECUTE ON FUNCTION person_name(bigint) TO civicwatt_work;
GRANT EXECUTE ON FUNCTION counting_version(bigint, timestamptz) TO civicwatt_api, civicwatt_work;
GRANT EXECUTE ON FUNCTION refuse_baseline_change(), ask_fits_of_consumption(), ask_fits_of_weather(),
    ask_fits_of_calendar(), ask_first_fit() TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER ask_fits AFTER INSERT ON outbox
    FOR EACH ROW WHEN (NEW.topic = 'consumption') EXECUTE FUNCTION ask_fits_of_consumption();
CREATE TRIGGER ask_fits AFTER INSERT ON weather_hour REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ask_fits_of_weather();
CREATE TRIGGER ask_fits_of_added AFTER INSERT ON calendar_day REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ask_fits_of_calendar();
CREATE TRIGGER ask_fits_of_changed AFTER UPDATE ON calendar_day REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ask_fits_of_calendar();
CREATE TRIGGER ask_first_fit AFTER INSERT ON baseline FOR EACH ROW EXECUTE FUNCTION ask_first_fit();

DO $$
DECLARE
    name text;
    of_baseline text;
BEGIN
    FOR name, of_baseline IN VALUES
        ('baseline', 'baseline_id'),
        ('baseline_end', 'baseline_id'),
        ('baseline_version', 'baseline_id'),
        ('non_routine_event', 'baseline_id'),
        ('stated_saving', 'baseline_id'),
        ('baseline_work', 'baseline_id'),
        ('baseline_adoption', '(SELECT v.baseline_id FROM baseline_version v WHERE v.version_id = baseline_adoption.version_id)'),
        ('non_routine_decision', '(SELECT e.baseline_id FROM non_routine_event e WHERE e.event_id = non_routine_decision.event_id)')
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_admin, civicwatt_work', name);
        IF name <> 'baseline' THEN
            EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner
                            USING (%s IN (SELECT b.baseline_id FROM baseline b))', name, of_baseline);
        END IF;
        -- Nobody but a worker fits.
        IF name NOT IN ('baseline', 'baseline_version') THEN
            EXECUTE format('CREATE POLICY signed ON %I FOR INSERT TO civicwatt_api
                            WITH CHECK (%s = current_person() AND %s IN (
                                SELECT b.baseline_id FROM baseline b
                                 WHERE b.organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a)))',
                           name, CASE name WHEN 'baseline_work' THEN 'asked_by' ELSE 'person_id' END, of_baseline);
        END IF;
        CONTINUE WHEN name = 'baseline_work';
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_baseline_change()', name);
    END LOOP;
END
$$;
-- Of a place: whoever may see all of its training. A contract opens meters, and baselines of just these.
CREATE POLICY seen ON baseline FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (CASE WHEN meter_id IS NULL
                THEN EXISTS (SELECT FROM visible_spans() v WHERE v.organisation_id = baseline.organisation_id
                                AND tstzrange(first_at, end_at) <@ v.during)
                ELSE EXISTS (SELECT FROM visible_meters() v WHERE v.meter_id = baseline.meter_id
                                AND tstzrange(first_at, end_at) <@ v.during) END);
CREATE POLICY signed ON baseline FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person()
                AND organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a));

-- Who and when are the database's to say.
GRANT INSERT (organisation_id, meter_id, medium, train, reporting_from, cvrmse_limit, nmbe_limit, limit_source,
              first_at, end_at, note) ON baseline TO civicwatt_api, civicwatt_admin;
GRANT INSERT (baseline_id, reason) ON baseline_end TO civicwatt_api;
GRANT INSERT (version_id, reason) ON baseline_adoption TO civicwatt_api;
GRANT INSERT (baseline_id, first_day, end_day, per_day) ON non_routine_event TO civicwatt_api;
GRANT INSERT (event_id, verdict, first_day, end_day, per_day, reason) ON non_routine_decision TO civicwatt_api;
GRANT INSERT (baseline_id, kind, during, amount, version_id, document) ON stated_saving TO civicwatt_api;
GRANT INSERT (baseline_id, cause) ON baseline_work TO civicwatt_api;
GRANT INSERT ON baseline_version, non_routine_event TO civicwatt_work;
GRANT INSERT, DELETE ON baseline_work TO civicwatt_work;
GRANT SELECT, INSERT, UPDATE ON baseline_check TO civicwatt_work;
