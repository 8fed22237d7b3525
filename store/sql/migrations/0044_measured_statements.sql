-- What non-routine events a baseline has is looked at again in the statements that rest on it, and the stations of a place are
-- found without reading all hours of all others: planning of many baselines at once took a time that grew with its square.

SET ROLE civicwatt_scope;

-- As in 0024; whose hours there are is asked of the index, one station after the other.
CREATE OR REPLACE FUNCTION weather_stations(of_organisation bigint)
RETURNS TABLE (step integer, kind text, organisation_id bigint, device_id bigint, during tstzrange)
LANGUAGE sql STABLE
AS $$
    WITH RECURSIVE up AS (
        SELECT of_organisation AS place_id, 0 AS step
         UNION ALL
        SELECT p.parent_id, step + 1 FROM up JOIN organisation_position p
            ON p.organisation_id = up.place_id AND p.during @> now()
    ), told AS (
        (SELECT h.organisation_id, h.kind FROM weather_hour h WHERE h.superseded_at IS NULL
          ORDER BY h.organisation_id, h.kind LIMIT 1)
         UNION ALL
        SELECT n.organisation_id, n.kind FROM told t CROSS JOIN LATERAL (
               SELECT h.organisation_id, h.kind FROM weather_hour h
                WHERE h.superseded_at IS NULL AND (h.organisation_id, h.kind) > (t.organisation_id, t.kind)
                ORDER BY h.organisation_id, h.kind LIMIT 1) n
    ), station AS (
        SELECT up.step, 'sensor' AS kind, p.place_id AS organisation_id, d.device_id, p.during
          FROM device d JOIN device_place p USING (device_id)
          JOIN organisation o ON o.organisation_id = p.place_id AND o.kind IN ('bureau', 'institution', 'site')
          LEFT JOIN up ON up.place_id = p.place_id
         WHERE d.kind = 'climate_sensor' AND d.status = 'accepted'
         UNION ALL
        SELECT up.step, w.kind, w.organisation_id, NULL, tstzrange(NULL, NULL)
          FROM (SELECT u.organisation_id, 'pulled' AS kind FROM weather_pull u UNION SELECT t.organisation_id, t.kind FROM told t) w
          LEFT JOIN up ON up.place_id = w.organisation_id
    )
    SELECT * FROM station WHERE step IS NOT NULL
     UNION ALL
    (SELECT * FROM station s WHERE step IS NULL AND city_of(s.organisation_id) IS NOT DISTINCT FROM city_of(of_organisation)
      ORDER BY s.kind = 'sensor' DESC, s.organisation_id, s.device_id LIMIT 8)
$$;

SET ROLE civicwatt_owner;

ALTER TABLE statement_work DROP CONSTRAINT statement_work_cause_check;
ALTER TABLE statement_work ADD CHECK
    (cause IN ('consumption', 'price', 'bill', 'weather', 'calendar', 'contract', 'checked', 'non_routine'));
GRANT SELECT ON statement_baseline, baseline_version TO civicwatt_scope;

SET ROLE civicwatt_scope;

-- A decision on an event concerns the statements whose figures are of a version of its baseline.
CREATE FUNCTION ask_statements_of_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO statement_work (contract_id, first_day, end_day, cause)
    SELECT DISTINCT s.contract_id, x.first_day, current_date + 1, 'non_routine'
      FROM non_routine_event e
     CROSS JOIN LATERAL (SELECT least(e.first_day, min(d.first_day)) AS first_day FROM non_routine_decision d
                          WHERE d.event_id = e.event_id) x
      JOIN baseline_version v USING (baseline_id) JOIN statement_baseline b USING (version_id)
      JOIN statement s USING (statement_id) JOIN statement_origin o USING (statement_id)
     WHERE e.event_id = NEW.event_id AND x.first_day <= current_date;
    RETURN NULL;
END
$$;
GRANT EXECUTE ON FUNCTION ask_statements_of_event() TO civicwatt_owner;

SET ROLE civicwatt_owner;

CREATE TRIGGER ask_statements AFTER INSERT ON non_routine_decision FOR EACH ROW EXECUTE FUNCTION ask_statements_of_event();
