-- What piles charged by plug-ins that were matched to them, for the balance of a contract's boundary: sums, no vehicle.

GRANT SELECT ON charge_match TO civicwatt_scope;
SET ROLE civicwatt_scope;

CREATE FUNCTION pile_charging(of_piles bigint[], during tstzrange) RETURNS TABLE (pile_id bigint, kwh double precision, charges bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp
AS $$
    SELECT x.pile_id, sum(x.grid_kwh), count(*) FROM charge_match x
     WHERE x.pile_id = ANY (of_piles) AND x.superseded_at IS NULL AND x.start_at <@ during
     GROUP BY x.pile_id
$$;
REVOKE ALL ON FUNCTION pile_charging(bigint[], tstzrange) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pile_charging(bigint[], tstzrange) TO civicwatt_api, civicwatt_work;
SET ROLE civicwatt_owner;
