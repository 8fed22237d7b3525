-- Everything specific to TimescaleDB; run after the migrations, may run again. The three floors:
-- without the extension this file is not run and the tables are tables; with the Apache edition they
-- are hypertables; with the Community licence old chunks also go to the columnstore and the hourly
-- series (migration 0006) become continuous aggregates.
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
    -- One chunk a call, so that each is a short transaction, in the order of their ids. The age is
    -- beyond the accept window of ordinary devices (30 days): late data seldom meets a compressed
    -- chunk, and when it does it is still merged, only slower (timescaledb issue 6063), and what it
    -- left unpacked is packed again. Bits of the status: 1 compressed, 2 unordered, 4 frozen, 8 partial.
    CREATE OR REPLACE FUNCTION compress_next_chunk(last oid) RETURNS oid
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
        SELECT compress_chunk(c.chunk)::oid
          FROM (SELECT chunk
                  FROM timescaledb_information.chunks
                 CROSS JOIN LATERAL (SELECT format('%I.%I', chunk_schema, chunk_name)::regclass AS chunk) c
                 CROSS JOIN LATERAL (SELECT _timescaledb_functions.chunk_status(chunk) AS status) s
                 WHERE hypertable_schema = 'public' AND range_end < now() - interval '45 days'
                   AND chunk::oid > last AND status & 4 = 0 AND (status & 1 = 0 OR status & 10 <> 0)
                 ORDER BY chunk::oid LIMIT 1) c
    $$;
    GRANT EXECUTE ON FUNCTION compress_next_chunk(oid) TO civicwatt_work;
    CREATE SCHEMA IF NOT EXISTS hourly;
    GRANT USAGE, CREATE ON SCHEMA hourly TO civicwatt_hour;
END
$community$;

-- The hourly series as continuous aggregates. They belong to civicwatt_hour, of which the worker is a
-- member: a refresh is a procedure that ends transactions, so no SECURITY DEFINER function can lend the
-- owner's right. Not materialized_only, or the newest hours would be missing.
SET ROLE civicwatt_hour;
DO $community$
DECLARE
    of_table text;
BEGIN
    FOR of_table IN SELECT table_name FROM hourly
                     WHERE to_regnamespace('hourly') IS NOT NULL
                       AND to_regclass(format('hourly.%I', table_name)) IS NULL LOOP
        EXECUTE format('CREATE MATERIALIZED VIEW hourly.%I
                        WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS %s WITH NO DATA',
                       of_table, hourly_query(of_table, $hour$time_bucket('1 hour', ts)$hour$));
        EXECUTE format('GRANT SELECT ON hourly.%I TO civicwatt_owner', of_table);
    END LOOP;
END
$community$;
SET ROLE civicwatt_owner;
DO $community$
DECLARE
    of_table text;
BEGIN
    FOR of_table IN SELECT table_name FROM hourly WHERE to_regclass(format('hourly.%I', table_name)) IS NOT NULL LOOP
        EXECUTE format('CREATE OR REPLACE VIEW %I AS SELECT * FROM hourly.%I', of_table || '_hour', of_table);
    END LOOP;
END
$community$;
