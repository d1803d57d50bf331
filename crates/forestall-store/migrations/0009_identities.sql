-- Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
-- STORED FORMAT. Who people are to a provider of identities, so that they are found by it.

-- SHA-256 of "identity", the provider's address and its name for the person, each with a zero octet before the next; empty for who has no provider.
ALTER TABLE person ADD COLUMN identity BYTEA;

-- Nobody shares an identity.
CREATE UNIQUE INDEX person_by_identity ON person (identity);
