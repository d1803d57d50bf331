-- Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
-- STORED FORMAT. Answers of the API to requests with an idempotency key, so that a request that is sent again is not done again.

CREATE TABLE api_answer (
    -- The token of the request.
    token_id TEXT NOT NULL,
    -- The idempotency key.
    request_key TEXT NOT NULL,
    -- SHA-256 over method, address and body of the request.
    request BYTEA NOT NULL,
    expires BIGINT NOT NULL,
    -- The answer; empty while the request is being done.
    status BIGINT,
    -- JSON: pairs of name and value.
    headers TEXT,
    body BYTEA,
    PRIMARY KEY (token_id, request_key)
);

CREATE INDEX api_answer_by_expiry ON api_answer (expires);
