-- name: contracts
-- Contracts that are settled here, the latest first, by the version in force on the local day of an instant at its
-- institution, else the newest one. organisation_id: of this institution, or null for all.
SELECT c.contract_id AS id, c.code, c.organisation_id, o.code AS organisation_code, v.document,
       f.number AS version, n.number AS newest_version, coalesce(d.verdict, 'entered') AS newest_state,
       person_name(c.person_id) AS person, c.entered_at
  FROM contract c
  LEFT JOIN organisation o USING (organisation_id)
  LEFT JOIN contract_version f ON f.version_id = contract_version_of(c.contract_id,
       (%(at)s::timestamptz AT TIME ZONE coalesce(zone_of(c.organisation_id), 'UTC'))::date)
  JOIN LATERAL (SELECT x.* FROM contract_version x WHERE x.contract_id = c.contract_id
                 ORDER BY x.number DESC LIMIT 1) n ON true
  LEFT JOIN contract_verdict d ON d.version_id = n.version_id
  JOIN contract_version v ON v.version_id = coalesce(f.version_id, n.version_id)
 WHERE (%(organisation_id)s::bigint IS NULL OR c.organisation_id = %(organisation_id)s)
   AND (%(contract_id)s::bigint IS NULL OR c.contract_id = %(contract_id)s) AND c.contract_id < %(before)s
 ORDER BY c.contract_id DESC LIMIT %(at_most)s;

-- name: lock
SELECT lock_contract(%(contract_id)s);

-- name: party
SELECT contract_party(%(contract_id)s);

-- name: add
INSERT INTO contract (code, name, organisation_id) VALUES (%(code)s, %(name)s, %(organisation_id)s)
ON CONFLICT (code) DO NOTHING RETURNING contract_id;

-- name: add_version
INSERT INTO contract_version (contract_id, number, holds_from, document, sha256, reason)
VALUES (%(contract_id)s, %(number)s, %(holds_from)s, %(document)s, %(sha256)s, %(reason)s);

-- name: versions
-- Versions of a contract, the newest first; of a number, or all for null.
SELECT v.version_id AS id, v.contract_id, v.number, v.holds_from, v.document, v.sha256,
       coalesce(d.verdict, 'entered') AS state, v.reason, v.person_id, person_name(v.person_id) AS person,
       v.party, v.at AS entered_at, person_name(d.person_id) AS verdict_by, d.at AS verdict_at, d.reason AS verdict_reason
  FROM contract_version v LEFT JOIN contract_verdict d USING (version_id)
 WHERE v.contract_id = %(contract_id)s AND (%(number)s::integer IS NULL OR v.number = %(number)s)
   AND (%(version_id)s::bigint IS NULL OR v.version_id = %(version_id)s)
 ORDER BY v.number DESC;

-- name: version_of
SELECT contract_version_of(%(contract_id)s, %(day)s);

-- name: judge
INSERT INTO contract_verdict (version_id, verdict, reason) VALUES (%(version_id)s, %(verdict)s, %(reason)s)
ON CONFLICT DO NOTHING;

-- name: events
-- Events of a contract by day, with those that were undone; of one kind or id, or all for null.
SELECT e.event_id AS id, e.contract_id, e.kind, e.first_day, e.end_day, e.document, e.party,
       person_name(e.person_id) AS person, e.at AS entered_at,
       person_name(u.person_id) AS undone_by, u.at AS undone_at, u.reason AS undone_because
  FROM contract_event e LEFT JOIN contract_event_undo u USING (event_id)
 WHERE e.contract_id = %(contract_id)s AND (%(kind)s::text IS NULL OR e.kind = %(kind)s)
   AND (%(event_id)s::bigint IS NULL OR e.event_id = %(event_id)s)
 ORDER BY e.first_day, e.event_id;

-- name: add_event
INSERT INTO contract_event (contract_id, kind, first_day, end_day, document, party)
VALUES (%(contract_id)s, %(kind)s, %(first_day)s, %(end_day)s, %(document)s, %(party)s) RETURNING event_id;

-- name: undo_event
INSERT INTO contract_event_undo (event_id, reason) VALUES (%(event_id)s, %(reason)s) ON CONFLICT DO NOTHING;
