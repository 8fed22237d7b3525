-- name: append
COPY touched_batch (devices, days) FROM STDIN (FORMAT binary);

-- name: spread
-- Takes batches, and puts each of their days on the list once; gives how many were taken. Another worker takes others.
-- A device is claimed, and its days are taken, before its readings are read: those of a later batch stay.
WITH taken AS (
    DELETE FROM touched_batch
     WHERE batch_id IN (SELECT batch_id FROM touched_batch ORDER BY batch_id LIMIT %(at_most)s FOR UPDATE SKIP LOCKED)
    RETURNING devices, days
), listed AS (
    INSERT INTO touched (device_id, day)
    SELECT DISTINCT t.device_id, t.day FROM taken CROSS JOIN LATERAL unnest(devices, days) AS t (device_id, day)
     ORDER BY 1, 2
)
SELECT count(*) FROM taken;
