-- name: begin
SELECT begin_provider_sign_in(%(state_hash)s, %(browser_hash)s, %(nonce)s, %(verifier)s, %(next)s, %(within)s::interval);

-- name: take
SELECT nonce, verifier, next FROM take_provider_sign_in(%(state_hash)s, %(browser_hash)s);

-- name: known
SELECT person_id, locked_until > now() AS locked FROM person_of_identity(%(issuer)s, %(subject)s);

-- name: propose
SELECT propose_identity(%(browser_hash)s, %(login)s, %(issuer)s, %(subject)s, %(within)s::interval);

-- name: proposed
SELECT person_id, login, password_hash, locked_until > now() AS locked FROM proposed_identity(%(browser_hash)s);

-- name: accept
SELECT accept_identity(%(browser_hash)s, %(client)s);

-- name: note_refused
-- issuer, subject, login: as far as the provider said them; null: it said nothing that holds.
SELECT note_refused_identity(%(why)s, %(issuer)s, %(subject)s, %(login)s, %(client)s);

-- name: of_people
SELECT person_id, issuer, subject, linked_at FROM identities_of_people() ORDER BY person_id, issuer;

-- name: end
SELECT end_governed_identity(%(person_id)s);
