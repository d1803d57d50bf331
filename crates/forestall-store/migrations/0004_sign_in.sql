-- Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
-- STORED FORMAT. Sign-in: SHA-256 of tokens, never a token. Instants are microseconds since 1970-01-01T00:00:00Z.

CREATE TABLE sign_in_link (
    token BYTEA NOT NULL PRIMARY KEY,
    expires BIGINT NOT NULL
);

CREATE TABLE sign_in_session (
    token BYTEA NOT NULL PRIMARY KEY,
    expires BIGINT NOT NULL
);
