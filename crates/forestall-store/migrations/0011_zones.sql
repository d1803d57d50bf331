-- Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
-- STORED FORMAT. Policy zones that leave by transfers, who takes them, and their serials. Instants are microseconds since 1970-01-01T00:00:00Z.

CREATE TABLE zone (
    -- The name in canonical form.
    name TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    -- The campaigns whose names it holds, with blanks between them; empty for all of the case.
    campaigns TEXT NOT NULL,
    -- The one slice that it holds; none for all.
    tld TEXT,
    -- What a resolver answers, as a form of feeds is told.
    policy TEXT NOT NULL,
    -- Days before its guard window opens on which a name comes into the zone.
    ahead_days BIGINT NOT NULL,
    created BIGINT NOT NULL
);

-- Who takes zones.
CREATE TABLE zone_subscriber (
    id TEXT NOT NULL PRIMARY KEY,
    party_id TEXT,
    -- How close they stand: TLP decides by it.
    audience TEXT NOT NULL,
    -- The key by which they sign; none for who comes from an address and cannot.
    key_name TEXT UNIQUE,
    algorithm TEXT,
    -- The secret itself: what signs by it needs it. Whoever reads the store reads it.
    secret BYTEA,
    -- Addresses from which they come, with blanks between them; empty for any.
    addresses TEXT NOT NULL,
    -- Where they are told of new serials: addresses with ports, with blanks between them.
    told TEXT NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE zone_subscription (
    subscriber_id TEXT NOT NULL,
    zone TEXT NOT NULL,
    -- The transfer that ended last, and how; none before the first.
    last_at BIGINT,
    last_from BIGINT,
    last_serial BIGINT,
    last_records BIGINT,
    last_whole BIGINT,
    PRIMARY KEY (subscriber_id, zone)
);

-- Serials outlive their zone: one of the same name must not begin with a lower one.
CREATE TABLE zone_serial (
    zone TEXT NOT NULL,
    serial BIGINT NOT NULL,
    -- What the zone held follows from the instant, from the case after an event, and from the generators.
    at BIGINT NOT NULL,
    case_version BIGINT NOT NULL,
    event_seq BIGINT NOT NULL,
    -- A digest of the campaigns with the versions of their generators.
    generators BYTEA NOT NULL,
    names BIGINT NOT NULL,
    -- SHA-256 of policy and names: what is computed again and has another one is no base of a difference.
    digest BYTEA NOT NULL,
    PRIMARY KEY (zone, serial)
);
