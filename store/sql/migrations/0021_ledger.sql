-- The ledger: months of institutions, closed and reversed, each entry chained to the one before by its
-- digest. Entries are only added: no role has UPDATE or DELETE, and a trigger refuses both. The database
-- itself holds the chain, the order of months, and that an override is signed by two persons.

CREATE TABLE ledger_override (
    override_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    month           date NOT NULL CHECK (month = date_trunc('month', month)::date),
    first_at        timestamptz NOT NULL,
    end_at          timestamptz NOT NULL CHECK (end_at > first_at),
    obstacles       text NOT NULL CHECK (jsonb_array_length(obstacles::jsonb) > 0),
    reason          text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON ledger_override (organisation_id, month);
COMMENT ON TABLE ledger_override IS 'A person asks to close a month in spite of these obstacles; a second one has to sign';
COMMENT ON COLUMN ledger_override.first_at IS 'the month as instants [first_at, end_at), by which it is seen';

CREATE TABLE ledger_override_signature (
    override_id bigint PRIMARY KEY REFERENCES ledger_override,
    person_id   bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at          timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE ledger_entry (
    ledger_entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    sequence        integer NOT NULL CHECK (sequence > 0),
    month           date NOT NULL CHECK (month = date_trunc('month', month)::date),
    first_at        timestamptz NOT NULL,
    end_at          timestamptz NOT NULL CHECK (end_at > first_at),
    kind            text NOT NULL CHECK (kind IN ('closing', 'reversal')),
    reverses        bigint UNIQUE REFERENCES ledger_entry CHECK ((kind = 'reversal') = (reverses IS NOT NULL)),
    override_id     bigint UNIQUE REFERENCES ledger_override CHECK (override_id IS NULL OR kind = 'closing'),
    document        text NOT NULL,
    sha256          text NOT NULL CHECK (sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex')),
    previous_sha256 text NOT NULL CHECK (previous_sha256 ~ '^[0-9a-f]{64}$'),
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organisation_id, sequence)
);
CREATE INDEX ON ledger_entry (organisation_id, month);
COMMENT ON TABLE ledger_entry IS 'Append-only; what a month comes to is the sum of its entries';
COMMENT ON COLUMN ledger_entry.document IS 'one JSON document in its one form; sha256 is the digest of its UTF-8';
COMMENT ON COLUMN ledger_entry.previous_sha256 IS 'digest of the institution''s entry before; 64 zeros for the first';

GRANT SELECT ON ledger_entry, ledger_override, ledger_override_signature, touched TO civicwatt_scope;
SET ROLE civicwatt_scope;

-- Local days whose readings have come and are not computed yet, of meters that the person may see.
CREATE FUNCTION waiting_days(of_meters bigint[], first_day date, end_day date)
RETURNS TABLE (meter_id bigint, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT DISTINCT m.meter_id, t.day
      FROM meter_device m JOIN touched t USING (device_id)
     WHERE m.meter_id = ANY (of_meters) AND m.meter_id IN (SELECT v.meter_id FROM visible_meters() v)
       AND t.day >= waiting_days.first_day AND t.day < waiting_days.end_day
$$;

CREATE FUNCTION refuse_ledger(reason text) RETURNS void LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger', MESSAGE = reason; END $$;

CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$ BEGIN PERFORM refuse_ledger(format('%s is only added to: correct by a reversal', TG_TABLE_NAME)); RETURN NULL; END $$;

CREATE FUNCTION check_ledger_signature() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF NEW.person_id = (SELECT o.person_id FROM ledger_override o WHERE o.override_id = NEW.override_id) THEN
        PERFORM refuse_ledger('an override wants two persons: who asked for it cannot sign it as well');
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION check_ledger_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    newest ledger_entry;
    origin ledger_entry;
    told jsonb := NEW.document::jsonb;
BEGIN
    -- One at a time: whoever comes second sees what the first has entered, and is refused by it.
    PERFORM pg_advisory_xact_lock(hashtext('civicwatt ledger'), NEW.organisation_id::integer);
    SELECT * INTO newest FROM ledger_entry e WHERE e.organisation_id = NEW.organisation_id ORDER BY e.sequence DESC LIMIT 1;
    IF NEW.sequence <> coalesce(newest.sequence, 0) + 1 OR NEW.previous_sha256 <> coalesce(newest.sha256, repeat('0', 64)) THEN
        PERFORM refuse_ledger(format('the chain goes on after entry %s', coalesce(newest.sequence, 0)));
    END IF;
    IF (told ->> 'sequence', told ->> 'month', told ->> 'kind', told ->> 'previous_sha256') IS DISTINCT FROM
       (NEW.sequence::text, to_char(NEW.month, 'YYYY-MM'), NEW.kind, NEW.previous_sha256) THEN
        PERFORM refuse_ledger('the document is not that of this entry');
    END IF;
    IF NEW.end_at > now() THEN
        PERFORM refuse_ledger(format('%s is not over', to_char(NEW.month, 'YYYY-MM')));
    END IF;
    IF NEW.kind = 'reversal' THEN
        SELECT * INTO origin FROM ledger_entry e WHERE e.ledger_entry_id = NEW.reverses;
        IF (origin.organisation_id, origin.month, origin.kind) IS DISTINCT FROM (NEW.organisation_id, NEW.month, 'closing') THEN
            PERFORM refuse_ledger('a reversal takes back a closing of the same month');
        END IF;
        RETURN NEW;
    END IF;
    IF standing_closing(NEW.organisation_id, NEW.month) IS NOT NULL THEN
        PERFORM refuse_ledger(format('%s is closed already', to_char(NEW.month, 'YYYY-MM')));
    END IF;
    IF standing_closing(NEW.organisation_id, (NEW.month - interval '1 month')::date) IS NULL
       AND EXISTS (SELECT FROM ledger_entry e WHERE e.organisation_id = NEW.organisation_id AND e.month < NEW.month) THEN
        PERFORM refuse_ledger(format('the month before %s is not closed', to_char(NEW.month, 'YYYY-MM')));
    END IF;
    IF jsonb_array_length(told -> 'overridden') > 0 AND NOT EXISTS (
        SELECT FROM ledger_override o JOIN ledger_override_signature s USING (override_id)
         WHERE o.override_id = NEW.override_id AND o.organisation_id = NEW.organisation_id AND o.month = NEW.month
           AND o.person_id <> s.person_id AND o.obstacles::jsonb = told -> 'overridden') THEN
        PERFORM refuse_ledger('obstacles are overridden, and two persons have not signed for just these');
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION standing_closing(of_organisation bigint, of_month date) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
    SELECT e.ledger_entry_id FROM ledger_entry e
     WHERE e.organisation_id = of_organisation AND e.month = of_month AND e.kind = 'closing'
       AND NOT EXISTS (SELECT FROM ledger_entry r WHERE r.reverses = e.ledger_entry_id)
$$;

GRANT EXECUTE ON FUNCTION waiting_days(bigint[], date, date) TO civicwatt_api;
GRANT EXECUTE ON FUNCTION check_ledger_entry(), check_ledger_signature(), refuse_ledger_change(), refuse_ledger(text)
    TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER check_entry BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION check_ledger_entry();
CREATE TRIGGER check_signature BEFORE INSERT ON ledger_override_signature
    FOR EACH ROW EXECUTE FUNCTION check_ledger_signature();

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['ledger_entry', 'ledger_override', 'ledger_override_signature'] LOOP
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I FOR SELECT TO civicwatt_admin, civicwatt_work, civicwatt_scope
                        USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_admin, civicwatt_work', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['ledger_entry', 'ledger_override'] LOOP
        -- A contract opens meters, not an institution's ledger. Whoever may see all of its time is found first.
        EXECUTE format('CREATE POLICY seen ON %1$I FOR SELECT TO civicwatt_api, civicwatt_owner
            USING (organisation_id IN (SELECT v.organisation_id FROM visible_spans() v WHERE v.during = ''{(,)}'')
                   OR EXISTS (SELECT FROM visible_spans() v WHERE v.organisation_id = %1$I.organisation_id
                                 AND tstzrange(%1$I.first_at, %1$I.end_at) <@ v.during))', name);
        -- Who sees only a part of the month would close what they see for the whole.
        EXECUTE format('CREATE POLICY signed ON %1$I FOR INSERT TO civicwatt_api
            WITH CHECK (person_id = current_person()
                        AND organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a)
                        AND EXISTS (SELECT FROM visible_spans() v WHERE v.organisation_id = %1$I.organisation_id
                                       AND tstzrange(%1$I.first_at, %1$I.end_at) <@ v.during))', name);
    END LOOP;
END
$$;
CREATE POLICY seen ON ledger_override_signature FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (override_id IN (SELECT o.override_id FROM ledger_override o));
CREATE POLICY signed ON ledger_override_signature FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person() AND override_id IN (
        SELECT o.override_id FROM ledger_override o
         WHERE o.organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a)));

-- Who and when are the database's to say.
GRANT INSERT (organisation_id, sequence, month, first_at, end_at, kind, reverses, override_id, document, sha256,
              previous_sha256) ON ledger_entry TO civicwatt_api;
GRANT INSERT (organisation_id, month, first_at, end_at, obstacles, reason) ON ledger_override TO civicwatt_api;
GRANT INSERT (override_id) ON ledger_override_signature TO civicwatt_api;
