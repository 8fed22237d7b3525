-- name: callers
-- Devices that are refused, and every credential of a device that was ever issued; who has neither is not here.
SELECT d.code, d.status = 'refused' AS refused, c.kind, c.username, c.salt, c.key_id, c.fingerprint,
       coalesce(c.revoked_at IS NULL AND coalesce(c.expires_at > now(), true), false) AS in_force
  FROM device d LEFT JOIN credential c USING (device_id)
 WHERE d.status = 'refused' OR c.credential_id IS NOT NULL
 ORDER BY c.credential_id;
