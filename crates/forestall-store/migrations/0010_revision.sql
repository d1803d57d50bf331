-- Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
-- STORED FORMAT. How often something was changed that people are shown, so that what was shown to one need not be computed for the next.

-- One row; counted up in the transaction of each such change.
CREATE TABLE revision (
    id BIGINT NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL
);

INSERT INTO revision (id, count) VALUES (1, 0);
