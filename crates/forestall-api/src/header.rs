// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names of headers and media types that are the API's own or that clients need.

/// Names a request, so that it can be sent again without being done twice: 1 to 64 letters, digits, `-`, `_`, `.` or `:`.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Says, with `true`, that an answer is the one that was given to the same request before.
pub const IDEMPOTENCY_REPLAYED: &str = "idempotency-replayed";
/// How many requests a token has left, by the IETF draft `draft-ietf-httpapi-ratelimit-headers`.
pub const RATE_LIMIT: &str = "ratelimit";
/// How many requests a token has in which time, by the same draft.
pub const RATE_LIMIT_POLICY: &str = "ratelimit-policy";
/// Says, with `unverified`, that names come from a family whose list was not checked.
pub const CONFIDENCE: &str = "forestall-confidence";
/// How many lines a file with names holds, a header not counted.
pub const LINES: &str = "forestall-lines";

/// The media type of requests and answers.
pub const JSON: &str = "application/json";
/// The media type of problem documents (RFC 9457).
pub const PROBLEM: &str = "application/problem+json";
/// The media type of a case as a file.
pub const ARCHIVE: &str = "application/jsonl";
/// The media type of a zone file (RFC 4027).
pub const ZONE: &str = "text/dns";
/// The media type of lists with one line a name and window (RFC 4180).
pub const CSV: &str = "text/csv";
/// The media type of lists with one name a line.
pub const PLAIN: &str = "text/plain";

/// The media type of a file of any form.
pub const OCTETS: &str = "application/octet-stream";
/// The media type of several files as one archive.
pub const ZIP: &str = "application/zip";

/// The most characters of an idempotency key.
pub const MAX_IDEMPOTENCY_KEY: usize = 64;
/// The most octets of a request in JSON: an answer of some thousand rows.
pub const MAX_JSON: usize = 1 << 20;

/// The most octets of published names: some ten million lines.
pub const MAX_PUBLISHED: usize = 1 << 30;
