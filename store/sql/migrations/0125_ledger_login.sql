-- Which account added an entry of the ledger, to be held against who signed its document.

GRANT SELECT (person_id, login) ON person TO civicwatt_scope;
SET ROLE civicwatt_scope;

CREATE FUNCTION ledger_login(of_entry bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT p.login FROM ledger_entry e JOIN person p USING (person_id) WHERE e.ledger_entry_id = of_entry $$;

REVOKE EXECUTE ON FUNCTION ledger_login(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_login(bigint) TO civicwatt_api, civicwatt_admin, civicwatt_work;
SET ROLE civicwatt_owner;
