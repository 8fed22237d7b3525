-- What piles charged counts when their meter counted it: a plug-in over the end of a month has its part in each. Of an interval
-- all goes to the plug-ins at the pile, by the time each was plugged in during it, and it counts where the interval begins, as
-- the meter's figure does. A plug-in of which the meter tells nothing counts where it began, with what it was matched with.

GRANT SELECT ON consumption TO civicwatt_scope;
SET ROLE civicwatt_scope;

CREATE FUNCTION charged_parts(of_piles bigint[], during tstzrange)
RETURNS TABLE (pile_id bigint, vehicle_id bigint, segment_id text, matched_at timestamptz, kwh double precision)
LANGUAGE sql STABLE ROWS 100 SET search_path = public, pg_temp
AS $$
    WITH counted AS MATERIALIZED (
        SELECT p.pile_id, c.start_at, c.end_at, c.value
          FROM pile p JOIN meter m USING (meter_id)
          JOIN consumption c ON c.meter_id = p.meter_id AND c.quantity = m.quantity
         WHERE p.pile_id = ANY (of_piles) AND c.superseded_at IS NULL AND c.value > 0
           AND c.start_at >= lower(during) AND c.start_at < upper(during)
    ), plugged AS MATERIALIZED (
        SELECT x.pile_id, x.vehicle_id, x.segment_id, x.start_at AS matched_at, x.grid_kwh, s.start_at, s.end_at
          FROM charge_match x
          LEFT JOIN vehicle_segment s ON s.vehicle_id = x.vehicle_id AND s.segment_id = x.segment_id AND s.superseded_at IS NULL
         WHERE x.pile_id = ANY (of_piles) AND x.superseded_at IS NULL
           AND x.start_at < greatest(upper(during), (SELECT max(c.end_at) FROM counted c))
           AND (s.end_at > lower(during) OR x.start_at <@ during)
    ), shared AS (
        SELECT g.pile_id, g.vehicle_id, g.segment_id, g.matched_at,
               c.value * t.s / sum(t.s) OVER (PARTITION BY c.pile_id, c.start_at) AS kwh
          FROM counted c
          JOIN plugged g ON g.pile_id = c.pile_id AND g.start_at < c.end_at AND g.end_at > c.start_at
         CROSS JOIN LATERAL (SELECT extract(epoch FROM least(g.end_at, c.end_at) - greatest(g.start_at, c.start_at))::float8 AS s) t
         WHERE t.s > 0
    )
    SELECT h.pile_id, h.vehicle_id, h.segment_id, h.matched_at, sum(h.kwh) FROM shared h
     GROUP BY h.pile_id, h.vehicle_id, h.segment_id, h.matched_at
     UNION ALL
    SELECT g.pile_id, g.vehicle_id, g.segment_id, g.matched_at, g.grid_kwh
      FROM plugged g JOIN pile p USING (pile_id) JOIN meter m USING (meter_id)
     WHERE g.matched_at <@ during
       -- An interval that begins before a plug-in and lasts into it is the last one before it.
       AND NOT EXISTS (SELECT FROM consumption c
                        WHERE c.meter_id = p.meter_id AND c.quantity = m.quantity AND c.superseded_at IS NULL
                          AND c.start_at >= g.start_at AND c.start_at < g.end_at)
       AND NOT EXISTS (SELECT FROM (SELECT c.end_at FROM consumption c
                                     WHERE c.meter_id = p.meter_id AND c.quantity = m.quantity AND c.superseded_at IS NULL
                                       AND c.start_at < g.start_at
                                     ORDER BY c.start_at DESC LIMIT 1) b
                        WHERE b.end_at > g.start_at)
$$;
REVOKE ALL ON FUNCTION charged_parts(bigint[], tstzrange) FROM PUBLIC;

CREATE OR REPLACE FUNCTION pile_charging(of_piles bigint[], during tstzrange) RETURNS TABLE (pile_id bigint, kwh double precision, charges bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp
AS $$
    SELECT x.pile_id, sum(x.kwh), count(*) FROM charged_parts(of_piles, during) x GROUP BY x.pile_id
$$;

-- The same of the vehicles that the current person may see.
CREATE FUNCTION visible_pile_charging(of_piles bigint[], during tstzrange) RETURNS TABLE (pile_id bigint, kwh double precision, charges bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp
AS $$
    SELECT x.pile_id, sum(x.kwh), count(*)
      FROM charged_parts(of_piles, during) x JOIN visible_vehicles() v ON v.vehicle_id = x.vehicle_id AND x.matched_at <@ v.during
     GROUP BY x.pile_id
$$;
REVOKE ALL ON FUNCTION visible_pile_charging(bigint[], tstzrange) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION visible_pile_charging(bigint[], tstzrange) TO civicwatt_api;

CREATE OR REPLACE FUNCTION ask_statements_of_plug_in() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    first_day date := (NEW.start_at AT TIME ZONE 'UTC')::date;
    -- Also as far as it lasted by what was known of it before.
    last_day date := (SELECT (max(s.end_at) AT TIME ZONE 'UTC')::date FROM vehicle_segment s
                       WHERE s.vehicle_id = NEW.vehicle_id AND s.segment_id = NEW.segment_id);
BEGIN
    -- A local day may have begun on the day before by UTC, or on the day after.
    PERFORM ask_statements_above(p.meter_id, first_day - 1, greatest(first_day, last_day) + 2) FROM pile p WHERE p.pile_id = NEW.pile_id;
    RETURN NULL;
END
$$;

-- Months that were drawn before, of plug-ins that may have lasted into another month.
SELECT ask_statements_above(p.meter_id, (s.start_at AT TIME ZONE 'UTC')::date - 1, (s.end_at AT TIME ZONE 'UTC')::date + 2)
  FROM charge_match x JOIN pile p USING (pile_id) JOIN vehicle_segment s USING (vehicle_id, segment_id)
 WHERE x.superseded_at IS NULL AND s.superseded_at IS NULL
   AND date_trunc('month', (s.start_at AT TIME ZONE 'UTC') - interval '1 day')
     < date_trunc('month', (s.end_at AT TIME ZONE 'UTC') + interval '1 day');

SET ROLE civicwatt_owner;
