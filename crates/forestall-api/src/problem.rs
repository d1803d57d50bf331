// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What went wrong, as a document: RFC 9457, with the members at fault.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A kind of problem, which stays the same whatever its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The word in its type.
    pub word: &'static str,
    /// The status.
    pub status: u16,
    /// What it is, in one sentence.
    pub meaning: &'static str,
}

macro_rules! kinds {
    ($($name:ident = $word:literal, $status:literal, $meaning:literal;)+) => {
        $(
            #[doc = $meaning]
            pub const $name: Kind = Kind { word: $word, status: $status, meaning: $meaning };
        )+

        /// All kinds, by status.
        pub const KINDS: &[Kind] = &[$($name),+];
    };
}

kinds! {
    MALFORMED = "malformed", 400, "The request is not what the document of the API says.";
    UNAUTHENTICATED = "unauthenticated", 401, "Nobody is known by the token, or there is none.";
    FORBIDDEN = "forbidden", 403, "Whoever asks may not do this.";
    NOT_FOUND = "not-found", 404, "There is nothing of this name, or not for whoever asks.";
    METHOD_NOT_ALLOWED = "method-not-allowed", 405, "This address takes other methods, which Allow names.";
    NOT_ACCEPTABLE = "not-acceptable", 406, "There is no form of it that Accept names.";
    TOO_SLOW = "too-slow", 408, "The request did not arrive in time.";
    CONFLICT = "conflict", 409, "Something else changed it in the meantime, or it is there already.";
    IN_PROGRESS = "in-progress", 409, "A request with this idempotency key is being done.";
    STALE = "stale", 412, "It is not what If-Match names any more.";
    TOO_LARGE = "too-large", 413, "The request is longer than this address takes.";
    ADDRESS_TOO_LONG = "address-too-long", 414, "The address is longer than the hub reads.";
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type", 415, "This address takes another media type.";
    MISDIRECTED = "misdirected", 421, "The hub is not served under this host.";
    REFUSED = "refused", 422, "The request was understood, and a rule refuses it. Nothing was recorded.";
    KEY_REUSED = "key-reused", 422, "The idempotency key came with another request before.";
    RATE_LIMITED = "rate-limited", 429, "The token has used up its requests for now.";
    INTERNAL = "internal", 500, "The hub failed.";
    OUTSIDE = "outside", 502, "Somebody outside did not answer the hub.";
    UNAVAILABLE = "unavailable", 503, "The store of the hub failed, or the hub is busy.";
}

impl Kind {
    /// Returns the type of its documents: a reference that is relative to the hub.
    #[must_use]
    pub fn reference(self) -> String {
        format!("/problems/{}", self.word)
    }
}

/// What went wrong. Nothing was recorded, unless the detail says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// The kind: one of the references that the documentation lists.
    #[serde(rename = "type")]
    #[schema(example = "/problems/refused")]
    pub kind: String,
    /// What it is, in a few words.
    #[schema(example = "Nothing was recorded")]
    pub title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599, example = 422)]
    pub status: u16,
    /// What is wrong with this request, in full.
    pub detail: String,
    /// The members of the request that are at fault, where single ones are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
}

/// A member of a request that is at fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fault {
    /// Where it stands in the body, as a JSON pointer (RFC 6901).
    #[schema(example = "/rows/3/result")]
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
}
