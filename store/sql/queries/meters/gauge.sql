-- Values of one gauge of one device. {gauge}, {mean}, {least} and {greatest} are columns that
-- store/meters/gauge.py fills in from the list of quantities.

-- name: zone
-- Of the place where a device stands, or stood last; no row when the person may not see the device.
SELECT zone_of(p.place_id) FROM device_place p
 WHERE p.device_id = %(device_id)s ORDER BY upper_inf(p.during) DESC, upper(p.during) DESC LIMIT 1;

-- name: readings
-- From the readings themselves, in bins. width interval; first, last timestamptz (half-open).
SELECT date_bin(%(width)s, r.ts, '2000-01-01T00:00Z') AS at,
       avg(r.{gauge}) AS mean, min(r.{gauge}) AS least, max(r.{gauge}) AS greatest
  FROM visible.{table} r
 WHERE r.device_id = %(device_id)s AND r.ts >= %(first)s AND r.ts < %(last)s AND r.{gauge} IS NOT NULL
 GROUP BY 1 ORDER BY 1;

-- name: hours
-- From the hourly series.
SELECT h.hour AS at, h.{mean} AS mean, h.{least} AS least, h.{greatest} AS greatest
  FROM visible.{hours} h
 WHERE h.device_id = %(device_id)s AND h.hour >= %(first)s AND h.hour < %(last)s AND h.{mean} IS NOT NULL
 ORDER BY 1;

-- name: days
-- Local days of the hourly series; an hour counts for the day in which it begins. zone text.
SELECT date_trunc('day', h.hour, %(zone)s) AS at,
       avg(h.{mean}) AS mean, min(h.{least}) AS least, max(h.{greatest}) AS greatest
  FROM visible.{hours} h
 WHERE h.device_id = %(device_id)s AND h.hour >= %(first)s AND h.hour < %(last)s AND h.{mean} IS NOT NULL
 GROUP BY 1 ORDER BY 1;
