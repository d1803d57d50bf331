// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Links that sign one person in, once.

use std::fmt;

use forestall_model::{Digest, Instant};

use super::App;
use crate::desk::DeskError;

/// How long a link waits for its reader, in seconds: a day, since a coordinator may open it from a phone call's notes.
const LINK_SECONDS: i64 = 24 * 3_600;

/// A link that signs one person in, once. It is a credential: it belongs on the terminal of whoever asked for it.
#[derive(Clone)]
pub struct SignInLink {
    url: String,
    /// When it stops working.
    pub expires: Instant,
}

impl fmt::Display for SignInLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.url)
    }
}

impl fmt::Debug for SignInLink {
    /// Shows no token: a log line must not sign anybody in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInLink").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// Makes a link and has the store keep the digest of its token.
pub(super) async fn create(app: &App) -> Result<SignInLink, DeskError> {
    let token = Token::fresh()?;
    let expires = app.now().plus_seconds(LINK_SECONDS);
    app.desk().store().create_link(token.digest(), expires).await?;
    Ok(SignInLink { url: format!("{}/sign-in?token={token}", app.origin()), expires })
}

/// 32 random octets, written as 64 hexadecimal digits. Only their SHA-256 is stored.
pub(super) struct Token([u8; 32]);

impl Token {
    /// Draws a token from the operating system.
    pub(super) fn fresh() -> Result<Self, DeskError> {
        let mut octets = [0; 32];
        getrandom::fill(&mut octets)
            .map_err(|error| DeskError::Outside(format!("the system gives no random numbers: {error}")))?;
        Ok(Self(octets))
    }

    /// Reads the written form; `None` for anything else.
    pub(super) fn read(text: &str) -> Option<Self> {
        // The written form of a digest is the same 64 digits.
        let digest: Digest = text.parse().ok()?;
        (digest.to_string() == text).then_some(Self(digest.0))
    }

    /// Returns what the store keeps.
    pub(super) fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }

    /// Returns the token that a form must carry to act within the session of this one. It gives nothing away of it.
    pub(super) fn form_token(&self) -> String {
        Digest::of_parts(&[b"forestall form 1\0", &self.0]).to_string()
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Digest(self.0).fmt(f)
    }
}
