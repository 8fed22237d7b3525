-- Quarters of contract years are trued up, where the terms say so: their period is `year 1 quarter 2`, and the last quarter of a
-- year is trued up with its year.

ALTER TABLE statement
    DROP CONSTRAINT statement_period,
    ADD CONSTRAINT statement_period CHECK (period ~ CASE kind WHEN 'month' THEN '^\d{4}-\d{2}$'
                                                             WHEN 'true_up' THEN '^year \d+( quarter [1-3])?$'
                                                             WHEN 'hand_over' THEN '^term$'
                                                             ELSE '^(\d{4}-\d{2}|year \d+( quarter [1-3])?|term)$' END);

SET ROLE civicwatt_scope;

-- As in 0034; a true-up names its quarter.
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
       OR coalesce(told ->> 'month', 'year ' || (told ->> 'year') || coalesce(' quarter ' || (told ->> 'quarter'), ''), 'term')
          IS DISTINCT FROM NEW.period THEN
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

SET ROLE civicwatt_owner;
