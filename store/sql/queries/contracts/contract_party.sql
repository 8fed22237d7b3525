-- name: members
-- Who acts or acted for the parties of a contract; of an id, or all for null.
SELECT m.member_id AS id, m.party, person_name(m.person_id) AS name, person_name(m.named_by) AS entered_by,
       m.at AS entered_at, person_name(e.person_id) AS ended_by, e.at AS ended_at, e.reason AS ended_because
  FROM contract_person m LEFT JOIN contract_person_end e USING (member_id)
 WHERE m.contract_id = %(contract_id)s AND (%(id)s::bigint IS NULL OR m.member_id = %(id)s)
 ORDER BY m.member_id;

-- name: add_member
-- Nobody where there is no such login.
INSERT INTO contract_person (contract_id, person_id, party)
SELECT %(contract_id)s, p, %(party)s FROM person_of_login(%(login)s) p WHERE p IS NOT NULL
RETURNING member_id;

-- name: end_member
INSERT INTO contract_person_end (member_id, reason) VALUES (%(id)s, %(reason)s) ON CONFLICT DO NOTHING;

-- name: keys
-- Public keys of the parties with those that were revoked; of an id, or all for null.
SELECT k.key_id AS id, k.party, k.public_key AS key, k.note, person_name(k.person_id) AS person, k.at AS entered_at,
       person_name(r.person_id) AS revoked_by, r.at AS revoked_at, r.reason AS revoked_because
  FROM contract_key k LEFT JOIN contract_key_revocation r USING (key_id)
 WHERE k.contract_id = %(contract_id)s AND (%(id)s::bigint IS NULL OR k.key_id = %(id)s)
 ORDER BY k.key_id;

-- name: add_key
INSERT INTO contract_key (contract_id, party, public_key, note)
VALUES (%(contract_id)s, %(party)s, %(key)s, %(note)s)
ON CONFLICT (contract_id, public_key) DO NOTHING RETURNING key_id;

-- name: revoke_key
INSERT INTO contract_key_revocation (key_id, reason) VALUES (%(id)s, %(reason)s) ON CONFLICT DO NOTHING;
