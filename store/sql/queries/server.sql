-- name: versions
-- Server version as a number (150018), whether TimescaleDB can be had here, its installed version
-- or null.
SELECT current_setting('server_version_num')::integer AS postgresql,
       EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') AS timescale_available,
       (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS timescale;

-- name: licence
-- Of TimescaleDB: 'apache' or 'timescale' (Community).
SELECT current_setting('timescaledb.license');

-- name: migrated
-- Whether any migration was ever applied here.
SELECT to_regclass('public.schema_migration') IS NOT NULL;

-- name: become
SET ROLE {role};

-- name: limit_statements
SELECT set_config('statement_timeout', %(milliseconds)s, false);
