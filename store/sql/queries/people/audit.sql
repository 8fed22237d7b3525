-- name: lines
-- before: audit_id before which to go on; action, login: null for any; since, until: timestamptz, half-open, null for no end;
-- changes boolean: also what was changed in which table.
SELECT a.audit_id AS id, a.at, p.login, p.name, a.client, a.action, a.object, a.detail, a.changed_rows,
       encode(a.before_sha256, 'hex') AS before_sha256, encode(a.after_sha256, 'hex') AS after_sha256, a.act,
       l.seq, encode(l.hash, 'hex') AS hash
  FROM audit a LEFT JOIN audited_people() p USING (person_id) LEFT JOIN LATERAL link_of_audit(a.audit_id) l ON true
 WHERE a.audit_id < %(before)s
   AND (%(action)s::text IS NULL OR a.action = %(action)s)
   AND (%(login)s::text IS NULL OR p.login = %(login)s)
   AND (%(since)s::timestamptz IS NULL OR a.at >= %(since)s)
   AND (%(until)s::timestamptz IS NULL OR a.at < %(until)s)
   AND (%(changes)s OR a.changed_rows IS NULL)
 ORDER BY a.audit_id DESC LIMIT %(at_most)s;

-- name: texts
-- Lines in the order of the chain, as they are digested, after a number.
SELECT l.seq, encode(l.hash, 'hex') AS hash, audit_text(a) AS text, p.login
  FROM audit a CROSS JOIN LATERAL link_of_audit(a.audit_id) l LEFT JOIN audited_people() p USING (person_id)
 WHERE l.seq > %(after)s ORDER BY l.seq LIMIT %(at_most)s;

-- name: check
SELECT checked, last_seq, encode(last_hash, 'hex') AS last_hash, broken FROM check_audit(%(after)s, %(at_most)s);

-- name: unlinked
SELECT unlinked_audit();

-- name: beginning
SELECT cut_seq, audit_days FROM audit_beginning();

-- name: keep
SELECT keep_audit(%(days)s);

-- name: forget
SELECT forget_audit();

-- name: may_read
SELECT audits();
