-- name: lock
SELECT pg_advisory_xact_lock(hashtext('civicwatt report'), %(organisation_id)s::integer);

-- name: newest
SELECT report_id AS id, sha256 FROM report
 WHERE organisation_id = %(organisation_id)s AND kind = %(kind)s AND first_day = %(first_day)s AND end_day = %(end_day)s
 ORDER BY version DESC LIMIT 1;

-- name: add
INSERT INTO report (kind, organisation_id, first_day, end_day, first_at, end_at, version, document, sha256, vehicles)
VALUES (%(kind)s, %(organisation_id)s, %(first_day)s, %(end_day)s, %(first)s, %(end)s,
        newest_report_version(%(organisation_id)s, %(kind)s, %(first_day)s, %(end_day)s) + 1, %(document)s, %(sha256)s,
        %(vehicles)s)
RETURNING report_id;

-- name: made
SELECT r.report_id AS id, r.kind, r.organisation_id, r.first_day, r.end_day, r.version, r.sha256, r.made_at,
       p.name AS person
  FROM report r LEFT JOIN person p USING (person_id)
 WHERE (%(organisation_id)s::bigint IS NULL OR r.organisation_id = %(organisation_id)s)
   AND (%(report_id)s::bigint IS NULL OR r.report_id = %(report_id)s)
   AND (%(before)s::bigint IS NULL OR r.report_id < %(before)s)
 ORDER BY r.report_id DESC
 LIMIT %(at_most)s;

-- name: document
SELECT document FROM report WHERE report_id = %(report_id)s;

-- name: alerts
WITH RECURSIVE below AS (
    SELECT %(organisation_id)s::bigint AS organisation_id
     UNION
    SELECT p.organisation_id FROM below b JOIN organisation_position p
        ON p.parent_id = b.organisation_id AND p.during && tstzrange(%(first)s, %(end)s)
)
SELECT a.priority,
       count(*) FILTER (WHERE a.opened_at >= %(first)s) AS opened,
       count(*) FILTER (WHERE a.resolved_at >= %(first)s AND a.resolved_at < %(end)s) AS resolved,
       count(*) FILTER (WHERE a.resolved_at IS NULL OR a.resolved_at >= %(end)s) AS standing
  FROM alert a JOIN below USING (organisation_id)
 WHERE a.opened_at < %(end)s AND NOT a.shadow AND NOT a.inhibited
   AND (a.opened_at >= %(first)s OR a.resolved_at IS NULL OR a.resolved_at >= %(first)s)
 GROUP BY a.priority;
