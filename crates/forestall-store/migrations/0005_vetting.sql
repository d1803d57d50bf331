-- Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
-- STORED FORMAT. What vetting and verification keep beside the log. Instants are microseconds since 1970-01-01T00:00:00Z.

-- The evidence behind verdicts, under the digest that the log names: a verdict can be computed from it again.
CREATE TABLE evidence (
    digest BYTEA NOT NULL PRIMARY KEY,
    -- Canonical JSON.
    document TEXT NOT NULL
);

-- Documents that are replaced as a whole: the register of friends and sinkholes, lists that others gave, what was learned of name servers.
CREATE TABLE document (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    changed BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, id)
);

-- Work that the hub does by itself. A job is taken by a lease; one whose lease has run out is taken again.
CREATE TABLE job (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    -- The case, or empty for work of the whole installation.
    case_id TEXT NOT NULL,
    -- What tells this job from others of its kind and case: a second one with the same key is not taken up.
    key TEXT NOT NULL,
    state TEXT NOT NULL,
    created BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    started BIGINT,
    finished BIGINT,
    lease_until BIGINT,
    attempts BIGINT NOT NULL,
    done BIGINT NOT NULL,
    total BIGINT NOT NULL,
    -- What came of it, or why it failed, in words.
    outcome TEXT,
    UNIQUE (kind, case_id, key)
);

CREATE INDEX job_by_state ON job (state, not_before);

-- Proofs of control that somebody who asks after a name still has to give. The token is kept as SHA-256.
CREATE TABLE challenge (
    name TEXT NOT NULL,
    token BYTEA NOT NULL,
    way TEXT NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (name, token)
);
