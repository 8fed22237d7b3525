-- name: list
-- Newest first, below an id. settled boolean, reason_code, topic_prefix text, device_id bigint, or null.
SELECT quarantine_id AS id, received_at, topic, profile, device_id, reason_code, reason, size_bytes, samples,
       replay_asked_at, settled_at, outcome, substr(payload, 1, %(head_bytes)s) AS head
  FROM quarantine
 WHERE quarantine_id < %(before)s
   AND (%(settled)s::boolean IS NULL OR (settled_at IS NOT NULL) = %(settled)s)
   AND (%(reason_code)s::text IS NULL OR reason_code = %(reason_code)s)
   AND (%(topic_prefix)s::text IS NULL OR starts_with(topic, %(topic_prefix)s))
   AND (%(device_id)s::bigint IS NULL OR device_id = %(device_id)s)
 ORDER BY quarantine_id DESC LIMIT %(at_most)s;

-- name: one
-- A message with the first at_most bytes of its payload.
SELECT quarantine_id AS id, received_at, topic, profile, device_id, reason_code, reason, size_bytes, samples,
       replay_asked_at, settled_at, outcome, substr(payload, 1, %(at_most)s) AS head
  FROM quarantine WHERE quarantine_id = %(id)s;

-- name: reasons
-- How many unsettled messages there are of each reason.
SELECT reason_code, count(*) AS messages FROM quarantine WHERE settled_at IS NULL GROUP BY 1 ORDER BY 2 DESC, 1;

-- name: unsettled
-- Ids of messages that are neither replayed nor given up, the oldest first. reason_code, topic_prefix text
-- or null.
SELECT quarantine_id FROM quarantine
 WHERE settled_at IS NULL
   AND (%(reason_code)s::text IS NULL OR reason_code = %(reason_code)s)
   AND (%(topic_prefix)s::text IS NULL OR starts_with(topic, %(topic_prefix)s))
 ORDER BY quarantine_id LIMIT %(at_most)s;

-- name: ask_replay
-- ids bigint[]. The collector looks for what is asked for; nobody is named who asks from a command line. Of
-- some messages only the beginning was kept: those cannot be read again.
UPDATE quarantine SET replay_asked_at = now(), replay_asked_by = current_person(), replay_any_age = %(any_age)s
 WHERE settled_at IS NULL AND octet_length(payload) = size_bytes AND quarantine_id = ANY (%(ids)s);

-- name: discard
-- ids bigint[]. The messages stay where they are.
UPDATE quarantine SET settled_at = now(), outcome = 'discarded'
 WHERE settled_at IS NULL AND quarantine_id = ANY (%(ids)s);

-- name: left_out
-- Messages that are counted and not kept, by device, profile and reason; the latest first.
SELECT nullif(c.device_id, 0) AS device_id, d.code AS device_code, nullif(c.profile, '') AS profile, c.reason_code,
       sum(c.messages - c.kept)::bigint AS messages, sum(c.samples - c.kept_samples)::bigint AS samples,
       min(c.hour) AS since, max(c.last_at) AS until
  FROM quarantine_count c LEFT JOIN device d ON d.device_id = c.device_id
 WHERE c.kept < c.messages
 GROUP BY c.device_id, d.code, c.profile, c.reason_code ORDER BY until DESC, 1, 3, 4 LIMIT %(at_most)s;
