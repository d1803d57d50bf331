-- Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
-- STORED FORMAT. What came in by mail and what is told to whom. Instants are microseconds since 1970-01-01T00:00:00Z.

-- Mails that came in. One is kept once, however often it is found in a mailbox.
CREATE TABLE mail (
    -- A digest of the mail, in hexadecimal digits.
    id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    way TEXT NOT NULL,
    came BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    -- The list that it answers; without a case nobody could place it.
    case_id TEXT,
    tld TEXT,
    number BIGINT,
    -- Why nobody could place it, in words; empty for one that was placed.
    reason TEXT NOT NULL,
    -- Who decided about it; empty before.
    decided_by TEXT NOT NULL,
    size BIGINT NOT NULL,
    -- The mail as it came; none once it was decided and its time is over.
    octets BYTEA
);

CREATE INDEX mail_by_state ON mail (state, came);

CREATE INDEX mail_by_case ON mail (case_id, state);

-- Which list went out under which identifier of a letter: by it an answer finds back.
CREATE TABLE sent_letter (
    message_id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    tld TEXT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL
);

-- Receipts of notices to programs of parties.
CREATE TABLE notice (
    id TEXT NOT NULL PRIMARY KEY,
    party_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    what TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- The status of HTTP; 0 where there was no answer.
    status BIGINT NOT NULL,
    -- SHA-256 of the body.
    digest BYTEA NOT NULL,
    taken BIGINT NOT NULL,
    -- What the receiver said, cut, or why nothing went out.
    answer TEXT NOT NULL
);

CREATE INDEX notice_by_party ON notice (party_id, at);

-- Who wants one mail a day, and in which language.
CREATE TABLE daily_mail (
    person_id TEXT NOT NULL PRIMARY KEY,
    language TEXT NOT NULL
);
