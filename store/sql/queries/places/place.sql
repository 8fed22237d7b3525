-- name: organisations
-- Nodes of the tree the person may see, by id; after, at_most for paging. Zones are handed down the tree: only of its
-- tops, above which the person sees nothing, the database is asked.
WITH RECURSIVE seen AS MATERIALIZED (
    SELECT o.* FROM organisation_now o
), placed AS (
    SELECT s.organisation_id, zone_of(s.organisation_id) AS zone FROM seen s
     WHERE NOT EXISTS (SELECT FROM seen above WHERE above.organisation_id = s.parent_id)
     UNION ALL
    SELECT s.organisation_id, coalesce(s.zone, p.zone) FROM placed p JOIN seen s ON s.parent_id = p.organisation_id
)
SELECT s.organisation_id AS id, s.code, s.parent_id, s.kind, s.name_zh, s.name_en, p.zone, s.area_m2 AS floor_area_m2
  FROM seen s JOIN placed p USING (organisation_id)
 WHERE s.organisation_id > %(after)s ORDER BY s.organisation_id LIMIT %(at_most)s;

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
SELECT d.device_id AS id, d.code, d.kind, d.status, d.profile, d.via_id, p.place_id AS organisation_id, m.meter_id,
       m.counts_by, m.told_as, d.name_zh, d.name_en, d.registered_at, l.ts AS last_seen, l.received_at AS last_received,
       s.online, s.since AS online_since, c.offset_s AS clock_offset_s
  FROM device d
  LEFT JOIN LATERAL (SELECT x.place_id FROM device_place x
                      WHERE x.device_id = d.device_id AND x.during @> now() LIMIT 1) p ON true
  LEFT JOIN LATERAL (SELECT md.meter_id, md.counts_by, told_as(x.quantity, md.counts_by) AS told_as
                       FROM meter_device md JOIN meter x USING (meter_id)
                      WHERE md.device_id = d.device_id AND md.during @> now() ORDER BY 1 LIMIT 1) m ON true
  LEFT JOIN device_latest l ON l.device_id = d.device_id
  LEFT JOIN device_status s ON s.device_id = d.device_id
  LEFT JOIN device_clock c ON c.device_id = d.device_id
 WHERE (%(organisation_id)s::bigint IS NULL OR d.device_id IN (SELECT devices_below(%(organisation_id)s)))
   AND (%(status)s::text IS NULL OR d.status = %(status)s)
   AND (%(device_id)s::bigint IS NULL OR d.device_id = %(device_id)s)
   AND d.device_id > %(after)s
 ORDER BY d.device_id LIMIT %(at_most)s;

-- name: device_facts
SELECT name, value, said_at FROM device_fact WHERE device_id = %(device_id)s ORDER BY name;

-- name: set_device_status
UPDATE device SET status = %(status)s WHERE device_id = %(device_id)s;

-- name: place_channels
-- Before they are accepted: from then on only who may see a place sees what stands there.
INSERT INTO device_place (device_id, place_id, during)
SELECT c.device_id, p.place_id, p.during
  FROM device d JOIN device c ON c.via_id = d.device_id AND starts_with(c.code, d.code || '/')
  JOIN device_place p ON p.device_id = d.device_id
 WHERE d.device_id = %(device_id)s AND c.status = 'pending'
   AND NOT EXISTS (SELECT FROM device_place x WHERE x.device_id = c.device_id);

-- name: set_channel_status
-- Those of a device that was refused before are left as they are.
UPDATE device c SET status = %(status)s FROM device d
 WHERE d.device_id = %(device_id)s AND c.via_id = d.device_id AND starts_with(c.code, d.code || '/')
   AND c.status = 'pending';

-- name: place_device
INSERT INTO device_place (device_id, place_id, during)
VALUES (%(device_id)s, %(organisation_id)s, tstzrange(NULL, NULL));

-- name: hang_device
INSERT INTO meter_device (meter_id, device_id, during, counts_by)
VALUES (%(meter_id)s, %(device_id)s, tstzrange(NULL, NULL), %(counts_by)s);

-- name: recount
-- Lets a device tell its meter in another way, for all its readings there; the days follow by themselves.
UPDATE meter_device SET counts_by = %(counts_by)s
 WHERE device_id = %(device_id)s AND meter_id = %(meter_id)s AND during @> now();
