-- Everything specific to TimescaleDB; run after the migrations, may run again. The three floors:
-- without the extension this file is not run and the tables are tables; with the Apache edition they
-- are hypertables; with the Community licence old chunks also go to the columnstore, hourly series
-- become continuous aggregates, and retention is the server's.
SELECT create_hypertable(t.name, by_range('ts', INTERVAL '7 days'), if_not_exists => true,
                         create_default_indexes => false)
  FROM (VALUES ('electricity_reading'::regclass), ('flow_reading'), ('heat_reading'), ('climate_reading'),
               ('vehicle_reading'), ('other_reading')) AS t (name);
SELECT create_hypertable('consumption', by_range('start_at', INTERVAL '30 days'), if_not_exists => true,
                         create_default_indexes => false);

DO $$
DECLARE
    reading_table text;
BEGIN
    IF current_setting('timescaledb.license') <> 'timescale' THEN
        RETURN;
    END IF;
    -- Later than the widest accept window of ordinary devices (30 days): late data seldom meets a
    -- compressed chunk, and when it does it is still merged, only slower (timescaledb 6063).
    FOREACH reading_table IN ARRAY ARRAY['electricity_reading', 'flow_reading', 'heat_reading',
                                         'climate_reading', 'vehicle_reading', 'other_reading'] LOOP
        IF NOT EXISTS (SELECT FROM timescaledb_information.hypertable_compression_settings s
                        WHERE s.hypertable = reading_table::regclass) THEN
            EXECUTE format('ALTER TABLE %I SET (timescaledb.compress, timescaledb.compress_segmentby = %L, '
                           'timescaledb.compress_orderby = %L)', reading_table, 'device_id',
                           CASE reading_table WHEN 'other_reading' THEN 'ts, name' ELSE 'ts' END);
        END IF;
        PERFORM add_compression_policy(reading_table::regclass, INTERVAL '45 days', if_not_exists => true);
    END LOOP;
    IF NOT EXISTS (SELECT FROM timescaledb_information.hypertable_compression_settings s
                    WHERE s.hypertable = 'consumption'::regclass) THEN
        ALTER TABLE consumption SET (timescaledb.compress,
            timescaledb.compress_segmentby = 'meter_id, quantity',
            timescaledb.compress_orderby = 'start_at, known_at');
    END IF;
    PERFORM add_compression_policy('consumption', INTERVAL '100 days', if_not_exists => true);
END
$$;
