-- What figures of a fleet rest on: when charges were last held against piles, and how many vehicles they leave out.

CREATE VIEW visible.charge_match_run WITH (security_barrier) AS SELECT r.at FROM charge_match_run r;
GRANT SELECT ON visible.charge_match_run TO civicwatt_api;

SET ROLE civicwatt_scope;

-- How many vehicles stood at a place or below it within a time that the current person may not see there: their number, so that no
-- total passes for the whole, and nothing else of them. None of a place that the person may not see.
CREATE FUNCTION vehicles_unseen(of_place bigint, within tstzrange) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT count(DISTINCT p.vehicle_id)
      FROM places_under(ARRAY[of_place], within) u
      JOIN vehicle_position p ON p.place_id = u.organisation_id AND p.during && u.during
     WHERE of_place IN (SELECT o.organisation_id FROM visible_organisations() o)
       AND NOT EXISTS (SELECT FROM visible_vehicles() v WHERE v.vehicle_id = p.vehicle_id AND v.during && p.during * u.during)
$$;
REVOKE ALL ON FUNCTION vehicles_unseen(bigint, tstzrange) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vehicles_unseen(bigint, tstzrange) TO civicwatt_api, civicwatt_admin;
SET ROLE civicwatt_owner;
