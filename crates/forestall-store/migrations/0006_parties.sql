-- Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
-- STORED FORMAT. Parties, people and how they sign in. Instants are microseconds since 1970-01-01T00:00:00Z. Of every token only SHA-256 is kept.

CREATE TABLE party (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    changed BIGINT NOT NULL,
    -- JSON of the party.
    body TEXT NOT NULL
);

-- A top-level domain belongs to one registry.
CREATE TABLE party_tld (
    tld TEXT NOT NULL PRIMARY KEY,
    party_id TEXT NOT NULL
);

CREATE INDEX party_tld_by_party ON party_tld (party_id);

CREATE TABLE person (
    id TEXT NOT NULL PRIMARY KEY,
    -- Empty for people who run the installation and belong to no party.
    party_id TEXT,
    name TEXT NOT NULL,
    -- Lower case.
    mail TEXT NOT NULL UNIQUE,
    standing TEXT NOT NULL,
    disabled BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    -- The last time step for which a code was taken: none is taken twice.
    totp_step BIGINT NOT NULL,
    -- JSON: hash of the password, secret of the codes, subject of a provider.
    body TEXT NOT NULL
);

CREATE INDEX person_by_party ON person (party_id);

-- Codes that work once where the device with the others is lost.
CREATE TABLE recovery_code (
    digest BYTEA NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL
);

CREATE TABLE person_session (
    token BYTEA NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL,
    created BIGINT NOT NULL,
    last_used BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    -- Whether they proved more than a password.
    strong BIGINT NOT NULL,
    -- What the browser calls itself, cut short.
    agent TEXT NOT NULL
);

CREATE INDEX person_session_by_person ON person_session (person_id);

CREATE TABLE api_token (
    id TEXT NOT NULL PRIMARY KEY,
    digest BYTEA NOT NULL UNIQUE,
    person_id TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    last_used BIGINT,
    revoked BIGINT
);

CREATE INDEX api_token_by_person ON api_token (person_id);

CREATE TABLE invitation (
    digest BYTEA NOT NULL PRIMARY KEY,
    party_id TEXT,
    mail TEXT NOT NULL,
    standing TEXT NOT NULL,
    expires BIGINT NOT NULL,
    invited_by TEXT NOT NULL
);

CREATE TABLE case_role (
    case_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (case_id, person_id)
);

CREATE INDEX case_role_by_person ON case_role (person_id);

-- Failed attempts to sign in, under a digest of what was tried: it tells nothing of who has an account.
CREATE TABLE sign_in_failure (
    key BYTEA NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    last BIGINT NOT NULL
);

-- What left with names or personal data in it: to whom, for what and on what ground.
CREATE TABLE disclosure (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    party_id TEXT,
    case_id TEXT,
    what TEXT NOT NULL,
    count BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    basis TEXT NOT NULL
);

CREATE INDEX disclosure_by_time ON disclosure (at, id);
