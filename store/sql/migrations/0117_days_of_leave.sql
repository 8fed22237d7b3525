-- Leave to read tracks begins and ends by the local day of the place it was given for, not by the day in UTC.
SET ROLE civicwatt_scope;

CREATE OR REPLACE FUNCTION may_read_track(of_vehicle bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE reach AS (
        SELECT t.organisation_id FROM track_access t JOIN person p USING (person_id)
         WHERE t.person_id = current_person() AND p.active AND t.withdrawn_at IS NULL
           AND t.days @> (now() AT TIME ZONE coalesce(zone_of(t.organisation_id), 'UTC'))::date
         UNION
        SELECT o.organisation_id FROM reach r JOIN organisation_position o
            ON o.parent_id = r.organisation_id AND o.during @> now()
    )
    SELECT EXISTS (SELECT FROM vehicle_position v JOIN reach r ON r.organisation_id = v.place_id
                    WHERE v.vehicle_id = of_vehicle AND v.during @> now())
$$;

SET ROLE civicwatt_owner;
