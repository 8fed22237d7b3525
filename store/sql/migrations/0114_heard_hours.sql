-- Of which hours samples of vehicles lie here. The view of what they told asks again for each hour who may see it:
-- a day of 3,000 vehicles took longer than a request may.

SET ROLE civicwatt_scope;

-- Hours from `first_at` on, each whole before `end_at`, of which the current person may see a sample of a vehicle; one look into the index each.
CREATE FUNCTION heard_hours(of_vehicles bigint[], first_at timestamptz, end_at timestamptz) RETURNS TABLE (vehicle_id bigint, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_temp
AS $$
    WITH terminal AS MATERIALIZED (
        SELECT d.vehicle_id, d.device_id, tstzmultirange(d.during) * v.during AS during
          FROM vehicle_device d JOIN visible_devices() v USING (device_id)
         WHERE d.vehicle_id = ANY (of_vehicles) AND d.during && tstzrange(first_at, end_at))
    SELECT t.vehicle_id, h.at
      FROM terminal t
     CROSS JOIN generate_series(first_at, end_at - interval '1 hour', interval '1 hour') AS h (at)
     CROSS JOIN LATERAL (SELECT FROM vehicle_reading r
                          WHERE r.device_id = t.device_id AND r.ts >= h.at AND r.ts < h.at + interval '1 hour'
                            AND r.ts >= first_at AND r.ts < end_at AND r.ts <@ t.during
                          LIMIT 1) heard
$$;
REVOKE ALL ON FUNCTION heard_hours(bigint[], timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION heard_hours(bigint[], timestamptz, timestamptz) TO civicwatt_api, civicwatt_admin;
SET ROLE civicwatt_owner;
