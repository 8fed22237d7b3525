-- Statements drawn from the ledger: where every figure comes from, what it was counted from, and what to look at again.
-- A draft whose figures have changed is made anew; to a signed statement a correction is proposed, which both parties
-- accept or one dismisses. Nothing here changes a statement.

CREATE TABLE statement_origin (
    statement_id bigint PRIMARY KEY REFERENCES statement,
    known_at     timestamptz NOT NULL,
    entered      text NOT NULL,
    origins      text NOT NULL,
    sources      text NOT NULL,
    because      text NOT NULL DEFAULT '',
    at           timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE statement_origin IS 'A statement whose figures were drawn from the ledger, as it was known then';
COMMENT ON COLUMN statement_origin.entered IS 'what people entered beside the ledger, as a table of the file''s months; JSON';
COMMENT ON COLUMN statement_origin.origins IS 'where each figure comes from, and why one is missing; JSON';
COMMENT ON COLUMN statement_origin.sources IS 'parts of the evidence by name: registers, events, edits, calendar, weather, tariffs, models; JSON';
COMMENT ON COLUMN statement_origin.because IS 'what had changed, where it was made in place of another';

CREATE TABLE statement_bundle (
    bundle_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    statement_id bigint NOT NULL REFERENCES statement,
    parties      text NOT NULL,
    content      bytea NOT NULL,
    at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON statement_bundle (statement_id);
COMMENT ON TABLE statement_bundle IS 'The file that a party signed or can sign, byte for byte; another one only where a party has another key';
COMMENT ON COLUMN statement_bundle.parties IS 'public keys in it, as its part parties.toml has them';

CREATE TABLE contract_source (
    contract_id bigint NOT NULL REFERENCES contract,
    meter_id    bigint NOT NULL REFERENCES meter,
    PRIMARY KEY (contract_id, meter_id)
);
CREATE INDEX ON contract_source (meter_id);
COMMENT ON TABLE contract_source IS 'Meters from which statements of a contract were drawn: whose news concern it';

CREATE TABLE statement_work (
    contract_id bigint NOT NULL REFERENCES contract,
    first_day   date NOT NULL,
    end_day     date NOT NULL CHECK (end_day > first_day),
    cause       text NOT NULL CHECK (cause IN ('consumption', 'price', 'bill', 'weather', 'calendar', 'contract', 'checked')),
    at          timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON statement_work (contract_id);
COMMENT ON TABLE statement_work IS 'Local days of contracts whose figures may have changed: something is made only where they have';

CREATE TABLE statement_check (
    contract_id bigint PRIMARY KEY REFERENCES contract,
    at          timestamptz NOT NULL
);
COMMENT ON TABLE statement_check IS 'When a worker last drew the newest months of a contract again';

CREATE TABLE statement_correction (
    correction_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    statement_id  bigint NOT NULL REFERENCES statement,
    month         text NOT NULL,
    document      text NOT NULL,
    sha256        text NOT NULL CHECK (sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex')),
    difference    numeric,
    cause         text NOT NULL,
    known_at      timestamptz NOT NULL,
    entered       text NOT NULL,
    origins       text NOT NULL,
    sources       text NOT NULL,
    at            timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON statement_correction (statement_id);
COMMENT ON TABLE statement_correction IS 'A signed statement no longer follows from what is known: what would stand in its place, proposed by the worker';
COMMENT ON COLUMN statement_correction.month IS 'figures of the month as they are known now; JSON';
COMMENT ON COLUMN statement_correction.document IS 'the statement that would be made of them';
COMMENT ON COLUMN statement_correction.difference IS 'what the provider would get more; null where an amount is missing. CNY';

CREATE TABLE correction_decision (
    decision_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    correction_id bigint NOT NULL REFERENCES statement_correction,
    verdict       text NOT NULL CHECK (verdict IN ('accepted', 'dismissed', 'withdrawn')),
    party         text CHECK (party IN ('client', 'provider')),
    reason        text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id     bigint REFERENCES person DEFAULT current_person(),
    at            timestamptz NOT NULL DEFAULT now(),
    CHECK ((verdict = 'withdrawn') = (person_id IS NULL) AND (verdict = 'withdrawn') = (party IS NULL))
);
CREATE UNIQUE INDEX ON correction_decision (correction_id, party);
COMMENT ON TABLE correction_decision IS 'Each party accepts or dismisses once; the worker withdraws what no longer follows from what is known';

GRANT SELECT ON statement_origin, statement_correction, correction_decision, contract_source, contract_event TO civicwatt_scope;
GRANT INSERT ON statement_work TO civicwatt_scope;
SET ROLE civicwatt_scope;

-- Contracts of which a statement was drawn that has one of these days, and that concern one of these meters; null: all.
CREATE FUNCTION ask_statements(of_meters bigint[], first_day date, end_day date, why text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    INSERT INTO statement_work (contract_id, first_day, end_day, cause)
    SELECT DISTINCT s.contract_id, ask_statements.first_day, ask_statements.end_day, why
      FROM statement s JOIN statement_origin o USING (statement_id)
     WHERE (of_meters IS NULL OR s.contract_id IN (SELECT c.contract_id FROM contract_source c WHERE c.meter_id = ANY (of_meters)))
       AND s.period >= to_char(ask_statements.first_day - 31, 'YYYY-MM') AND s.period <= to_char(ask_statements.end_day + 31, 'YYYY-MM')
$$;

CREATE FUNCTION ask_statements_of_consumption() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    -- Most meters are in no contract: nothing else is looked at then.
    IF EXISTS (SELECT FROM contract_source c WHERE c.meter_id = NEW.meter_id) THEN
        PERFORM ask_statements(ARRAY[NEW.meter_id], NEW.first_day, NEW.end_day, 'consumption');
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION ask_statements_of_price() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM ask_statements(array_agg(m.meter_id), v.first_day, v.end_day, 'price')
       FROM (SELECT p.tariff_id, p.month AS first_day, (p.month + interval '1 month')::date AS end_day
               FROM price_month p WHERE TG_TABLE_NAME IN ('price_month_line', 'price_month_check') AND p.price_month_id =
                    (to_jsonb(NEW) ->> 'price_month_id')::bigint
              UNION ALL
             SELECT t.tariff_id, lower(t.during), least(coalesce(upper(t.during), current_date + 1), current_date + 1)
               FROM tariff_version t WHERE TG_TABLE_NAME IN ('tariff_version', 'tariff_version_check') AND t.tariff_version_id =
                    (to_jsonb(NEW) ->> 'tariff_version_id')::bigint
              UNION ALL
             SELECT (to_jsonb(NEW) ->> 'tariff_id')::bigint, current_date - 400, current_date + 1 WHERE TG_TABLE_NAME = 'meter_tariff') v
       JOIN meter_tariff m USING (tariff_id)
      WHERE v.first_day < v.end_day AND m.meter_id IN (SELECT c.meter_id FROM contract_source c)
      GROUP BY v.first_day, v.end_day;
    RETURN NULL;
END
$$;

CREATE FUNCTION ask_statements_of_bill() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    -- By some contracts a late bill is borne in the month in which it came.
    PERFORM ask_statements(ARRAY[NEW.meter_id], NEW.first_day, greatest(NEW.end_day, current_date), 'bill');
    RETURN NULL;
END
$$;

CREATE FUNCTION ask_statements_of_weather() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM ask_statements(NULL, (min(a.hour) AT TIME ZONE 'UTC')::date - 1, (max(a.hour) AT TIME ZONE 'UTC')::date + 2, 'weather')
       FROM added a HAVING count(*) > 0;
    RETURN NULL;
END
$$;

CREATE FUNCTION ask_statements_of_calendar() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM ask_statements(NULL, min(a.day), max(a.day) + 1, 'calendar') FROM added a HAVING count(*) > 0;
    RETURN NULL;
END
$$;

CREATE FUNCTION ask_statements_of_contract() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO statement_work (contract_id, first_day, end_day, cause)
    SELECT DISTINCT s.contract_id, c.first_day, current_date + 1, 'contract'
      FROM (SELECT e.contract_id, e.first_day FROM contract_event e
             WHERE TG_TABLE_NAME IN ('contract_event', 'contract_event_undo') AND e.event_id = (to_jsonb(NEW) ->> 'event_id')::bigint
             UNION ALL
            SELECT v.contract_id, v.holds_from FROM contract_version v
             WHERE TG_TABLE_NAME = 'contract_verdict' AND v.version_id = (to_jsonb(NEW) ->> 'version_id')::bigint) c
      JOIN statement s USING (contract_id) JOIN statement_origin o USING (statement_id)
     WHERE c.first_day <= current_date;
    RETURN NULL;
END
$$;

CREATE FUNCTION check_correction_decision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM lock_contract((SELECT s.contract_id FROM statement_correction c JOIN statement s USING (statement_id)
                            WHERE c.correction_id = NEW.correction_id));
    IF EXISTS (SELECT FROM correction_decision d WHERE d.correction_id = NEW.correction_id AND d.verdict <> 'accepted')
       OR (SELECT count(*) FROM correction_decision d WHERE d.correction_id = NEW.correction_id AND d.verdict = 'accepted') = 2 THEN
        PERFORM refuse_statement('the correction is decided');
    END IF;
    IF EXISTS (SELECT FROM correction_decision d WHERE d.correction_id = NEW.correction_id AND d.person_id = NEW.person_id) THEN
        PERFORM refuse_statement('nobody decides for both parties');
    END IF;
    RETURN NEW;
END
$$;

GRANT EXECUTE ON FUNCTION ask_statements_of_consumption(), ask_statements_of_price(), ask_statements_of_bill(),
    ask_statements_of_weather(), ask_statements_of_calendar(), ask_statements_of_contract(), check_correction_decision()
    TO civicwatt_owner;
GRANT EXECUTE ON FUNCTION refuse_statement_change() TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER ask_statements AFTER INSERT ON outbox
    FOR EACH ROW WHEN (NEW.topic = 'consumption') EXECUTE FUNCTION ask_statements_of_consumption();
CREATE TRIGGER ask_statements AFTER INSERT ON bill FOR EACH ROW EXECUTE FUNCTION ask_statements_of_bill();
CREATE TRIGGER ask_statements AFTER INSERT ON weather_hour REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ask_statements_of_weather();
CREATE TRIGGER ask_statements_of_added AFTER INSERT ON calendar_day REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ask_statements_of_calendar();
CREATE TRIGGER ask_statements_of_changed AFTER UPDATE ON calendar_day REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ask_statements_of_calendar();
CREATE TRIGGER check_decision BEFORE INSERT ON correction_decision FOR EACH ROW EXECUTE FUNCTION check_correction_decision();

DO $$
DECLARE
    name text;
    of_statement text;
BEGIN
    FOREACH name IN ARRAY ARRAY['price_month_line', 'price_month_check', 'tariff_version', 'tariff_version_check', 'meter_tariff'] LOOP
        EXECUTE format('CREATE TRIGGER ask_statements AFTER INSERT ON %I FOR EACH ROW EXECUTE FUNCTION ask_statements_of_price()', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['contract_event', 'contract_event_undo', 'contract_verdict'] LOOP
        EXECUTE format('CREATE TRIGGER ask_statements AFTER INSERT ON %I FOR EACH ROW EXECUTE FUNCTION ask_statements_of_contract()', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['statement_origin', 'statement_bundle', 'statement_correction', 'correction_decision',
                                'contract_source', 'statement_work'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_admin, civicwatt_work', name);
    END LOOP;
    -- What belongs to a statement is seen with it, and is only added to.
    FOR name, of_statement IN VALUES
        ('statement_origin', 'statement_id'), ('statement_bundle', 'statement_id'), ('statement_correction', 'statement_id'),
        ('correction_decision', '(SELECT c.statement_id FROM statement_correction c WHERE c.correction_id = correction_decision.correction_id)')
    LOOP
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner
                        USING (%s IN (SELECT s.statement_id FROM statement s))', name, of_statement);
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_statement_change()', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['contract_source', 'statement_work'] LOOP
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner
                        USING (contract_id IN (SELECT s.contract_id FROM contract_spans() s))', name);
    END LOOP;
END
$$;
CREATE POLICY made ON statement_origin FOR INSERT TO civicwatt_api
    WITH CHECK (EXISTS (SELECT FROM statement s WHERE s.statement_id = statement_origin.statement_id
                           AND contract_party(s.contract_id) IS NOT NULL));
CREATE POLICY made ON statement_bundle FOR INSERT TO civicwatt_api
    WITH CHECK (EXISTS (SELECT FROM statement s WHERE s.statement_id = statement_bundle.statement_id));
CREATE POLICY made ON contract_source FOR INSERT TO civicwatt_api WITH CHECK (contract_party(contract_id) IS NOT NULL);
CREATE POLICY signed ON correction_decision FOR INSERT TO civicwatt_api
    WITH CHECK (verdict <> 'withdrawn' AND person_id = current_person()
                AND party = contract_party((SELECT s.contract_id FROM statement_correction c JOIN statement s USING (statement_id)
                                             WHERE c.correction_id = correction_decision.correction_id)));

GRANT INSERT (statement_id, known_at, entered, origins, sources, because) ON statement_origin TO civicwatt_api, civicwatt_work;
GRANT INSERT (statement_id, parties, content) ON statement_bundle TO civicwatt_api;
GRANT INSERT (contract_id, meter_id) ON contract_source TO civicwatt_api, civicwatt_work;
GRANT INSERT (correction_id, verdict, party, reason) ON correction_decision TO civicwatt_api, civicwatt_work;
GRANT INSERT (statement_id, month, document, sha256, difference, cause, known_at, entered, origins, sources)
    ON statement_correction TO civicwatt_work;
GRANT INSERT, DELETE ON statement_work TO civicwatt_work;
GRANT SELECT, INSERT, UPDATE ON statement_check TO civicwatt_work;
