-- The alert desk. `alert` is what stands now, `alert_event` everything that ever happened to it, added to only; whoever
-- delivers takes both its news and the interruptions from here, in the transaction that wrote them. Rules, thresholds, windows
-- of maintenance, verdicts and the budget of interruptions are entered, never overwritten: of each the newest counts.

ALTER TABLE alert
    ADD desk_id     bigint REFERENCES organisation,
    ADD updated_at  timestamptz NOT NULL DEFAULT now(),
    ADD hits        integer NOT NULL DEFAULT 0 CHECK (hits >= 0),
    ADD misses      integer NOT NULL DEFAULT 0 CHECK (misses >= 0),
    ADD judged_to   timestamptz,
    ADD last_at     timestamptz,
    ADD clear_since timestamptz,
    ADD blind_since timestamptz,
    ADD resolved_at timestamptz,
    ADD reopened    integer NOT NULL DEFAULT 0 CHECK (reopened >= 0),
    ADD flapping    boolean NOT NULL DEFAULT false,
    ADD inhibited   boolean NOT NULL DEFAULT false,
    ADD shadow      boolean NOT NULL DEFAULT false,
    ADD held        boolean NOT NULL DEFAULT false,
    ADD score       double precision,
    ADD expected    double precision,
    ADD actual      double precision,
    ADD unit        text,
    ADD lost        double precision,
    ADD lost_cny    numeric,
    ADD month       double precision,
    ADD month_cny   numeric,
    ADD confidence  double precision CHECK (confidence BETWEEN 0 AND 1),
    ADD worth_basis jsonb NOT NULL DEFAULT '{}',
    ADD CHECK (NOT inhibited OR parent_id IS NOT NULL),
    ADD CHECK (state = 'resolved' OR resolved_at IS NULL);
-- One matter stands once: its rule, where it was seen, and what saw it.
CREATE UNIQUE INDEX alert_stands ON alert (rule, organisation_id, coalesce(device_id, 0), coalesce(meter_id, 0))
    WHERE state <> 'resolved';
CREATE INDEX ON alert (device_id) WHERE device_id IS NOT NULL;
CREATE INDEX ON alert (meter_id) WHERE meter_id IS NOT NULL;
CREATE INDEX ON alert (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX ON alert (desk_id, opened_at) WHERE opened_at IS NOT NULL;
COMMENT ON TABLE alert IS 'One matter at a place, and how it stands; reopened it keeps its id. Never opened (opened_at is null): nobody was told';
COMMENT ON COLUMN alert.desk_id IS 'the institution whose desk it comes to';
COMMENT ON COLUMN alert.hits IS 'values beyond the threshold while it is pending; misses: those that were not';
COMMENT ON COLUMN alert.judged_to IS 'event time up to which values were judged; older ones do not count again';
COMMENT ON COLUMN alert.last_at IS 'event time of the newest value that speaks for it';
COMMENT ON COLUMN alert.clear_since IS 'event time since which values speak against it';
COMMENT ON COLUMN alert.blind_since IS 'event time since which there are no values: it neither grows nor ends';
COMMENT ON COLUMN alert.inhibited IS 'its parent explains it: shown below that, told to nobody, judged again when that has ended';
COMMENT ON COLUMN alert.shadow IS 'found by a rule on trial: told to nobody, counted as what would have been told';
COMMENT ON COLUMN alert.held IS 'beyond the budget of interruptions: it waits for the morning list';
COMMENT ON COLUMN alert.lost IS 'amount beyond what was expected so far, in its unit (kWh, m3, GJ); month: of 30 more days like these';
COMMENT ON COLUMN alert.worth_basis IS 'what the worth was worked out from: tariff and its version, days, method';

ALTER TABLE alert_event ADD act text NOT NULL CHECK (act IN (
    'pend', 'open', 'reopen', 'acknowledge', 'assign', 'snooze', 'wake', 'resolve', 'fade', 'inhibit', 'release', 'blind',
    'sight', 'flap', 'raise', 'suppress', 'comment', 'verdict'));
COMMENT ON TABLE alert_event IS 'What happened to an alert, in order; nobody (person_id is null): the evaluator';
ALTER TABLE alert_event ALTER person_id SET DEFAULT current_person();
REVOKE UPDATE ON alert_event FROM civicwatt_work;

CREATE TABLE alert_interruption (
    interruption_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    desk_id         bigint NOT NULL REFERENCES organisation,
    alert_id        bigint REFERENCES alert,
    kind            text NOT NULL CHECK (kind IN ('alert', 'digest')),
    alerts          integer NOT NULL CHECK (alerts > 0),
    over_budget     boolean NOT NULL DEFAULT false,
    at              timestamptz NOT NULL DEFAULT now(),
    CHECK ((kind = 'alert') = (alert_id IS NOT NULL))
);
CREATE INDEX ON alert_interruption (desk_id, at);
CREATE INDEX ON alert_interruption (alert_id);
ALTER TABLE alert ADD digest_id bigint REFERENCES alert_interruption;
COMMENT ON COLUMN alert.digest_id IS 'the digest that told of it last';
COMMENT ON TABLE alert_interruption IS 'Each time a desk is interrupted: by one alert, or by a digest of many. One notification each';
COMMENT ON COLUMN alert_interruption.over_budget IS 'urgent: told although the budget of the shift was spent';

CREATE TABLE alert_finding (
    finding_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule            text NOT NULL,
    organisation_id bigint NOT NULL REFERENCES organisation,
    device_id       bigint REFERENCES device,
    meter_id        bigint REFERENCES meter,
    start_at        timestamptz NOT NULL,
    end_at          timestamptz NOT NULL CHECK (end_at >= start_at),
    priority        text NOT NULL CHECK (priority IN ('urgent', 'high', 'low')),
    score           double precision NOT NULL,
    expected        double precision,
    actual          double precision,
    evidence        jsonb NOT NULL DEFAULT '{}',
    alert_id        bigint REFERENCES alert,
    outcome         text NOT NULL CHECK (outcome IN ('told', 'shadow', 'suppressed', 'late')),
    found_at        timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX alert_found ON alert_finding (rule, organisation_id, coalesce(device_id, 0), coalesce(meter_id, 0), start_at);
CREATE INDEX ON alert_finding (alert_id);
COMMENT ON TABLE alert_finding IS 'What rules found, with its span in event time; judged again it grows, and is not found twice';
COMMENT ON COLUMN alert_finding.outcome IS 'told: on the desk; shadow: by a rule on trial; suppressed: within a window; late: too old to be news';

CREATE TABLE alert_rule_mode (
    mode_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule      text NOT NULL,
    mode      text NOT NULL CHECK (mode IN ('live', 'shadow', 'off')),
    reason    text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at        timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON alert_rule_mode (rule, mode_id);
COMMENT ON TABLE alert_rule_mode IS 'Whether a rule speaks, is on trial, or is silent; without a row as it is shipped';

CREATE TABLE alert_threshold (
    threshold_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    meter_id     bigint REFERENCES meter,
    meter_class  text CHECK (meter_class IN ('electricity', 'water', 'gas', 'heat', 'cooling')),
    rule         text NOT NULL,
    threshold    text NOT NULL,
    value        double precision CHECK (abs(value) < 'Infinity'),
    reason       text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id    bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at           timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(meter_id, meter_class) = 1)
);
CREATE INDEX ON alert_threshold (meter_id);
COMMENT ON TABLE alert_threshold IS 'Thresholds of a class of meters or of one meter over the shipped ones; without a value: as shipped again';

CREATE TABLE alert_window (
    window_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    meter_id        bigint REFERENCES meter,
    device_id       bigint REFERENCES device,
    rule            text,
    kind            text NOT NULL CHECK (kind IN ('maintenance', 'event')),
    during          tstzrange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
    reason          text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON alert_window USING gist (during);
COMMENT ON TABLE alert_window IS 'Times in which what is found at a place and below it opens no alert: maintenance, events. By event time';

CREATE TABLE alert_window_end (
    window_id bigint PRIMARY KEY REFERENCES alert_window,
    reason    text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at        timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE alert_verdict (
    verdict_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id   bigint NOT NULL REFERENCES alert,
    verdict    text NOT NULL CHECK (verdict IN ('true', 'false', 'known')),
    cause      text NOT NULL DEFAULT '',
    person_id  bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON alert_verdict (alert_id);
COMMENT ON TABLE alert_verdict IS 'What a person says of an alert; the newest counts. A false one raises that meter''s threshold for a while';

CREATE TABLE alert_budget (
    budget_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    desk_id   bigint NOT NULL REFERENCES organisation,
    per_shift integer NOT NULL CHECK (per_shift BETWEEN 0 AND 1000),
    per_day   integer NOT NULL CHECK (per_day BETWEEN 0 AND 10000),
    reason    text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at        timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON alert_budget (desk_id);
COMMENT ON TABLE alert_budget IS 'How often a desk may be interrupted in a shift of eight hours, and new items in a local day; urgent ones stand outside';

CREATE TABLE alert_progress (
    part         text PRIMARY KEY CHECK (part IN ('live', 'days')),
    evaluated_to timestamptz NOT NULL,
    at           timestamptz NOT NULL
);
COMMENT ON TABLE alert_progress IS 'How far the evaluators have come: everything received before evaluated_to is judged';

CREATE TABLE alert_work (
    meter_id  bigint NOT NULL,
    first_day date NOT NULL,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (meter_id, first_day)
);
COMMENT ON TABLE alert_work IS 'Meters with new figures from a local day on, to be judged again when that day is over';

GRANT SELECT, INSERT, UPDATE ON alert_work TO civicwatt_scope;
GRANT INSERT ON outbox TO civicwatt_scope;
SET ROLE civicwatt_scope;

CREATE FUNCTION refuse_alert_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'only_added_to',
        MESSAGE = format('%s is only added to: enter what is right from now on', TG_TABLE_NAME);
END
$$;

-- The institution above a place, or the place that stands above everything.
CREATE FUNCTION desk_of(place_id bigint) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE up AS (
        SELECT o.organisation_id, o.kind, 0 AS step FROM organisation o WHERE o.organisation_id = place_id
        UNION ALL
        SELECT o.organisation_id, o.kind, step + 1
          FROM up JOIN organisation_position p ON p.organisation_id = up.organisation_id AND p.during @> now()
          JOIN organisation o ON o.organisation_id = p.parent_id
         WHERE up.kind <> 'institution' AND step < 20
    )
    SELECT organisation_id FROM up ORDER BY kind = 'institution' DESC, step DESC LIMIT 1
$$;

-- Places whose alerts a person may act on.
CREATE FUNCTION operated_organisations() RETURNS TABLE (organisation_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE below AS (
        SELECT s.organisation_id FROM usable_scope() s
         WHERE s.role IN ('operator', 'institution_administrator', 'system_administrator')
           AND s.organisation_id IS NOT NULL AND s.during @> now()
         UNION
        SELECT p.organisation_id FROM below b JOIN organisation_position p
            ON p.parent_id = b.organisation_id AND p.during @> now()
    )
    SELECT organisation_id FROM below
$$;

-- New figures of a meter are work for the rules, in the same transaction.
CREATE FUNCTION judge_meter() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    -- To update is to lock: whoever judges the meter just now waits for these figures, and sees them.
    INSERT INTO alert_work (meter_id, first_day) VALUES (NEW.meter_id, NEW.first_day)
        ON CONFLICT (meter_id, first_day) DO UPDATE SET at = excluded.at;
    RETURN NULL;
END
$$;

-- News of alerts, as ids like all news. The lock keeps ids in the order of their commits: nothing should follow it.
CREATE FUNCTION tell_alerts(of_alerts bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('civicwatt outbox'));
    INSERT INTO outbox (topic, alert_id) SELECT 'alert', a FROM unnest(of_alerts) AS a;
    PERFORM pg_notify('civicwatt_alerts', '');
END
$$;

GRANT EXECUTE ON FUNCTION refuse_alert_change(), judge_meter() TO civicwatt_owner;
GRANT EXECUTE ON FUNCTION tell_alerts(bigint[]) TO civicwatt_work, civicwatt_api;
GRANT EXECUTE ON FUNCTION desk_of(bigint) TO civicwatt_work, civicwatt_api, civicwatt_owner;
GRANT EXECUTE ON FUNCTION operated_organisations() TO civicwatt_api, civicwatt_owner;
SET ROLE civicwatt_owner;

-- Places at a place or below it now. As invoker: row security of the tables applies.
CREATE FUNCTION places_below(root bigint) RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 100
AS $$
    WITH RECURSIVE below AS (
        SELECT root AS organisation_id
         UNION
        SELECT p.organisation_id FROM below b JOIN organisation_position p
            ON p.parent_id = b.organisation_id AND p.during @> now()
    )
    SELECT organisation_id FROM below
$$;
GRANT EXECUTE ON FUNCTION places_below(bigint) TO civicwatt_api, civicwatt_work;

CREATE TRIGGER judge_meter AFTER INSERT ON outbox
    FOR EACH ROW WHEN (NEW.topic = 'consumption') EXECUTE FUNCTION judge_meter();

ALTER TABLE outbox DROP CONSTRAINT outbox_check;
ALTER TABLE outbox ADD alert_id bigint,
    ADD CONSTRAINT outbox_check CHECK (num_nonnulls(device_id, meter_id, alert_id) = 1);

-- Of an alert on a meter or device sees it who may see that at its time; of another, who may see the place then.
DROP POLICY seen ON alert;
CREATE POLICY seen ON alert FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (CASE WHEN meter_id IS NOT NULL THEN EXISTS (SELECT FROM visible_meters() v WHERE v.meter_id = alert.meter_id AND began_at <@ v.during)
                WHEN device_id IS NOT NULL THEN EXISTS (SELECT FROM visible_devices() v WHERE v.device_id = alert.device_id AND began_at <@ v.during)
                ELSE EXISTS (SELECT FROM visible_spans() v WHERE v.organisation_id = alert.organisation_id AND began_at <@ v.during) END);
CREATE POLICY operated ON alert FOR UPDATE TO civicwatt_api
    USING (organisation_id IN (SELECT o.organisation_id FROM operated_organisations() o));
CREATE POLICY operated ON alert_event FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person() AND alert_id IN (SELECT a.alert_id FROM alert a
                    WHERE a.organisation_id IN (SELECT o.organisation_id FROM operated_organisations() o)));
GRANT UPDATE (state, snoozed_until, assigned_to, verdict, resolved_at, updated_at, blind_since, held) ON alert TO civicwatt_api;
GRANT INSERT (alert_id, from_state, to_state, act, reason, detail) ON alert_event TO civicwatt_api;

CREATE OR REPLACE VIEW visible.outbox WITH (security_barrier) AS
SELECT o.* FROM outbox o
 WHERE o.device_id IN (SELECT d.device_id FROM device d JOIN visible_devices() v USING (device_id))
    OR o.meter_id IN (SELECT m.meter_id FROM meter m)
    OR o.alert_id IN (SELECT a.alert_id FROM alert a);

DO $$
DECLARE
    name text;
    seen text;
    entered text;
BEGIN
    FOR name, seen, entered IN VALUES
        ('alert_interruption', 'desk_id IN (SELECT v.organisation_id FROM visible_spans() v)', NULL),
        ('alert_finding', 'CASE WHEN meter_id IS NOT NULL THEN EXISTS (SELECT FROM visible_meters() v WHERE v.meter_id = alert_finding.meter_id AND start_at <@ v.during)
                                WHEN device_id IS NOT NULL THEN EXISTS (SELECT FROM visible_devices() v WHERE v.device_id = alert_finding.device_id AND start_at <@ v.during)
                                ELSE EXISTS (SELECT FROM visible_spans() v WHERE v.organisation_id = alert_finding.organisation_id AND start_at <@ v.during) END', NULL),
        ('alert_rule_mode', '(SELECT current_person()) IS NOT NULL', '(SELECT is_system_administrator())'),
        ('alert_threshold', 'CASE WHEN meter_id IS NULL THEN (SELECT current_person()) IS NOT NULL
                                  ELSE meter_id IN (SELECT v.meter_id FROM visible_meters() v) END',
         'CASE WHEN meter_id IS NULL THEN (SELECT is_system_administrator())
               ELSE meter_id IN (SELECT p.meter_id FROM meter_position p WHERE p.during @> now()
                                    AND p.place_id IN (SELECT o.organisation_id FROM operated_organisations() o)) END'),
        ('alert_window', 'organisation_id IN (SELECT v.organisation_id FROM visible_spans() v)',
         'organisation_id IN (SELECT o.organisation_id FROM operated_organisations() o)'),
        ('alert_window_end', 'window_id IN (SELECT w.window_id FROM alert_window w)',
         'window_id IN (SELECT w.window_id FROM alert_window w
                         WHERE w.organisation_id IN (SELECT o.organisation_id FROM operated_organisations() o))'),
        ('alert_verdict', 'alert_id IN (SELECT a.alert_id FROM alert a)',
         'alert_id IN (SELECT a.alert_id FROM alert a
                        WHERE a.organisation_id IN (SELECT o.organisation_id FROM operated_organisations() o))'),
        ('alert_budget', 'desk_id IN (SELECT v.organisation_id FROM visible_spans() v)',
         'desk_id IN (SELECT a.organisation_id FROM administered_organisations() a)'),
        ('alert_progress', '(SELECT current_person()) IS NOT NULL', NULL)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true)', name);
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner USING (%s)', name, seen);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_admin, civicwatt_work', name);
        IF entered IS NOT NULL THEN
            EXECUTE format('CREATE POLICY entered ON %I FOR INSERT TO civicwatt_api
                            WITH CHECK (person_id = current_person() AND (%s))', name, entered);
        END IF;
        IF name NOT IN ('alert_finding', 'alert_progress') THEN
            EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                            FOR EACH STATEMENT EXECUTE FUNCTION refuse_alert_change()', name);
        END IF;
    END LOOP;
END
$$;
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON alert_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_alert_change();

-- Who and when are the database's to say.
GRANT INSERT (rule, mode, reason) ON alert_rule_mode TO civicwatt_api;
GRANT INSERT (meter_id, meter_class, rule, threshold, value, reason) ON alert_threshold TO civicwatt_api;
GRANT INSERT (organisation_id, meter_id, device_id, rule, kind, during, reason) ON alert_window TO civicwatt_api;
GRANT INSERT (window_id, reason) ON alert_window_end TO civicwatt_api;
GRANT INSERT (alert_id, verdict, cause) ON alert_verdict TO civicwatt_api;
GRANT INSERT (desk_id, per_shift, per_day, reason) ON alert_budget TO civicwatt_api;
GRANT INSERT ON alert_interruption TO civicwatt_work;
GRANT INSERT, UPDATE ON alert_finding, alert_progress TO civicwatt_work;
GRANT SELECT, DELETE ON alert_work TO civicwatt_work;
GRANT SELECT ON alert, alert_event TO civicwatt_admin;
