-- People, what they may see, their sessions, and what they did.

CREATE TABLE person (
    person_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login          text NOT NULL UNIQUE,
    name           text NOT NULL,
    password_hash  text NOT NULL,
    lang           text NOT NULL DEFAULT 'zh-CN' CHECK (lang IN ('zh-CN', 'en')),
    active         boolean NOT NULL DEFAULT true,
    failed_sign_ins integer NOT NULL DEFAULT 0,
    locked_until   timestamptz
);

CREATE TABLE role (
    role        text PRIMARY KEY,
    description text NOT NULL
);
INSERT INTO role VALUES
    ('bureau', 'compares and reports over all institutions of the bureau'),
    ('institution_administrator', 'administers one institution'),
    ('operator', 'watches the alert desk'),
    ('contractor', 'reads what a contract covers and settles on it'),
    ('auditor', 'reads a subtree or a contract for a stated period'),
    ('system_administrator', 'devices, settings, pending devices and quarantine'),
    ('security_administrator', 'people, roles and scopes'),
    ('audit_administrator', 'the audit log');

CREATE TABLE scope (
    scope_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id       bigint NOT NULL REFERENCES person,
    role            text NOT NULL REFERENCES role,
    organisation_id bigint REFERENCES organisation,
    contract_id     bigint REFERENCES contract,
    during          tstzrange NOT NULL DEFAULT tstzrange(NULL, NULL) CHECK (NOT isempty(during)),
    expires_at      timestamptz,
    CHECK ((organisation_id IS NULL) <> (contract_id IS NULL))
);
COMMENT ON COLUMN scope.during IS 'the time whose readings and figures may be seen';
COMMENT ON COLUMN scope.expires_at IS 'until when the scope may be used at all; null for no end';
CREATE INDEX ON scope (person_id);

CREATE TABLE session (
    token_hash   bytea PRIMARY KEY,
    person_id    bigint NOT NULL REFERENCES person,
    csrf         text NOT NULL,
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    idle_limit   interval NOT NULL,
    ends_at      timestamptz NOT NULL
);
COMMENT ON TABLE session IS 'Signed-in browsers. The token itself is only in the cookie; here is its SHA-256';

CREATE TABLE audit (
    audit_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT now(),
    person_id bigint REFERENCES person,
    action    text NOT NULL,
    object    text NOT NULL,
    detail    jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE audit IS 'Append-only: no role has UPDATE or DELETE';
