-- name: listen
LISTEN civicwatt_outbox; LISTEN civicwatt_readings; LISTEN civicwatt_alerts;

-- name: followed
-- Devices of whose readings the person may hear now; those that wait, for administrators.
SELECT device_id FROM visible_devices() WHERE during @> now()
 UNION
SELECT device_id FROM device WHERE status = 'pending';

-- name: events
-- Events after an id that the person may see.
SELECT event_id, topic, device_id, meter_id, first_day, end_day, alert_id
  FROM visible.outbox WHERE event_id > %(after)s ORDER BY event_id LIMIT %(at_most)s;

-- name: last_event
SELECT coalesce(max(event_id), 0) FROM visible.outbox;
