-- Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
-- STORED FORMAT. What is sent to registries over EPP. Instants are microseconds since 1970-01-01T00:00:00Z.

-- Batches of commands that somebody approved. Rows stay, also when a batch was done.
CREATE TABLE epp_batch (
    -- SHA-256 of the text.
    digest BYTEA NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    case_id TEXT NOT NULL,
    tld TEXT NOT NULL,
    -- How many commands it has.
    commands BIGINT NOT NULL,
    -- The text that people approved.
    text TEXT NOT NULL,
    at BIGINT NOT NULL
);

CREATE INDEX epp_batch_by_case ON epp_batch (case_id, at);

-- Who approved a batch. A person who approves again approves from then on.
CREATE TABLE epp_approval (
    digest BYTEA NOT NULL,
    person TEXT NOT NULL,
    -- How many commands the person saw.
    commands BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (digest, person)
);

-- Frames, each written before it goes out, and commands that ended without one. Rows stay: by them nothing is done twice, and what was created is known.
CREATE TABLE epp_journal (
    -- Our transaction identifier.
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    -- The batch, and the place in it, from 0.
    batch BYTEA NOT NULL,
    position BIGINT NOT NULL,
    -- From 1; 0 for a command that ended without a frame.
    attempt BIGINT NOT NULL,
    name TEXT NOT NULL,
    command TEXT NOT NULL,
    -- When it went out; none for a command that ended without a frame.
    sent BIGINT,
    -- When the outcome was known; none while it is in doubt.
    ended BIGINT,
    outcome TEXT,
    -- The code of the answer.
    code BIGINT,
    -- The registry's transaction identifier.
    theirs TEXT,
    -- What was said, in words.
    text TEXT NOT NULL,
    -- When the object was created, where this command did so and the registry told it.
    created BIGINT,
    -- When the outcome was recorded in the case; none before.
    told BIGINT
);

CREATE INDEX epp_journal_by_name ON epp_journal (account, name);

CREATE INDEX epp_journal_by_sent ON epp_journal (account, sent);

CREATE INDEX epp_journal_by_batch ON epp_journal (batch, position);

-- The switch: while there is a row, nothing that changes anything is sent.
CREATE TABLE epp_stop (
    id BIGINT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL,
    at BIGINT NOT NULL,
    reason TEXT NOT NULL
);
