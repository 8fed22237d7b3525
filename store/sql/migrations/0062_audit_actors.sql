-- Names beside the lines of the audit log that the current person reads.
SET ROLE civicwatt_scope;
CREATE FUNCTION audited_people() RETURNS TABLE (person_id bigint, login text, name text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT p.person_id, p.login, p.name FROM person p
     WHERE (SELECT audited_times()) <> '{}' OR (SELECT times_of_acts()) ? p.person_id::text
$$;
GRANT EXECUTE ON FUNCTION audited_people() TO civicwatt_api;
SET ROLE civicwatt_owner;
