-- name: add_origin
-- Where the figures of a statement come from; it is told once.
INSERT INTO statement_origin (statement_id, known_at, entered, origins, sources, because)
VALUES (%(statement_id)s, %(known_at)s, %(entered)s, %(origins)s, %(sources)s, %(because)s) ON CONFLICT DO NOTHING;

-- name: add_sources
INSERT INTO contract_source (contract_id, meter_id)
SELECT %(contract_id)s, m FROM unnest(%(meter_ids)s::bigint[]) m ON CONFLICT DO NOTHING;

-- name: origin
SELECT o.statement_id, o.known_at, o.entered, o.origins, o.because FROM statement_origin o
 WHERE o.statement_id = %(statement_id)s;

-- name: sources
SELECT o.sources FROM statement_origin o WHERE o.statement_id = %(statement_id)s;

-- name: check_again
-- Puts the newest months of contracts on the list that nobody has drawn again since an instant.
INSERT INTO statement_work (contract_id, first_day, end_day, cause)
SELECT DISTINCT s.contract_id, %(first_day)s::date, %(end_day)s::date, 'checked'
  FROM statement s JOIN statement_origin o USING (statement_id) LEFT JOIN statement_check c USING (contract_id)
 WHERE coalesce(c.at, o.at) < %(since)s AND s.end_at >= %(first_day)s::date
   AND NOT EXISTS (SELECT FROM statement_work w WHERE w.contract_id = s.contract_id);

-- name: waiting
-- Contracts with work, the longest waiting first: when it has been quiet since `quiet`, or has waited since `longest`.
SELECT contract_id FROM statement_work GROUP BY contract_id
HAVING bool_or(cause = 'checked') OR max(at) < %(quiet)s OR min(at) < %(longest)s
 ORDER BY min(at);

-- name: claim
-- One worker for a contract at a time; false when another has it. Held until the transaction ends.
SELECT pg_try_advisory_xact_lock(hashtext('civicwatt statements'), %(contract_id)s::integer);

-- name: take_work
DELETE FROM statement_work WHERE contract_id = %(contract_id)s RETURNING first_day, end_day, cause;

-- name: note_checked
INSERT INTO statement_check (contract_id, at) VALUES (%(contract_id)s, %(now)s)
ON CONFLICT (contract_id) DO UPDATE SET at = excluded.at;

-- name: drawn_months
-- Months [first, last] of a contract of which a statement was drawn, YYYY-MM.
SELECT DISTINCT s.period FROM statement s JOIN statement_origin o USING (statement_id)
 WHERE s.contract_id = %(contract_id)s AND s.kind = 'month' AND s.period >= %(first)s AND s.period <= %(last)s ORDER BY 1;

-- name: add_correction
INSERT INTO statement_correction (statement_id, month, document, sha256, difference, cause, known_at, entered, origins, sources)
VALUES (%(statement_id)s, %(month)s, %(document)s, %(sha256)s, %(difference)s, %(cause)s, %(known_at)s, %(entered)s,
        %(origins)s, %(sources)s) RETURNING correction_id;

-- name: corrections
-- Proposed corrections with what was decided, the newest first: of a contract, of a statement, or one.
SELECT c.correction_id AS id, s.contract_id, c.statement_id, s.period, c.month, c.document, c.sha256, c.difference,
       c.cause, c.known_at, c.entered, c.origins, c.at,
       coalesce((SELECT json_agg(json_build_object('verdict', d.verdict, 'party', d.party, 'reason', d.reason,
                                                   'person', person_name(d.person_id), 'at', d.at) ORDER BY d.decision_id)
                   FROM correction_decision d WHERE d.correction_id = c.correction_id), '[]') AS decisions
  FROM statement_correction c JOIN statement s USING (statement_id)
 WHERE (%(contract_id)s::bigint IS NULL OR s.contract_id = %(contract_id)s)
   AND (%(statement_id)s::bigint IS NULL OR c.statement_id = %(statement_id)s)
   AND (%(correction_id)s::bigint IS NULL OR c.correction_id = %(correction_id)s)
   AND c.correction_id < %(before)s
 ORDER BY c.correction_id DESC LIMIT %(at_most)s;

-- name: drawn_of
SELECT c.known_at, c.entered, c.origins, c.sources FROM statement_correction c WHERE c.correction_id = %(correction_id)s;

-- name: decide
INSERT INTO correction_decision (correction_id, verdict, party, reason)
VALUES (%(correction_id)s, %(verdict)s, %(party)s, %(reason)s);

-- name: bundle
-- The newest file made of a statement.
SELECT b.parties, b.content FROM statement_bundle b WHERE b.statement_id = %(statement_id)s ORDER BY b.bundle_id DESC LIMIT 1;

-- name: add_bundle
INSERT INTO statement_bundle (statement_id, parties, content) VALUES (%(statement_id)s, %(parties)s, %(content)s);
