-- Two persons of one party could bring an amendment into force, and drafts followed it. Whoever checks one acts for the other
-- party than who entered it; the first version, before which nobody of the provider is named, wants two persons as it did.

ALTER TABLE contract_version ADD party text CHECK (party IN ('client', 'provider'));
COMMENT ON COLUMN contract_version.party IS 'for whom it was entered; null: before this was kept, or by nobody of a party';
COMMENT ON TABLE contract_version IS
    'Terms of a contract; an amendment is a new version. In force only when a second person has checked it, of an amendment one of the other party';

SET ROLE civicwatt_scope;

CREATE FUNCTION sign_contract_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ BEGIN NEW.party := contract_party(NEW.contract_id); RETURN NEW; END $$;

CREATE FUNCTION check_amendment_verdict() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF NEW.verdict = 'checked' AND EXISTS (
        SELECT FROM contract_version v WHERE v.version_id = NEW.version_id AND v.number > 1
           AND v.party = contract_party(v.contract_id)) THEN
        PERFORM refuse_statement('an amendment is checked by the other party than who entered it');
    END IF;
    RETURN NEW;
END
$$;

GRANT EXECUTE ON FUNCTION sign_contract_version(), check_amendment_verdict() TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER sign_version BEFORE INSERT ON contract_version FOR EACH ROW EXECUTE FUNCTION sign_contract_version();
CREATE TRIGGER check_amendment BEFORE INSERT ON contract_verdict FOR EACH ROW EXECUTE FUNCTION check_amendment_verdict();
