-- Keys of machines. A machine is an account that cannot sign in: its scopes, and so what row security shows it, are as those
-- of people, and the audit log names it. Of its key only the SHA-256 is kept.

ALTER TABLE person ADD machine boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN person.machine IS 'asks by an API key, never signs in, and is nobody to be told or sent';

CREATE TABLE api_key (
    api_key_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id    bigint NOT NULL UNIQUE REFERENCES person,
    key_hash     bytea NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
    hint         text NOT NULL,
    may          text[] NOT NULL DEFAULT '{}',
    created_at   timestamptz NOT NULL DEFAULT now(),
    created_by   bigint REFERENCES person,
    expires_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    CONSTRAINT key_life CHECK (expires_at > created_at AND expires_at <= created_at + interval '366 days')
);
COMMENT ON TABLE api_key IS 'Keys of machines, shown once; here is the SHA-256';
COMMENT ON COLUMN api_key.hint IS 'its first characters, to know it again by';
COMMENT ON COLUMN api_key.may IS 'what it may write; reading goes by its scope alone';

ALTER TABLE api_key ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY unscoped ON api_key TO civicwatt_admin, civicwatt_scope USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON api_key TO civicwatt_scope;

SET ROLE civicwatt_scope;

-- Makes the machine of a key the current person until the transaction ends; no row when the key has ended.
CREATE FUNCTION resume_key(of_key_hash bytea, of_client text)
RETURNS TABLE (person_id bigint, login text, name text, lang text, roles text[], may text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    key api_key;
BEGIN
    PERFORM set_config('civicwatt.client', of_client, true);
    PERFORM set_config('civicwatt.person', '', true);
    SELECT k.* INTO key FROM api_key k JOIN person p USING (person_id)
     WHERE k.key_hash = of_key_hash AND k.revoked_at IS NULL AND k.expires_at > now() AND p.active;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    -- Requests of one key that come at the same time do not wait for each other to note it.
    UPDATE api_key SET last_used_at = now() WHERE api_key_id IN
        (SELECT api_key_id FROM api_key WHERE api_key_id = key.api_key_id
            AND coalesce(last_used_at < now() - interval '1 minute', true) FOR UPDATE SKIP LOCKED);
    RETURN QUERY
    SELECT p.person_id, p.login, p.name, p.lang,
           ARRAY(SELECT DISTINCT g.role FROM scope g
                  WHERE g.person_id = p.person_id AND (g.expires_at IS NULL OR g.expires_at > now()) ORDER BY 1),
           key.may
      FROM person p WHERE p.person_id = key.person_id;
    PERFORM set_config('civicwatt.person', key.person_id::text, true);
END
$$;

-- Keys of the places that the current person governs, with the one scope of each.
CREATE FUNCTION governed_keys()
RETURNS TABLE (api_key_id bigint, person_id bigint, name text, hint text, may text[], role text, organisation_id bigint,
               contract_id bigint, code text, name_zh text, name_en text, sees_from timestamptz, sees_until timestamptz,
               created_at timestamptz, created_by text, expires_at timestamptz, last_used_at timestamptz,
               revoked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp
AS $$
    SELECT k.api_key_id, k.person_id, p.name, k.hint, k.may, s.role, s.organisation_id, s.contract_id,
           coalesce(o.code, c.code), coalesce(o.name_zh, c.name), coalesce(o.name_en, c.name), lower(s.during),
           upper(s.during), k.created_at, m.name, k.expires_at, k.last_used_at, k.revoked_at
      FROM api_key k JOIN governed_people() g USING (person_id) JOIN person p USING (person_id)
      JOIN scope s USING (person_id)
      LEFT JOIN person m ON m.person_id = k.created_by
      LEFT JOIN organisation o ON o.organisation_id = s.organisation_id
      LEFT JOIN contract c ON c.contract_id = s.contract_id
$$;

-- A key for a place or a contract that the current person may give scopes for. None administers people or the log.
CREATE FUNCTION add_governed_key(new_login text, new_name text, new_hash bytea, new_hint text, new_may text[],
                                 new_role text, new_organisation_id bigint, new_contract_id bigint,
                                 new_during tstzrange, new_expires_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    machine_id bigint;
    made bigint;
BEGIN
    IF new_role IN ('security_administrator', 'audit_administrator') OR NOT EXISTS (
        SELECT FROM grantable() g WHERE g.organisation_id = new_organisation_id OR g.contract_id = new_contract_id) THEN
        PERFORM refuse_governing();
    END IF;
    INSERT INTO person (login, name, password_hash, machine, created_by)
    VALUES (new_login, new_name, '', true, current_person()) RETURNING person_id INTO machine_id;
    INSERT INTO scope (person_id, role, organisation_id, contract_id, during, expires_at, granted_by)
    VALUES (machine_id, new_role, new_organisation_id, new_contract_id, new_during, new_expires_at, current_person());
    INSERT INTO api_key (person_id, key_hash, hint, may, expires_at, created_by)
    VALUES (machine_id, new_hash, new_hint, new_may, new_expires_at, current_person()) RETURNING api_key_id INTO made;
    RETURN made;
END
$$;

-- The account goes with it, so that a stream that is open at the moment ends too.
CREATE FUNCTION revoke_governed_key(of_key_id bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    machine_id bigint;
BEGIN
    UPDATE api_key SET revoked_at = now()
     WHERE api_key_id = of_key_id AND revoked_at IS NULL
       AND person_id IN (SELECT g.person_id FROM governed_people() g)
    RETURNING person_id INTO machine_id;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE person SET active = false WHERE person_id = machine_id;
    UPDATE scope SET expires_at = now() WHERE person_id = machine_id AND expires_at > now();
    RETURN true;
END
$$;

-- Machines are on none of the lists of people.
CREATE OR REPLACE FUNCTION people()
RETURNS TABLE (person_id bigint, login text, name text, lang text, active boolean, locked boolean, must_change boolean,
               created_at timestamptz, password_set_at timestamptz, last_seen_at timestamptz, governed boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT p.person_id, p.login, p.name, p.lang, p.active, coalesce(p.locked_until > now(), false), p.must_change,
           p.created_at, p.password_set_at, (SELECT max(s.last_seen_at) FROM session s WHERE s.person_id = p.person_id),
           g.person_id IS NOT NULL
      FROM person p LEFT JOIN governed_people() g USING (person_id)
     WHERE NOT p.machine
       AND (g.person_id IS NOT NULL OR (p.person_id = current_person() AND EXISTS (SELECT FROM governing_scope())))
$$;

CREATE OR REPLACE FUNCTION want_governed(of_person_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM governed_people() g JOIN person p USING (person_id)
                    WHERE p.person_id = of_person_id AND NOT p.machine) THEN
        PERFORM refuse_governing();
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION sign_in_candidate(wanted_login text)
RETURNS TABLE (person_id bigint, password_hash text, locked_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT person_id, password_hash, locked_until FROM person WHERE login = wanted_login AND active AND NOT machine
$$;

CREATE OR REPLACE FUNCTION duty_people(of_desk bigint)
RETURNS TABLE (person_id bigint, login text, name text, lang text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE up AS (
        SELECT of_desk AS place_id
         WHERE serves_nobody() OR of_desk IN (SELECT o.organisation_id FROM operated_organisations() o)
         UNION
        SELECT p.parent_id FROM up JOIN organisation_position p ON p.organisation_id = up.place_id AND p.during @> now()
    )
    SELECT DISTINCT p.person_id, p.login, p.name, p.lang
      FROM up JOIN scope s ON s.organisation_id = up.place_id JOIN person p USING (person_id)
     WHERE p.active AND NOT p.machine AND s.during @> now() AND (s.expires_at IS NULL OR s.expires_at > now())
       AND s.role IN ('operator', 'institution_administrator', 'system_administrator')
$$;

CREATE OR REPLACE FUNCTION order_people(of_alert bigint) RETURNS TABLE (person_id bigint, name text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp
AS $$
    SELECT d.person_id, d.name FROM alert a CROSS JOIN LATERAL duty_people(a.desk_id) d WHERE a.alert_id = of_alert
     UNION
    SELECT p.person_id, p.name
      FROM alert a JOIN contract_meter c ON c.meter_id = a.meter_id AND c.during @> now()
      JOIN scope s ON s.contract_id = c.contract_id AND s.during @> now() AND (s.expires_at IS NULL OR s.expires_at > now())
      JOIN person p ON p.person_id = s.person_id AND p.active AND NOT p.machine
     WHERE a.alert_id = of_alert AND s.role = 'contractor'
       AND a.organisation_id IN (SELECT o.organisation_id FROM operated_organisations() o)
$$;

GRANT EXECUTE ON FUNCTION resume_key(bytea, text), governed_keys(), revoke_governed_key(bigint),
    add_governed_key(text, text, bytea, text, text[], text, bigint, bigint, tstzrange, timestamptz) TO civicwatt_api;
SET ROLE civicwatt_owner;
