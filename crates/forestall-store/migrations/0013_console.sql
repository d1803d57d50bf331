-- Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
-- STORED FORMAT. What the console shows of policy zones and of EPP. Instants are microseconds since 1970-01-01T00:00:00Z.

-- Whether the last transfer went over TLS; none before the first, and for those of earlier versions.
ALTER TABLE zone_subscription ADD COLUMN last_tls BIGINT;

-- What places of subscribers answered last when they were told of a new serial.
CREATE TABLE zone_told (
    subscriber_id TEXT NOT NULL,
    zone TEXT NOT NULL,
    -- An address with its port.
    target TEXT NOT NULL,
    at BIGINT NOT NULL,
    serial BIGINT NOT NULL,
    -- Whether it heard, and else why not, in words.
    heard BIGINT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (subscriber_id, zone, target)
);

-- Names that came and went with a serial; none for the first of a zone, and where that was not known.
ALTER TABLE zone_serial ADD COLUMN come BIGINT;
ALTER TABLE zone_serial ADD COLUMN gone BIGINT;

-- Who laid a batch before the people who approve it, and on what terms approvals count.
ALTER TABLE epp_batch ADD COLUMN proposed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE epp_batch ADD COLUMN approval_seconds BIGINT NOT NULL DEFAULT 604800;
ALTER TABLE epp_batch ADD COLUMN signed_in BIGINT NOT NULL DEFAULT 0;

-- The account with which somebody approved; none where a name was said on the command line.
ALTER TABLE epp_approval ADD COLUMN account TEXT;

-- What the last dry run of a batch found out about each of its commands.
CREATE TABLE epp_rehearsed (
    batch BYTEA NOT NULL,
    -- The place in the batch, from 0.
    position BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- What would be done, in words.
    words TEXT NOT NULL,
    -- What would change, in JSON.
    changes TEXT NOT NULL,
    PRIMARY KEY (batch, position)
);
