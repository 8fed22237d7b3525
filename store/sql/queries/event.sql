-- name: listen
LISTEN civicwatt_outbox;

-- name: events
-- Events after an id that the person may see.
SELECT event_id, topic, device_id, meter_id, first_day, end_day
  FROM visible.outbox WHERE event_id > %(after)s ORDER BY event_id LIMIT %(at_most)s;

-- name: last_event
SELECT coalesce(max(event_id), 0) FROM visible.outbox;
