-- Factor sets (口径) in versions, and what a place declares that no meter of ours counts.

-- A version is never changed: a closed period was computed with it.
CREATE TABLE factor_set (
    factor_set_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL,
    version       integer NOT NULL CHECK (version > 0),
    name_zh       text NOT NULL,
    name_en       text NOT NULL,
    electricity   text NOT NULL CHECK (electricity IN ('calorific', 'equivalent')),
    counts_water  boolean NOT NULL,
    sha256        text NOT NULL CHECK (length(sha256) = 64),
    loaded_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (code, version)
);
COMMENT ON COLUMN factor_set.sha256 IS 'digest of the set and all its factors, so that a version never means two things';

CREATE TABLE factor (
    factor_set_id  bigint NOT NULL REFERENCES factor_set,
    key            text NOT NULL,
    region         text NOT NULL,
    year           integer NOT NULL,
    effective_from date,
    value          numeric NOT NULL CHECK (value > 0),
    unit           text NOT NULL,
    source         text NOT NULL CHECK (source <> ''),
    evidence       text NOT NULL,
    checked        boolean NOT NULL,
    checked_by     text NOT NULL DEFAULT '',
    checked_on     date,
    note           text NOT NULL DEFAULT '',
    UNIQUE NULLS NOT DISTINCT (factor_set_id, key, region, year, effective_from),
    CHECK (checked = (checked_by <> '' AND checked_on IS NOT NULL))
);
COMMENT ON COLUMN factor.region IS 'CN, a province such as CN-TJ, or a regional grid such as grid-north';
COMMENT ON COLUMN factor.checked IS 'a named person has compared it with the document; official tables take no other';

CREATE TABLE energy_declaration (
    energy_declaration_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    year            integer NOT NULL CHECK (year BETWEEN 2000 AND 2200),
    what            text NOT NULL CHECK (what IN ('pv_self_used_kwh', 'green_retired_kwh', 'green_held_kwh',
                        'gasoline_l', 'diesel_l', 'lpg_kg', 'raw_coal_kg')),
    amount          numeric NOT NULL CHECK (amount >= 0 AND amount < 1e12),
    document        text NOT NULL CHECK (document <> ''),
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    declared_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON energy_declaration (organisation_id, year);
COMMENT ON TABLE energy_declaration IS 'Amounts of a year that a document proves; the newest of a kind counts, none is changed';

ALTER TABLE energy_declaration ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON energy_declaration FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (organisation_id IN (SELECT v.organisation_id FROM visible_organisations() v));
CREATE POLICY declared ON energy_declaration FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person()
                AND organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a));
CREATE POLICY unscoped ON energy_declaration TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true);

-- Factors are nobody's secret.
GRANT SELECT ON factor_set, factor TO civicwatt_api, civicwatt_work, civicwatt_admin;
GRANT SELECT ON energy_declaration TO civicwatt_api, civicwatt_work, civicwatt_admin;
-- Who and when are the database's to say.
GRANT INSERT (organisation_id, year, what, amount, document) ON energy_declaration TO civicwatt_api;

-- What a place is and where it lies may be noted above it, beyond what the reader may see; figures must not
-- depend on who asks. Of what stands above only these three leave this way.
GRANT SELECT ON place_use, climate_zone, place_region TO civicwatt_scope;
SET ROLE civicwatt_scope;
CREATE FUNCTION inherited_facts(of_organisations bigint[])
RETURNS TABLE (organisation_id bigint, step integer, kind text, value text, during tstzrange)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE up AS (
        SELECT o AS organisation_id, o AS place_id, 0 AS step FROM unnest(of_organisations) o
         WHERE o IN (SELECT v.organisation_id FROM visible_organisations() v)
         UNION ALL
        SELECT up.organisation_id, p.parent_id, up.step + 1
          FROM up JOIN organisation_position p ON p.organisation_id = up.place_id AND p.during @> now()
    )
    SELECT up.organisation_id, up.step, f.kind, f.value, f.during
      FROM up JOIN (SELECT u.organisation_id, 'use' AS kind, u.place_use AS value, u.during FROM place_use u
                     UNION ALL
                    SELECT c.organisation_id, 'climate_zone', c.climate_zone, c.during FROM climate_zone c
                     UNION ALL
                    SELECT r.organisation_id, 'region', r.region, r.during FROM place_region r) f
        ON f.organisation_id = up.place_id
$$;
GRANT EXECUTE ON FUNCTION inherited_facts(bigint[]) TO civicwatt_api;
SET ROLE civicwatt_owner;
