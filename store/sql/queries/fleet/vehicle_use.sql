-- name: segments
-- By the version known at as_of, null for the current one; after_at, after_id: the last one of the page before.
-- organisation_id: of vehicles that stood there or below it when it began, by the tree of that time.
-- uncounted_s: of a charge at a pile of our own, without a figure of the pile's meter; null where there is no such pile, or the
-- person may not see its meter.
WITH below AS (
    SELECT u.organisation_id, u.during FROM places_under(ARRAY[%(organisation_id)s::bigint], tstzrange(%(first)s, %(end)s)) u
)
SELECT s.vehicle_id, s.segment_id AS id, s.kind, s.start_at, s.end_at, s.start_after, s.end_before, s.km, s.km_by, s.km_ways,
       s.kwh, s.kwh_by, s.kwh_ways, s.kwh_spread, s.recovered_kwh, s.grid_kwh, s.electric_km, s.soc_start, s.soc_end, s.evidence,
       s.estimated, s.doubts, s.known_at, s.superseded_at,
       (SELECT count(*) FROM visible.vehicle_segment o WHERE o.vehicle_id = s.vehicle_id AND o.segment_id = s.segment_id)::integer
           AS versions,
       m.pile_id, p.code AS pile, m.grid_kwh AS pile_kwh, CASE WHEN u.uncounted_s > 0 THEN NULL ELSE m.loss END AS loss,
       u.uncounted_s, m.how AS matched_by
  FROM visible.vehicle_segment s
  LEFT JOIN visible.charge_match m ON m.vehicle_id = s.vehicle_id AND m.segment_id = s.segment_id
       AND m.known_at <= coalesce(%(as_of)s::timestamptz, 'infinity')
       AND (m.superseded_at IS NULL OR m.superseded_at > %(as_of)s::timestamptz)
  LEFT JOIN pile p ON p.pile_id = m.pile_id
  LEFT JOIN LATERAL (
       SELECT round(extract(epoch FROM s.end_at - s.start_at - coalesce(sum(least(c.end_at, s.end_at) - greatest(c.start_at, s.start_at)), '0')))::integer
                  AS uncounted_s
         FROM meter n
         LEFT JOIN LATERAL (SELECT x.start_at FROM visible.consumption x
                             WHERE x.meter_id = n.meter_id AND x.quantity = n.quantity AND x.start_at <= s.start_at
                             ORDER BY x.start_at DESC LIMIT 1) b ON true
         LEFT JOIN visible.consumption c ON c.meter_id = n.meter_id AND c.quantity = n.quantity AND c.value >= 0
              AND c.start_at >= coalesce(b.start_at, s.start_at) AND c.start_at < s.end_at AND c.end_at > s.start_at
              AND c.known_at <= coalesce(%(as_of)s::timestamptz, 'infinity')
              AND (c.superseded_at IS NULL OR c.superseded_at > %(as_of)s::timestamptz)
        WHERE n.meter_id = p.meter_id
        GROUP BY n.meter_id) u ON true
 WHERE s.kind = %(kind)s AND s.start_at >= %(first)s AND s.start_at < %(end)s
   AND s.known_at <= coalesce(%(as_of)s::timestamptz, 'infinity')
   AND (s.superseded_at IS NULL OR s.superseded_at > %(as_of)s::timestamptz)
   AND (%(vehicle_id)s::bigint IS NULL OR s.vehicle_id = %(vehicle_id)s)
   AND (%(organisation_id)s::bigint IS NULL OR s.vehicle_id IN (
        SELECT q.vehicle_id FROM vehicle_position q JOIN below b ON b.organisation_id = q.place_id AND b.during @> s.start_at
         WHERE q.during @> s.start_at))
   AND (%(after_at)s::timestamptz IS NULL OR (s.start_at, s.segment_id) > (%(after_at)s, %(after_id)s))
 ORDER BY s.start_at, s.segment_id LIMIT %(at_most)s;

-- name: versions
SELECT s.vehicle_id, s.segment_id AS id, s.kind, s.start_at, s.end_at, s.start_after, s.end_before, s.km, s.km_by, s.km_ways,
       s.kwh, s.kwh_by, s.kwh_ways, s.kwh_spread, s.recovered_kwh, s.grid_kwh, s.electric_km, s.soc_start, s.soc_end, s.evidence,
       s.estimated, s.doubts, s.known_at, s.superseded_at, (count(*) OVER ())::integer AS versions,
       NULL::bigint AS pile_id, NULL::text AS pile, NULL::float8 AS pile_kwh, NULL::float8 AS loss,
       NULL::integer AS uncounted_s, NULL::text[] AS matched_by
  FROM visible.vehicle_segment s
 WHERE s.vehicle_id = %(vehicle_id)s AND s.segment_id = %(segment_id)s
 ORDER BY s.known_at DESC;

-- name: spans
-- Implausible ones (bit 32 of doubts) are shown, and in no total.
SELECT vehicle_id, segment_id AS id, kind, start_at, end_at, km, kwh, estimated, doubts & 32 <> 0 AS implausible
  FROM visible.vehicle_segment
 WHERE vehicle_id = ANY (%(vehicle_ids)s::bigint[]) AND superseded_at IS NULL AND kind <> 'stop'
   AND start_at < %(end)s AND end_at > %(first)s AND start_at >= %(first)s::timestamptz - interval '8 days'
 ORDER BY vehicle_id, start_at;

-- name: alarms
SELECT a.device_id, a.code, a.level, a.start_at, a.last_at, a.end_at
  FROM visible.vehicle_alarm a JOIN vehicle_device d ON d.device_id = a.device_id AND d.during @> a.start_at
 WHERE d.vehicle_id = %(vehicle_id)s AND a.withdrawn_at IS NULL AND a.start_at < %(end)s
   AND coalesce(a.end_at, 'infinity') > %(first)s
 ORDER BY a.start_at DESC, a.code;

-- name: read_track
SELECT ts, latitude_deg, longitude_deg, speed_kmh
  FROM read_track(%(vehicle_id)s, %(first)s::timestamptz, %(end)s::timestamptz, %(reason)s);

-- name: may_read_track
SELECT may_read_track(%(vehicle_id)s);

-- name: track_reads
SELECT t.track_read_id AS id, t.vehicle_id, t.first_at, t.end_at, t.reason, p.name AS person, t.at
  FROM track_read t LEFT JOIN person p USING (person_id)
 WHERE t.vehicle_id = %(vehicle_id)s AND t.track_read_id < %(before)s ORDER BY t.track_read_id DESC LIMIT %(at_most)s;

-- name: grant_tracks
-- Who may not is refused before it shows whether there is such a login: a row for nobody gets as far as its rights.
INSERT INTO track_access (person_id, organisation_id, days, reason)
VALUES (person_of_login(%(login)s), %(organisation_id)s, daterange(%(first_day)s, %(end_day)s), %(reason)s);

-- name: track_leaves
-- Leave to read tracks that is one's own, or was given for places one administers; the newest first.
SELECT t.track_access_id AS id, coalesce(person_name(t.person_id), '') AS person, t.organisation_id,
       lower(t.days) AS first_day, upper(t.days) AS end_day, t.reason, coalesce(person_name(t.granted_by), '') AS granted_by,
       t.at, t.withdrawn_at
  FROM track_access t WHERE t.track_access_id < %(before)s ORDER BY t.track_access_id DESC LIMIT %(at_most)s;

-- name: withdraw_tracks
UPDATE track_access SET withdrawn_at = now() WHERE track_access_id = %(leave_id)s AND withdrawn_at IS NULL;
