-- What a contract is settled by to its end: true-ups and hand-overs that were signed are reversed like months, and keep what
-- they follow from; figures that no meter tells (a maximum demand, PV without a meter) are entered with a document and a file,
-- and count when a second person has held them against it; a power-factor table that was entered or checked draws what rests
-- on it again.

ALTER TABLE statement
    DROP CONSTRAINT statement_check, DROP CONSTRAINT statement_check4,
    ADD CONSTRAINT statement_period CHECK (period ~ CASE kind WHEN 'month' THEN '^\d{4}-\d{2}$' WHEN 'true_up' THEN '^year \d+$'
                                                             WHEN 'hand_over' THEN '^term$'
                                                             ELSE '^(\d{4}-\d{2}|year \d+|term)$' END),
    ADD CONSTRAINT statement_inputs CHECK ((inputs IS NULL) = (inputs_sha256 IS NULL)
                                           AND (period !~ '^\d' OR inputs IS NOT NULL));
COMMENT ON COLUMN statement.inputs IS
    'everything it follows from, in its one form; a reversal has those of what it takes back; null: a year of an early release';

CREATE TABLE contract_figure (
    figure_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract_id bigint NOT NULL REFERENCES contract,
    month       text NOT NULL CHECK (month ~ '^\d{4}-\d{2}$'),
    meter       text NOT NULL,
    quantities  text NOT NULL,
    document    text NOT NULL CHECK (document !~ '^\s*$'),
    party       text NOT NULL CHECK (party IN ('client', 'provider')),
    person_id   bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON contract_figure (contract_id);
COMMENT ON TABLE contract_figure IS 'What a meter of a contract that nobody reads out counted in a month, as somebody read it off';
COMMENT ON COLUMN contract_figure.quantities IS 'by period, in the unit of its line; JSON in its one form';
COMMENT ON COLUMN contract_figure.document IS 'what it was read off';

CREATE TABLE contract_figure_proof (
    figure_id bigint PRIMARY KEY REFERENCES contract_figure,
    form      text NOT NULL CHECK (form IN ('jpeg', 'pdf')),
    file      bytea NOT NULL,
    sha256    text NOT NULL CHECK (sha256 = encode(sha256(file), 'hex')),
    person_id bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at        timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE contract_figure_proof IS 'Photo or document of it: jpeg, written anew, nothing but the picture is kept; pdf, as it was sent';

CREATE TABLE contract_figure_verdict (
    figure_id bigint PRIMARY KEY REFERENCES contract_figure,
    verdict   text NOT NULL CHECK (verdict IN ('checked', 'refused')),
    reason    text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at        timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE contract_figure_verdict IS 'A second person held it against its file; of a meter and month the newest that is checked counts';

GRANT SELECT ON contract_figure, contract_figure_proof, contract_figure_verdict TO civicwatt_scope;
SET ROLE civicwatt_scope;

CREATE FUNCTION check_contract_figure_verdict() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF NEW.person_id = (SELECT f.person_id FROM contract_figure f WHERE f.figure_id = NEW.figure_id) THEN
        PERFORM refuse_statement('whoever entered the figure cannot check it');
    END IF;
    IF NEW.verdict = 'checked' AND NOT EXISTS (SELECT FROM contract_figure_proof p WHERE p.figure_id = NEW.figure_id) THEN
        PERFORM refuse_statement('the figure has no file that proves it');
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION check_contract_figure_proof() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF NEW.person_id <> (SELECT f.person_id FROM contract_figure f WHERE f.figure_id = NEW.figure_id) THEN
        PERFORM refuse_statement('the file of a figure is given by who entered it');
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION ask_statements_of_figure() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO statement_work (contract_id, first_day, end_day, cause)
    SELECT DISTINCT f.contract_id, (f.month || '-01')::date, ((f.month || '-01')::date + interval '1 month')::date, 'contract'
      FROM contract_figure f JOIN statement s USING (contract_id) JOIN statement_origin o USING (statement_id)
     WHERE f.figure_id = NEW.figure_id AND NEW.verdict = 'checked';
    RETURN NULL;
END
$$;

-- Contracts with a statement of a line that is worked out by a table of this standard are drawn again from the first of those on.
CREATE FUNCTION ask_statements_of_power_factor() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO statement_work (contract_id, first_day, end_day, cause)
    SELECT s.contract_id, min((s.period || '-01')::date), max((s.period || '-01')::date) + 31, 'price'
      FROM statement s JOIN statement_origin o USING (statement_id)
     WHERE s.kind = 'month' AND EXISTS (
           SELECT FROM jsonb_array_elements(s.inputs::jsonb -> 'contract' -> 'lines') l WHERE l ->> 'standard' = NEW.standard)
     GROUP BY s.contract_id;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION check_statement() RETURNS trigger
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
       OR coalesce(told ->> 'month', 'year ' || (told ->> 'year'), 'term') IS DISTINCT FROM NEW.period THEN
        PERFORM refuse_statement('the document is not that of this statement');
    END IF;
    IF NEW.kind = 'reversal' AND NOT EXISTS (
        SELECT FROM statement s WHERE s.statement_id = NEW.reverses AND s.sha256 = told ->> 'reverses' AND s.kind <> 'reversal'
           AND (s.contract_id, s.period) = (NEW.contract_id, NEW.period) AND is_signed(s.statement_id)) THEN
        PERFORM refuse_statement('a reversal takes back a signed statement of the same period');
    END IF;
    IF NEW.kind <> 'reversal' AND EXISTS (
        SELECT FROM statement s WHERE (s.contract_id, s.kind, s.period) = (NEW.contract_id, NEW.kind, NEW.period)
           AND is_signed(s.statement_id) AND NOT EXISTS (SELECT FROM statement r WHERE r.reverses = s.statement_id)) THEN
        PERFORM refuse_statement('both parties have signed it: correct by a reversal');
    END IF;
    RETURN NEW;
END
$$;

GRANT EXECUTE ON FUNCTION check_contract_figure_verdict(), check_contract_figure_proof(), ask_statements_of_figure(),
    ask_statements_of_power_factor() TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER check_verdict BEFORE INSERT ON contract_figure_verdict
    FOR EACH ROW EXECUTE FUNCTION check_contract_figure_verdict();
CREATE TRIGGER check_proof BEFORE INSERT ON contract_figure_proof
    FOR EACH ROW EXECUTE FUNCTION check_contract_figure_proof();
CREATE TRIGGER ask_statements AFTER INSERT ON contract_figure_verdict
    FOR EACH ROW EXECUTE FUNCTION ask_statements_of_figure();
CREATE TRIGGER ask_statements AFTER INSERT ON power_factor_table
    FOR EACH ROW EXECUTE FUNCTION ask_statements_of_power_factor();
CREATE TRIGGER ask_statements AFTER INSERT ON power_factor_check
    FOR EACH ROW EXECUTE FUNCTION ask_statements_of_power_factor();

DO $$
DECLARE
    name text;
    of_contract text;
BEGIN
    FOR name, of_contract IN VALUES
        ('contract_figure', 'contract_id'),
        ('contract_figure_proof', '(SELECT f.contract_id FROM contract_figure f WHERE f.figure_id = contract_figure_proof.figure_id)'),
        ('contract_figure_verdict', '(SELECT f.contract_id FROM contract_figure f WHERE f.figure_id = contract_figure_verdict.figure_id)')
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_admin, civicwatt_work', name);
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner
                        USING (%s IN (SELECT s.contract_id FROM contract_spans() s))', name, of_contract);
        EXECUTE format('CREATE POLICY signed ON %I FOR INSERT TO civicwatt_api
                        WITH CHECK (person_id = current_person() AND %s)', name,
                       CASE name WHEN 'contract_figure' THEN 'party = contract_party(contract_id)'
                                 ELSE format('contract_party(%s) IS NOT NULL', of_contract) END);
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_statement_change()', name);
    END LOOP;
END
$$;
-- Who and when are the database's to say.
GRANT INSERT (contract_id, month, meter, quantities, document, party) ON contract_figure TO civicwatt_api;
GRANT INSERT (figure_id, form, file, sha256) ON contract_figure_proof TO civicwatt_api;
GRANT INSERT (figure_id, verdict, reason) ON contract_figure_verdict TO civicwatt_api;
