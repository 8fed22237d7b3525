-- Energy contracts as two parties settle on them: terms in versions, what happened, who acts for whom and by which keys,
-- statements, what was done to each, and disputes. All of it is only added to. What nobody may ever do, whatever the
-- programme says, the database itself refuses: to check what one made, to sign for both, to sign what one has not seen.

ALTER TABLE contract
    ADD organisation_id bigint REFERENCES organisation,
    ADD person_id bigint REFERENCES person DEFAULT current_person(),
    ADD entered_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX ON contract (organisation_id);
COMMENT ON COLUMN contract.organisation_id IS 'the client; null: a contract that only opens meters and is settled elsewhere';

CREATE TABLE contract_person (
    member_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract_id bigint NOT NULL REFERENCES contract,
    person_id   bigint NOT NULL REFERENCES person,
    party       text NOT NULL CHECK (party IN ('client', 'provider')),
    named_by    bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON contract_person (contract_id);
CREATE INDEX ON contract_person (person_id);
COMMENT ON TABLE contract_person IS 'Who acts for a party of a contract, and so sees it';

CREATE TABLE contract_person_end (
    member_id bigint PRIMARY KEY REFERENCES contract_person,
    reason    text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at        timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE contract_version (
    version_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract_id bigint NOT NULL REFERENCES contract,
    number      integer NOT NULL CHECK (number > 0),
    holds_from  date NOT NULL CHECK (holds_from = date_trunc('month', holds_from)::date),
    document    text NOT NULL,
    sha256      text NOT NULL CHECK (sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex')),
    reason      text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id   bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at          timestamptz NOT NULL DEFAULT now(),
    UNIQUE (contract_id, number)
);
COMMENT ON TABLE contract_version IS 'Terms of a contract; an amendment is a new version. In force only when a second person has checked it';
COMMENT ON COLUMN contract_version.holds_from IS 'first month that is settled by it';
COMMENT ON COLUMN contract_version.document IS 'the terms as one JSON document in its one form; sha256 is the digest of its UTF-8';

CREATE TABLE contract_verdict (
    version_id bigint PRIMARY KEY REFERENCES contract_version,
    verdict    text NOT NULL CHECK (verdict IN ('checked', 'refused')),
    reason     text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id  bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at         timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE contract_event (
    event_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract_id bigint NOT NULL REFERENCES contract,
    kind        text NOT NULL CHECK (kind IN ('changes', 'equipment', 'agreed', 'closed', 'redefinitions', 'meter_errors')),
    first_day   date NOT NULL,
    end_day     date CHECK (end_day > first_day),
    document    text NOT NULL,
    party       text NOT NULL CHECK (party IN ('client', 'provider')),
    person_id   bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON contract_event (contract_id);
COMMENT ON TABLE contract_event IS 'What happened during a contract and changes what is settled: area, equipment, closures, redefinitions, meter errors';
COMMENT ON COLUMN contract_event.document IS 'one JSON document in its one form, as the settlement file has it';

CREATE TABLE contract_event_undo (
    event_id  bigint PRIMARY KEY REFERENCES contract_event,
    reason    text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at        timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE contract_key (
    key_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract_id bigint NOT NULL REFERENCES contract,
    party       text NOT NULL CHECK (party IN ('client', 'provider')),
    public_key  text NOT NULL CHECK (octet_length(decode(public_key, 'base64')) = 32),
    note        text NOT NULL,
    person_id   bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at          timestamptz NOT NULL DEFAULT now(),
    UNIQUE (contract_id, public_key)
);
COMMENT ON TABLE contract_key IS 'Ed25519 public keys by which the parties sign what leaves the house; private ones never come here';

CREATE TABLE contract_key_revocation (
    key_id    bigint PRIMARY KEY REFERENCES contract_key,
    reason    text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at        timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE statement (
    statement_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract_id   bigint NOT NULL REFERENCES contract,
    version_id    bigint NOT NULL REFERENCES contract_version,
    kind          text NOT NULL CHECK (kind IN ('month', 'reversal', 'true_up', 'hand_over')),
    period        text NOT NULL CHECK (period ~ CASE WHEN kind IN ('month', 'reversal') THEN '^\d{4}-\d{2}$'
                                                      WHEN kind = 'true_up' THEN '^year \d+$' ELSE '^term$' END),
    revision      integer NOT NULL CHECK (revision > 0),
    first_at      timestamptz NOT NULL,
    end_at        timestamptz NOT NULL CHECK (end_at > first_at),
    cause         text NOT NULL CHECK (cause IN ('entered', 'ledger', 'late')),
    reverses      bigint UNIQUE REFERENCES statement CHECK ((kind = 'reversal') = (reverses IS NOT NULL)),
    document      text NOT NULL,
    sha256        text NOT NULL CHECK (sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex')),
    inputs        text,
    inputs_sha256 text,
    code_version  text NOT NULL,
    blocks        integer NOT NULL CHECK (blocks >= 0),
    payer         text CHECK (payer IN ('client', 'provider')),
    amount        numeric,
    retained      numeric,
    due_on        date,
    person_id     bigint REFERENCES person DEFAULT current_person(),
    at            timestamptz NOT NULL DEFAULT now(),
    UNIQUE (contract_id, kind, period, revision),
    CHECK ((inputs IS NULL) = (inputs_sha256 IS NULL) AND (kind IN ('month', 'reversal')) = (inputs IS NOT NULL)),
    CHECK (inputs_sha256 = encode(sha256(convert_to(inputs, 'UTF8')), 'hex')),
    CHECK (num_nulls(payer, amount, retained, due_on) IN (0, 4))
);
COMMENT ON TABLE statement IS 'Documents of a contract. A draft that is made anew is a new revision; what both signed is corrected by a reversal';
COMMENT ON COLUMN statement.inputs IS 'everything it follows from, in its one form; a reversal has those of what it takes back';
COMMENT ON COLUMN statement.blocks IS 'remarks in it that stand against signing';
COMMENT ON COLUMN statement.amount IS 'what the payer owes, with what is kept back until the hand-over; negative in a reversal. CNY';
COMMENT ON COLUMN statement.person_id IS 'who made it; null: the worker, from the ledger';

CREATE TABLE statement_baseline (
    statement_id bigint NOT NULL REFERENCES statement,
    version_id   bigint NOT NULL REFERENCES baseline_version,
    sha256       text NOT NULL,
    PRIMARY KEY (statement_id, version_id)
);
COMMENT ON TABLE statement_baseline IS 'Versions of baselines whose figures are in a statement';

CREATE TABLE statement_act (
    act_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    statement_id bigint NOT NULL REFERENCES statement,
    act          text NOT NULL CHECK (act IN ('check', 'return', 'sign', 'dispute', 'resolve', 'pay', 'reverse')),
    party        text CHECK (party IN ('client', 'provider')),
    subject      text NOT NULL DEFAULT '',
    reason       text NOT NULL DEFAULT '' CHECK (act <> 'return' OR reason !~ '^\s*$'),
    on_day       date NOT NULL,
    amount       numeric CHECK ((amount IS NOT NULL) = (act = 'pay') AND amount <> 0),
    key_id       bigint REFERENCES contract_key CHECK (key_id IS NULL OR act = 'sign'),
    signature    text CHECK ((signature IS NULL) = (key_id IS NULL)),
    person_id    bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON statement_act (statement_id);
COMMENT ON TABLE statement_act IS 'What was done to a statement, in order; its state follows from these and is kept nowhere';
COMMENT ON COLUMN statement_act.subject IS 'digest that was signed; code of the dispute; digest of the reversal; number of the payment';
COMMENT ON COLUMN statement_act.amount IS 'paid to the provider, below zero: by it. CNY';
COMMENT ON COLUMN statement_act.signature IS 'a detached signature that holds by the key, as its file has it';

CREATE TABLE dispute (
    dispute_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    statement_id bigint NOT NULL REFERENCES statement,
    line         text NOT NULL,
    side         text NOT NULL CHECK (side IN ('fee', 'bills', 'deduction', 'baseline')),
    claimed      numeric NOT NULL,
    party        text NOT NULL CHECK (party IN ('client', 'provider')),
    reason       text NOT NULL CHECK (reason !~ '^\s*$'),
    opened_on    date NOT NULL,
    deadline     date NOT NULL CHECK (deadline >= opened_on),
    evidence     text[] NOT NULL,
    person_id    bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON dispute (statement_id);
COMMENT ON TABLE dispute IS 'A claim that one line of a signed statement should come to something else: it freezes the difference';

CREATE TABLE dispute_outcome (
    outcome_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dispute_id bigint NOT NULL REFERENCES dispute,
    kind       text NOT NULL CHECK (kind IN ('upheld', 'agreed', 'rejected')),
    amount     numeric NOT NULL,
    decided_on date NOT NULL,
    document   text NOT NULL CHECK (document !~ '^\s*$'),
    party      text NOT NULL CHECK (party IN ('client', 'provider')),
    person_id  bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON dispute_outcome (dispute_id);
COMMENT ON TABLE dispute_outcome IS 'How one party says that a dispute ended; it did when the other has signed it. The newest counts';

CREATE TABLE dispute_signature (
    outcome_id bigint PRIMARY KEY REFERENCES dispute_outcome,
    party      text NOT NULL CHECK (party IN ('client', 'provider')),
    person_id  bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at         timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT ON contract, contract_person, contract_person_end, contract_version, contract_verdict, statement, statement_act,
    contract_key, contract_key_revocation, dispute, dispute_outcome, dispute_signature TO civicwatt_scope;
SET ROLE civicwatt_scope;

-- Contracts that concern the current person, and of which time: of their institutions, opened to them, or acted in.
CREATE FUNCTION contract_spans() RETURNS TABLE (contract_id bigint, during tstzmultirange)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp
AS $$
    SELECT contract_id, range_agg(during)
      FROM (SELECT s.contract_id, s.during FROM usable_scope() s WHERE s.contract_id IS NOT NULL
             UNION ALL
            SELECT c.contract_id, r.during FROM scope_reach() r JOIN contract c USING (organisation_id)
             UNION ALL
            SELECT m.contract_id, tstzrange(NULL, NULL) FROM contract_person m JOIN person p USING (person_id)
             WHERE m.person_id = current_person() AND p.active
               AND NOT EXISTS (SELECT FROM contract_person_end e WHERE e.member_id = m.member_id)) seen
     GROUP BY contract_id
$$;

-- For which party the current person acts: as named, else as contractor, else as administrator of the client; else null.
CREATE FUNCTION contract_party(of_contract bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT coalesce(
        (SELECT m.party FROM contract_person m JOIN person p USING (person_id)
          WHERE m.contract_id = of_contract AND m.person_id = current_person() AND p.active
            AND NOT EXISTS (SELECT FROM contract_person_end e WHERE e.member_id = m.member_id)
          ORDER BY m.member_id DESC LIMIT 1),
        (SELECT 'provider' FROM usable_scope() s
          WHERE s.contract_id = of_contract AND s.role = 'contractor' AND s.during @> now() LIMIT 1),
        (SELECT 'client' FROM contract c
          WHERE c.contract_id = of_contract
            AND c.organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a)))
$$;

CREATE FUNCTION person_of_login(wanted_login text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT person_id FROM person WHERE login = wanted_login AND active $$;

-- Version of the terms by which a month is settled; null while none is in force.
CREATE FUNCTION contract_version_of(of_contract bigint, of_day date) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
    SELECT v.version_id FROM contract_version v JOIN contract_verdict d USING (version_id)
     WHERE v.contract_id = of_contract AND d.verdict = 'checked' AND v.holds_from <= of_day
     ORDER BY v.number DESC LIMIT 1
$$;

CREATE FUNCTION refuse_statement(reason text) RETURNS void LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'statement', MESSAGE = reason; END $$;

CREATE FUNCTION refuse_statement_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$ BEGIN PERFORM refuse_statement(format('%s is only added to: correct by a reversal', TG_TABLE_NAME)); RETURN NULL; END $$;

CREATE FUNCTION lock_contract(of_contract bigint) RETURNS void LANGUAGE sql
AS $$ SELECT pg_advisory_xact_lock(hashtext('civicwatt contract'), of_contract::integer) $$;

-- Whether both parties have signed since it was last checked.
CREATE FUNCTION is_signed(of_statement bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
    SELECT count(DISTINCT a.party) = 2 FROM statement_act a
     WHERE a.statement_id = of_statement AND a.act = 'sign'
       AND a.act_id > (SELECT coalesce(max(c.act_id), 0) FROM statement_act c
                        WHERE c.statement_id = of_statement AND c.act IN ('check', 'return'))
$$;

CREATE FUNCTION is_reversed(of_statement bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$ SELECT EXISTS (SELECT FROM statement_act a WHERE a.statement_id = of_statement AND a.act = 'reverse') $$;

CREATE FUNCTION check_contract_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM lock_contract(NEW.contract_id);
    IF NEW.number <> (SELECT coalesce(max(v.number), 0) + 1 FROM contract_version v WHERE v.contract_id = NEW.contract_id) THEN
        PERFORM refuse_statement('versions of a contract are numbered without a gap');
    END IF;
    IF (NEW.document::jsonb ->> 'code', NEW.document::jsonb ->> 'version') IS DISTINCT FROM
       ((SELECT c.code FROM contract c WHERE c.contract_id = NEW.contract_id), NEW.number::text) THEN
        PERFORM refuse_statement('the terms are not those of this contract and version');
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION check_contract_verdict() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF NEW.person_id = (SELECT v.person_id FROM contract_version v WHERE v.version_id = NEW.version_id) THEN
        PERFORM refuse_statement('whoever entered the terms cannot check them');
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION check_contract_person() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM lock_contract(NEW.contract_id);
    IF EXISTS (SELECT FROM contract_person m WHERE m.contract_id = NEW.contract_id AND m.person_id = NEW.person_id
                  AND NOT EXISTS (SELECT FROM contract_person_end e WHERE e.member_id = m.member_id)) THEN
        PERFORM refuse_statement('a person acts for one party of a contract, and is named once');
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION check_statement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    told jsonb := NEW.document::jsonb;
    terms contract_version;
BEGIN
    PERFORM lock_contract(NEW.contract_id);
    IF NEW.revision <> (SELECT coalesce(max(s.revision), 0) + 1 FROM statement s
                         WHERE (s.contract_id, s.kind, s.period) = (NEW.contract_id, NEW.kind, NEW.period)) THEN
        PERFORM refuse_statement('revisions of a statement are numbered without a gap');
    END IF;
    SELECT v.* INTO terms FROM contract_version v JOIN contract_verdict d USING (version_id)
     WHERE v.version_id = NEW.version_id AND v.contract_id = NEW.contract_id AND d.verdict = 'checked';
    IF terms IS NULL THEN
        PERFORM refuse_statement('the terms are not in force: nobody has checked them');
    END IF;
    IF (told ->> 'kind', told ->> 'contract', told ->> 'contract_version') IS DISTINCT FROM
       (NEW.kind, terms.document::jsonb ->> 'code', terms.number::text)
       OR NEW.kind IN ('month', 'reversal') AND told ->> 'month' IS DISTINCT FROM NEW.period THEN
        PERFORM refuse_statement('the document is not that of this statement');
    END IF;
    IF NEW.kind = 'reversal' AND NOT EXISTS (
        SELECT FROM statement s WHERE s.statement_id = NEW.reverses AND s.sha256 = told ->> 'reverses'
           AND (s.contract_id, s.kind, s.period) = (NEW.contract_id, 'month', NEW.period) AND is_signed(s.statement_id)) THEN
        PERFORM refuse_statement('a reversal takes back a signed statement of the same month');
    END IF;
    IF NEW.kind <> 'reversal' AND EXISTS (
        SELECT FROM statement s WHERE (s.contract_id, s.kind, s.period) = (NEW.contract_id, NEW.kind, NEW.period)
           AND is_signed(s.statement_id) AND NOT EXISTS (SELECT FROM statement r WHERE r.reverses = s.statement_id)) THEN
        PERFORM refuse_statement('both parties have signed it: correct by a reversal');
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION check_statement_act() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    made statement;
    checked bigint;
BEGIN
    SELECT * INTO made FROM statement s WHERE s.statement_id = NEW.statement_id;
    PERFORM lock_contract(made.contract_id);
    IF NEW.party IS DISTINCT FROM contract_party(made.contract_id) THEN
        PERFORM refuse_statement('you do not act for that party');
    END IF;
    IF NEW.act = 'check' AND NEW.person_id = made.person_id THEN
        PERFORM refuse_statement('whoever made it cannot check it');
    END IF;
    IF NEW.act IN ('check', 'return', 'sign') AND EXISTS (
        SELECT FROM statement s WHERE (s.contract_id, s.kind, s.period) = (made.contract_id, made.kind, made.period)
           AND s.revision > made.revision) THEN
        PERFORM refuse_statement('it was made anew: act on the newest revision');
    END IF;
    IF NEW.act IN ('check', 'return') AND is_signed(made.statement_id) THEN
        PERFORM refuse_statement('both parties have signed it');
    END IF;
    IF NEW.act IN ('dispute', 'resolve', 'pay', 'reverse') AND NOT is_signed(made.statement_id) THEN
        PERFORM refuse_statement('it is not signed by both parties');
    END IF;
    IF NEW.act <> 'sign' THEN
        RETURN NEW;
    END IF;
    SELECT max(a.act_id) INTO checked FROM statement_act a
     WHERE a.statement_id = made.statement_id AND a.act IN ('check', 'return');
    IF (SELECT a.act FROM statement_act a WHERE a.act_id = checked) IS DISTINCT FROM 'check' THEN
        PERFORM refuse_statement('nobody has checked it');
    END IF;
    IF NEW.subject <> made.sha256 THEN
        PERFORM refuse_statement('what is signed is not this statement');
    END IF;
    IF EXISTS (SELECT FROM statement_act a WHERE a.statement_id = made.statement_id AND a.act = 'sign' AND a.act_id > checked
                  AND (a.party = NEW.party OR a.person_id = NEW.person_id)) THEN
        PERFORM refuse_statement('a party signs once, and nobody for both');
    END IF;
    IF EXISTS (SELECT FROM statement s WHERE (s.contract_id, s.kind, s.period) = (made.contract_id, made.kind, made.period)
                  AND made.kind <> 'reversal' AND s.revision < made.revision AND is_signed(s.statement_id)
                  AND NOT is_reversed(s.statement_id)) THEN
        PERFORM refuse_statement('what it replaces is not reversed yet');
    END IF;
    IF NEW.key_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM contract_key k WHERE k.key_id = NEW.key_id AND (k.contract_id, k.party) = (made.contract_id, NEW.party)
           AND NOT EXISTS (SELECT FROM contract_key_revocation r WHERE r.key_id = k.key_id)) THEN
        PERFORM refuse_statement('the key is not one of that party, or revoked');
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION check_dispute_outcome() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM dispute_outcome o JOIN dispute_signature s USING (outcome_id) WHERE o.dispute_id = NEW.dispute_id) THEN
        PERFORM refuse_statement('the dispute has ended');
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION check_dispute_signature() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    outcome dispute_outcome;
BEGIN
    SELECT * INTO outcome FROM dispute_outcome o WHERE o.outcome_id = NEW.outcome_id;
    IF NEW.party = outcome.party OR NEW.person_id = outcome.person_id THEN
        PERFORM refuse_statement('an outcome is signed by the other party');
    END IF;
    IF EXISTS (SELECT FROM dispute_outcome o WHERE o.dispute_id = outcome.dispute_id AND o.outcome_id > outcome.outcome_id) THEN
        PERFORM refuse_statement('another outcome was proposed since');
    END IF;
    RETURN NEW;
END
$$;

GRANT EXECUTE ON FUNCTION contract_spans(), contract_party(bigint) TO civicwatt_owner, civicwatt_api;
GRANT EXECUTE ON FUNCTION person_of_login(text) TO civicwatt_api;
GRANT EXECUTE ON FUNCTION contract_version_of(bigint, date), is_signed(bigint), is_reversed(bigint), lock_contract(bigint)
    TO civicwatt_api, civicwatt_work;
GRANT EXECUTE ON FUNCTION refuse_statement(text), refuse_statement_change(), check_contract_version(), check_contract_verdict(),
    check_contract_person(), check_statement(), check_statement_act(), check_dispute_outcome(), check_dispute_signature()
    TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER check_version BEFORE INSERT ON contract_version FOR EACH ROW EXECUTE FUNCTION check_contract_version();
CREATE TRIGGER check_verdict BEFORE INSERT ON contract_verdict FOR EACH ROW EXECUTE FUNCTION check_contract_verdict();
CREATE TRIGGER check_person BEFORE INSERT ON contract_person FOR EACH ROW EXECUTE FUNCTION check_contract_person();
CREATE TRIGGER check_statement BEFORE INSERT ON statement FOR EACH ROW EXECUTE FUNCTION check_statement();
CREATE TRIGGER check_act BEFORE INSERT ON statement_act FOR EACH ROW EXECUTE FUNCTION check_statement_act();
CREATE TRIGGER check_outcome BEFORE INSERT ON dispute_outcome FOR EACH ROW EXECUTE FUNCTION check_dispute_outcome();
CREATE TRIGGER check_signature BEFORE INSERT ON dispute_signature FOR EACH ROW EXECUTE FUNCTION check_dispute_signature();

DROP POLICY seen ON contract;
CREATE POLICY seen ON contract FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (organisation_id IN (SELECT v.organisation_id FROM visible_spans() v)
           OR contract_id IN (SELECT s.contract_id FROM contract_spans() s));
CREATE POLICY signed ON contract FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person()
                AND organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a));

DO $$
DECLARE
    name text;
    of_contract text;
    signed_by text;
BEGIN
    FOR name, of_contract, signed_by IN VALUES
        ('contract_person', 'contract_id', 'named_by'),
        ('contract_person_end', '(SELECT m.contract_id FROM contract_person m WHERE m.member_id = contract_person_end.member_id)', 'person_id'),
        ('contract_version', 'contract_id', 'person_id'),
        ('contract_verdict', '(SELECT v.contract_id FROM contract_version v WHERE v.version_id = contract_verdict.version_id)', 'person_id'),
        ('contract_event', 'contract_id', 'person_id'),
        ('contract_event_undo', '(SELECT e.contract_id FROM contract_event e WHERE e.event_id = contract_event_undo.event_id)', 'person_id'),
        ('contract_key', 'contract_id', 'person_id'),
        ('contract_key_revocation', '(SELECT k.contract_id FROM contract_key k WHERE k.key_id = contract_key_revocation.key_id)', 'person_id'),
        ('statement', 'contract_id', 'person_id'),
        ('statement_baseline', '(SELECT s.contract_id FROM statement s WHERE s.statement_id = statement_baseline.statement_id)', NULL),
        ('statement_act', '(SELECT s.contract_id FROM statement s WHERE s.statement_id = statement_act.statement_id)', 'person_id'),
        ('dispute', '(SELECT s.contract_id FROM statement s WHERE s.statement_id = dispute.statement_id)', 'person_id'),
        ('dispute_outcome', '(SELECT s.contract_id FROM dispute d JOIN statement s USING (statement_id)
                               WHERE d.dispute_id = dispute_outcome.dispute_id)', 'person_id'),
        ('dispute_signature', '(SELECT s.contract_id FROM dispute_outcome o JOIN dispute d USING (dispute_id)
                                  JOIN statement s USING (statement_id) WHERE o.outcome_id = dispute_signature.outcome_id)', 'person_id')
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_admin, civicwatt_work', name);
        -- A statement is of its days: whoever may see a part of the time sees the statements of just that.
        IF name = 'statement' THEN
            CREATE POLICY seen ON statement FOR SELECT TO civicwatt_api, civicwatt_owner
                USING (EXISTS (SELECT FROM contract_spans() s WHERE s.contract_id = statement.contract_id
                                  AND tstzrange(first_at, end_at) <@ s.during));
        ELSE
            EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner
                            USING (%s IN (SELECT s.contract_id FROM contract_spans() s))', name, of_contract);
        END IF;
        EXECUTE format('CREATE POLICY signed ON %I FOR INSERT TO civicwatt_api
                        WITH CHECK (%s AND %s)', name,
                       CASE WHEN signed_by IS NULL THEN 'true' ELSE format('%I = current_person()', signed_by) END,
                       CASE WHEN name IN ('contract_event', 'contract_key', 'dispute', 'dispute_outcome', 'dispute_signature')
                            THEN format('party = contract_party(%s)', of_contract)
                            ELSE format('contract_party(%s) IS NOT NULL', of_contract) END);
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_statement_change()', name);
    END LOOP;
END
$$;
-- Nobody names a person for the other party but who administers the client; nobody revokes the other party's key.
CREATE POLICY of_their_party ON contract_person AS RESTRICTIVE FOR INSERT TO civicwatt_api
    WITH CHECK (party = contract_party(contract_id)
                OR contract_id IN (SELECT c.contract_id FROM contract c
                                    WHERE c.organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a)));
CREATE POLICY of_their_party ON contract_key_revocation AS RESTRICTIVE FOR INSERT TO civicwatt_api
    WITH CHECK (key_id IN (SELECT k.key_id FROM contract_key k WHERE k.party = contract_party(k.contract_id)));

-- Who and when are the database's to say.
GRANT INSERT (code, name, organisation_id) ON contract TO civicwatt_api;
GRANT INSERT (contract_id, person_id, party) ON contract_person TO civicwatt_api;
GRANT INSERT (member_id, reason) ON contract_person_end TO civicwatt_api;
GRANT INSERT (contract_id, number, holds_from, document, sha256, reason) ON contract_version TO civicwatt_api;
GRANT INSERT (version_id, verdict, reason) ON contract_verdict TO civicwatt_api;
GRANT INSERT (contract_id, kind, first_day, end_day, document, party) ON contract_event TO civicwatt_api;
GRANT INSERT (event_id, reason) ON contract_event_undo TO civicwatt_api;
GRANT INSERT (contract_id, party, public_key, note) ON contract_key TO civicwatt_api;
GRANT INSERT (key_id, reason) ON contract_key_revocation TO civicwatt_api;
GRANT INSERT (contract_id, version_id, kind, period, revision, first_at, end_at, cause, reverses, document, sha256, inputs,
              inputs_sha256, code_version, blocks, payer, amount, retained, due_on) ON statement TO civicwatt_api, civicwatt_work;
GRANT INSERT ON statement_baseline TO civicwatt_api, civicwatt_work;
GRANT INSERT (statement_id, act, party, subject, reason, on_day, amount, key_id, signature) ON statement_act TO civicwatt_api;
GRANT INSERT (statement_id, line, side, claimed, party, reason, opened_on, deadline, evidence) ON dispute TO civicwatt_api;
GRANT INSERT (dispute_id, kind, amount, decided_on, document, party) ON dispute_outcome TO civicwatt_api;
GRANT INSERT (outcome_id, party) ON dispute_signature TO civicwatt_api;
