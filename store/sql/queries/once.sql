-- name: forget
-- The current person's that are older than a day.
DELETE FROM once_asked WHERE asked_at < now() - interval '1 day';

-- name: claim
-- Nothing when the key is taken; waits for who is taking it at the moment.
INSERT INTO once_asked (person_id, key, asked_sha256) VALUES (current_person(), %(key)s, %(asked)s)
ON CONFLICT DO NOTHING;

-- name: first
SELECT asked_sha256, status, content_type, answer FROM once_asked WHERE person_id = current_person() AND key = %(key)s;

-- name: keep
SELECT keep_answer(%(person_id)s, %(key)s, %(status)s::smallint, %(content_type)s, %(answer)s);
