-- name: known_devices
-- What the collector must know of each device, or of those with certain codes. zone: of the place where
-- it stands now, or null; worked out once for each place, since many stand at few.
WITH standing AS (
    SELECT p.device_id, p.place_id FROM device_place p WHERE p.during @> now()
), zoned AS MATERIALIZED (
    SELECT place_id, zone_of(place_id) AS zone FROM (
        SELECT DISTINCT s.place_id FROM standing s
         WHERE %(codes)s::text[] IS NULL
            OR s.device_id IN (SELECT d.device_id FROM device d WHERE d.code = ANY (%(codes)s))) places
)
SELECT d.device_id, d.code, d.kind, d.status, d.profile, d.via_id, d.accept_back, d.accept_ahead, z.zone,
       coalesce(d.coordinate_system, v.coordinate_system, 'wgs84') AS coordinate_system
  FROM device d LEFT JOIN standing s USING (device_id) LEFT JOIN zoned z USING (place_id)
  LEFT JOIN device v ON v.device_id = d.via_id
 WHERE %(codes)s::text[] IS NULL OR d.code = ANY (%(codes)s);

-- name: state
-- A number that changes with anything `known_devices` depends on, and costs far less: which transaction
-- wrote each row.
SELECT (SELECT sum(hashint8extended(d.xmin::text::bigint, 4 * d.device_id)::numeric) FROM device d),
       (SELECT sum(hashint8extended(p.xmin::text::bigint, 4 * p.device_id + 1)::numeric) FROM device_place p
         WHERE p.during @> now()),
       (SELECT sum(hashint8extended(o.xmin::text::bigint, 4 * o.organisation_id + 2)::numeric) FROM organisation o),
       (SELECT sum(hashint8extended(p.xmin::text::bigint, 4 * p.organisation_id + 3)::numeric)
          FROM organisation_position p WHERE p.during @> now());

-- name: pending
SELECT count(*) FROM device WHERE status = 'pending';

-- name: register_heard
-- Devices heard for the first time wait for an administrator. A channel of an accepted device is part of
-- what was accepted, and stands where it stands; but no device has a thousand of them.
WITH heard AS (
    SELECT h.code, h.profile, v.device_id AS via_id,
           v.code IS NOT NULL AND starts_with(h.code, v.code || '/')
           AND row_number() OVER (PARTITION BY v.device_id, starts_with(h.code, v.code || '/') ORDER BY h.code)
               + (SELECT count(*) FROM device c WHERE c.via_id = v.device_id
                                                  AND starts_with(c.code, v.code || '/')) <= 1000 AS channel,
           v.status, v.device_id
      FROM unnest(%(codes)s::text[], %(profiles)s::text[], %(vias)s::text[]) AS h (code, profile, via)
      LEFT JOIN device v ON v.code = h.via
), made AS (
    INSERT INTO device (code, kind, status, name_zh, name_en, profile, via_id)
    SELECT code, 'other', CASE WHEN channel THEN status ELSE 'pending' END, code, code, profile, via_id FROM heard
    ON CONFLICT (code) DO NOTHING RETURNING device_id, code
)
INSERT INTO device_place (device_id, place_id, during)
SELECT m.device_id, p.place_id, p.during
  FROM made m JOIN heard h USING (code) JOIN device_place p ON p.device_id = h.device_id
 WHERE h.channel AND h.status = 'accepted';

-- name: give_profile
-- The device, and what speaks through it by the same profile. profile text.
UPDATE device d SET profile = %(profile)s FROM device g
 WHERE g.device_id = %(device_id)s AND d.profile = g.profile AND (d.device_id = g.device_id OR d.via_id = g.device_id);

-- name: declared_coordinates
-- What is declared of the device itself; null: as its gateway's.
SELECT coordinate_system FROM device WHERE device_id = %(device_id)s;

-- name: declare_coordinates
-- system text or null.
UPDATE device SET coordinate_system = %(system)s WHERE device_id = %(device_id)s;
