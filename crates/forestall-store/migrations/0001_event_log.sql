-- Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
-- STORED FORMAT. The log: one row an event, in the order in which events were committed.

-- The number of the last event. One row; taken by UPDATE ... RETURNING in the transaction that appends, so numbers have no gap.
CREATE TABLE log_head (
    id BIGINT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL
);

INSERT INTO log_head (id, seq) VALUES (1, 0);

CREATE TABLE event (
    seq BIGINT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    case_version BIGINT NOT NULL,
    -- Microseconds since 1970-01-01T00:00:00Z, as in the encoding.
    recorded BIGINT NOT NULL,
    kind TEXT NOT NULL,
    -- The canonical encoding: the truth. The columns around it only find it.
    encoding TEXT NOT NULL,
    -- SHA-256 of a zero octet and the encoding: the leaf of a Merkle tree.
    leaf BYTEA NOT NULL,
    UNIQUE (case_id, case_version)
);

CREATE INDEX event_by_case ON event (case_id, seq);

-- Personal and withheld fields. A row can be erased; the commitment in the event stays.
CREATE TABLE withheld (
    seq BIGINT NOT NULL,
    field TEXT NOT NULL,
    salt BYTEA NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (seq, field)
);
