-- Reports of more kinds: of water, of vehicles, of savings; the paragraphs of an annual report; the pack of evidence.

ALTER TABLE report DROP CONSTRAINT report_kind_check;
ALTER TABLE report ADD CONSTRAINT report_kind_check
    CHECK (kind IN ('institution_month', 'water', 'fleet', 'savings', 'annual_text', 'evidence_pack'));

-- A hidden vehicle is shown to administrators only, and so is a report that tells of one.
ALTER TABLE report ADD COLUMN vehicles bigint[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN report.vehicles IS 'vehicles it tells of; who does not see one of them does not see the report';
CREATE POLICY of_seen_vehicles ON report AS RESTRICTIVE FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (vehicles = '{}'
           OR vehicles <@ (SELECT coalesce(array_agg(v.vehicle_id), '{}') FROM visible_vehicles() v));
GRANT INSERT (vehicles) ON report TO civicwatt_api;

-- Versions are numbered over all that were made, also over those that who makes the next one does not see.
GRANT SELECT ON report TO civicwatt_scope;
SET ROLE civicwatt_scope;
CREATE FUNCTION newest_report_version(of_organisation bigint, of_kind text, first date, until date) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT coalesce(max(version), 0) FROM report
     WHERE organisation_id = of_organisation AND kind = of_kind AND first_day = first AND end_day = until
$$;
REVOKE EXECUTE ON FUNCTION newest_report_version(bigint, text, date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION newest_report_version(bigint, text, date, date) TO civicwatt_api;
SET ROLE civicwatt_owner;
