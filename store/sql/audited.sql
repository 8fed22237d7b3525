-- Every table that people change through the API notes each change in the audit log (migration 0061). Run after the
-- migrations, and again with each: a new table cannot be forgotten.
DO $$
DECLARE
    -- changed by functions in a person's name
    by_function CONSTANT text[] := '{person,person_identity,scope,security_rule,audit_rule,api_key,vehicle,track_read}';
    -- lists of work, and what the house tells itself
    not_noted CONSTANT text[] := '{audit,baseline_work,once_asked}';
    changed record;
BEGIN
    FOR changed IN
        SELECT c.oid::regclass AS name, e.event, e.tables FROM pg_class c
         CROSS JOIN (VALUES ('INSERT', 'NEW TABLE AS new_rows'), ('DELETE', 'OLD TABLE AS old_rows'),
                            ('UPDATE', 'OLD TABLE AS old_rows NEW TABLE AS new_rows')) AS e (event, tables)
         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'procrastinate%'
           AND c.relname <> ALL (not_noted)
           AND (c.relname = ANY (by_function)
                OR has_any_column_privilege('civicwatt_api', c.oid, 'INSERT')
                OR has_any_column_privilege('civicwatt_api', c.oid, 'UPDATE')
                OR has_table_privilege('civicwatt_api', c.oid, 'DELETE'))
           AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'note_' || lower(e.event))
    LOOP
        EXECUTE format('CREATE TRIGGER %I AFTER %s ON %s REFERENCING %s FOR EACH STATEMENT EXECUTE FUNCTION note_change()',
                       'note_' || lower(changed.event), changed.event, changed.name, changed.tables);
    END LOOP;
END
$$;
