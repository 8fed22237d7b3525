-- name: latest
-- Spans without a figure as known now, the latest first: of a meter, or of those at an organisation and below
-- it. They are kept by local day; those that touch for the same reason are told as one.
WITH RECURSIVE below AS (
    SELECT %(organisation_id)s::bigint AS organisation_id
     UNION
    SELECT p.organisation_id FROM below b JOIN organisation_position p
        ON p.parent_id = b.organisation_id AND p.during @> now()
), known AS (
    SELECT h.meter_id, h.start_at, h.end_at, h.flags, p.place_id,
           lag(h.end_at) OVER alike IS DISTINCT FROM h.start_at AS begins
      FROM visible.consumption_hole h
      JOIN meter m ON m.meter_id = h.meter_id AND m.quantity = h.quantity
     CROSS JOIN LATERAL (SELECT q.place_id FROM meter_position q
                          WHERE q.meter_id = h.meter_id AND q.during @> h.start_at) p
     WHERE h.superseded_at IS NULL AND (%(meter_id)s::bigint IS NULL OR h.meter_id = %(meter_id)s)
       AND (%(organisation_id)s::bigint IS NULL OR p.place_id IN (SELECT b.organisation_id FROM below b))
    WINDOW alike AS (PARTITION BY h.meter_id, h.flags, p.place_id ORDER BY h.start_at)
), numbered AS (
    SELECT k.*, sum(k.begins::integer) OVER (PARTITION BY k.meter_id, k.flags, k.place_id ORDER BY k.start_at) AS number
      FROM known k
), told AS (
    SELECT meter_id, flags, place_id, min(start_at) AS start_at, max(end_at) AS end_at
      FROM numbered GROUP BY meter_id, flags, place_id, number
     ORDER BY start_at DESC, meter_id LIMIT %(at_most)s
)
SELECT t.meter_id, m.code, m.name_zh, m.name_en, zone_of(t.place_id) AS zone, d.device_id,
       t.start_at AS start, t.end_at AS "end", t.flags
  FROM told t JOIN meter m USING (meter_id)
  LEFT JOIN meter_device d ON d.meter_id = t.meter_id AND d.during @> t.start_at
 ORDER BY t.start_at DESC, t.meter_id;
