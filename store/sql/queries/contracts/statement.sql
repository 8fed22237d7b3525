-- name: statements
-- Statements without their texts, the newest first. newest: none was made in its place; waits: what it replaces is not
-- reversed yet; carried: what the provider got for statements of the same period that are reversed.
SELECT s.statement_id AS id, s.contract_id, c.code AS contract_code, s.version_id, v.number AS contract_version, s.kind,
       s.period, s.revision, s.cause, s.reverses, r.statement_id AS reversed_by, s.sha256, s.inputs_sha256, s.code_version,
       s.blocks, s.payer, s.amount, s.retained, s.due_on, s.person_id AS maker_id, person_name(s.person_id) AS maker,
       s.at AS made_at,
       NOT EXISTS (SELECT FROM statement x WHERE (x.contract_id, x.kind, x.period) = (s.contract_id, s.kind, s.period)
                      AND x.revision > s.revision) AS newest,
       s.kind <> 'reversal' AND EXISTS (
           SELECT FROM statement x WHERE (x.contract_id, x.kind, x.period) = (s.contract_id, s.kind, s.period)
              AND x.revision < s.revision AND is_signed(x.statement_id) AND NOT is_reversed(x.statement_id)) AS waits,
       coalesce((SELECT sum(a.amount) FROM statement x JOIN statement_act a USING (statement_id)
                  WHERE (x.contract_id, x.kind, x.period) = (s.contract_id, s.kind, s.period) AND x.revision < s.revision
                    AND a.act = 'pay' AND is_reversed(x.statement_id)), 0) AS carried
  FROM statement s JOIN contract c USING (contract_id) JOIN contract_version v USING (version_id)
  LEFT JOIN statement r ON r.reverses = s.statement_id
 WHERE (%(contract_id)s::bigint IS NULL OR s.contract_id = %(contract_id)s)
   AND (%(statement_id)s::bigint IS NULL OR s.statement_id = %(statement_id)s)
   AND (%(kind)s::text IS NULL OR s.kind = %(kind)s) AND (%(period)s::text IS NULL OR s.period = %(period)s)
   AND s.statement_id < %(before)s
 ORDER BY s.statement_id DESC LIMIT %(at_most)s;

-- name: texts
SELECT document, inputs FROM statement WHERE statement_id = %(statement_id)s;

-- name: acts
-- What was done to some statements, in order.
SELECT a.act_id AS id, a.statement_id, a.act, a.person_id, person_name(a.person_id) AS person, a.party, a.on_day AS "on",
       a.at, a.subject, a.reason, a.amount, a.signature, k.public_key AS key
  FROM statement_act a LEFT JOIN contract_key k USING (key_id)
 WHERE a.statement_id = ANY (%(statement_ids)s::bigint[]) ORDER BY a.act_id;

-- name: baselines
-- Versions of baselines whose figures are in a statement; without baseline where the person does not see it.
SELECT s.version_id, v.baseline_id, v.number AS version, s.sha256
  FROM statement_baseline s LEFT JOIN baseline_version v USING (version_id)
 WHERE s.statement_id = %(statement_id)s ORDER BY s.version_id;

-- name: add
INSERT INTO statement (contract_id, version_id, kind, period, revision, first_at, end_at, cause, reverses, document, sha256,
                       inputs, inputs_sha256, code_version, blocks, payer, amount, retained, due_on)
VALUES (%(contract_id)s, %(version_id)s, %(kind)s, %(period)s,
        (SELECT coalesce(max(s.revision), 0) + 1 FROM statement s
          WHERE (s.contract_id, s.kind, s.period) = (%(contract_id)s, %(kind)s, %(period)s)),
        %(first_at)s, %(end_at)s, %(cause)s, %(reverses)s, %(document)s, %(sha256)s, %(inputs)s, %(inputs_sha256)s,
        %(code_version)s, %(blocks)s, %(payer)s, %(amount)s, %(retained)s, %(due_on)s)
RETURNING statement_id;

-- name: add_baselines
INSERT INTO statement_baseline (statement_id, version_id, sha256)
SELECT %(statement_id)s, v.version_id, v.sha256 FROM baseline_version v WHERE v.version_id = ANY (%(version_ids)s::bigint[]);

-- name: act
INSERT INTO statement_act (statement_id, act, party, subject, reason, on_day, amount, key_id, signature)
VALUES (%(statement_id)s, %(act)s, %(party)s, %(subject)s, %(reason)s, %(on)s, %(amount)s, %(key_id)s, %(signature)s);
