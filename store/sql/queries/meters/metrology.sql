-- name: settlement_meters
-- Meters by which something is settled at an instant: the utility's own, those of a contract, those
-- on a tariff, and those anybody has entered a certificate of. meter_ids bigint[] or null.
SELECT m.meter_id
  FROM meter m
 WHERE (%(meter_ids)s::bigint[] IS NULL OR m.meter_id = ANY (%(meter_ids)s))
   AND (EXISTS (SELECT FROM meter_position p WHERE p.meter_id = m.meter_id AND p.role = 'gateway'
                   AND p.during @> %(at)s::timestamptz)
     OR EXISTS (SELECT FROM contract_meter c WHERE c.meter_id = m.meter_id AND c.during @> %(at)s::timestamptz)
     OR EXISTS (SELECT FROM meter_tariff t JOIN meter_position p USING (meter_id)
                 WHERE t.meter_id = m.meter_id AND p.during @> %(at)s::timestamptz
                   AND t.during @> (%(at)s::timestamptz AT TIME ZONE coalesce(zone_of(p.place_id), 'UTC'))::date)
     OR EXISTS (SELECT FROM certificate c WHERE c.meter_id = m.meter_id))
 ORDER BY m.meter_id;

-- name: register_events
-- Multipliers and swaps in force of some meters, in order of time.
SELECT e.meter_id, e.at, e.kind, e.value
  FROM register_event e
 WHERE e.meter_id = ANY (%(meter_ids)s) AND e.kind IN ('ratio', 'swap')
   AND NOT EXISTS (SELECT FROM register_event_withdrawal w WHERE w.event_id = e.event_id)
 ORDER BY e.at, e.event_id;

-- name: hung
-- When another device began to count for some meters: an instrument was replaced.
SELECT d.meter_id, lower(d.during) AS at
  FROM meter_device d
 WHERE d.meter_id = ANY (%(meter_ids)s) AND NOT lower_inf(d.during)
   AND EXISTS (SELECT FROM meter_device b WHERE b.meter_id = d.meter_id AND upper(b.during) <= lower(d.during))
 ORDER BY 2;

-- name: bill_quantities
-- The quantity of each bill's energy beside what we counted on its days: bills that end after `since`,
-- of the meters named. Ours is null unless every second of the days has a figure, theirs unless every period has a quantity.
-- All at once: looked up bill by bill, who may see the days would be asked for every bill. A bill of a whole month
-- takes the month's sum; others take theirs from sums and days.
WITH asked AS MATERIALIZED (
    SELECT b.*, m.quantity, row_number() OVER (ORDER BY b.bill_id) AS n,
           b.first_day = date_trunc('month', b.first_day) AND b.end_day = b.first_day + interval '1 month' AS is_month
      FROM bill b JOIN meter m USING (meter_id)
     WHERE b.end_day > %(since)s AND b.meter_id = ANY (%(meter_ids)s) AND b.withdrawn_at IS NULL
), span AS (
    SELECT min(first_day) FILTER (WHERE is_month) AS first_day, max(end_day) FILTER (WHERE is_month) AS end_day,
           array_agg(n ORDER BY n) FILTER (WHERE NOT is_month) AS numbers,
           array_agg(meter_id ORDER BY n) FILTER (WHERE NOT is_month) AS meter_ids,
           array_agg(start_at ORDER BY n) FILTER (WHERE NOT is_month) AS firsts,
           array_agg(end_at ORDER BY n) FILTER (WHERE NOT is_month) AS ends
      FROM asked
), ours AS (
    SELECT a.n, s.value, s.covered_s
      FROM span CROSS JOIN LATERAL month_sums(%(meter_ids)s, span.first_day, span.end_day) s
      JOIN asked a ON a.is_month AND a.meter_id = s.meter_id AND a.quantity = s.quantity AND a.first_day = s.month
     UNION ALL
    SELECT span.numbers[s.n], sum(s.value ORDER BY s.month), sum(s.covered_s)
      FROM span CROSS JOIN LATERAL span_months(span.meter_ids, span.firsts, span.ends) s GROUP BY 1
), billed AS (
    SELECT l.bill_id, CASE WHEN bool_and(l.quantity IS NOT NULL OR l.period IS NULL) THEN sum(l.quantity) END AS quantity
      FROM asked a JOIN bill_line l USING (bill_id) WHERE l.item = 'energy' GROUP BY l.bill_id
), remark AS (
    SELECT DISTINCT ON (r.bill_id) r.*, person_name(r.person_id) AS person
      FROM asked a JOIN bill_remark r USING (bill_id)
     ORDER BY r.bill_id, r.bill_remark_id DESC
)
SELECT a.bill_id, a.meter_id, a.number, a.first_day, a.end_day, t.quantity AS billed,
       CASE WHEN o.covered_s = extract(epoch FROM a.end_at - a.start_at) THEN o.value END AS counted,
       (coalesce(o.covered_s, 0) / extract(epoch FROM a.end_at - a.start_at))::double precision AS coverage,
       r.explained, r.comment, r.person, r.entered_at, a.total, c.our_total, coalesce(c.lacks, 'not_yet') AS lacks, coalesce(c.causes, '{}') AS causes
  FROM asked a LEFT JOIN ours o USING (n) LEFT JOIN billed t USING (bill_id) LEFT JOIN remark r USING (bill_id)
  LEFT JOIN bill_comparison c USING (bill_id)
 ORDER BY a.meter_id, a.first_day, a.bill_id;

-- name: bill_quantities_of_all
-- The same by all days there are, for the worker, who is nobody and sees everything.
WITH asked AS MATERIALIZED (
    SELECT b.*, m.quantity FROM bill b JOIN meter m USING (meter_id)
     WHERE b.end_day > %(since)s AND b.meter_id = ANY (%(meter_ids)s) AND b.withdrawn_at IS NULL
), ours AS (
    SELECT a.bill_id, sum(d.value ORDER BY d.day) AS value, sum(d.covered_s) AS covered_s
      FROM asked a JOIN consumption_day d
        ON d.meter_id = a.meter_id AND d.quantity = a.quantity AND d.day >= a.first_day AND d.day < a.end_day
     GROUP BY a.bill_id
), billed AS (
    SELECT l.bill_id, CASE WHEN bool_and(l.quantity IS NOT NULL OR l.period IS NULL) THEN sum(l.quantity) END AS quantity
      FROM asked a JOIN bill_line l USING (bill_id) WHERE l.item = 'energy' GROUP BY l.bill_id
), remark AS (
    SELECT DISTINCT ON (r.bill_id) r.*, person_name(r.person_id) AS person
      FROM asked a JOIN bill_remark r USING (bill_id)
     ORDER BY r.bill_id, r.bill_remark_id DESC
)
SELECT a.bill_id, a.meter_id, a.number, a.first_day, a.end_day, t.quantity AS billed,
       CASE WHEN o.covered_s = extract(epoch FROM a.end_at - a.start_at) THEN o.value END AS counted,
       (coalesce(o.covered_s, 0) / extract(epoch FROM a.end_at - a.start_at))::double precision AS coverage,
       r.explained, r.comment, r.person, r.entered_at, a.total, c.our_total, coalesce(c.lacks, 'not_yet') AS lacks, coalesce(c.causes, '{}') AS causes
  FROM asked a LEFT JOIN ours o USING (bill_id) LEFT JOIN billed t USING (bill_id) LEFT JOIN remark r USING (bill_id)
  LEFT JOIN bill_comparison c USING (bill_id)
 ORDER BY a.meter_id, a.first_day, a.bill_id;

-- name: remark
INSERT INTO bill_remark (bill_id, explained, comment) VALUES (%(bill_id)s, %(explained)s, %(comment)s);
