-- What a batch says beside the readings. Rows are written in the order of their keys, so that two
-- collectors never wait for each other in a ring.

-- name: note_latest
-- Values of one batch may be older than what is known; only then is the slow comparison needed. A device
-- that always has new names, where no real one has thousands, is known by its last ones only.
INSERT INTO device_latest AS l (device_id, ts, received_at, said_from, said)
SELECT device_id, ts, received_at, oldest, said
  FROM jsonb_to_recordset(%(newest)s::jsonb)
       AS n (device_id bigint, ts timestamptz, received_at timestamptz, oldest timestamptz, said jsonb)
 ORDER BY device_id
ON CONFLICT (device_id) DO UPDATE SET
    said = CASE WHEN pg_column_size(l.said) > 200000 THEN excluded.said
                WHEN excluded.said_from > l.ts THEN l.said || excluded.said
                ELSE newest_said(l.said, excluded.said) END,
    ts = greatest(l.ts, excluded.ts), received_at = greatest(l.received_at, excluded.received_at),
    said_from = excluded.said_from;

-- name: note_clock
INSERT INTO device_clock AS c (device_id, offset_s, estimated_at)
SELECT device_id, offset_s, %(estimated_at)s
  FROM unnest(%(device_ids)s::bigint[], %(offsets_s)s::double precision[]) AS n (device_id, offset_s)
 ORDER BY device_id
ON CONFLICT (device_id) DO UPDATE SET offset_s = excluded.offset_s, estimated_at = excluded.estimated_at
 WHERE c.estimated_at <= excluded.estimated_at;

-- name: note_status
INSERT INTO device_status AS s (device_id, online, since, said_at)
VALUES (%(device_id)s, %(online)s, %(since)s, %(since)s)
ON CONFLICT (device_id) DO UPDATE SET online = excluded.online, said_at = excluded.said_at,
    since = CASE WHEN s.online = excluded.online THEN s.since ELSE excluded.since END
 WHERE s.said_at <= excluded.said_at;

-- name: note_fact
INSERT INTO device_fact AS f (device_id, name, value, said_at)
VALUES (%(device_id)s, %(name)s, %(value)s, %(said_at)s)
ON CONFLICT (device_id, name) DO UPDATE SET value = excluded.value, said_at = excluded.said_at
 WHERE f.said_at < excluded.said_at;

-- name: doubt
INSERT INTO reading_suspect (device_id, ts, quantity, reason)
VALUES (%(device_id)s, %(ts)s, %(quantity)s, %(reason)s) ON CONFLICT DO NOTHING;

-- name: keep_raw
INSERT INTO raw_section (device_id, ts, name, content)
VALUES (%(device_id)s, %(ts)s, %(name)s, %(content)s) ON CONFLICT DO NOTHING;

-- name: note_repeats
-- Samples that said nothing new, by device; {times, oldest, newest} as columns.
INSERT INTO reading_repeat AS r (day, device_id, times, first_at, last_at, oldest, newest)
SELECT (%(now)s::timestamptz AT TIME ZONE 'UTC')::date, n.device_id, n.times, %(now)s, %(now)s, n.oldest, n.newest
  FROM unnest(%(device_ids)s::bigint[], %(times)s::bigint[], %(oldest)s::timestamptz[], %(newest)s::timestamptz[])
       AS n (device_id, times, oldest, newest)
 ORDER BY n.device_id
ON CONFLICT (day, device_id) DO UPDATE SET times = r.times + excluded.times,
    first_at = least(r.first_at, excluded.first_at), last_at = greatest(r.last_at, excluded.last_at),
    oldest = least(r.oldest, excluded.oldest), newest = greatest(r.newest, excluded.newest);

-- name: keep_message
INSERT INTO heard_message AS h (device_id, received_at, topic, profile, payload)
VALUES (%(device_id)s, %(received_at)s, %(topic)s, %(profile)s, %(payload)s)
ON CONFLICT (device_id) DO UPDATE SET received_at = excluded.received_at, topic = excluded.topic,
    profile = excluded.profile, payload = excluded.payload
 WHERE h.received_at <= excluded.received_at;

-- name: remember
INSERT INTO codec_memory AS m (codec, key, content, said_at)
SELECT n.codec, n.key, n.content, n.said_at
  FROM unnest(%(codecs)s::text[], %(keys)s::text[], %(contents)s::bytea[], %(said_at)s::timestamptz[])
       AS n (codec, key, content, said_at)
 ORDER BY n.codec, n.key
ON CONFLICT (codec, key) DO UPDATE SET content = excluded.content, said_at = excluded.said_at
 WHERE m.said_at <= excluded.said_at;

-- name: memory
SELECT codec, key, content, said_at FROM codec_memory;

-- name: announce
-- Told when the batch commits; an empty text means that too many devices spoke to name them.
SELECT pg_notify('civicwatt_readings', %(device_ids)s);
