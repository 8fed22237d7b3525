-- name: stations
-- Outdoor sensors with the newest value of each quantity, as {name: [value, epoch ms]}.
SELECT d.device_id, d.code, o.code AS place, l.said
  FROM device d
  JOIN device_place p ON p.device_id = d.device_id AND p.during @> now()
  JOIN organisation o ON o.organisation_id = p.place_id AND o.kind IN ('bureau', 'institution', 'site')
  LEFT JOIN visible.device_latest l ON l.device_id = d.device_id
 WHERE d.kind = 'climate_sensor' AND d.status = 'accepted' ORDER BY d.code;

-- name: nearest
-- The outdoor sensor of a place: of itself, else of the nearest place above it.
WITH RECURSIVE up AS (
    SELECT %(organisation_id)s::bigint AS organisation_id, 0 AS step
     UNION ALL
    SELECT p.parent_id, step + 1 FROM up JOIN organisation_position p
        ON p.organisation_id = up.organisation_id AND p.during @> now()
)
SELECT d.code
  FROM up JOIN organisation o ON o.organisation_id = up.organisation_id AND o.kind IN ('bureau', 'institution', 'site')
  JOIN device_place p ON p.place_id = o.organisation_id AND p.during @> now()
  JOIN device d ON d.device_id = p.device_id AND d.kind = 'climate_sensor' AND d.status = 'accepted'
 ORDER BY up.step, d.code LIMIT 1;

-- name: hours
-- Hours in [first, last) of the stations that can serve a place, and of its neighbours (step null), as they were
-- known at an instant; as_of null for now.
SELECT hour, step, kind, station, source, mean_c, least_c, greatest_c
  FROM weather_hours(%(organisation_id)s, %(first)s::timestamptz, %(last)s::timestamptz,
                     coalesce(%(as_of)s::timestamptz, 'infinity'));

-- name: sources
-- Stations that can serve a place, the nearest first, with what each said last.
SELECT step, kind, station, place, source, newest_at, newest_c, taken_at FROM weather_sources(%(organisation_id)s);

-- name: newest_of_places
-- Up to when each place that has a sensor or server of its own was told of the weather: a sensor speaks of an
-- instant, a server of the hour that begins. Null: never.
SELECT s.organisation_id, max(s.at) AS newest_at
  FROM (SELECT p.place_id AS organisation_id, to_timestamp((l.said #>> '{air_temperature_c,1}')::double precision / 1000) AS at
          FROM device d JOIN device_place p ON p.device_id = d.device_id AND p.during @> now()
          JOIN organisation o ON o.organisation_id = p.place_id AND o.kind IN ('bureau', 'institution', 'site')
          LEFT JOIN device_latest l ON l.device_id = d.device_id
         WHERE d.kind = 'climate_sensor' AND d.status = 'accepted'
         UNION ALL
        SELECT p.organisation_id, (SELECT w.hour + interval '1 hour' FROM weather_hour w
                                    WHERE w.organisation_id = p.organisation_id AND w.kind = 'pulled' AND w.superseded_at IS NULL
                                    ORDER BY w.hour DESC LIMIT 1)
          FROM weather_pull p) s
 GROUP BY 1 ORDER BY 1;

-- name: pulls
-- Addresses from which hourly weather is pulled, of one place or of all.
SELECT p.organisation_id, o.code AS place, p.address, p.latitude_deg, p.longitude_deg, p.set_at, p.tried_at,
       p.succeeded_at, p.fault
  FROM weather_pull p JOIN organisation o USING (organisation_id)
 WHERE %(organisation_id)s::bigint IS NULL OR p.organisation_id = %(organisation_id)s ORDER BY o.code;

-- name: clear_pull
DELETE FROM weather_pull WHERE organisation_id = %(organisation_id)s;

-- name: set_pull
INSERT INTO weather_pull (organisation_id, address, latitude_deg, longitude_deg)
VALUES (%(organisation_id)s, %(address)s, %(latitude_deg)s, %(longitude_deg)s);

-- name: note_pull
-- Without a fault the pull succeeded.
UPDATE weather_pull SET tried_at = %(now)s, fault = %(fault)s,
       succeeded_at = CASE WHEN %(fault)s = '' THEN %(now)s ELSE succeeded_at END
 WHERE organisation_id = %(organisation_id)s;

-- name: supersede
-- hours timestamptz[], values float8[]: what stands there with another value or from another source.
UPDATE weather_hour w SET superseded_at = now()
  FROM unnest(%(hours)s::timestamptz[], %(temperatures)s::float8[]) AS n (hour, temperature_c)
 WHERE w.organisation_id = %(organisation_id)s AND w.kind = %(kind)s AND w.superseded_at IS NULL
   AND w.hour = n.hour AND (w.temperature_c, w.source) IS DISTINCT FROM (n.temperature_c, %(source)s);

-- name: put_hours
INSERT INTO weather_hour (organisation_id, kind, hour, temperature_c, source)
SELECT %(organisation_id)s, %(kind)s, n.hour, n.temperature_c, %(source)s
  FROM unnest(%(hours)s::timestamptz[], %(temperatures)s::float8[]) AS n (hour, temperature_c)
 WHERE NOT EXISTS (SELECT FROM weather_hour w
                    WHERE w.organisation_id = %(organisation_id)s AND w.kind = %(kind)s
                      AND w.hour = n.hour AND w.superseded_at IS NULL);

-- name: follow
-- Touches the days that lean on weather which came since, of days that are over. now timestamptz.
SELECT follow_weather(%(now)s);

-- name: imported
SELECT o.code AS place, zone_of(o.organisation_id) AS zone, w.hour, w.temperature_c, w.source
  FROM weather_hour w JOIN organisation o USING (organisation_id)
 WHERE w.kind = 'imported' AND w.superseded_at IS NULL ORDER BY o.code, w.hour;

-- name: places_of_meter
-- Where a meter hung, and since when; null: from the first.
SELECT place_id, lower(during) AS since FROM meter_position WHERE meter_id = %(meter_id)s ORDER BY during;
