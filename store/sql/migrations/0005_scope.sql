-- Who may see what. A person's scope is computed here, by the database, from `scope` and the setting
-- `civicwatt.person`, which the API sets for one transaction at a time (SET LOCAL); unset means nothing.

ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
SET ROLE civicwatt_scope; -- owner of the SECURITY DEFINER functions that follow
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE FUNCTION current_person() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('civicwatt.person', true), '')::bigint $$;

CREATE FUNCTION usable_scope() RETURNS SETOF scope LANGUAGE sql STABLE
AS $$
    SELECT s.* FROM scope s JOIN person p USING (person_id)
     WHERE s.person_id = current_person() AND p.active
       AND (s.expires_at IS NULL OR s.expires_at > now())
$$;

-- Nodes of the tree below a person's subtrees, and when they stood there.
CREATE FUNCTION scope_reach() RETURNS TABLE (organisation_id bigint, during tstzrange)
LANGUAGE sql STABLE ROWS 100
AS $$
    WITH RECURSIVE reach AS (
        SELECT s.organisation_id, s.during FROM usable_scope() s WHERE s.organisation_id IS NOT NULL
        UNION
        SELECT p.organisation_id, p.during * r.during
          FROM reach r JOIN organisation_position p
            ON p.parent_id = r.organisation_id AND p.during && r.during
    )
    SELECT organisation_id, during FROM reach
$$;

CREATE FUNCTION contract_reach() RETURNS TABLE (meter_id bigint, during tstzrange)
LANGUAGE sql STABLE ROWS 100
AS $$
    SELECT c.meter_id, c.during * s.during
      FROM usable_scope() s JOIN contract_meter c USING (contract_id)
     WHERE c.during && s.during
$$;

-- One row per object with all its times merged, so that a join never doubles a reading.
CREATE FUNCTION visible_meters() RETURNS TABLE (meter_id bigint, during tstzmultirange)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT meter_id, range_agg(during)
      FROM (SELECT m.meter_id, m.during * r.during AS during
              FROM scope_reach() r JOIN meter_position m
                ON m.place_id = r.organisation_id AND m.during && r.during
             UNION ALL
            SELECT meter_id, during FROM contract_reach()) seen
     GROUP BY meter_id
$$;

CREATE FUNCTION visible_devices() RETURNS TABLE (device_id bigint, during tstzmultirange)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT device_id, range_agg(during)
      FROM (SELECT d.device_id, d.during * r.during AS during
              FROM scope_reach() r JOIN device_place d
                ON d.place_id = r.organisation_id AND d.during && r.during
             UNION ALL
            SELECT d.device_id, d.during * c.during
              FROM contract_reach() c JOIN meter_device d
                ON d.meter_id = c.meter_id AND d.during && c.during) seen
     GROUP BY device_id
$$;

-- The tree below a person's subtrees, and the places where the meters of a contract hang.
CREATE FUNCTION visible_organisations() RETURNS TABLE (organisation_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT organisation_id FROM scope_reach()
     UNION
    SELECT m.place_id FROM contract_reach() c JOIN meter_position m
        ON m.meter_id = c.meter_id AND m.during && c.during
$$;

-- Of the whole house: what no institution owns (quarantine, pending devices) is of no institution's
-- administrator.
CREATE FUNCTION is_system_administrator() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM usable_scope() s
                    WHERE s.role = 'system_administrator' AND s.organisation_id IS NOT NULL
                      AND NOT EXISTS (SELECT FROM organisation_position p
                                       WHERE p.organisation_id = s.organisation_id AND p.during @> now()))
$$;

-- Sign-in needs to read a person before there is one. These functions are its only way.
CREATE FUNCTION sign_in_candidate(wanted_login text)
RETURNS TABLE (person_id bigint, password_hash text, locked_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT person_id, password_hash, locked_until FROM person WHERE login = wanted_login AND active
$$;

CREATE FUNCTION note_failed_sign_in(failed_person_id bigint, attempts integer, lock_for interval)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    UPDATE person
       SET failed_sign_ins = CASE WHEN failed_sign_ins + 1 >= attempts THEN 0 ELSE failed_sign_ins + 1 END,
           locked_until = CASE WHEN failed_sign_ins + 1 >= attempts THEN now() + lock_for ELSE locked_until END
     WHERE person_id = failed_person_id
$$;

CREATE FUNCTION begin_session(for_person_id bigint, new_token_hash bytea, new_csrf text,
                              idle interval, absolute interval)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    UPDATE person SET failed_sign_ins = 0, locked_until = NULL WHERE person_id = for_person_id;
    DELETE FROM session WHERE ends_at < now() OR last_seen_at + idle_limit < now();
    INSERT INTO session VALUES (new_token_hash, for_person_id, new_csrf, now(), now(), idle, now() + absolute);
    INSERT INTO audit (person_id, action, object) VALUES (for_person_id, 'sign_in', 'session');
$$;

-- Makes the session's person the current one until the transaction ends; no row when it has ended.
CREATE FUNCTION resume_session(of_token_hash bytea)
RETURNS TABLE (person_id bigint, login text, name text, lang text, csrf text, roles text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    UPDATE session s SET last_seen_at = now()
     WHERE s.token_hash = of_token_hash AND s.last_seen_at < now() - interval '1 minute'
       AND s.last_seen_at + s.idle_limit > now();
    RETURN QUERY
    SELECT p.person_id, p.login, p.name, p.lang, s.csrf,
           ARRAY(SELECT DISTINCT g.role FROM scope g
                  WHERE g.person_id = p.person_id AND (g.expires_at IS NULL OR g.expires_at > now())
                  ORDER BY 1)
      FROM session s JOIN person p USING (person_id)
     WHERE s.token_hash = of_token_hash AND p.active
       AND s.ends_at > now() AND s.last_seen_at + s.idle_limit > now();
    PERFORM set_config('civicwatt.person', coalesce(
        (SELECT s.person_id::text FROM session s JOIN person p USING (person_id)
          WHERE s.token_hash = of_token_hash AND p.active
            AND s.ends_at > now() AND s.last_seen_at + s.idle_limit > now()), ''), true);
END
$$;

CREATE FUNCTION end_session(of_token_hash bytea)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ DELETE FROM session WHERE token_hash = of_token_hash $$;

CREATE FUNCTION zone_of(place_id bigint) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE up AS (
        SELECT o.organisation_id, o.zone, 0 AS step FROM organisation o WHERE o.organisation_id = place_id
        UNION ALL
        SELECT o.organisation_id, o.zone, step + 1
          FROM up JOIN organisation_position p ON p.organisation_id = up.organisation_id AND upper_inf(p.during)
          JOIN organisation o ON o.organisation_id = p.parent_id
         WHERE up.zone IS NULL
    )
    SELECT zone FROM up WHERE zone IS NOT NULL ORDER BY step LIMIT 1
$$;

-- A device that begins to count for a meter, or moves, brings its earlier readings along: every local
-- day of them is work.
CREATE FUNCTION touch_all_days() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    day_zone text;
BEGIN
    SELECT zone_of(p.place_id) INTO day_zone FROM device_place p
     WHERE p.device_id = NEW.device_id AND upper_inf(p.during);
    INSERT INTO touched (device_id, day)
    SELECT NEW.device_id, r.day FROM (
        SELECT (ts AT TIME ZONE coalesce(day_zone, 'UTC'))::date AS day FROM electricity_reading WHERE device_id = NEW.device_id
         UNION
        SELECT (ts AT TIME ZONE coalesce(day_zone, 'UTC'))::date FROM flow_reading WHERE device_id = NEW.device_id
         UNION
        SELECT (ts AT TIME ZONE coalesce(day_zone, 'UTC'))::date FROM heat_reading WHERE device_id = NEW.device_id
    ) r;
    RETURN NULL;
END
$$;

GRANT EXECUTE ON FUNCTION current_person(), visible_meters(), visible_devices(), visible_organisations(),
    is_system_administrator(), zone_of(bigint), touch_all_days() TO civicwatt_owner, civicwatt_api;
GRANT EXECUTE ON FUNCTION zone_of(bigint) TO civicwatt_collect, civicwatt_work, civicwatt_admin;
GRANT EXECUTE ON FUNCTION sign_in_candidate(text), note_failed_sign_in(bigint, integer, interval),
    begin_session(bigint, bytea, text, interval, interval), resume_session(bytea), end_session(bytea)
    TO civicwatt_api;
SET ROLE civicwatt_owner;

CREATE TRIGGER touch_all_days AFTER INSERT OR UPDATE ON meter_device
    FOR EACH ROW EXECUTE FUNCTION touch_all_days();
CREATE TRIGGER touch_all_days AFTER INSERT OR UPDATE ON device_place
    FOR EACH ROW EXECUTE FUNCTION touch_all_days();

-- Newest position of each thing, for lists. As invoker: row security of the tables applies.
CREATE VIEW organisation_now WITH (security_invoker) AS
SELECT o.organisation_id, o.code, o.kind, o.name_zh, o.name_en, o.zone, p.parent_id, a.area_m2
  FROM organisation o
  LEFT JOIN organisation_position p ON p.organisation_id = o.organisation_id AND p.during @> now()
  LEFT JOIN floor_area a ON a.organisation_id = o.organisation_id AND a.during @> now();
