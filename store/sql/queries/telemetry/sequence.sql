-- name: log
INSERT INTO heard_numbers (heard_at, boots, runs) VALUES (%(now)s, %(boots)s, %(runs)s);

-- name: waiting
-- Bytes that wait, and since when.
SELECT coalesce(sum(octet_length(runs)), 0), min(heard_at) FROM heard_numbers;

-- name: take
-- Another worker takes others.
DELETE FROM heard_numbers
 WHERE heard_id IN (SELECT heard_id FROM heard_numbers ORDER BY heard_id LIMIT %(at_most)s FOR UPDATE SKIP LOCKED)
RETURNING boots, runs;

-- name: hear
-- Numbers of messages, as ranges; gives the devices that miss some, or did. A device whose numbers are
-- in some thousand pieces does not count in order, and its gaps mean nothing.
WITH said AS (
    SELECT device_id, boot, range_agg(int8range(first, after)) AS heard
      FROM jsonb_to_recordset(%(runs)s::jsonb) AS r (device_id bigint, boot text, first bigint, after bigint)
     GROUP BY device_id, boot ORDER BY device_id, boot
), written AS (
    INSERT INTO device_sequence AS q (device_id, boot, heard) TABLE said
    ON CONFLICT (device_id, boot) DO UPDATE SET heard =
        CASE WHEN pg_column_size(q.heard) <= 20000 THEN q.heard + excluded.heard
             ELSE int8multirange(range_merge(q.heard + excluded.heard)) END
    RETURNING device_id, boot, heard
)
SELECT device_id, boot FROM written w
 WHERE w.heard <> int8multirange(range_merge(w.heard))
    OR EXISTS (SELECT FROM sequence_gap g
                WHERE g.device_id = w.device_id AND g.boot = w.boot AND g.closed_at IS NULL);

-- name: note_gaps
-- Closes gaps that are filled, shrinks those that are filled in part, and opens those that are there now.
-- A hole of more than 100,000 messages is a device that counts anew without saying so.
WITH about AS (
    SELECT q.device_id, q.boot, int8multirange(range_merge(q.heard)) - q.heard AS missing
      FROM device_sequence q
      JOIN unnest(%(device_ids)s::bigint[], %(boots)s::text[]) AS a (device_id, boot) USING (device_id, boot)
), missing AS (
    SELECT device_id, boot, m AS missing FROM about, unnest(missing) AS m WHERE upper(m) - lower(m) <= 100000
), known AS (
    SELECT gap_id, device_id, boot, g.missing FROM sequence_gap g JOIN about USING (device_id, boot)
     WHERE g.closed_at IS NULL
), left_of AS (
    SELECT DISTINCT ON (k.gap_id) k.gap_id, m.device_id, m.boot, m.missing
      FROM known k JOIN missing m ON m.device_id = k.device_id AND m.boot = k.boot AND m.missing <@ k.missing
     ORDER BY k.gap_id, lower(m.missing)
), shrunk AS (
    UPDATE sequence_gap g SET missing = l.missing FROM left_of l
     WHERE g.gap_id = l.gap_id AND g.missing <> l.missing
), closed AS (
    UPDATE sequence_gap g SET closed_at = %(now)s FROM known k
     WHERE g.gap_id = k.gap_id AND NOT EXISTS (SELECT FROM left_of l WHERE l.gap_id = k.gap_id)
)
INSERT INTO sequence_gap (device_id, boot, missing, noticed_at)
SELECT m.device_id, m.boot, m.missing, %(now)s FROM missing m
 WHERE NOT EXISTS (SELECT FROM left_of l WHERE l.device_id = m.device_id AND l.boot = m.boot
                      AND l.missing = m.missing);

