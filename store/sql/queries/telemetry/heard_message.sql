-- name: of_device
-- A message in which a device told its values; none where it has not, or the person administers nothing.
SELECT received_at, topic, profile, payload FROM heard_message WHERE device_id = %(device_id)s;
