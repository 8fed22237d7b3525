-- name: take_work
-- Claims meters and years that nobody has looked at since `since`, for this transaction: the newest years first.
-- What was said of each last, where anything was.
WITH due AS MATERIALIZED (
    SELECT m.meter_id, m.medium, y.year, p.place_id
      FROM generate_series(%(oldest)s::integer, %(newest)s::integer) y (year)
      JOIN meter_position p ON p.during @> make_date(y.year, 12, 30)::timestamptz AND p.role NOT IN ('check', 'pv', 'fed_in')
      JOIN meter m ON m.meter_id = p.meter_id
      LEFT JOIN meter_year_check c ON c.meter_id = p.meter_id AND c.year = y.year
     WHERE c.at IS NULL OR c.at < %(since)s
     ORDER BY y.year DESC, p.place_id, m.meter_id
), claimed AS MATERIALIZED (
    SELECT * FROM due WHERE pg_try_advisory_xact_lock(hashtext('civicwatt meter year'), meter_id::integer)
     LIMIT %(at_most)s
), key AS MATERIALIZED (
    SELECT o.place_id, zone_of(o.place_id) AS zone, weather_key(o.place_id) AS weather_key
      FROM (SELECT DISTINCT c.place_id FROM claimed c) o
)
SELECT c.year, c.place_id AS organisation_id, c.meter_id, c.medium, make_date(c.year - 1, 1, 1) AS first_day,
       make_date(c.year + 1, 1, 1) AS end_day, k.zone, k.weather_key, v.meter_year_id IS NOT NULL AS known, v.wander,
       v.deviation
  FROM claimed c JOIN key k USING (place_id)
  LEFT JOIN LATERAL (SELECT y.meter_year_id, y.wander, y.deviation FROM meter_year y
                      WHERE y.meter_id = c.meter_id AND y.year = c.year ORDER BY y.meter_year_id DESC LIMIT 1) v ON true;

-- name: add
INSERT INTO meter_year (meter_id, year, wander, deviation, days, refusals, code)
VALUES (%(meter_id)s, %(year)s, %(wander)s, %(deviation)s, %(days)s, %(refusals)s, %(code)s);

-- name: checked
-- meter_ids bigint[], years integer[]: one element each per meter and year.
INSERT INTO meter_year_check (meter_id, year, at)
SELECT w.meter_id, w.year, %(now)s FROM unnest(%(meter_ids)s::bigint[], %(years)s::integer[]) AS w (meter_id, year)
ON CONFLICT (meter_id, year) DO UPDATE SET at = excluded.at;

-- name: local
-- Meter-years by which bands at a place are made; those of `meter_id` first.
SELECT meter, own, year, wander, deviation
  FROM local_meter_years(%(organisation_id)s, %(medium)s, %(meter_id)s, %(as_of)s, %(at_most)s);
