-- Limits by which a vehicle is called idle and a fleet too large, as data; a vehicle that moves is looked at anew; and what
-- was paid for a span of days is seen by everybody who had the vehicle on one of them.

CREATE TABLE fleet_limit (
    limit_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    holds_from      date NOT NULL,
    used_days       numeric NOT NULL CHECK (used_days BETWEEN 0 AND 1),
    km_day          numeric NOT NULL CHECK (km_day BETWEEN 0 AND 2000),
    least_known     numeric NOT NULL CHECK (least_known BETWEEN 0 AND 1),
    spare_hours     numeric NOT NULL CHECK (spare_hours BETWEEN 0 AND 8784),
    away_hours      numeric NOT NULL CHECK (away_hours BETWEEN 0 AND 48),
    reason          text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON fleet_limit (organisation_id);
COMMENT ON TABLE fleet_limit IS 'From where on a vehicle is idle and a fleet is too large, of a place and all below it that has none of its own';
COMMENT ON COLUMN fleet_limit.used_days IS 'share of the days known on which it drove, below';
COMMENT ON COLUMN fleet_limit.km_day IS 'distance per day known, below. km/d';
COMMENT ON COLUMN fleet_limit.least_known IS 'share of the days that must be known';
COMMENT ON COLUMN fleet_limit.spare_hours IS 'hours in which a fleet may have been too small. h';
COMMENT ON COLUMN fleet_limit.away_hours IS 'who drives on within so long was out all the while. h';

GRANT SELECT ON fleet_limit TO civicwatt_scope;
SET ROLE civicwatt_scope;

-- The newest limits in force on a day of the nearest place that has any; they may hang above what the reader sees.
CREATE FUNCTION fleet_limits_of(of_organisation bigint, on_day date)
RETURNS TABLE (organisation_id bigint, holds_from date, used_days numeric, km_day numeric, least_known numeric,
               spare_hours numeric, away_hours numeric, reason text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE up AS (
        SELECT of_organisation AS place_id, 0 AS step WHERE may_be_told_of(of_organisation)
         UNION ALL
        SELECT p.parent_id, up.step + 1
          FROM up JOIN organisation_position p ON p.organisation_id = up.place_id AND p.during @> now()
    )
    SELECT l.organisation_id, l.holds_from, l.used_days, l.km_day, l.least_known, l.spare_hours, l.away_hours, l.reason
      FROM up JOIN fleet_limit l ON l.organisation_id = up.place_id AND l.holds_from <= on_day
     ORDER BY up.step, l.holds_from DESC, l.limit_id DESC LIMIT 1
$$;

GRANT EXECUTE ON FUNCTION fleet_limits_of(bigint, date) TO civicwatt_api, civicwatt_work;
SET ROLE civicwatt_owner;

ALTER TABLE fleet_limit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY unscoped ON fleet_limit TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true);
CREATE POLICY seen ON fleet_limit FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (organisation_id IN (SELECT o.organisation_id FROM visible_organisations() o));
CREATE POLICY entered ON fleet_limit FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person()
                AND organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a));
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON fleet_limit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_fleet_change();
GRANT SELECT ON fleet_limit TO civicwatt_api, civicwatt_admin, civicwatt_work;
GRANT INSERT (organisation_id, holds_from, used_days, km_day, least_known, spare_hours, away_hours, reason) ON fleet_limit
    TO civicwatt_api;

-- Another place has other rules, areas and days.
CREATE TRIGGER touch_vehicle AFTER INSERT OR UPDATE ON vehicle_position FOR EACH ROW EXECUTE FUNCTION touch_vehicle();

DROP POLICY seen ON vehicle_order;
CREATE POLICY seen ON vehicle_order FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (EXISTS (SELECT FROM visible_vehicles() v
                    WHERE v.vehicle_id = vehicle_order.vehicle_id
                      AND tstzrange(at, CASE WHEN kind IN ('insurance', 'rent', 'purchase') THEN coalesce(until, at) ELSE at END,
                                    '[]') && v.during));
