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

-- name: let_writers_unpack
-- For connections that change rows of the columnstore; without effect on other floors.
-- Unpacking: one batch of the collector may hold repeats from so many segments that the default limit
-- (100,000 rows a transaction) refuses it for ever. The batch's own size is bound enough.
-- Plans: only constants in a plan keep UPDATE and DELETE from unpacking the whole table (measured on
-- 2.28: 18 s in place of 34 ms for 1.7 million rows), so a plan is made anew for every execution.
SELECT set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', false),
       set_config('plan_cache_mode', 'force_custom_plan', false);

-- name: limit_statements
-- Nor are statements compiled: behind row security the planner takes short ones for long, and compiling them takes
-- longer than they do.
SELECT set_config('statement_timeout', %(milliseconds)s, false), set_config('jit', 'off', false);
