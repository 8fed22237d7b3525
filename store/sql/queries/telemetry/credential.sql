-- name: issue
-- device_id bigint or null for provisioning; salt bytea; expires_at timestamptz or null.
INSERT INTO credential (kind, device_id, username, salt, key_id, topics, note, expires_at)
VALUES (%(kind)s, %(device_id)s, %(username)s, %(salt)s, %(key_id)s, %(topics)s, %(note)s, %(expires_at)s)
RETURNING credential_id;

-- name: enter
-- A certificate that another authority has signed. fingerprint bytea.
INSERT INTO credential (kind, device_id, username, salt, key_id, topics, note, expires_at, fingerprint)
VALUES (%(kind)s, %(device_id)s, %(username)s, %(salt)s, %(key_id)s, %(topics)s, %(note)s, %(expires_at)s,
        %(fingerprint)s)
RETURNING credential_id;

-- name: note_fingerprint
UPDATE credential SET fingerprint = %(fingerprint)s WHERE credential_id = %(credential_id)s;

-- name: rotate
UPDATE credential SET salt = %(salt)s, key_id = %(key_id)s, rotated_at = now(), rotated_by = current_person()
 WHERE credential_id = %(credential_id)s AND revoked_at IS NULL AND kind <> 'certificate';

-- name: revoke
UPDATE credential SET revoked_at = now(), revoked_by = current_person()
 WHERE credential_id = %(credential_id)s AND revoked_at IS NULL;

-- name: credentials
-- device_id bigint or null; kind text or null; credential_id bigint or null: those that fit all that are given.
SELECT c.credential_id AS id, c.kind, c.device_id, d.code AS device_code, c.username, c.salt, c.key_id, c.topics,
       c.note, c.made_at, c.rotated_at, c.revoked_at, c.expires_at, c.applied_at
  FROM credential c LEFT JOIN device d ON d.device_id = c.device_id
 WHERE (%(device_id)s::bigint IS NULL OR c.device_id = %(device_id)s)
   AND (%(kind)s::text IS NULL OR c.kind = %(kind)s)
   AND (%(credential_id)s::bigint IS NULL OR c.credential_id = %(credential_id)s)
 ORDER BY c.credential_id;

-- name: entries
-- Who may sign in now (admitted), and whoever else the broker may not know about yet. A refused device may
-- not sign in, whatever credentials it has.
SELECT c.credential_id AS id, c.kind, d.code AS device_code, coalesce(d.takes_commands, false) AS takes_commands,
       c.username, c.salt, c.key_id, c.topics,
       c.revoked_at IS NULL AND coalesce(c.expires_at > now(), true) AND d.status IS DISTINCT FROM 'refused' AS admitted,
       c.applied_at IS NOT NULL AS applied
  FROM credential c LEFT JOIN device d ON d.device_id = c.device_id
 WHERE c.applied_at IS NULL OR (c.revoked_at IS NULL AND coalesce(c.expires_at > now(), true))
 ORDER BY c.credential_id;

-- name: next_expiry
SELECT min(expires_at) FROM credential WHERE revoked_at IS NULL AND expires_at > now();

-- name: note_applied
-- ids bigint[], salts bytea[], admitted boolean[]: the entries as the broker now has them. One that was
-- changed in the meantime is not marked; its change rings again.
UPDATE credential c SET applied_at = now()
  FROM unnest(%(ids)s::bigint[], %(salts)s::bytea[], %(admitted)s::boolean[]) AS e (id, salt, admitted)
 WHERE c.credential_id = e.id AND c.salt = e.salt AND c.applied_at IS NULL
   AND (NOT e.admitted OR c.revoked_at IS NULL);

-- name: listen
LISTEN civicwatt_admission;

-- name: take_lock
SELECT pg_try_advisory_lock(hashtext('civicwatt admission'));

-- name: register
INSERT INTO device (code, kind, status, name_zh, name_en, profile)
VALUES (%(code)s, %(kind)s, 'pending', %(name_zh)s, %(name_en)s, %(profile)s)
RETURNING device_id;

-- name: takes_commands
SELECT takes_commands FROM device WHERE device_id = %(device_id)s;

-- name: open_commands
UPDATE device SET takes_commands = %(takes_commands)s WHERE device_id = %(device_id)s;

-- name: introduce
-- A device that introduces itself waits for an administrator; one that is known stays as it is.
INSERT INTO device (code, kind, status, name_zh, name_en)
VALUES (%(code)s, %(kind)s, 'pending', %(name)s, %(name)s)
ON CONFLICT (code) DO NOTHING;

-- name: note_serial
INSERT INTO device_fact (device_id, name, value, said_at)
SELECT device_id, 'serial', %(serial)s, now() FROM device WHERE code = %(code)s AND status = 'pending'
ON CONFLICT (device_id, name) DO UPDATE SET value = excluded.value, said_at = excluded.said_at;
