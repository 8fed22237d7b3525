-- Who may sign in at the broker, and as what. This table is the truth: the worker brings the broker
-- to what it says, at once when it changes and again whenever the broker has lost something.

-- Whether a device may be sent commands over MQTT. Off unless somebody opens it for this device.
ALTER TABLE device ADD takes_commands boolean NOT NULL DEFAULT false;

SET ROLE civicwatt_scope;
GRANT EXECUTE ON FUNCTION current_person() TO civicwatt_admin;
SET ROLE civicwatt_owner;

CREATE TABLE credential (
    credential_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('password', 'certificate', 'provisioning')),
    device_id   bigint REFERENCES device,
    username    text NOT NULL CHECK (username !~ '^civicwatt-'),
    salt        bytea NOT NULL CHECK (length(salt) >= 16),
    key_id      text NOT NULL,
    topics      text[] NOT NULL DEFAULT '{}',
    note        text NOT NULL DEFAULT '',
    made_at     timestamptz NOT NULL DEFAULT now(),
    made_by     bigint REFERENCES person DEFAULT current_person(),
    rotated_at  timestamptz,
    rotated_by  bigint REFERENCES person,
    revoked_at  timestamptz,
    revoked_by  bigint REFERENCES person,
    expires_at  timestamptz,
    applied_at  timestamptz,
    CHECK ((kind = 'provisioning') = (device_id IS NULL)),
    CHECK (kind = 'password' OR expires_at IS NOT NULL)
);
-- A name may come back for a new password of its device; that of a certificate may never.
CREATE UNIQUE INDEX ON credential (username) WHERE revoked_at IS NULL OR kind <> 'password';
CREATE INDEX ON credential (device_id);
COMMENT ON COLUMN credential.username IS 'the name at the broker; civicwatt-.. are the names of our own processes';
COMMENT ON COLUMN credential.salt IS 'the password is derived from it and CIVICWATT_SECRET_KEY; it is stored nowhere';
COMMENT ON COLUMN credential.key_id IS 'which CIVICWATT_SECRET_KEY that was';
COMMENT ON COLUMN credential.topics IS 'topic filters of its own, beside cw/v1/<device>, that it may publish to';
COMMENT ON COLUMN credential.applied_at IS 'when the broker was last known to do what this row says; null while it does not yet';

-- A change is work until the broker does what the row says.
CREATE FUNCTION credential_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$ BEGIN NEW.applied_at := NULL; RETURN NEW; END $$;
CREATE TRIGGER credential_changed BEFORE INSERT OR UPDATE OF salt, key_id, revoked_at, expires_at ON credential
    FOR EACH ROW EXECUTE FUNCTION credential_changed();

CREATE FUNCTION ring_admission() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$ BEGIN NOTIFY civicwatt_admission; RETURN NULL; END $$;
CREATE TRIGGER ring_admission AFTER INSERT OR UPDATE OF salt, key_id, revoked_at, expires_at ON credential
    FOR EACH STATEMENT EXECUTE FUNCTION ring_admission();
CREATE TRIGGER ring_admission AFTER UPDATE OF status, takes_commands ON device
    FOR EACH STATEMENT EXECUTE FUNCTION ring_admission();

ALTER TABLE credential ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON credential FOR SELECT TO civicwatt_api, civicwatt_owner
    USING ((SELECT is_system_administrator()));
CREATE POLICY made ON credential FOR INSERT TO civicwatt_api
    WITH CHECK ((SELECT is_system_administrator()) AND made_by = current_person());
CREATE POLICY changed ON credential FOR UPDATE TO civicwatt_api
    USING ((SELECT is_system_administrator())) WITH CHECK (true);
CREATE POLICY unscoped ON credential TO civicwatt_admin, civicwatt_work USING (true);
CREATE POLICY registered ON device FOR INSERT TO civicwatt_api WITH CHECK ((SELECT is_system_administrator()));

GRANT SELECT, INSERT (kind, device_id, username, salt, key_id, topics, note, expires_at),
    UPDATE (salt, key_id, rotated_at, rotated_by, revoked_at, revoked_by) ON credential TO civicwatt_api;
GRANT SELECT, INSERT, UPDATE ON credential TO civicwatt_admin;
GRANT SELECT ON organisation_now TO civicwatt_admin;
GRANT SELECT, UPDATE (applied_at) ON credential TO civicwatt_work;
GRANT INSERT (code, kind, status, name_zh, name_en, profile), UPDATE (takes_commands) ON device TO civicwatt_api;
-- The worker hears devices that introduce themselves.
GRANT INSERT (code, kind, status, name_zh, name_en, profile) ON device TO civicwatt_work;
GRANT INSERT, UPDATE ON device_fact TO civicwatt_work;
