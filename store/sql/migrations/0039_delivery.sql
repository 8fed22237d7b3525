-- Delivery: what a desk is told, over which channels, and what became of it; who is on duty, and how one shift hands over to
-- the next. A notice is written in the transaction of what it tells; a delivery is one notice on its way over one channel.

CREATE TABLE duty_desk (
    setting_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    desk_id      bigint NOT NULL REFERENCES organisation,
    quiet_from   time NOT NULL,
    quiet_to     time NOT NULL,
    digest_at    time NOT NULL,
    escalate_min integer[] NOT NULL CHECK (cardinality(escalate_min) <= 5 AND 0 < ALL (escalate_min)),
    tone_s       integer CHECK (tone_s BETWEEN 5 AND 3600),
    phone        text NOT NULL DEFAULT '',
    lang         text NOT NULL DEFAULT 'zh-CN' CHECK (lang IN ('zh-CN', 'en')),
    person_id    bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON duty_desk (desk_id, setting_id);
COMMENT ON TABLE duty_desk IS 'Hours, ladder and language of a desk, by the clock of its place; the newest row counts, without one the shipped hours hold';
COMMENT ON COLUMN duty_desk.escalate_min IS 'minutes without an acknowledgement after which the next rung is told as well';
COMMENT ON COLUMN duty_desk.tone_s IS 'urgent and not acknowledged: the console sounds every so many seconds; null: it is silent';

CREATE TABLE channel (
    channel_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    desk_id    bigint NOT NULL REFERENCES organisation,
    kind       text NOT NULL CHECK (kind IN ('mail', 'webhook', 'dingtalk', 'wecom', 'feishu', 'sms')),
    name       text NOT NULL CHECK (name !~ '^\s*$'),
    on_duty    bigint REFERENCES person,
    rung       integer NOT NULL DEFAULT 0 CHECK (rung BETWEEN 0 AND 5),
    sealed     bytea NOT NULL,
    shown      text NOT NULL,
    person_id  bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at         timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz
);
CREATE INDEX ON channel (desk_id);
COMMENT ON COLUMN channel.on_duty IS 'a person''s own channel, used while they are on duty; null: that of the desk';
COMMENT ON COLUMN channel.rung IS 'of the ladder from which it is used; 0: at once';
COMMENT ON COLUMN channel.sealed IS 'address and secret, encrypted; no session reads them back';
COMMENT ON COLUMN channel.shown IS 'of the address so much that people tell channels apart';

CREATE TABLE duty_shift (
    shift_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    desk_id   bigint NOT NULL REFERENCES organisation,
    on_duty   bigint NOT NULL REFERENCES person,
    rank      integer NOT NULL CHECK (rank IN (1, 2)),
    during    tstzrange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)
                                        AND upper(during) - lower(during) <= interval '7 days'),
    phone     text NOT NULL DEFAULT '',
    person_id bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at        timestamptz NOT NULL DEFAULT now(),
    ended_at  timestamptz
);
CREATE INDEX ON duty_shift (desk_id);
COMMENT ON COLUMN duty_shift.rank IS '1 on duty, 2 on call';

CREATE TABLE hand_over (
    hand_over_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    desk_id      bigint NOT NULL REFERENCES organisation,
    document     jsonb NOT NULL,
    note         text NOT NULL DEFAULT '',
    given_by     bigint NOT NULL REFERENCES person DEFAULT current_person(),
    given_at     timestamptz NOT NULL DEFAULT now(),
    taken_by     bigint REFERENCES person CHECK (taken_by <> given_by),
    taken_at     timestamptz,
    CHECK ((taken_by IS NULL) = (taken_at IS NULL))
);
CREATE INDEX ON hand_over (desk_id, given_at);
COMMENT ON TABLE hand_over IS 'One shift hands over to the next: what stood then, signed by who gave and who took';

CREATE TABLE notice (
    notice_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    desk_id    bigint NOT NULL REFERENCES organisation,
    occasion   text NOT NULL CHECK (occasion IN ('alert', 'escalated', 'digest', 'test', 'entries_overdue', 'entries_asked')),
    identity   text NOT NULL UNIQUE,
    alert_id   bigint REFERENCES alert,
    channel_id bigint REFERENCES channel,
    rung       integer NOT NULL DEFAULT 0 CHECK (rung >= 0),
    urgent     boolean NOT NULL,
    facts      jsonb NOT NULL DEFAULT '{}',
    at         timestamptz NOT NULL DEFAULT now(),
    spread_at  timestamptz
);
CREATE INDEX ON notice (notice_id) WHERE spread_at IS NULL;
CREATE INDEX ON notice (desk_id, at);
COMMENT ON TABLE notice IS 'Something a desk is to be told, once';
COMMENT ON COLUMN notice.channel_id IS 'for this channel alone, to try it';
COMMENT ON COLUMN notice.spread_at IS 'when its deliveries were written; null: not yet';

CREATE TABLE delivery (
    delivery_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice_id    bigint NOT NULL REFERENCES notice,
    channel_id   bigint NOT NULL REFERENCES channel,
    key          uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'dead', 'needless')),
    due_at       timestamptz NOT NULL,
    attempts     integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    told         text NOT NULL DEFAULT '',
    made_at      timestamptz NOT NULL DEFAULT now(),
    done_at      timestamptz,
    UNIQUE (notice_id, channel_id)
);
CREATE INDEX ON delivery (due_at) WHERE state = 'waiting';
CREATE INDEX ON delivery (channel_id, delivery_id);
COMMENT ON TABLE delivery IS 'A notice on its way over a channel, at least once: who takes it and dies before saying so leaves it to be taken again';
COMMENT ON COLUMN delivery.key IS 'sent along each time; a receiver that keeps it hears nothing twice';
COMMENT ON COLUMN delivery.due_at IS 'not before; who takes it moves this on, so that nobody else does meanwhile';
COMMENT ON COLUMN delivery.state IS 'dead: given up, with what was told last; needless: nobody needed it any more';

CREATE TABLE delivery_attempt (
    delivery_id bigint NOT NULL REFERENCES delivery,
    at          timestamptz NOT NULL DEFAULT now(),
    taken       boolean NOT NULL,
    told        text NOT NULL DEFAULT ''
);
CREATE INDEX ON delivery_attempt (delivery_id);

CREATE TABLE alert_link (
    token_hash bytea PRIMARY KEY,
    alert_id   bigint NOT NULL REFERENCES alert,
    person_id  bigint NOT NULL REFERENCES person,
    made_at    timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
COMMENT ON TABLE alert_link IS 'A link sent to a person''s own channel, with which they acknowledge this one alert; here is its SHA-256';

CREATE TABLE heartbeat (
    only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    at        timestamptz NOT NULL,
    ingest    timestamptz NOT NULL,
    evaluated timestamptz NOT NULL,
    delivered timestamptz NOT NULL
);
COMMENT ON TABLE heartbeat IS 'How far each part had come when the outside was last told that all is well';
CREATE TABLE delivery_progress (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    at       timestamptz NOT NULL
);
COMMENT ON TABLE delivery_progress IS 'When all that was due had last been looked through';

GRANT SELECT, UPDATE (used_at) ON alert_link TO civicwatt_scope;
GRANT INSERT ON notice TO civicwatt_scope;
GRANT SELECT ON alert, duty_desk TO civicwatt_scope;
SET ROLE civicwatt_scope;

-- People who may act on a desk's alerts; asked by who may themselves, or by the worker.
CREATE FUNCTION duty_people(of_desk bigint) RETURNS TABLE (person_id bigint, login text, name text, lang text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE up AS (
        SELECT of_desk AS place_id
         WHERE serves_nobody() OR of_desk IN (SELECT o.organisation_id FROM operated_organisations() o)
         UNION
        SELECT p.parent_id FROM up JOIN organisation_position p ON p.organisation_id = up.place_id AND p.during @> now()
    )
    SELECT DISTINCT p.person_id, p.login, p.name, p.lang
      FROM up JOIN scope s ON s.organisation_id = up.place_id JOIN person p USING (person_id)
     WHERE p.active AND s.during @> now() AND (s.expires_at IS NULL OR s.expires_at > now())
       AND s.role IN ('operator', 'institution_administrator', 'system_administrator')
$$;

CREATE FUNCTION note_interruption() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO notice (desk_id, occasion, identity, alert_id, urgent, facts)
    SELECT NEW.desk_id, CASE NEW.kind WHEN 'alert' THEN 'alert' ELSE 'digest' END, 'interruption:' || NEW.interruption_id,
           NEW.alert_id, NEW.kind = 'digest' OR a.priority = 'urgent', jsonb_build_object('alerts', NEW.alerts::text)
      FROM (SELECT 1) one LEFT JOIN alert a ON a.alert_id = NEW.alert_id;
    RETURN NULL;
END
$$;

CREATE FUNCTION note_reminder() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO notice (desk_id, occasion, identity, urgent, facts)
    VALUES (NEW.organisation_id, CASE WHEN NEW.person_id IS NULL THEN 'entries_overdue' ELSE 'entries_asked' END,
            'reminder:' || NEW.reminder_id, false,
            jsonb_build_object('month', to_char(NEW.month, 'YYYY-MM'), 'kinds', array_to_string(NEW.kinds, ' ')));
    RETURN NULL;
END
$$;

-- Makes the person of a link the current one until the transaction ends; no row when it is unknown or over.
CREATE FUNCTION resume_link(of_token_hash bytea) RETURNS TABLE (alert_id bigint, person_id bigint, lang text, used_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('civicwatt.person', coalesce(
        (SELECT l.person_id::text FROM alert_link l JOIN person p USING (person_id)
          WHERE l.token_hash = of_token_hash AND p.active AND l.expires_at > now()), ''), true);
    RETURN QUERY
    SELECT l.alert_id, l.person_id, p.lang, l.used_at FROM alert_link l JOIN person p USING (person_id)
     WHERE l.token_hash = of_token_hash AND p.active AND l.expires_at > now();
END
$$;

CREATE FUNCTION use_link(of_token_hash bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    UPDATE alert_link l SET used_at = now()
     WHERE l.token_hash = of_token_hash AND l.person_id = current_person() AND l.used_at IS NULL
$$;

CREATE FUNCTION check_hand_over() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF OLD.taken_by IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = 'hand_over_taken', MESSAGE = 'this hand-over is signed by both already';
    END IF;
    IF current_person() = OLD.given_by THEN
        RAISE check_violation USING CONSTRAINT = 'hand_over_second_person', MESSAGE = 'who gave a shift does not take it as well';
    END IF;
    NEW.taken_by := current_person();
    NEW.taken_at := now();
    RETURN NEW;
END
$$;

GRANT EXECUTE ON FUNCTION duty_people(bigint) TO civicwatt_api, civicwatt_work, civicwatt_owner;
GRANT EXECUTE ON FUNCTION resume_link(bytea), use_link(bytea) TO civicwatt_api;
GRANT EXECUTE ON FUNCTION note_interruption(), note_reminder(), check_hand_over() TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER note_interruption AFTER INSERT ON alert_interruption FOR EACH ROW EXECUTE FUNCTION note_interruption();
CREATE TRIGGER note_reminder AFTER INSERT ON entry_reminder FOR EACH ROW EXECUTE FUNCTION note_reminder();
CREATE TRIGGER check_hand_over BEFORE UPDATE ON hand_over FOR EACH ROW EXECUTE FUNCTION check_hand_over();

DO $$
DECLARE
    name text;
    seen text;
    entered text;
    changed text;
    operated text := 'desk_id IN (SELECT o.organisation_id FROM operated_organisations() o)';
    administered text := 'person_id = current_person() AND desk_id IN (SELECT a.organisation_id FROM administered_organisations() a)';
    capable text := 'on_duty IS NULL OR on_duty IN (SELECT p.person_id FROM duty_people(desk_id) p)';
BEGIN
    FOR name, seen, entered, changed IN VALUES
        ('duty_desk', operated, administered, NULL),
        ('channel', operated, administered || ' AND (' || capable || ')', operated),
        ('duty_shift', operated, 'person_id = current_person() AND ' || operated || ' AND (' || capable || ')', operated),
        ('hand_over', operated, 'given_by = current_person() AND ' || operated, operated),
        ('notice', operated, 'occasion = ''test'' AND channel_id IN (SELECT c.channel_id FROM channel c) AND ' || operated, NULL),
        ('delivery', 'notice_id IN (SELECT n.notice_id FROM notice n)', NULL, 'notice_id IN (SELECT n.notice_id FROM notice n)'),
        ('delivery_attempt', 'delivery_id IN (SELECT d.delivery_id FROM delivery d)', NULL, NULL),
        ('alert_link', 'false', NULL, NULL),
        ('delivery_progress', '(SELECT current_person()) IS NOT NULL', NULL, NULL),
        ('heartbeat', '(SELECT current_person()) IS NOT NULL', NULL, NULL)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true)', name);
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner USING (%s)', name, seen);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_work', name);
        IF entered IS NOT NULL THEN
            EXECUTE format('CREATE POLICY entered ON %I FOR INSERT TO civicwatt_api WITH CHECK (%s)', name, entered);
        END IF;
        IF changed IS NOT NULL THEN
            EXECUTE format('CREATE POLICY changed ON %I FOR UPDATE TO civicwatt_api USING (%s)', name, changed);
        END IF;
        IF name <> 'channel' THEN
            EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_admin', name);
        END IF;
    END LOOP;
END
$$;
GRANT SELECT (channel_id, desk_id, kind, name, on_duty, rung, shown, person_id, at, ended_at) ON channel TO civicwatt_api, civicwatt_admin;

GRANT INSERT (desk_id, quiet_from, quiet_to, digest_at, escalate_min, tone_s, phone, lang) ON duty_desk TO civicwatt_api;
GRANT INSERT (desk_id, kind, name, on_duty, rung, sealed, shown), UPDATE (ended_at) ON channel TO civicwatt_api;
GRANT INSERT (desk_id, on_duty, rank, during, phone), UPDATE (ended_at) ON duty_shift TO civicwatt_api;
GRANT INSERT (desk_id, document, note), UPDATE (taken_by) ON hand_over TO civicwatt_api;
GRANT INSERT (desk_id, occasion, identity, channel_id, urgent, facts) ON notice TO civicwatt_api;
GRANT UPDATE (state, attempts, due_at, done_at) ON delivery TO civicwatt_api;

GRANT INSERT, UPDATE ON notice, delivery, heartbeat, delivery_progress TO civicwatt_work;
GRANT INSERT ON delivery_attempt, alert_link TO civicwatt_work;
