-- How soon alerts of a contract's meters were dealt with is told to whoever may be told of the place: a measure of quality must
-- not depend on who draws the statement.

GRANT SELECT ON alert, alert_event, meter, device, meter_device, organisation TO civicwatt_scope;

SET ROLE civicwatt_scope;

-- Alerts that opened within a time at some meters or the devices that count for them: when a person first took each up, and
-- when it was resolved. What nobody was told (on trial, or explained by another alert) is none of them.
CREATE FUNCTION alert_cases(of_meters bigint[], within tstzrange)
RETURNS TABLE (alert_id bigint, rule text, at text, opened_at timestamptz, answered_at timestamptz, ended_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp
AS $$
    SELECT a.alert_id, a.rule, coalesce(m.code, d.code, o.code), a.opened_at, e.at, a.resolved_at
      FROM alert a JOIN organisation o USING (organisation_id)
      LEFT JOIN meter m USING (meter_id) LEFT JOIN device d ON d.device_id = a.device_id
      LEFT JOIN LATERAL (SELECT min(x.at) AS at FROM alert_event x
                          WHERE x.alert_id = a.alert_id AND x.person_id IS NOT NULL
                            AND x.act IN ('acknowledge', 'assign', 'snooze', 'resolve')) e ON true
     WHERE a.opened_at <@ within AND NOT a.shadow AND NOT a.inhibited AND may_be_told_of(a.organisation_id)
       AND (a.meter_id = ANY (of_meters)
            OR a.device_id IN (SELECT c.device_id FROM meter_device c WHERE c.meter_id = ANY (of_meters) AND a.opened_at <@ c.during))
$$;
REVOKE ALL ON FUNCTION alert_cases(bigint[], tstzrange) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION alert_cases(bigint[], tstzrange) TO civicwatt_api, civicwatt_work;

SET ROLE civicwatt_owner;
