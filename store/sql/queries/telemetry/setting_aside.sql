-- name: arrive
-- Counts messages of one source and hour, keeps other collectors from that row until commit, and says how
-- much of it is kept already.
INSERT INTO quarantine_count AS c (hour, device_id, profile, reason_code, messages, samples, last_at)
VALUES (%(hour)s, %(device_id)s, %(profile)s, %(reason_code)s, %(messages)s, %(samples)s, %(last_at)s)
ON CONFLICT (hour, device_id, profile, reason_code) DO UPDATE SET messages = c.messages + excluded.messages,
    samples = c.samples + excluded.samples, last_at = greatest(c.last_at, excluded.last_at)
RETURNING kept, kept_bytes;

-- name: keep
INSERT INTO quarantine (received_at, collector, topic, payload, size_bytes, device_id, profile, reason_code, reason, samples)
VALUES (%(received_at)s, %(collector)s, %(topic)s, %(payload)s, %(size_bytes)s, %(device_id)s, %(profile)s,
        %(reason_code)s, %(reason)s, %(samples)s);

-- name: count_kept
UPDATE quarantine_count SET kept = kept + %(messages)s, kept_samples = kept_samples + %(samples)s,
    kept_bytes = kept_bytes + %(bytes)s
 WHERE (hour, device_id, profile, reason_code)
     = (%(hour)s::timestamptz, %(device_id)s::bigint, %(profile)s::text, %(reason_code)s::text);
