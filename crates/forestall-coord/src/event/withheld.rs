// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Fields that stand outside their event, so that they can be erased, and the commitment that the event holds in their place.

use forestall_model::Digest;

/// A field that stands outside its event.
#[derive(Clone, PartialEq, Eq)]
pub struct Withheld {
    /// The name of the field: `actor`, `comment`, `first-person`, `second-person`, `contact`, `address`, `receipt`, `message_id`, `owner`.
    pub field: String,
    /// 16 random octets.
    pub salt: [u8; 16],
    /// The value.
    pub value: String,
}

impl Withheld {
    /// Returns the commitment: SHA-256 over a label, the salt, the name of the field, a zero octet and the value.
    #[must_use]
    pub fn commitment(&self) -> Digest {
        Digest::of_parts(&[b"forestall withheld 1\0", &self.salt, self.field.as_bytes(), &[0], self.value.as_bytes()])
    }
}

impl std::fmt::Debug for Withheld {
    /// Shows the name of the field only: values are personal, and a log line must not hold them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Withheld").field("field", &self.field).finish_non_exhaustive()
    }
}
