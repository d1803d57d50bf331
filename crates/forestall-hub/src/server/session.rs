// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sessions: who is signed in, by a cookie whose token the store knows by its digest only.
//!
//! A session belongs to a person by the name that they gave when they signed in; the name stands in the log beside what
//! they do. It rides in the cookie: whoever holds the token may call themselves what they like.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use forestall_model::{Actor, Instant};

use super::{App, Problem, Wants};
use crate::desk::{Act, DeskError, Token};

/// How long a session lasts, in seconds: a shift and its handover.
const SESSION_SECONDS: i64 = 12 * 3_600;

/// For what a token of a form is derived from that of the session.
const FORM: &str = "forestall form 1";

/// Who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// Who acts.
    pub(crate) actor: Actor,
    /// What each form must carry.
    pub(crate) form_token: String,
}

impl Session {
    /// Begins an act of this person at `now`.
    pub(crate) fn act(&self, now: Instant) -> Act {
        Act::new(self.actor.clone(), now)
    }
}

/// Lets signed-in people through and sends others to the page that says how to sign in.
pub(super) async fn require(State(app): State<App>, mut request: Request, next: Next) -> Response {
    match find(&app, request.headers()).await {
        Ok(Some(session)) => {
            request.extensions_mut().insert(session);
            next.run(request).await
        }
        Ok(None) if request.method() == Method::GET && Wants::of(request.headers()) == Wants::Page => {
            Redirect::to("/sign-in").into_response()
        }
        Ok(None) => Problem::forbidden("nobody is signed in here; open a link for sign-in first").into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// Returns who is signed in by the request's cookie.
pub(crate) async fn find(app: &App, headers: &HeaderMap) -> Result<Option<Session>, Problem> {
    let Some((token, actor)) = read_cookie(app, headers) else { return Ok(None) };
    let known = app.desk().store().session(token.digest(), app.now()).await?;
    Ok(known.then(|| Session { actor, form_token: token.derived(FORM) }))
}

/// Redeems a link and begins a session; returns the cookie, or `None` where the link does not work any more.
pub(crate) async fn begin(app: &App, link: &str, actor: &Actor) -> Result<Option<HeaderValue>, Problem> {
    let Some(link) = Token::read(link) else { return Ok(None) };
    let (store, now) = (app.desk().store(), app.now());
    store.purge_sign_in(now).await?;
    if !store.redeem_link(link.digest(), now).await? {
        return Ok(None);
    }
    let token = Token::fresh()?;
    store.create_session(token.digest(), now.plus_seconds(SESSION_SECONDS)).await?;
    let name: String = actor.as_str().bytes().map(|octet| format!("{octet:02x}")).collect();
    cookie(app, &format!("{token}.{name}"), SESSION_SECONDS).map(Some)
}

/// Ends the request's session and returns the cookie that takes the browser's away.
pub(crate) async fn end(app: &App, headers: &HeaderMap) -> Result<HeaderValue, Problem> {
    if let Some((token, _)) = read_cookie(app, headers) {
        app.desk().store().end_session(token.digest()).await?;
    }
    cookie(app, "", 0)
}

/// Returns the cookie's name. Cookies do not know ports, and two consoles may run on one machine: the name holds it.
fn cookie_name(app: &App) -> String {
    let prefix = if app.origin().is_secure() { "__Host-" } else { "" };
    format!("{prefix}forestall-{}", app.address().port())
}

fn cookie(app: &App, value: &str, seconds: i64) -> Result<HeaderValue, Problem> {
    let secure = if app.origin().is_secure() { "; Secure" } else { "" };
    let text = format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}", cookie_name(app));
    HeaderValue::from_str(&text).map_err(|error| Problem::from(DeskError::Input(error.to_string())))
}

fn read_cookie(app: &App, headers: &HeaderMap) -> Option<(Token, Actor)> {
    let name = cookie_name(app);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    let (token, actor) = value.split_once('.')?;
    Some((Token::read(token)?, actor_of(actor)?))
}

fn actor_of(digits: &str) -> Option<Actor> {
    let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let octets: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(octet).collect();
    String::from_utf8(octets?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::actor_of;

    #[test]
    fn names_survive_the_cookie() {
        let text: String = "Zoë, night shift".bytes().map(|b| format!("{b:02x}")).collect();
        assert_eq!(actor_of(&text).unwrap().as_str(), "Zoë, night shift");
        for broken in ["", "0", "zz", "ff", "0a"] {
            assert_eq!(actor_of(broken), None, "{broken}");
        }
    }
}
