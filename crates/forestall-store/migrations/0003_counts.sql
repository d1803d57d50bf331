-- Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
-- Counts of computed lists: a cache. Every row may be deleted at any time.

CREATE TABLE counts (
    -- The digest of everything that the counts follow from, but the version of the generator.
    digest BYTEA NOT NULL,
    -- The start of the origin period in seconds since 1970-01-01T00:00:00Z.
    period BIGINT NOT NULL,
    generator_version BIGINT NOT NULL,
    -- The counts in the compact form of `counts.rs`, which begins with its version.
    packed BYTEA NOT NULL,
    PRIMARY KEY (digest, period)
);
