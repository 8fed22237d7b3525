-- Everything specific to TimescaleDB; run after the migrations, may run again. The three floors:
-- without the extension this file is not run and the tables are tables; with the Apache edition they
-- are hypertables; with the Community licence old chunks also go to the columnstore and the hourly
-- series become continuous aggregates.
-- No background policies: their owner would need LOGIN, which civicwatt_owner must not have. The
-- worker's maintenance job calls the functions below instead, on every floor the same way.
SELECT create_hypertable(t.name, by_range('ts', INTERVAL '7 days'), if_not_exists => true,
                         create_default_indexes => false)
  FROM (VALUES ('electricity_reading'::regclass), ('flow_reading'), ('heat_reading'), ('climate_reading'),
               ('vehicle_reading'), ('other_reading')) AS t (name);
SELECT create_hypertable('consumption', by_range('start_at', INTERVAL '30 days'), if_not_exists => true,
                         create_default_indexes => false);

-- Retention: chunks that end before the table's age limit, all at once.
CREATE OR REPLACE FUNCTION drop_expired() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT count(*) FROM retention r
     CROSS JOIN LATERAL drop_chunks(r.table_name::regclass, older_than => now() - r.keep) AS chunk
$$;

DO $community$
DECLARE
    segments CONSTANT text[][] := ARRAY[
        ['electricity_reading', 'device_id', 'ts'], ['flow_reading', 'device_id', 'ts'],
        ['heat_reading', 'device_id', 'ts'], ['climate_reading', 'device_id', 'ts'],
        ['vehicle_reading', 'device_id', 'ts'], ['other_reading', 'device_id', 'ts, name'],
        ['consumption', 'meter_id, quantity', 'start_at, known_at']];
    part text[];
BEGIN
    IF current_setting('timescaledb.license') <> 'timescale' THEN
        RETURN;
    END IF;
    FOREACH part SLICE 1 IN ARRAY segments LOOP
        IF NOT (SELECT compression_enabled FROM timescaledb_information.hypertables
                 WHERE hypertable_name = part[1]) THEN
            EXECUTE format('ALTER TABLE %I SET (timescaledb.compress, timescaledb.compress_segmentby = %L, '
                           'timescaledb.compress_orderby = %L)', part[1], part[2], part[3]);
        END IF;
    END LOOP;
    -- One chunk a call, so that each is a short transaction. The age is beyond the accept window of
    -- ordinary devices (30 days): late data seldom meets a compressed chunk, and when it does it is
    -- still merged, only slower (timescaledb issue 6063), and the chunk is compressed again.
    CREATE OR REPLACE FUNCTION compress_one_chunk() RETURNS text
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
        SELECT compress_chunk(c.chunk)::text
          FROM (SELECT format('%I.%I', chunk_schema, chunk_name)::regclass AS chunk
                  FROM timescaledb_information.chunks
                 WHERE hypertable_schema = 'public' AND NOT is_compressed
                   AND range_end < now() - interval '45 days'
                 ORDER BY range_end LIMIT 1) c
    $$;
    GRANT EXECUTE ON FUNCTION compress_one_chunk() TO civicwatt_work;
END
$community$;
