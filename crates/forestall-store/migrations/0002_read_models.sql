-- Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
-- STORED FORMAT. Read models: folds over the log, written with each append and rebuilt from the log by a command.
-- Instants are microseconds since 1970-01-01T00:00:00Z; days are days since 1970-01-01.

CREATE TABLE case_view (
    case_id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    opened BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    horizon_from BIGINT NOT NULL,
    horizon_until BIGINT NOT NULL,
    board_day BIGINT,
    tlp TEXT NOT NULL,
    pap TEXT NOT NULL,
    embargo_until BIGINT,
    -- A JSON array of campaign identifiers, in the order of the case.
    campaigns TEXT NOT NULL,
    unverified BIGINT NOT NULL,
    slices BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    answers BIGINT NOT NULL,
    exclusions BIGINT NOT NULL,
    sweeps BIGINT NOT NULL,
    looks BIGINT NOT NULL,
    notes BIGINT NOT NULL
);

CREATE TABLE slice_view (
    case_id TEXT NOT NULL,
    tld TEXT NOT NULL,
    requests BIGINT NOT NULL,
    last_request_at BIGINT,
    last_request_action TEXT,
    acknowledged BIGINT,
    answers BIGINT NOT NULL,
    last_answer_at BIGINT,
    last_answer_action TEXT,
    last_answer_result TEXT,
    last_answer_level TEXT,
    exclusions BIGINT NOT NULL,
    last_sweep_at BIGINT,
    last_sweep_method TEXT,
    PRIMARY KEY (case_id, tld)
);

CREATE TABLE exclusion_view (
    case_id TEXT NOT NULL,
    name TEXT NOT NULL,
    tld TEXT NOT NULL,
    class TEXT NOT NULL,
    reason TEXT NOT NULL,
    source TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (case_id, name)
);

CREATE INDEX exclusion_view_by_tld ON exclusion_view (case_id, tld, name);
