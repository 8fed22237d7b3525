-- Reports that are made at a day of the month, with the rights of who ordered them, and told over channels.

CREATE TABLE report_schedule (
    schedule_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind            text NOT NULL CHECK (kind IN ('institution_month', 'water', 'fleet', 'savings', 'annual_text', 'evidence_pack')),
    span            text NOT NULL CHECK (span IN ('month', 'year')),
    organisation_id bigint NOT NULL REFERENCES organisation,
    factor_set      text NOT NULL,
    month_day       integer NOT NULL CHECK (month_day BETWEEN 1 AND 28),
    channels        bigint[] NOT NULL CHECK (cardinality(channels) <= 20),
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    entered_at      timestamptz NOT NULL DEFAULT now(),
    ended_at        timestamptz,
    ended_because   text CHECK (ended_because IN ('asked', 'rights')),
    CHECK ((ended_at IS NULL) = (ended_because IS NULL))
);
CREATE INDEX ON report_schedule (organisation_id);
COMMENT ON COLUMN report_schedule.span IS 'of the month before the day; of the year before, on that day of January';
COMMENT ON COLUMN report_schedule.person_id IS 'whose rights it is made with; it ends when these do';

CREATE TABLE report_run (
    run_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    schedule_id bigint NOT NULL REFERENCES report_schedule,
    first_day   date NOT NULL,
    state       text NOT NULL CHECK (state IN ('made', 'refused', 'failed')),
    report_id   bigint REFERENCES report CHECK ((report_id IS NULL) = (state <> 'made')),
    told        text NOT NULL DEFAULT '',
    at          timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON report_run (schedule_id, first_day);
COMMENT ON TABLE report_run IS 'Append-only: each attempt to make a scheduled report';
COMMENT ON COLUMN report_run.state IS 'refused: it cannot be told, and why; failed: tried again later';

ALTER TABLE report_schedule ENABLE ROW LEVEL SECURITY;
ALTER TABLE report_schedule FORCE ROW LEVEL SECURITY;
ALTER TABLE report_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE report_run FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON report_schedule FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (organisation_id IN (SELECT v.organisation_id FROM visible_spans() v WHERE v.during @> now()));
CREATE POLICY ordered ON report_schedule FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person()
                AND organisation_id IN (SELECT v.organisation_id FROM visible_spans() v WHERE v.during @> now())
                AND channels <@ (SELECT coalesce(array_agg(c.channel_id), '{}') FROM channel c WHERE c.ended_at IS NULL));
CREATE POLICY ended ON report_schedule FOR UPDATE TO civicwatt_api
    USING (person_id = current_person() OR organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a))
    WITH CHECK (ended_because = 'asked');
CREATE POLICY unscoped ON report_schedule TO civicwatt_work, civicwatt_admin, civicwatt_scope USING (true);
CREATE POLICY seen ON report_run FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (schedule_id IN (SELECT s.schedule_id FROM report_schedule s));
CREATE POLICY noted ON report_run FOR INSERT TO civicwatt_api
    WITH CHECK (schedule_id IN (SELECT s.schedule_id FROM report_schedule s WHERE s.person_id = current_person()));
CREATE POLICY unscoped ON report_run TO civicwatt_work, civicwatt_admin, civicwatt_scope USING (true);

GRANT SELECT, INSERT (kind, span, organisation_id, factor_set, month_day, channels), UPDATE (ended_at, ended_because)
    ON report_schedule TO civicwatt_api;
GRANT SELECT, INSERT (schedule_id, first_day, state, report_id, told) ON report_run TO civicwatt_api;
GRANT SELECT ON report_schedule, report_run TO civicwatt_work, civicwatt_admin, civicwatt_scope;
GRANT UPDATE (ended_at, ended_because) ON report_schedule TO civicwatt_scope;
GRANT SELECT ON channel TO civicwatt_scope;
GRANT SELECT (identity) ON notice TO civicwatt_scope;

ALTER TABLE notice DROP CONSTRAINT notice_occasion_check;
ALTER TABLE notice ADD CONSTRAINT notice_occasion_check CHECK (occasion IN
    ('alert', 'escalated', 'digest', 'test', 'entries_overdue', 'entries_asked', 'assigned', 'ordered', 'storm', 'storm_escalated',
     'report'));

SET ROLE civicwatt_scope;

-- Schedules whose day has come and whose report is neither made nor refused: the next attempt after a failure waits longer each
-- time, ten minutes at first, and there are six of them.
CREATE FUNCTION due_report_schedules(at_time timestamptz)
RETURNS TABLE (schedule_id bigint, person_id bigint, first_day date)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10 SET search_path = public, pg_temp
AS $$
    SELECT s.schedule_id, s.person_id, p.first_day
      FROM report_schedule s
     CROSS JOIN LATERAL (SELECT date_trunc(s.span, at_time AT TIME ZONE zone_of(s.organisation_id))::date AS began) b
     CROSS JOIN LATERAL (SELECT (b.began - ('1 ' || s.span)::interval)::date AS first_day,
                                (b.began + s.month_day - 1)::timestamp AT TIME ZONE zone_of(s.organisation_id) AS due_at) p
     WHERE s.ended_at IS NULL AND p.due_at <= at_time AND p.due_at >= s.entered_at
       AND NOT EXISTS (SELECT FROM report_run r WHERE r.schedule_id = s.schedule_id AND r.first_day = p.first_day
                                                  AND r.state <> 'failed')
       AND coalesce((SELECT count(*) < 6 AND max(r.at) + count(*) * count(*) * interval '10 minutes' <= at_time
                       FROM report_run r WHERE r.schedule_id = s.schedule_id AND r.first_day = p.first_day
                     HAVING count(*) > 0), true)
     ORDER BY s.schedule_id
$$;

-- Who ordered it has lost the rights that it was made with.
CREATE FUNCTION end_report_schedule(of_schedule bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    UPDATE report_schedule SET ended_at = now(), ended_because = 'rights'
     WHERE schedule_id = of_schedule AND person_id = current_person() AND ended_at IS NULL
$$;

-- A report is told over each channel of its schedule, once; the figures stay behind the sign-in.
CREATE FUNCTION tell_report(of_schedule bigint, of_report bigint, told jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    INSERT INTO notice (desk_id, occasion, identity, channel_id, urgent, facts)
    SELECT c.desk_id, 'report', 'report:' || of_schedule || ':' || of_report || ':' || c.channel_id, c.channel_id, false, told
      FROM report_schedule s JOIN channel c ON c.channel_id = ANY (s.channels) AND c.ended_at IS NULL
     WHERE s.schedule_id = of_schedule AND s.person_id = current_person()
        ON CONFLICT (identity) DO NOTHING
$$;
REVOKE EXECUTE ON FUNCTION due_report_schedules(timestamptz), end_report_schedule(bigint), tell_report(bigint, bigint, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION due_report_schedules(timestamptz), end_report_schedule(bigint), tell_report(bigint, bigint, jsonb)
    TO civicwatt_api;
SET ROLE civicwatt_owner;
