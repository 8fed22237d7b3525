-- What vehicles did counts for the institution to which their place belonged then, not for that of today.

-- The institution above each place, or the place itself where none stands above it, and when within a time.
-- As invoker: row security of the tables applies.
CREATE FUNCTION institutions_over(of_places bigint[], within tstzrange)
RETURNS TABLE (place_id bigint, institution_id bigint, during tstzrange)
LANGUAGE sql STABLE ROWS 100
AS $$
    WITH above AS (
        SELECT u.of_place, u.organisation_id, range_agg(u.during) AS during
          FROM places_over(of_places, within) u JOIN organisation o USING (organisation_id)
         WHERE o.kind = 'institution' GROUP BY 1, 2
    ), alone AS (
        SELECT p AS place_id, within::tstzmultirange - coalesce((SELECT range_agg(d) FROM above a CROSS JOIN unnest(a.during) d
                                                                  WHERE a.of_place = p), '{}') AS during
          FROM unnest(of_places) p
    )
    SELECT a.of_place, a.organisation_id, d FROM above a CROSS JOIN unnest(a.during) d
     UNION ALL
    SELECT p.place_id, p.place_id, d FROM alone p CROSS JOIN unnest(p.during) d
$$;
GRANT EXECUTE ON FUNCTION institutions_over(bigint[], tstzrange) TO civicwatt_api, civicwatt_work, civicwatt_admin;

SET ROLE civicwatt_scope;
GRANT EXECUTE ON FUNCTION places_over(bigint[], tstzrange) TO civicwatt_api, civicwatt_work, civicwatt_admin;
SET ROLE civicwatt_owner;
