-- Costs that can be signed and shown again: who has checked a power-factor table, and the weather as it was known.
-- Tables that people enter are rows, those that come along are none; of a standard the newest that was entered counts.

CREATE TABLE power_factor_table (
    power_factor_table_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    standard   text NOT NULL CHECK (standard IN ('0.90', '0.85', '0.80')),
    reduction  jsonb NOT NULL CHECK (jsonb_typeof(reduction) = 'array'),
    surcharge  jsonb NOT NULL CHECK (jsonb_typeof(surcharge) = 'array'),
    applies_to text NOT NULL CHECK (applies_to !~ '^\s*$'),
    applies_to_zh text NOT NULL CHECK (applies_to_zh !~ '^\s*$'),
    source     text NOT NULL CHECK (source !~ '^\s*$'),
    evidence   text NOT NULL DEFAULT '',
    note       text NOT NULL DEFAULT '',
    note_zh    text NOT NULL DEFAULT '',
    entered_by bigint REFERENCES person DEFAULT current_person(),
    entered_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE power_factor_table IS 'Entered power-factor tables; of one standard the newest counts, earlier ones stay';
COMMENT ON COLUMN power_factor_table.reduction IS 'pairs of text: up to which power factor each 0.01 above the standard takes off how many percent';
COMMENT ON COLUMN power_factor_table.surcharge IS 'the same below the standard, added';

CREATE TABLE power_factor_check (
    standard   text NOT NULL CHECK (standard IN ('0.90', '0.85', '0.80')),
    sha256     text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    checked_by text NOT NULL CHECK (checked_by !~ '^\s*$'),
    checked_on date NOT NULL DEFAULT current_date,
    document   text NOT NULL CHECK (document !~ '^\s*$'),
    PRIMARY KEY (standard, sha256)
);
COMMENT ON TABLE power_factor_check IS 'Somebody has compared these numbers of a table with the printed rule; official figures take no others';
COMMENT ON COLUMN power_factor_check.sha256 IS 'digest of the numbers that were compared, so that other ones are unchecked again';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['power_factor_table', 'power_factor_check'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner
                        USING ((SELECT current_person()) IS NOT NULL)', name);
        EXECUTE format('CREATE POLICY administered ON %I FOR INSERT TO civicwatt_api
                        WITH CHECK ((SELECT is_system_administrator()))', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_admin, civicwatt_work', name);
    END LOOP;
END
$$;
-- Who and when are the database's to say.
GRANT INSERT (standard, reduction, surcharge, applies_to, applies_to_zh, source, evidence, note, note_zh) ON power_factor_table
    TO civicwatt_api, civicwatt_admin;
GRANT INSERT (standard, sha256, checked_by, document) ON power_factor_check TO civicwatt_api, civicwatt_admin;

-- Weather as it was known at an instant, so that a cost as of then takes no hour that came later.
CREATE INDEX ON weather_hour (organisation_id, kind, hour) WHERE superseded_at IS NOT NULL;
SET ROLE civicwatt_scope;
DROP FUNCTION weather_hours(bigint, timestamptz, timestamptz);

-- Hours in [first, last) of the stations that can serve a place, by what had come until an instant. A sensor's
-- hour is the mean of its readings, with the least and greatest; one that was added to later counts from then on.
CREATE FUNCTION weather_hours(of_organisation bigint, first timestamptz, last timestamptz, as_of timestamptz)
RETURNS TABLE (hour timestamptz, step integer, kind text, station text, source text, mean_c double precision,
               least_c double precision, greatest_c double precision)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT r.hour, s.step, s.kind, d.code, '', r.mean_c, r.least_c, r.greatest_c
      FROM weather_stations(of_organisation) s JOIN device d USING (device_id)
     CROSS JOIN LATERAL (
           SELECT date_bin('1 hour', c.ts, '2000-01-01T00:00Z') AS hour, avg(c.air_temperature_c) AS mean_c,
                  min(c.air_temperature_c) AS least_c, max(c.air_temperature_c) AS greatest_c
             FROM climate_reading c
            WHERE c.device_id = s.device_id AND c.ts >= first AND c.ts < last AND c.ts <@ s.during
              AND c.air_temperature_c IS NOT NULL AND c.received_at <= as_of GROUP BY 1) r
     WHERE may_be_told_of(of_organisation)
     UNION ALL
    SELECT h.hour, s.step, s.kind, o.code, h.source, h.temperature_c, h.temperature_c, h.temperature_c
      FROM weather_stations(of_organisation) s JOIN organisation o USING (organisation_id)
     CROSS JOIN LATERAL (
           SELECT w.* FROM weather_hour w
            WHERE w.organisation_id = s.organisation_id AND w.kind = s.kind AND w.hour >= first AND w.hour < last
              AND w.superseded_at IS NULL AND w.taken_at <= as_of
            UNION ALL
           SELECT w.* FROM weather_hour w
            WHERE w.organisation_id = s.organisation_id AND w.kind = s.kind AND w.hour >= first AND w.hour < last
              AND w.superseded_at > as_of AND w.taken_at <= as_of) h
     WHERE may_be_told_of(of_organisation)
$$;
GRANT EXECUTE ON FUNCTION weather_hours(bigint, timestamptz, timestamptz, timestamptz)
    TO civicwatt_api, civicwatt_work, civicwatt_admin;
SET ROLE civicwatt_owner;

-- A worker puts days on the list on which a register is thought frozen, when what counts beside it has changed.
GRANT INSERT ON touched TO civicwatt_work;

-- A certificate may come as PDF: kept as it was sent, and never shown within a page.
ALTER TABLE certificate_picture RENAME COLUMN jpeg TO file;
ALTER TABLE certificate_picture
    ADD form text NOT NULL DEFAULT 'jpeg' CHECK (form IN ('jpeg', 'pdf')),
    ALTER width DROP NOT NULL,
    ALTER height DROP NOT NULL,
    ADD CONSTRAINT certificate_picture_size CHECK (num_nulls(width, height) = CASE form WHEN 'jpeg' THEN 0 ELSE 2 END);
COMMENT ON COLUMN certificate_picture.file IS 'jpeg: written anew, nothing but the picture is kept; pdf: as it was sent';
GRANT INSERT (form) ON certificate_picture TO civicwatt_api;
