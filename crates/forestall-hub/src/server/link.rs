// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Links that sign one person in, once.

use std::fmt;

use forestall_model::Instant;

use super::App;
use crate::desk::{DeskError, Token};

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
