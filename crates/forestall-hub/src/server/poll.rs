// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Programs of others that poll: they know no other way to sign in than a name and a password, or a header that somebody typed in.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::App;
use crate::api::session;

/// How somebody becomes known: with the token as password, whatever the user is called, or as it is.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"forestall\", charset=\"UTF-8\", Bearer");

/// Lets those through who are known by a token, and tells others how to become known.
pub(crate) async fn require(State(app): State<App>, mut request: Request, next: Next) -> Response {
    take_password(request.headers_mut());
    let mut response = session::require(State(app), request, next).await;
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, CHALLENGE);
    }
    response
}

/// Puts the password of somebody who sends a name and a password in the place of the token that it is.
fn take_password(headers: &mut HeaderMap) {
    if let Some(token) = headers.get(header::AUTHORIZATION).and_then(password)
        && let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {token}"))
    {
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
}

/// Returns the password of the scheme Basic (RFC 7617).
fn password(value: &HeaderValue) -> Option<String> {
    let (scheme, pair) = value.to_str().ok()?.split_once(' ')?;
    let pair = Some(pair.trim()).filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let pair = String::from_utf8(STANDARD.decode(pair).ok()?).ok()?;
    pair.split_once(':').map(|(_, password)| password.to_owned())
}

#[cfg(test)]
mod tests {
    use super::password;
    use axum::http::HeaderValue;

    #[test]
    fn the_password_is_what_stands_behind_the_first_colon() {
        let of = |text: &str| password(&HeaderValue::from_str(text).unwrap());
        assert_eq!(of("Basic dG9rZW46YTpi").as_deref(), Some("a:b"));
        assert_eq!(of("basic  Om9ubHk=").as_deref(), Some("only"));
        for none in ["Basic", "Basic dG9rZW4=", "Basic !", "Bearer dG9rZW46YQ=="] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
