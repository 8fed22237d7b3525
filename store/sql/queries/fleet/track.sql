-- name: due
-- Up to when raw positions are to be emptied now, and from when on they may still be there: terminals re-issue, and other
-- late samples come, for some weeks. null where nothing is due.
SELECT now() - keep AS until, coalesce(emptied_until - interval '60 days', '1970-01-01Z') AS since
  FROM track_retention WHERE emptied_until IS NULL OR emptied_until < now() - keep - interval '50 minutes';

-- name: empty_readings
UPDATE vehicle_reading SET latitude_deg = NULL, longitude_deg = NULL, heading_deg = NULL
 WHERE ts >= %(since)s::timestamptz AND ts < %(until)s
   AND (latitude_deg IS NOT NULL OR longitude_deg IS NOT NULL OR heading_deg IS NOT NULL);

-- name: delete_others
DELETE FROM other_reading WHERE ts >= %(since)s::timestamptz AND ts < %(until)s AND tells_position(name);

-- name: delete_conflicts
DELETE FROM reading_conflict WHERE ts < %(until)s AND tells_position(quantity);

-- name: delete_doubts
DELETE FROM reading_suspect WHERE ts < %(until)s AND tells_position(quantity);

-- name: empty_segments
UPDATE vehicle_segment
   SET start_latitude_deg = NULL, start_longitude_deg = NULL, end_latitude_deg = NULL, end_longitude_deg = NULL
 WHERE end_at >= %(since)s::timestamptz AND end_at < %(until)s
   AND (start_latitude_deg IS NOT NULL OR end_latitude_deg IS NOT NULL);

-- name: note_emptied
UPDATE track_retention SET emptied_until = %(until)s;

-- name: keep
UPDATE track_retention SET keep = %(keep)s;
