-- Roles of the cluster. Run by whoever runs `civicwatt migrate`, before the first migration.
-- None can log in: a deployment gives each process a login that is a member of one of them, and the
-- process does SET ROLE. Roles belong to the whole cluster, so two migrations may meet here.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY[
        'civicwatt_owner',   -- owns every table and view; no person, no process
        'civicwatt_scope',   -- owns the functions that say who may see what, and reads only for them
        'civicwatt_hour',    -- owns the continuous aggregates, for only their owner may refresh them
        'civicwatt_admin',   -- the command line: registry, people
        'civicwatt_collect', -- the collector: writes readings
        'civicwatt_work',    -- the worker: reads readings, writes figures
        'civicwatt_api',     -- the API: sees nothing but through a person's scope
        'civicwatt_dashboard' -- logins of dashboards: each sees what the person it is bound to may see
    ] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS', role_name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- made by an earlier or a simultaneous migration
        END;
        -- Also where a membership is there already: PostgreSQL 16 gives who makes a role the right to
        -- administer it, but not to become it.
        EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
    END LOOP;
    -- The worker refreshes the aggregates. As a member of their owner it may do that and nothing more.
    BEGIN
        IF NOT pg_has_role('civicwatt_work', 'civicwatt_hour', 'MEMBER') THEN
            GRANT civicwatt_hour TO civicwatt_work;
        END IF;
    EXCEPTION WHEN unique_violation THEN
        NULL; -- granted by a simultaneous migration
    END;
END
$$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO civicwatt_owner;
GRANT USAGE, CREATE ON SCHEMA public TO civicwatt_scope;
DO $$ BEGIN EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO civicwatt_owner', current_database()); END $$;
GRANT USAGE ON SCHEMA public TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_api,
    civicwatt_hour;
