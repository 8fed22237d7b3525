-- name: known_devices
-- What the collector must know of each device. zone: of the place where it stands now, or null.
SELECT d.device_id, d.code, d.status, d.accept_back, d.accept_ahead, zone_of(p.place_id) AS zone
  FROM device d LEFT JOIN device_place p ON p.device_id = d.device_id AND p.during @> now();

-- name: register_pending
-- codes text[]. Devices heard for the first time; they wait for an administrator.
INSERT INTO device (code, kind, status, name_zh, name_en)
SELECT code, 'other', 'pending', code, code FROM unnest(%(codes)s::text[]) AS c (code)
ON CONFLICT (code) DO NOTHING;
