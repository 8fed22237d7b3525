-- Metrology of settlement meters: certificates, seals, what a verification found, and what was said
-- about a difference from the utility's bill. All of it is only added to: an end, a removal and a
-- note are rows of their own, signed by the database.

ALTER TABLE register_event ADD until timestamptz;
DO $$
DECLARE
    of_value text;
BEGIN
    FOR of_value IN SELECT conname FROM pg_constraint
                     WHERE conrelid = 'register_event'::regclass AND contype = 'c' AND conkey && ARRAY(
                        SELECT attnum FROM pg_attribute WHERE attrelid = 'register_event'::regclass
                           AND attname IN ('kind', 'value')) LOOP
        EXECUTE format('ALTER TABLE register_event DROP CONSTRAINT %I', of_value);
    END LOOP;
END
$$;
ALTER TABLE register_event
    ADD CONSTRAINT register_event_kind CHECK (kind IN ('ratio', 'swap', 'reset', 'register_size', 'error')),
    ADD CONSTRAINT register_event_value CHECK (CASE
        WHEN kind = 'error' THEN value > -100 AND value <= 100 AND value <> 0
        ELSE value >= 0 AND value < 'Infinity' AND (value > 0 OR kind IN ('swap', 'reset')) END),
    ADD CONSTRAINT register_event_previous CHECK (previous IS NULL
        OR (previous >= 0 AND previous < 'Infinity' AND kind IN ('swap', 'reset'))),
    ADD CONSTRAINT register_event_until CHECK ((kind = 'error') = (until IS NOT NULL) AND until > at);
COMMENT ON COLUMN register_event.value IS 'ratio: CT x PT from then on; swap, reset: first reading of the new register; register_size: where it starts again at zero; error: percent by which the meter shows too much over [at, until)';
GRANT INSERT (until) ON register_event TO civicwatt_api, civicwatt_admin;

CREATE TABLE certificate (
    certificate_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    meter_id         bigint NOT NULL REFERENCES meter,
    number           text NOT NULL CHECK (number !~ '^\s*$'),
    issuer           text NOT NULL CHECK (issuer !~ '^\s*$'),
    accuracy_class   text NOT NULL CHECK (accuracy_class ~ '^[A-Za-z0-9.]{1,8}$'),
    instrument       text NOT NULL DEFAULT '',
    verified_on      date NOT NULL,
    valid            daterange NOT NULL CHECK (NOT isempty(valid) AND NOT lower_inf(valid) AND NOT upper_inf(valid)),
    ct_primary_a     numeric CHECK (ct_primary_a > 0),
    ct_secondary_a   numeric CHECK (ct_secondary_a > 0),
    pt_primary_v     numeric CHECK (pt_primary_v > 0),
    pt_secondary_v   numeric CHECK (pt_secondary_v > 0),
    counts_primary   boolean NOT NULL DEFAULT false,
    note             text NOT NULL DEFAULT '',
    person_id        bigint NOT NULL REFERENCES person DEFAULT current_person(),
    entered_at       timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nulls(ct_primary_a, ct_secondary_a) IN (0, 2) AND num_nulls(pt_primary_v, pt_secondary_v) IN (0, 2)),
    CHECK (verified_on <= lower(valid))
);
CREATE INDEX ON certificate (meter_id);
COMMENT ON TABLE certificate IS 'What a verification body certified of the instrument that counts for a meter';
COMMENT ON COLUMN certificate.instrument IS 'factory number on the nameplate';
COMMENT ON COLUMN certificate.valid IS 'local days on which it holds at this meter, half-open';
COMMENT ON COLUMN certificate.counts_primary IS 'the register shows what flows on the primary side: no multiplier applies';

CREATE TABLE certificate_end (
    certificate_id bigint PRIMARY KEY REFERENCES certificate,
    on_day         date NOT NULL,
    reason         text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id      bigint NOT NULL REFERENCES person DEFAULT current_person(),
    entered_at     timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE certificate_end IS 'It holds no longer from that day on; from its first day on: it was entered by mistake';

CREATE TABLE certificate_picture (
    picture_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    certificate_id bigint NOT NULL REFERENCES certificate,
    shows          text NOT NULL CHECK (shows IN ('certificate', 'nameplate')),
    jpeg           bytea NOT NULL CHECK (octet_length(jpeg) BETWEEN 1 AND 8 * 1024 * 1024),
    sha256         text NOT NULL CHECK (length(sha256) = 64),
    width          integer NOT NULL CHECK (width > 0),
    height         integer NOT NULL CHECK (height > 0),
    person_id      bigint NOT NULL REFERENCES person DEFAULT current_person(),
    entered_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (certificate_id, sha256)
);
COMMENT ON COLUMN certificate_picture.jpeg IS 'written anew from what was sent: nothing but the picture is kept';

CREATE TABLE seal (
    seal_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    meter_id   bigint NOT NULL REFERENCES meter,
    number     text NOT NULL CHECK (number !~ '^\s*$'),
    part       text NOT NULL CHECK (part IN ('cover', 'terminals', 'transformers', 'cabinet', 'other')),
    placed_on  date NOT NULL,
    note       text NOT NULL DEFAULT '',
    person_id  bigint NOT NULL REFERENCES person DEFAULT current_person(),
    entered_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (meter_id, number)
);
COMMENT ON COLUMN seal.part IS 'what of the meter it closes';

CREATE TABLE seal_event (
    seal_event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seal_id       bigint NOT NULL REFERENCES seal,
    kind          text NOT NULL CHECK (kind IN ('removed', 'broken', 'noted')),
    on_day        date NOT NULL,
    note          text NOT NULL DEFAULT '' CHECK (kind <> 'noted' OR note !~ '^\s*$'),
    person_id     bigint NOT NULL REFERENCES person DEFAULT current_person(),
    entered_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON seal_event (seal_id);
CREATE UNIQUE INDEX seal_ends_once ON seal_event (seal_id) WHERE kind <> 'noted';

CREATE TABLE tolerance_finding (
    finding_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    meter_id    bigint NOT NULL REFERENCES meter,
    found_on    date NOT NULL,
    error_pct   numeric NOT NULL CHECK (error_pct > -100 AND error_pct <= 100),
    limit_pct   numeric NOT NULL CHECK (limit_pct > 0 AND limit_pct < abs(error_pct)),
    known_since date CHECK (known_since < found_on),
    document    text NOT NULL CHECK (document !~ '^\s*$'),
    note        text NOT NULL DEFAULT '',
    person_id   bigint NOT NULL REFERENCES person DEFAULT current_person(),
    entered_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON tolerance_finding (meter_id);
COMMENT ON COLUMN tolerance_finding.error_pct IS 'percent of what was used by which the meter shows too much; below zero: too little';
COMMENT ON COLUMN tolerance_finding.known_since IS 'day from which it is proved to have been wrong, where that is known';

CREATE TABLE tolerance_decision (
    decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    finding_id  bigint NOT NULL REFERENCES tolerance_finding,
    rule        text NOT NULL CHECK (rule IN ('half_time', 'known_date', 'none')),
    event_id    bigint UNIQUE REFERENCES register_event,
    basis       text NOT NULL DEFAULT '',
    reason      text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id   bigint NOT NULL REFERENCES person DEFAULT current_person(),
    entered_at  timestamptz NOT NULL DEFAULT now(),
    CHECK ((rule = 'none') = (event_id IS NULL))
);
CREATE INDEX ON tolerance_decision (finding_id);
COMMENT ON TABLE tolerance_decision IS 'What was made of a finding: which error was declared, or that none is. The newest counts, while nobody has withdrawn its event';

CREATE TABLE bill_remark (
    bill_remark_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bill_id        bigint NOT NULL REFERENCES bill,
    explained      boolean NOT NULL,
    comment        text NOT NULL CHECK (comment !~ '^\s*$'),
    person_id      bigint NOT NULL REFERENCES person DEFAULT current_person(),
    entered_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON bill_remark (bill_id);
COMMENT ON TABLE bill_remark IS 'What somebody said of the difference between a bill''s quantity and ours; the newest counts';

-- As invoker: row security of the tables applies to whoever asks.
CREATE VIEW certificate_held WITH (security_invoker) AS
SELECT c.certificate_id, c.meter_id,
       CASE WHEN e.on_day IS NULL THEN c.valid
            ELSE c.valid * daterange(NULL, greatest(e.on_day, lower(c.valid))) END AS during
  FROM certificate c LEFT JOIN certificate_end e USING (certificate_id);
COMMENT ON VIEW certificate_held IS 'Local days on which a certificate really held; empty where it was a mistake';

SET ROLE civicwatt_scope;

-- One certificate at a time. Two people who enter one each wait for each other.
CREATE FUNCTION check_certificate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    other record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('civicwatt certificate'), NEW.meter_id::integer);
    SELECT c.number, h.during INTO other
      FROM certificate_held h JOIN certificate c USING (certificate_id)
     WHERE h.meter_id = NEW.meter_id AND h.certificate_id <> NEW.certificate_id AND h.during && NEW.valid LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'certificate_overlap',
            MESSAGE = format('certificate %s holds from %s to %s already', other.number, lower(other.during),
                             upper(other.during) - 1);
    END IF;
    RETURN NULL;
END
$$;

-- What a meter showed is corrected once. Two people who declare an error each wait for each other.
CREATE FUNCTION check_error() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('civicwatt metering error'), NEW.meter_id::integer);
    IF EXISTS (SELECT FROM register_event e
                WHERE e.meter_id = NEW.meter_id AND e.kind = 'error' AND e.event_id <> NEW.event_id
                  AND e.at < NEW.until AND NEW.at < e.until
                  AND NOT EXISTS (SELECT FROM register_event_withdrawal w WHERE w.event_id = e.event_id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'error_overlap',
            MESSAGE = 'another error is declared for a part of this span; withdraw it first';
    END IF;
    RETURN NULL;
END
$$;

-- As in 0014; an error holds over a span of its own.
CREATE OR REPLACE FUNCTION touch_event_days() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    event register_event;
    day_zone text;
    until timestamptz;
BEGIN
    SELECT * INTO event FROM register_event e WHERE e.event_id = NEW.event_id;
    SELECT zone_of(p.place_id) INTO day_zone FROM meter_position p
     WHERE p.meter_id = event.meter_id ORDER BY upper(p.during) DESC NULLS FIRST LIMIT 1;
    IF event.kind = 'error' THEN
        until := event.until;
    ELSIF event.kind IN ('swap', 'reset') THEN
        until := event.at;
    ELSE
        SELECT coalesce(min(e.at), 'infinity') INTO until FROM register_event e
         WHERE e.meter_id = event.meter_id AND e.kind = event.kind AND e.at > event.at
           AND NOT EXISTS (SELECT FROM register_event_withdrawal w WHERE w.event_id = e.event_id);
    END IF;
    PERFORM touch_days(d.device_id, greatest(event.at, lower(d.during)), least(until, upper(d.during)),
                       coalesce(day_zone, 'UTC'))
       FROM meter_device d
      WHERE d.meter_id = event.meter_id AND (d.during && tstzrange(event.at, until, '[]')
            OR upper(d.during) = event.at);
    RETURN NULL;
END
$$;

GRANT EXECUTE ON FUNCTION check_certificate(), check_error() TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER check_certificate AFTER INSERT ON certificate FOR EACH ROW EXECUTE FUNCTION check_certificate();
CREATE TRIGGER check_error AFTER INSERT ON register_event FOR EACH ROW WHEN (NEW.kind = 'error')
    EXECUTE FUNCTION check_error();

-- Row security, as of the tables of 0014.
DO $$
DECLARE
    name text;
    of_meter text;
BEGIN
    FOR name, of_meter IN VALUES
        ('certificate', 'meter_id'),
        ('seal', 'meter_id'),
        ('tolerance_finding', 'meter_id'),
        ('certificate_end', '(SELECT c.meter_id FROM certificate c WHERE c.certificate_id = certificate_end.certificate_id)'),
        ('certificate_picture', '(SELECT c.meter_id FROM certificate c WHERE c.certificate_id = certificate_picture.certificate_id)'),
        ('seal_event', '(SELECT s.meter_id FROM seal s WHERE s.seal_id = seal_event.seal_id)'),
        ('tolerance_decision', '(SELECT f.meter_id FROM tolerance_finding f WHERE f.finding_id = tolerance_decision.finding_id)'),
        ('bill_remark', '(SELECT b.meter_id FROM bill b WHERE b.bill_id = bill_remark.bill_id)')
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work, civicwatt_scope
                        USING (true)', name);
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner
                        USING (%s IN (SELECT v.meter_id FROM visible_meters() v))', name, of_meter);
        EXECUTE format('CREATE POLICY signed ON %I FOR INSERT TO civicwatt_api
                        WITH CHECK (person_id = current_person() AND may_correct_meter(%s, now()))', name, of_meter);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_admin, civicwatt_work, civicwatt_scope', name);
    END LOOP;
END
$$;
GRANT SELECT ON certificate_held TO civicwatt_api, civicwatt_admin, civicwatt_work, civicwatt_scope;
-- Who and when are the database's to say; nothing is ever changed or taken away.
GRANT INSERT (meter_id, number, issuer, accuracy_class, instrument, verified_on, valid, ct_primary_a, ct_secondary_a,
              pt_primary_v, pt_secondary_v, counts_primary, note) ON certificate TO civicwatt_api;
GRANT INSERT (certificate_id, on_day, reason) ON certificate_end TO civicwatt_api;
GRANT INSERT (certificate_id, shows, jpeg, sha256, width, height) ON certificate_picture TO civicwatt_api;
GRANT INSERT (meter_id, number, part, placed_on, note) ON seal TO civicwatt_api;
GRANT INSERT (seal_id, kind, on_day, note) ON seal_event TO civicwatt_api;
GRANT INSERT (meter_id, found_on, error_pct, limit_pct, known_since, document, note) ON tolerance_finding TO civicwatt_api;
GRANT INSERT (finding_id, rule, event_id, basis, reason) ON tolerance_decision TO civicwatt_api;
GRANT INSERT (bill_id, explained, comment) ON bill_remark TO civicwatt_api;

-- Who may see a bill is as in 0016, but not asked meter by meter where a meter is seen of all times:
-- a province's bills of a year are compared with what was counted.
DROP POLICY seen ON bill;
CREATE POLICY seen ON bill FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (meter_id IN (SELECT v.meter_id FROM visible_meters() v WHERE v.during @> tstzrange(NULL, NULL))
        OR EXISTS (SELECT FROM visible_meters() v
                    WHERE v.meter_id = bill.meter_id AND tstzrange(start_at, end_at) <@ v.during));
DROP POLICY seen ON bill_line;
CREATE POLICY seen ON bill_line FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (EXISTS (SELECT FROM bill b WHERE b.bill_id = bill_line.bill_id));
