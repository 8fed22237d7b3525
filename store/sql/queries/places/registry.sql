-- name: organisation
-- Renames what is there; never moves it.
INSERT INTO organisation AS o (code, kind, name_zh, name_en, zone)
VALUES (%(code)s, %(kind)s, %(name_zh)s, %(name_en)s, %(zone)s)
ON CONFLICT (code) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en;

-- name: organisation_position
INSERT INTO organisation_position (organisation_id, parent_id, during)
SELECT o.organisation_id, p.organisation_id, tstzrange(NULL, NULL)
  FROM organisation o, organisation p
 WHERE o.code = %(code)s AND p.code = %(parent)s
   AND NOT EXISTS (SELECT FROM organisation_position x WHERE x.organisation_id = o.organisation_id);

-- name: floor_area
INSERT INTO floor_area (organisation_id, area_m2, during)
SELECT o.organisation_id, %(floor_area_m2)s, tstzrange(NULL, NULL) FROM organisation o
 WHERE o.code = %(code)s
   AND NOT EXISTS (SELECT FROM floor_area x WHERE x.organisation_id = o.organisation_id);

-- name: meter
INSERT INTO meter AS m (code, medium, quantity, item, name_zh, name_en)
VALUES (%(code)s, %(medium)s, %(quantity)s, %(item)s, %(name_zh)s, %(name_en)s)
ON CONFLICT (code) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en;

-- name: meter_position
INSERT INTO meter_position (meter_id, place_id, parent_id, role, during)
SELECT m.meter_id, o.organisation_id, (SELECT meter_id FROM meter WHERE code = %(parent)s), %(role)s,
       tstzrange(NULL, NULL)
  FROM meter m, organisation o
 WHERE m.code = %(code)s AND o.code = %(place)s
   AND NOT EXISTS (SELECT FROM meter_position x WHERE x.meter_id = m.meter_id);

-- name: device
-- A device that waited as pending is accepted by being described; a refused one stays refused.
INSERT INTO device AS d (code, kind, status, name_zh, name_en, accept_back)
VALUES (%(code)s, %(kind)s, 'accepted', %(name_zh)s, %(name_en)s, %(accept_back)s)
ON CONFLICT (code) DO UPDATE SET kind = excluded.kind, name_zh = excluded.name_zh, name_en = excluded.name_en,
    accept_back = excluded.accept_back,
    status = CASE d.status WHEN 'refused' THEN 'refused' ELSE 'accepted' END;

-- name: device_place
INSERT INTO device_place (device_id, place_id, during)
SELECT d.device_id, o.organisation_id, tstzrange(%(since)s, NULL) FROM device d, organisation o
 WHERE d.code = %(code)s AND o.code = %(place)s
   AND NOT EXISTS (SELECT FROM device_place x WHERE x.device_id = d.device_id);

-- name: meter_device
INSERT INTO meter_device (meter_id, device_id, during, counts_by)
SELECT m.meter_id, d.device_id, tstzrange(%(since)s, NULL), %(counts_by)s FROM device d, meter m
 WHERE d.code = %(code)s AND m.code = %(meter)s
   AND NOT EXISTS (SELECT FROM meter_device x WHERE x.meter_id = m.meter_id AND x.device_id = d.device_id);

-- name: misplaced
-- Codes whose stored position is not the described one.
SELECT 'organisation ' || o.code FROM organisation_position p
  JOIN organisation o USING (organisation_id) JOIN organisation q ON q.organisation_id = p.parent_id
  JOIN unnest(%(codes)s::text[], %(parents)s::text[]) AS d (code, parent) ON d.code = o.code
 WHERE upper_inf(p.during) AND q.code IS DISTINCT FROM d.parent;

-- name: homeless
-- Described meters and devices that stand nowhere: their place does not exist.
SELECT 'meter ' || m.code FROM meter m WHERE m.code = ANY (%(meters)s)
   AND NOT EXISTS (SELECT FROM meter_position p WHERE p.meter_id = m.meter_id)
 UNION ALL
SELECT 'device ' || d.code FROM device d WHERE d.code = ANY (%(devices)s)
   AND NOT EXISTS (SELECT FROM device_place p WHERE p.device_id = d.device_id);
