-- name: take_asked
-- A message to be read again, the oldest; those another collector has in hand are passed over.
SELECT quarantine_id, received_at, topic, payload, replay_any_age AS any_age FROM quarantine
 WHERE replay_asked_at IS NOT NULL AND settled_at IS NULL
 ORDER BY quarantine_id LIMIT 1 FOR UPDATE SKIP LOCKED;

-- name: settle
UPDATE quarantine SET settled_at = %(now)s, outcome = 'replayed' WHERE quarantine_id = ANY (%(ids)s);

-- name: refuse_again
UPDATE quarantine SET replay_asked_at = NULL, reason_code = %(reason_code)s, reason = %(reason)s
 WHERE quarantine_id = %(id)s;
