-- The yearly statistics of public institutions: what an institution states of itself, what people say to
-- findings, and the tables as they were handed in. All three are only added to; what is handed in carries
-- the digest of its content, which the database itself compares. At the end: figures of meters by the month.

CREATE TABLE statistics_record (
    record_id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id     bigint NOT NULL REFERENCES organisation,
    year                integer NOT NULL CHECK (year BETWEEN 2000 AND 2200),
    credit_code         text NOT NULL CHECK (credit_code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'),
    institution_class   text NOT NULL CHECK (institution_class IN ('state_organ', 'education', 'science', 'culture',
                            'health', 'sport', 'other_institution', 'association')),
    department          text NOT NULL CHECK (department !~ '^\s*$'),
    nev_count           integer CHECK (nev_count >= 0),
    data_centre_area_m2 numeric CHECK (data_centre_area_m2 >= 0 AND data_centre_area_m2 < 1e9),
    data_centre_kwh     numeric CHECK (data_centre_kwh >= 0 AND data_centre_kwh < 1e12),
    unused              text[] NOT NULL,
    source              text NOT NULL CHECK (source !~ '^\s*$'),
    person_id           bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at                  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON statistics_record (organisation_id, year);
COMMENT ON TABLE statistics_record IS
    'What an institution states for a year; the newest counts, and holds for later years without one of their own';
COMMENT ON COLUMN statistics_record.unused IS 'items of which nothing is used: a stated zero, unlike a missing amount';

CREATE TABLE statistics_comment (
    comment_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    year            integer NOT NULL CHECK (year BETWEEN 2000 AND 2200),
    item            text NOT NULL,
    code            text NOT NULL,
    seen            text NOT NULL,
    comment         text NOT NULL CHECK (comment !~ '^\s*$'),
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON statistics_comment (organisation_id, year);
COMMENT ON COLUMN statistics_comment.seen IS 'the figures it speaks of: it says nothing about others';

CREATE TABLE statistics_submission (
    organisation_id bigint NOT NULL REFERENCES organisation,
    year            integer NOT NULL CHECK (year BETWEEN 2000 AND 2200),
    version         integer NOT NULL CHECK (version > 0),
    content         text NOT NULL,
    sha256          text NOT NULL CHECK (sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex')),
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organisation_id, year, version)
);
COMMENT ON TABLE statistics_submission IS 'Official tables as they were handed in; a correction is a further version';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['statistics_record', 'statistics_comment', 'statistics_submission'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner
            USING (organisation_id IN (SELECT v.organisation_id FROM visible_organisations() v))', name);
        EXECUTE format('CREATE POLICY added ON %I FOR INSERT TO civicwatt_api
            WITH CHECK (person_id = current_person()
                        AND organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a))', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_work, civicwatt_admin', name);
    END LOOP;
END
$$;
-- Who and when are the database's to say.
GRANT INSERT (organisation_id, year, credit_code, institution_class, department, nev_count, data_centre_area_m2,
              data_centre_kwh, unused, source) ON statistics_record TO civicwatt_api;
GRANT INSERT (organisation_id, year, item, code, seen, comment) ON statistics_comment TO civicwatt_api;
GRANT INSERT (organisation_id, year, version, content, sha256) ON statistics_submission TO civicwatt_api;

-- By which calendar an institution works may be noted above it, out of its people's sight.
GRANT SELECT ON place_calendar TO civicwatt_scope;
SET ROLE civicwatt_scope;
CREATE FUNCTION calendars_of(of_organisations bigint[], at timestamptz)
RETURNS TABLE (organisation_id bigint, calendar text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE up AS (
        SELECT o AS organisation_id, o AS place_id, 0 AS step FROM unnest(of_organisations) o
         WHERE o IN (SELECT v.organisation_id FROM visible_organisations() v)
         UNION ALL
        SELECT up.organisation_id, p.parent_id, up.step + 1
          FROM up JOIN organisation_position p ON p.organisation_id = up.place_id AND p.during @> now()
    )
    SELECT DISTINCT ON (up.organisation_id) up.organisation_id, c.calendar
      FROM up JOIN place_calendar c ON c.organisation_id = up.place_id AND c.during @> calendars_of.at
     ORDER BY up.organisation_id, up.step
$$;

-- Approved entries of many institutions at once. As a function, because row security on four tables hides from
-- the planner how many rows there are: of 11,268 entries the joins took 14 s, here it asks for visibility once.
CREATE FUNCTION approved_amounts(of_organisations bigint[], first date, until date)
RETURNS TABLE (organisation_id bigint, kind text, month date, start_at timestamptz, end_at timestamptz, entry_id bigint,
               version integer, amount numeric, cost numeric, price numeric, source text, submitter_id bigint,
               approver_id bigint, approved_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT e.organisation_id, e.kind, e.month, e.start_at, e.end_at, e.entry_id, a.version, v.amount, v.cost, v.price,
           v.source, t.person_id, a.person_id, a.at
      FROM visible_spans() s JOIN manual_entry e USING (organisation_id)
      JOIN (SELECT a.entry_id, max(a.revision) AS revision FROM manual_entry_step a
             WHERE a.state = 'approved' GROUP BY 1) last USING (entry_id)
      JOIN manual_entry_step a ON a.entry_id = e.entry_id AND a.revision = last.revision
      JOIN manual_entry_step t ON t.entry_id = e.entry_id AND t.version = a.version AND t.state = 'submitted'
      JOIN manual_entry_version v ON v.entry_id = e.entry_id AND v.version = a.version
     WHERE e.organisation_id = ANY (of_organisations) AND e.month >= first AND e.month < until
       AND tstzrange(e.start_at, e.end_at) <@ s.during
$$;
GRANT EXECUTE ON FUNCTION calendars_of(bigint[], timestamptz), approved_amounts(bigint[], date, date) TO civicwatt_api;
SET ROLE civicwatt_owner;

-- Days of meters summed by the month, so that a year of a portfolio is read in rows of months. Whoever writes days
-- holds the lock of their meter until the end of the transaction, so that nobody else sums the same month meanwhile.
CREATE TABLE consumption_month (
    meter_id       bigint NOT NULL,
    quantity       text NOT NULL,
    month          date NOT NULL CHECK (extract(day FROM month) = 1),
    first_at       timestamptz NOT NULL,
    last_at        timestamptz NOT NULL CHECK (last_at >= first_at),
    value          double precision NOT NULL,
    unmeasured     double precision NOT NULL,
    covered_s      bigint NOT NULL,
    quantity_grade grade NOT NULL,
    shape_grade    grade NOT NULL,
    flags          integer NOT NULL,
    PRIMARY KEY (meter_id, quantity, month)
);
COMMENT ON TABLE consumption_month IS
    'Sums of consumption_day, kept by triggers in the transaction that writes the days: never anything else';
COMMENT ON COLUMN consumption_month.first_at IS 'local midnights at which the first and the last of its days begin';

-- A month is summed anew from its days, in their order, so that it is the same however they came. The days of one
-- month are asked for by their key, whatever the planner thinks of the number of rows that changed.
CREATE FUNCTION sum_months() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM changed) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' THEN
        DELETE FROM consumption_month m
         USING (SELECT DISTINCT meter_id, quantity, day - extract(day FROM day)::integer + 1 AS month FROM changed) c
         WHERE (m.meter_id, m.quantity, m.month) = (c.meter_id, c.quantity, c.month);
    END IF;
    INSERT INTO consumption_month AS m
    SELECT c.meter_id, c.quantity, c.month, s.first_at, s.last_at, s.value, s.unmeasured, s.covered_s, s.quantity_grade,
           s.shape_grade, s.flags
      FROM (SELECT DISTINCT meter_id, quantity, day - extract(day FROM day)::integer + 1 AS month FROM changed) c
     CROSS JOIN LATERAL (
        SELECT min(d.start_at) AS first_at, max(d.start_at) AS last_at, sum(d.value ORDER BY d.day) AS value,
               sum(d.unmeasured ORDER BY d.day) AS unmeasured, sum(d.covered_s) AS covered_s,
               max(d.quantity_grade) AS quantity_grade, max(d.shape_grade) AS shape_grade, bit_or(d.flags) AS flags
          FROM consumption_day d
         WHERE d.meter_id = c.meter_id AND d.quantity = c.quantity
           AND d.day >= c.month AND d.day < (c.month + interval '1 month')::date) s
     WHERE s.first_at IS NOT NULL
    ON CONFLICT (meter_id, quantity, month) DO UPDATE
       SET first_at = excluded.first_at, last_at = excluded.last_at, value = excluded.value,
           unmeasured = excluded.unmeasured, covered_s = excluded.covered_s, quantity_grade = excluded.quantity_grade,
           shape_grade = excluded.shape_grade, flags = excluded.flags;
    RETURN NULL;
END
$$;
CREATE FUNCTION drop_months() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ BEGIN DELETE FROM consumption_month; RETURN NULL; END $$;
CREATE TRIGGER sum_added AFTER INSERT ON consumption_day REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION sum_months();
-- A day never becomes another day: its key is not updated.
CREATE TRIGGER sum_updated AFTER UPDATE ON consumption_day REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION sum_months();
CREATE TRIGGER sum_deleted AFTER DELETE ON consumption_day REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION sum_months();
CREATE TRIGGER drop_months AFTER TRUNCATE ON consumption_day FOR EACH STATEMENT EXECUTE FUNCTION drop_months();
INSERT INTO consumption_month
SELECT meter_id, quantity, date_trunc('month', day::timestamp)::date, min(start_at), max(start_at), sum(value ORDER BY day),
       sum(unmeasured ORDER BY day), sum(covered_s), max(quantity_grade), max(shape_grade), bit_or(flags)
  FROM consumption_day GROUP BY 1, 2, 3;
GRANT SELECT ON consumption_month TO civicwatt_work, civicwatt_admin, civicwatt_scope;
GRANT SELECT ON consumption_day TO civicwatt_scope;

-- What meters counted on days that begin within spans of time, as far as the person may see them: whole months from
-- their sums, the days of a month that lies partly within from the days. Without compilation: the planner, which
-- cannot know how few months there are, would spend seconds on it.
SET ROLE civicwatt_scope;
CREATE FUNCTION span_months(meter_ids bigint[], firsts timestamptz[], ends timestamptz[])
RETURNS TABLE (n integer, meter_id bigint, month date, value double precision, unmeasured double precision,
               quantity_grade grade, covered_s bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_temp SET jit = off
AS $$
    WITH piece AS MATERIALIZED (
        SELECT s.n::integer AS n, s.meter_id, m.quantity, p AS during,
               lower(p)::date - 32 AS since, upper(p)::date + 1 AS until
          FROM unnest(meter_ids, firsts, ends) WITH ORDINALITY AS s (meter_id, first, last, n)
          JOIN visible_meters() v ON v.meter_id = s.meter_id
          JOIN meter m ON m.meter_id = s.meter_id
         CROSS JOIN LATERAL unnest(v.during * tstzmultirange(tstzrange(s.first, s.last))) p
    )
    SELECT p.n, p.meter_id, c.month, c.value, c.unmeasured, c.quantity_grade, c.covered_s
      FROM piece p CROSS JOIN LATERAL (
        SELECT k.* FROM consumption_month k
         WHERE k.meter_id = p.meter_id AND k.quantity = p.quantity AND k.month >= p.since AND k.month <= p.until
           AND tstzrange(k.first_at, k.last_at, '[]') <@ p.during OFFSET 0) c
     UNION ALL
    SELECT p.n, p.meter_id, d.month, d.value, d.unmeasured, d.quantity_grade, d.covered_s
      FROM piece p CROSS JOIN LATERAL (
        SELECT k.month, sum(x.value ORDER BY x.day) AS value, sum(x.unmeasured ORDER BY x.day) AS unmeasured,
               max(x.quantity_grade) AS quantity_grade, sum(x.covered_s) AS covered_s
          FROM consumption_month k JOIN consumption_day x
            ON x.meter_id = k.meter_id AND x.quantity = k.quantity
           AND x.day >= k.month AND x.day < (k.month + interval '1 month')::date AND x.start_at <@ p.during
         WHERE k.meter_id = p.meter_id AND k.quantity = p.quantity AND k.month >= p.since AND k.month <= p.until
           AND tstzrange(k.first_at, k.last_at, '[]') && p.during
           AND NOT tstzrange(k.first_at, k.last_at, '[]') <@ p.during
         GROUP BY k.month) d
$$;

-- The same by local days [first_day, end_day), of every quantity of the meters.
CREATE FUNCTION month_sums(meter_ids bigint[], first_day date, end_day date)
RETURNS TABLE (meter_id bigint, quantity text, month date, value double precision, quantity_grade grade,
               shape_grade grade, flags integer, covered_s bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp SET jit = off
AS $$
    WITH kept AS MATERIALIZED (
        SELECT k.*, v.during, k.month >= first_day AND (k.month + interval '1 month')::date <= end_day
               AND tstzrange(k.first_at, k.last_at, '[]') <@ v.during AS whole
          FROM visible_meters() v JOIN consumption_month k USING (meter_id)
         WHERE v.meter_id = ANY (meter_ids) AND k.month > first_day - 31 AND k.month < end_day
           AND tstzrange(k.first_at, k.last_at, '[]') && v.during
    )
    SELECT k.meter_id, k.quantity, k.month, k.value, k.quantity_grade, k.shape_grade, k.flags, k.covered_s
      FROM kept k WHERE k.whole
     UNION ALL
    SELECT k.meter_id, k.quantity, k.month, sum(x.value ORDER BY x.day), max(x.quantity_grade), max(x.shape_grade),
           bit_or(x.flags), sum(x.covered_s)
      FROM kept k JOIN consumption_day x
        ON x.meter_id = k.meter_id AND x.quantity = k.quantity AND x.start_at <@ k.during
       AND x.day >= greatest(k.month, first_day) AND x.day < least((k.month + interval '1 month')::date, end_day)
     WHERE NOT k.whole
     GROUP BY k.meter_id, k.quantity, k.month
$$;
GRANT EXECUTE ON FUNCTION span_months(bigint[], timestamptz[], timestamptz[]), month_sums(bigint[], date, date)
   TO civicwatt_api;
SET ROLE civicwatt_owner;
