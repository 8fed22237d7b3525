-- The terms a place lives by: those noted at it, else at the nearest place above it that has any. As with the facts that are
-- inherited, figures must not depend on who asks: terms of a school above leave this way for whoever may be told of the place.
GRANT SELECT ON school_term TO civicwatt_scope;
SET ROLE civicwatt_scope;
CREATE FUNCTION inherited_terms(of_organisations bigint[])
RETURNS TABLE (organisation_id bigint, first_day date, end_day date)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE told AS (
        SELECT v.organisation_id FROM visible_organisations() v
         UNION
        SELECT o FROM unnest(of_organisations) o WHERE serves_nobody()
    ), up AS (
        SELECT o AS organisation_id, o AS place_id, 0 AS step FROM unnest(of_organisations) o
         WHERE o IN (SELECT t.organisation_id FROM told t)
         UNION ALL
        SELECT up.organisation_id, p.parent_id, up.step + 1
          FROM up JOIN organisation_position p ON p.organisation_id = up.place_id AND p.during @> now()
    ), nearest AS (
        SELECT up.organisation_id, min(up.step) AS step
          FROM up JOIN school_term t ON t.organisation_id = up.place_id GROUP BY up.organisation_id
    )
    SELECT n.organisation_id, lower(t.during), upper(t.during)
      FROM nearest n JOIN up USING (organisation_id, step) JOIN school_term t ON t.organisation_id = up.place_id
$$;
REVOKE EXECUTE ON FUNCTION inherited_terms(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION inherited_terms(bigint[]) TO civicwatt_work, civicwatt_admin, civicwatt_api, civicwatt_owner;
SET ROLE civicwatt_owner;
