-- name: baselines
-- Baselines with the version that counts and the newest one, as of an instant; row security applies.
-- place_ids: organisation and what lies below it, or null for all.
WITH RECURSIVE below AS (
    SELECT %(organisation_id)s::bigint AS organisation_id
     UNION
    SELECT p.organisation_id FROM below b JOIN organisation_position p
        ON p.parent_id = b.organisation_id AND p.during @> now()
)
SELECT b.baseline_id AS id, b.organisation_id, o.code AS place_code, b.meter_id, m.code AS meter_code, b.medium, b.step, b.method,
       b.terms, lower(b.train) AS first_day, upper(b.train) AS end_day, b.reporting_from, b.reporting_end, b.cvrmse_limit,
       b.nmbe_limit, b.limit_source, b.note, person_name(b.person_id) AS person, b.entered_at,
       e.reason AS ended_because, e.entered_at AS ended_at,
       c.version_id AS counting_id, c.number AS counting, n.number AS newest, n.made_at AS newest_at,
       c.sha256 IS DISTINCT FROM n.sha256 AND n.number > c.number AS stale,
       EXISTS (SELECT FROM baseline_work w WHERE w.baseline_id = b.baseline_id) AS waiting
  FROM baseline b JOIN organisation o USING (organisation_id)
  LEFT JOIN meter m ON m.meter_id = b.meter_id
  LEFT JOIN baseline_end e USING (baseline_id)
  LEFT JOIN baseline_version c ON c.version_id = counting_version(b.baseline_id, %(as_of)s::timestamptz)
  LEFT JOIN LATERAL (SELECT v.number, v.made_at, v.sha256 FROM baseline_version v
                      WHERE v.baseline_id = b.baseline_id ORDER BY v.number DESC LIMIT 1) n ON true
 WHERE (%(organisation_id)s::bigint IS NULL OR b.organisation_id IN (SELECT organisation_id FROM below))
   AND (%(medium)s::text IS NULL OR b.medium = %(medium)s)
   AND (%(baseline_id)s::bigint IS NULL OR b.baseline_id = %(baseline_id)s)
   AND b.baseline_id < %(before)s
 ORDER BY b.baseline_id DESC LIMIT %(at_most)s;

-- name: add
INSERT INTO baseline (organisation_id, meter_id, medium, step, method, terms, train, reporting_from, reporting_end, cvrmse_limit,
                      nmbe_limit, limit_source, first_at, end_at, note)
VALUES (%(organisation_id)s, %(meter_id)s, %(medium)s, %(step)s, %(method)s, %(terms)s, daterange(%(first_day)s, %(end_day)s),
        %(reporting_from)s, %(reporting_end)s, %(cvrmse_limit)s, %(nmbe_limit)s, %(limit_source)s, %(first_at)s, %(end_at)s, %(note)s)
RETURNING baseline_id;

-- name: end
INSERT INTO baseline_end (baseline_id, reason) VALUES (%(baseline_id)s, %(reason)s) ON CONFLICT DO NOTHING;

-- name: ask
INSERT INTO baseline_work (baseline_id, cause) VALUES (%(baseline_id)s, 'asked');

-- name: versions
-- Versions of a baseline, the newest first; without the days they were fitted to.
SELECT v.version_id AS id, v.baseline_id, v.number, v.cause, person_name(v.asked_by) AS asked_by, v.made_at, v.model,
       v.parameters, v.cvrmse, v.nmbe, v.r2, v.left_out_cvrmse, v.wander, v.days, v.coldest_c, v.warmest_c, v.refusals,
       v.basis, v.sha256,
       (SELECT json_agg(json_build_object('person', person_name(a.person_id), 'reason', a.reason, 'at', a.at)
                        ORDER BY a.adoption_id)
          FROM baseline_adoption a WHERE a.version_id = v.version_id) AS adoptions
  FROM baseline_version v
 WHERE v.baseline_id = %(baseline_id)s AND (%(number)s::integer IS NULL OR v.number = %(number)s)
   AND (%(version_id)s::bigint IS NULL OR v.version_id = %(version_id)s)
 ORDER BY v.number DESC;

-- name: inputs
SELECT v.inputs FROM baseline_version v WHERE v.baseline_id = %(baseline_id)s AND v.number = %(number)s;

-- name: adopt
INSERT INTO baseline_adoption (version_id, reason) VALUES (%(version_id)s, %(reason)s);

-- name: events
-- Non-routine events of a baseline with the decision that counted at an instant.
SELECT e.event_id AS id, e.baseline_id, e.first_day, e.end_day, e.per_day, e.low, e.high, e.evidence,
       person_name(e.person_id) AS person, e.entered_at,
       d.verdict, d.first_day AS signed_first_day, d.end_day AS signed_end_day, d.per_day AS signed_per_day, d.reason,
       person_name(d.person_id) AS decided_by, d.at AS decided_at
  FROM non_routine_event e
  LEFT JOIN LATERAL (SELECT * FROM non_routine_decision x WHERE x.event_id = e.event_id AND x.at <= %(as_of)s::timestamptz
                      ORDER BY x.decision_id DESC LIMIT 1) d ON true
 WHERE e.baseline_id = %(baseline_id)s AND e.entered_at <= %(as_of)s::timestamptz
   AND (%(event_id)s::bigint IS NULL OR e.event_id = %(event_id)s)
 ORDER BY e.first_day, e.event_id;

-- name: add_event
INSERT INTO non_routine_event (baseline_id, first_day, end_day, per_day)
VALUES (%(baseline_id)s, %(first_day)s, %(end_day)s, %(per_day)s) RETURNING event_id;

-- name: decide
INSERT INTO non_routine_decision (event_id, verdict, first_day, end_day, per_day, reason)
VALUES (%(event_id)s, %(verdict)s, %(first_day)s, %(end_day)s, %(per_day)s, %(reason)s);

-- name: stated
-- Planned and verified savings of a baseline that stood at an instant, per kind and days the newest.
SELECT kind, lower(during) AS first_day, upper(during) AS end_day, amount, number AS version, stated_by,
       document, document_date, person, at
  FROM (SELECT DISTINCT ON (s.kind, s.during) s.kind, s.during, s.amount, v.number, s.stated_by, s.document,
               s.document_date, person_name(s.person_id) AS person, s.at
          FROM stated_saving s LEFT JOIN baseline_version v USING (version_id)
         WHERE s.baseline_id = %(baseline_id)s AND s.at <= %(as_of)s::timestamptz
         ORDER BY s.kind, s.during, s.stated_id DESC) newest
 WHERE amount IS NOT NULL ORDER BY kind, during;

-- name: state
INSERT INTO stated_saving (baseline_id, kind, during, amount, version_id, stated_by, document, document_date)
VALUES (%(baseline_id)s, %(kind)s, daterange(%(first_day)s, %(end_day)s), %(amount)s, %(version_id)s, %(stated_by)s,
        %(document)s, %(document_date)s);

-- name: check_again
-- Baselines nobody has compared with the store since an instant.
INSERT INTO baseline_work (baseline_id, cause, asked_by)
SELECT b.baseline_id, 'checked', NULL FROM baseline b LEFT JOIN baseline_check c USING (baseline_id)
 WHERE (c.at IS NULL OR c.at < %(since)s) AND NOT EXISTS (SELECT FROM baseline_end e WHERE e.baseline_id = b.baseline_id)
   AND NOT EXISTS (SELECT FROM baseline_work w WHERE w.baseline_id = b.baseline_id);

-- name: take_work
-- Claims baselines for this transaction and takes them off the list. What changed by itself waits until it has
-- been quiet since `quiet`, or has waited since `longest`; what a person asked for does not.
WITH due AS MATERIALIZED (
    SELECT baseline_id, min(at) AS since FROM baseline_work GROUP BY baseline_id
    HAVING bool_or(cause IN ('created', 'asked', 'checked')) OR max(at) < %(quiet)s OR min(at) < %(longest)s
     ORDER BY 2
), claimed AS MATERIALIZED (
    SELECT baseline_id FROM due WHERE pg_try_advisory_xact_lock(hashtext('civicwatt baseline'), baseline_id::integer)
     LIMIT %(at_most)s
), taken AS (
    DELETE FROM baseline_work w USING claimed c WHERE w.baseline_id = c.baseline_id
    RETURNING w.baseline_id, w.cause, w.asked_by, w.at
), key AS MATERIALIZED (
    SELECT o.organisation_id, zone_of(o.organisation_id) AS zone, weather_key(o.organisation_id) AS weather_key
      FROM (SELECT DISTINCT b.organisation_id FROM taken t JOIN baseline b USING (baseline_id)) o
)
SELECT DISTINCT ON (baseline_id) t.baseline_id AS id, t.cause, t.asked_by, b.organisation_id, b.meter_id, b.medium,
       lower(b.train) AS first_day, upper(b.train) AS end_day, b.reporting_from, b.reporting_end, b.step, b.method, b.terms, k.zone,
       k.weather_key,
       v.number, v.sha256, v.basis ->> 'code' AS code
  FROM taken t JOIN baseline b USING (baseline_id) JOIN key k USING (organisation_id)
  LEFT JOIN LATERAL (SELECT x.number, x.sha256, x.basis FROM baseline_version x WHERE x.baseline_id = t.baseline_id
                      ORDER BY x.number DESC LIMIT 1) v ON true
 WHERE NOT EXISTS (SELECT FROM baseline_end e WHERE e.baseline_id = t.baseline_id)
 ORDER BY t.baseline_id, t.asked_by IS NULL, t.at DESC;

-- name: day_columns
-- Use per wanted stretch and local day, of days on which each of its meters has a figure: columns of stretch,
-- days since 1970, value (of each meter over its own share of the day), least share that is covered, part that is not
-- measured.
-- stretches, meters bigint[], signs integer[] (-1 is taken off), first_days, end_days date[], needed integer[]: one element
-- per stretch and meter.
SELECT array_agg(stretch), array_agg(day), array_agg(value), array_agg(covered), array_agg(unmeasured)
  FROM (SELECT w.stretch, c.day - date '1970-01-01' AS day,
               sum(w.sign * (c.value / (greatest(c.covered_s, 1)::float8 / c.day_s)) ORDER BY c.meter_id) AS value,
               min(c.covered_s::float8 / c.day_s) AS covered, sum(c.unmeasured ORDER BY c.meter_id) AS unmeasured
          FROM unnest(%(stretches)s::bigint[], %(meters)s::bigint[], %(signs)s::integer[], %(first_days)s::date[],
                      %(end_days)s::date[], %(needed)s::integer[]) AS w (stretch, meter_id, sign, first_day, end_day, needed)
          JOIN meter m ON m.meter_id = w.meter_id
          JOIN consumption_day c ON c.meter_id = w.meter_id AND c.quantity = m.quantity
           AND c.day >= w.first_day AND c.day < w.end_day
         GROUP BY w.stretch, c.day, w.needed HAVING count(*) = w.needed) d;

-- name: hour_columns
-- Use per wanted stretch and hour since its first instant, of hours in which each of its meters has a figure: columns as
-- of `day_columns`. An interval longer than an hour, or over the turn of one, tells no hour.
-- stretches, meters bigint[], signs integer[], firsts, ends timestamptz[], needed integer[]: one element per stretch and meter.
SELECT array_agg(stretch), array_agg(hour), array_agg(value), array_agg(covered), array_agg(unmeasured)
  FROM (SELECT w.stretch, h.hour, sum(w.sign * (h.value / h.covered) ORDER BY w.meter_id) AS value, min(h.covered) AS covered,
               sum(h.unmeasured ORDER BY w.meter_id) AS unmeasured
          FROM unnest(%(stretches)s::bigint[], %(meters)s::bigint[], %(signs)s::integer[], %(firsts)s::timestamptz[],
                      %(ends)s::timestamptz[], %(needed)s::integer[]) AS w (stretch, meter_id, sign, first_at, end_at, needed)
          JOIN meter m ON m.meter_id = w.meter_id
         CROSS JOIN LATERAL (
               SELECT floor(extract(epoch FROM c.start_at - w.first_at) / 3600)::integer AS hour, sum(c.value) AS value,
                      sum(extract(epoch FROM c.end_at - c.start_at))::float8 / 3600 AS covered,
                      sum(CASE WHEN c.quantity_grade IN ('measured', 'derived', 'manual') THEN 0 ELSE c.value END) AS unmeasured
                 FROM consumption c
                WHERE c.meter_id = w.meter_id AND c.quantity = m.quantity AND c.superseded_at IS NULL
                  AND c.start_at >= w.first_at AND c.start_at < w.end_at
                  AND c.end_at <= date_bin('1 hour', c.start_at, w.first_at) + interval '1 hour'
                GROUP BY 1) h
         GROUP BY w.stretch, h.hour, w.needed HAVING count(*) = w.needed) d;

-- name: told_spans
-- What was entered by hand (approved by an instant) of an institution, and what the utility has billed to a meter, within
-- [first_day, end_day): the former first, of each the newest first. kind, meter_id: null where there is none.
SELECT e.month AS first_day, (e.month + interval '1 month')::date AS end_day, v.amount::float8 AS amount, 'entered' AS source
  FROM manual_entry e
  CROSS JOIN LATERAL (SELECT s.version FROM manual_entry_step s
                       WHERE s.entry_id = e.entry_id AND s.state = 'approved' AND s.at <= %(as_of)s::timestamptz
                       ORDER BY s.revision DESC LIMIT 1) a
  JOIN manual_entry_version v ON v.entry_id = e.entry_id AND v.version = a.version
 WHERE e.organisation_id = %(organisation_id)s AND e.kind = %(kind)s AND e.month >= %(first_day)s AND e.month < %(end_day)s
 UNION ALL
(SELECT b.first_day, b.end_day, sum(l.quantity)::float8, 'billed'
   FROM bill b JOIN bill_line l USING (bill_id)
  WHERE b.meter_id = %(meter_id)s AND l.item = 'energy' AND l.quantity IS NOT NULL AND b.imported_at <= %(as_of)s::timestamptz
    AND (b.withdrawn_at IS NULL OR b.withdrawn_at > %(as_of)s::timestamptz)
    AND b.first_day >= %(first_day)s AND b.end_day <= %(end_day)s
  GROUP BY b.bill_id ORDER BY b.bill_id DESC);

-- name: counting_models
SELECT b.baseline_id, v.number, v.parameters, v.inputs
  FROM unnest(%(baseline_ids)s::bigint[]) AS b (baseline_id)
  JOIN baseline_version v ON v.version_id = counting_version(b.baseline_id, 'infinity');

-- name: add_version
INSERT INTO baseline_version (baseline_id, number, cause, asked_by, model, parameters, cvrmse, nmbe, r2, left_out_cvrmse,
                              wander, days, coldest_c, warmest_c, refusals, basis, inputs, sha256)
VALUES (%(baseline_id)s, %(number)s, %(cause)s, %(asked_by)s, %(model)s, %(parameters)s, %(cvrmse)s, %(nmbe)s, %(r2)s,
        %(left_out_cvrmse)s, %(wander)s, %(days)s, %(coldest_c)s, %(warmest_c)s, %(refusals)s, %(basis)s, %(inputs)s,
        %(sha256)s);

-- name: checked
INSERT INTO baseline_check (baseline_id, at) SELECT b, %(now)s FROM unnest(%(baseline_ids)s::bigint[]) b
ON CONFLICT (baseline_id) DO UPDATE SET at = excluded.at;

-- name: propose
-- Unless something was entered about this time already.
INSERT INTO non_routine_event (baseline_id, first_day, end_day, per_day, low, high, evidence, person_id)
SELECT %(baseline_id)s, %(first_day)s::date, %(end_day)s::date, %(per_day)s, %(low)s, %(high)s, %(evidence)s, NULL
 WHERE NOT EXISTS (SELECT FROM non_routine_event e WHERE e.baseline_id = %(baseline_id)s
                      AND abs(e.first_day - %(first_day)s::date) <= %(within_days)s);
