-- name: organisations
-- Nodes of the tree the person may see, by id; after, at_most for paging.
SELECT o.organisation_id AS id, o.code, o.parent_id, o.kind, o.name_zh, o.name_en, zone_of(o.organisation_id) AS zone,
       o.area_m2 AS floor_area_m2
  FROM organisation_now o WHERE o.organisation_id > %(after)s ORDER BY o.organisation_id LIMIT %(at_most)s;

-- name: buildings
-- Buildings with the path from the root (as far as the person may see it) down to their parent.
-- building_id bigint or null for all.
SELECT b.organisation_id AS id, b.code, b.name_zh, b.name_en, zone_of(b.organisation_id) AS zone,
       b.area_m2 AS floor_area_m2,
       (WITH RECURSIVE up AS (
            SELECT p.organisation_id, p.kind, p.name_zh, p.name_en, p.parent_id, 1 AS step
              FROM organisation_now p WHERE p.organisation_id = b.parent_id
             UNION ALL
            SELECT p.organisation_id, p.kind, p.name_zh, p.name_en, p.parent_id, up.step + 1
              FROM up JOIN organisation_now p ON p.organisation_id = up.parent_id
        ) SELECT coalesce(jsonb_agg(jsonb_build_object('id', organisation_id, 'kind', kind, 'name_zh', name_zh,
                                                       'name_en', name_en) ORDER BY step DESC), '[]') FROM up) AS path
  FROM organisation_now b
 WHERE b.kind = 'building' AND b.organisation_id > %(after)s
   AND (%(building_id)s::bigint IS NULL OR b.organisation_id = %(building_id)s)
 ORDER BY b.organisation_id LIMIT %(at_most)s;

-- name: meters
-- Meters that hang at an organisation or below it now, or the ones with given ids.
-- organisation_id bigint or null; meter_ids bigint[] or null. Positions are looked up meter by meter
-- (LATERAL): how many are current is beyond the planner's guess, and it would join all with all.
WITH RECURSIVE below AS (
    SELECT %(organisation_id)s::bigint AS organisation_id
     UNION
    SELECT p.organisation_id FROM below b JOIN organisation_position p
        ON p.parent_id = b.organisation_id AND p.during @> now()
), found AS MATERIALIZED (
    SELECT m.meter_id AS id, m.code, p.place_id AS organisation_id, m.medium, p.role, m.item, p.parent_id,
           m.name_zh, m.name_en, m.quantity
      FROM meter m CROSS JOIN LATERAL (SELECT x.place_id, x.role, x.parent_id FROM meter_position x
                                        WHERE x.meter_id = m.meter_id AND x.during @> now() LIMIT 1) p
     WHERE (%(organisation_id)s::bigint IS NULL OR p.place_id IN (SELECT b.organisation_id FROM below b))
       AND (%(meter_ids)s::bigint[] IS NULL OR m.meter_id = ANY (%(meter_ids)s))
       AND m.meter_id > %(after)s
     ORDER BY m.meter_id LIMIT %(at_most)s
), zone AS MATERIALIZED (
    SELECT organisation_id, zone_of(organisation_id) AS zone
      FROM (SELECT DISTINCT organisation_id FROM found) place
)
SELECT f.*, z.zone, d.device_id
  FROM found f JOIN zone z USING (organisation_id)
  LEFT JOIN LATERAL (SELECT x.device_id FROM meter_device x
                      WHERE x.meter_id = f.id AND x.during @> now() LIMIT 1) d ON true
 ORDER BY f.id;

-- name: devices
-- Devices at an organisation or below it now; null for all the person may see.
WITH RECURSIVE below AS (
    SELECT %(organisation_id)s::bigint AS organisation_id
     UNION
    SELECT p.organisation_id FROM below b JOIN organisation_position p
        ON p.parent_id = b.organisation_id AND p.during @> now()
)
SELECT d.device_id AS id, d.code, d.kind, d.status, p.place_id AS organisation_id, m.meter_id, d.name_zh, d.name_en,
       d.registered_at, l.ts AS last_seen, l.received_at AS last_received
  FROM device d
  LEFT JOIN LATERAL (SELECT x.place_id FROM device_place x
                      WHERE x.device_id = d.device_id AND x.during @> now() LIMIT 1) p ON true
  LEFT JOIN LATERAL (SELECT md.meter_id FROM meter_device md
                      WHERE md.device_id = d.device_id AND md.during @> now() ORDER BY 1 LIMIT 1) m ON true
  LEFT JOIN device_latest l ON l.device_id = d.device_id
 WHERE (%(organisation_id)s::bigint IS NULL OR p.place_id IN (SELECT b.organisation_id FROM below b))
   AND (%(status)s::text IS NULL OR d.status = %(status)s)
   AND (%(device_id)s::bigint IS NULL OR d.device_id = %(device_id)s)
   AND d.device_id > %(after)s
 ORDER BY d.device_id LIMIT %(at_most)s;

-- name: set_device_status
UPDATE device SET status = %(status)s WHERE device_id = %(device_id)s;

-- name: place_device
INSERT INTO device_place (device_id, place_id, during)
VALUES (%(device_id)s, %(organisation_id)s, tstzrange(NULL, NULL));

-- name: hang_device
INSERT INTO meter_device (meter_id, device_id, during)
VALUES (%(meter_id)s, %(device_id)s, tstzrange(NULL, NULL));
