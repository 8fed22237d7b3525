-- Whether electric cars could do what petrol cars do: the candidates as data, and how long vehicles stood near piles.

CREATE TABLE replacement_terms (
    terms_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    holds_from      date NOT NULL,
    name            text NOT NULL CHECK (name !~ '^\s*$'),
    terms           jsonb NOT NULL,
    person_id       bigint REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON replacement_terms (organisation_id);
COMMENT ON TABLE replacement_terms IS 'Electric cars that may replace petrol cars of a place and all below it that has none of its own, with what they need in the cold';
COMMENT ON COLUMN replacement_terms.terms IS 'as in the file they came in (schema replacement/1); numbers as text';

GRANT SELECT ON replacement_terms, vehicle_segment, pile TO civicwatt_scope;
SET ROLE civicwatt_scope;

-- The newest terms in force on a day of the nearest place that has any; they may hang above what the reader sees.
CREATE FUNCTION replacement_terms_of(of_organisation bigint, on_day date)
RETURNS TABLE (terms_id bigint, organisation_id bigint, holds_from date, name text, terms jsonb, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE up AS (
        SELECT of_organisation AS place_id, 0 AS step WHERE may_be_told_of(of_organisation)
         UNION ALL
        SELECT p.parent_id, up.step + 1
          FROM up JOIN organisation_position p ON p.organisation_id = up.place_id AND p.during @> now()
    )
    SELECT t.terms_id, t.organisation_id, t.holds_from, t.name, t.terms, t.at
      FROM up JOIN replacement_terms t ON t.organisation_id = up.place_id AND t.holds_from <= on_day
     ORDER BY up.step, t.holds_from DESC, t.terms_id DESC LIMIT 1
$$;

-- How long vehicles that may be seen stood within `near_m` of any of some piles, by local day; a day on which no stop has a place
-- is no row. Neither the places nor which pile it was leave it: positions leave by read_track() alone.
CREATE FUNCTION standing_near_piles(of_vehicles bigint[], of_piles bigint[], first_at timestamptz, until_at timestamptz,
                                    of_zone text, near_m double precision)
RETURNS TABLE (vehicle_id bigint, day date, near_s double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH stood AS (
        SELECT s.vehicle_id, greatest(s.start_at, first_at) AS start_at, least(s.end_at, until_at) AS end_at,
               coalesce(s.start_latitude_deg, s.end_latitude_deg) AS latitude_deg,
               coalesce(s.start_longitude_deg, s.end_longitude_deg) AS longitude_deg
          FROM vehicle_segment s JOIN visible_vehicles() v USING (vehicle_id)
         WHERE s.vehicle_id = ANY (of_vehicles) AND s.kind = 'stop' AND s.superseded_at IS NULL AND s.start_at <@ v.during
           AND s.end_at > first_at AND s.start_at < until_at
    ), known AS (
        -- On a plane that touches the globe at the stop: within a few hundred metres it is the globe.
        SELECT t.*, EXISTS (SELECT FROM pile p WHERE p.pile_id = ANY (of_piles)
                               AND sqrt((p.latitude_deg - t.latitude_deg) ^ 2
                                        + ((p.longitude_deg - t.longitude_deg) * cosd(t.latitude_deg)) ^ 2) * 111195 <= near_m)
               AS near
          FROM stood t WHERE t.latitude_deg IS NOT NULL AND t.longitude_deg IS NOT NULL
    )
    SELECT k.vehicle_id, d.day::date,
           sum(CASE WHEN k.near THEN extract(epoch FROM least(k.end_at, (d.day + interval '1 day') AT TIME ZONE of_zone)
                                                      - greatest(k.start_at, d.day AT TIME ZONE of_zone)) ELSE 0 END)::double precision
      FROM known k
     CROSS JOIN LATERAL generate_series(date_trunc('day', k.start_at AT TIME ZONE of_zone),
                                        date_trunc('day', (k.end_at - interval '1 microsecond') AT TIME ZONE of_zone),
                                        interval '1 day') AS d (day)
     GROUP BY 1, 2
$$;

GRANT EXECUTE ON FUNCTION replacement_terms_of(bigint, date) TO civicwatt_api, civicwatt_work;
GRANT EXECUTE ON FUNCTION standing_near_piles(bigint[], bigint[], timestamptz, timestamptz, text, double precision) TO civicwatt_api;
SET ROLE civicwatt_owner;

ALTER TABLE replacement_terms ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY unscoped ON replacement_terms TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true);
CREATE POLICY seen ON replacement_terms FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (organisation_id IN (SELECT o.organisation_id FROM visible_organisations() o));
CREATE POLICY entered ON replacement_terms FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person()
                AND organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a));
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON replacement_terms
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_fleet_change();
GRANT SELECT ON replacement_terms TO civicwatt_api, civicwatt_admin, civicwatt_work;
GRANT INSERT (organisation_id, holds_from, name, terms) ON replacement_terms TO civicwatt_api;
