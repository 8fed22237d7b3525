-- Who sees an alert is looked up, not searched: what a person may see, and when, is gathered once for a statement. A search
-- for each of 10,000 alerts through 10,000 devices took the desk more seconds than a statement may run.

SET ROLE civicwatt_scope;

CREATE FUNCTION times_of_meters() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT coalesce(jsonb_object_agg(meter_id, during), '{}') FROM visible_meters() $$;

CREATE FUNCTION times_of_devices() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT coalesce(jsonb_object_agg(device_id, during), '{}') FROM visible_devices() $$;

CREATE FUNCTION times_of_places() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT coalesce(jsonb_object_agg(organisation_id, during), '{}') FROM visible_spans() $$;

GRANT EXECUTE ON FUNCTION times_of_meters(), times_of_devices(), times_of_places() TO civicwatt_owner, civicwatt_api;
SET ROLE civicwatt_owner;

DROP POLICY seen ON alert;
CREATE POLICY seen ON alert FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (began_at <@ (CASE WHEN meter_id IS NOT NULL THEN (SELECT times_of_meters()) ->> meter_id::text
                             WHEN device_id IS NOT NULL THEN (SELECT times_of_devices()) ->> device_id::text
                             ELSE (SELECT times_of_places()) ->> organisation_id::text END)::tstzmultirange);
DROP POLICY seen ON alert_finding;
CREATE POLICY seen ON alert_finding FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (start_at <@ (CASE WHEN meter_id IS NOT NULL THEN (SELECT times_of_meters()) ->> meter_id::text
                             WHEN device_id IS NOT NULL THEN (SELECT times_of_devices()) ->> device_id::text
                             ELSE (SELECT times_of_places()) ->> organisation_id::text END)::tstzmultirange);
