-- name: take_asked
-- A message to be read again, the oldest; those another collector has in hand are passed over.
SELECT quarantine_id, received_at, topic, payload, replay_any_age AS any_age FROM quarantine
 WHERE replay_asked_at IS NOT NULL AND settled_at IS NULL
 ORDER BY quarantine_id LIMIT 1 FOR UPDATE SKIP LOCKED;

-- name: free
-- topics text[]. What another collector is just reading again is passed over: to wait for it could be for ever.
UPDATE quarantine SET replay_asked_at = now(), replay_any_age = false
 WHERE quarantine_id IN (
       SELECT quarantine_id FROM quarantine
        WHERE settled_at IS NULL AND replay_asked_at IS NULL AND reason_code = 'birth_awaited'
          AND octet_length(payload) = size_bytes AND topic = ANY (%(topics)s)
          FOR UPDATE SKIP LOCKED);

-- name: settle
UPDATE quarantine SET settled_at = %(now)s, outcome = 'replayed' WHERE quarantine_id = ANY (%(ids)s);

-- name: refuse_again
UPDATE quarantine SET replay_asked_at = NULL, reason_code = %(reason_code)s, reason = %(reason)s
 WHERE quarantine_id = %(id)s;
