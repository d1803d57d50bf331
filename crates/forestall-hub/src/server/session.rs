// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sessions: who is signed in, by a cookie or a token that the store knows by its digest only.
//!
//! There are three ways. A link that the program printed signs in whoever runs the installation, under the name that they give; the name rides
//! in the cookie: whoever holds the token may call themselves what they like. A person with an account has a session of their own. A program of
//! theirs sends a token in `Authorization`; a token is never sent by a browser on its own, so that such a request needs no token of a form.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use forestall_model::{Actor, Digest, Instant, Scopes, Window};
use forestall_store::Person;

use super::shared::Moment;
use super::{App, Problem, Viewer, Wants};
use crate::desk::{Act, DeskError, SESSION_SECONDS, TOUCH_SECONDS, Token};

/// How long a session by a link lasts, in seconds: a shift and its handover.
const LINK_SESSION_SECONDS: i64 = 12 * 3_600;

/// For what a token of a form is derived from that of the session.
const FORM: &str = "forestall form 1";

/// Who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// Who acts.
    pub(crate) actor: Actor,
    /// What each form must carry; empty where a program calls, which needs none.
    pub(crate) form_token: String,
    /// From which follows what they may see and do.
    pub(crate) viewer: Viewer,
    /// The digest of the token, where it is the session of a person with an account.
    pub(crate) digest: Option<Digest>,
    /// What lists call the token of the program that calls; none where somebody is signed in by hand.
    pub(crate) token: Option<String>,
    /// Whether they proved more than a password; else all they may do is to set up what proves more.
    pub(crate) strong: bool,
    /// What stands for their name and is replaced by it, while a page is made that others get as well.
    pub(super) stand_in: Option<String>,
}

impl Session {
    /// Returns the name that pages show.
    pub(crate) fn name(&self) -> &str {
        self.stand_in.as_deref().unwrap_or_else(|| self.actor.as_str())
    }

    /// Says whether a program calls.
    pub(crate) const fn is_by_program(&self) -> bool {
        self.token.is_some()
    }

    /// Says where a fact comes from that somebody of a registry gives `by` themselves, as `on the console`; none for others.
    pub(crate) fn source_of_registry(&self, by: &str) -> Option<String> {
        let party = self.viewer.party.as_ref().filter(|_| self.viewer.is_registry())?;
        Some(format!("{} itself, {by}", party.name))
    }

    /// Begins an act of this person at `now`.
    pub(crate) fn act(&self, now: Instant) -> Act {
        Act::new(self.actor.clone(), now)
    }
}

/// Lets signed-in people through and sends others to the page that says how to sign in.
pub(super) async fn require(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let reads_page = request.method() == Method::GET && Wants::of(request.headers()) == Wants::Page;
    match find(&app, request.headers()).await {
        Ok(Some((session, _))) if !session.strong && !is_open_to_the_weak(request.uri().path()) => {
            if reads_page {
                return Redirect::to("/account").into_response();
            }
            Problem::forbidden("set up the codes of your account first").into_response()
        }
        Ok(Some((session, moment))) => {
            request.extensions_mut().insert(session);
            request.extensions_mut().insert(moment);
            next.run(request).await
        }
        Ok(None) if reads_page => Redirect::to("/sign-in").into_response(),
        Ok(None) => Problem::forbidden("nobody is signed in here; open a link for sign-in first").into_response(),
        Err(problem) => {
            let refused = problem.status == StatusCode::UNAUTHORIZED;
            let mut response = problem.into_response();
            if refused {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            response
        }
    }
}

/// Says whether somebody who gave a password alone may open an address: that at which they set up more. A token for programs would
/// reach as far as a code, so they make none.
fn is_open_to_the_weak(path: &str) -> bool {
    matches!(path, "/account" | "/account/codes" | "/account/password" | "/account/sessions/end" | "/sign-out")
}

/// Returns who is signed in by the request's token or cookie, and the moment from which that is.
pub(crate) async fn find(app: &App, headers: &HeaderMap) -> Result<Option<(Session, Moment)>, Problem> {
    let Some(proof) = proof(app, headers) else { return Ok(None) };
    let now = app.now();
    let moment = Moment::new(app.desk().store().revision().await?, now);
    if let Some(session) = app.sessions().get(proof, moment.revision, now) {
        return Ok(Some((session, moment)));
    }
    let Some(known) = look_up(app, headers).await? else { return Ok(None) };
    app.sessions().keep(proof, moment.revision, Window { from: now, until: known.until }, &known.session);
    Ok(Some((known.session, moment)))
}

/// The digest of what somebody sends to be known; `None` where they send nothing.
fn proof(app: &App, headers: &HeaderMap) -> Option<Digest> {
    match headers.get(header::AUTHORIZATION) {
        Some(value) => Some(Digest::of_parts(&[b"authorization", value.as_bytes()])),
        None => value_of(headers, &cookie_name(app)).map(|value| Digest::of_parts(&[b"cookie", value.as_bytes()])),
    }
}

/// Somebody who is signed in.
struct Known {
    session: Session,
    /// When the store must be asked again, were nothing to change in it.
    until: Instant,
}

async fn look_up(app: &App, headers: &HeaderMap) -> Result<Option<Known>, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        return of_program(app, value).await.map(Some);
    }
    match read_cookie(app, headers) {
        None => Ok(None),
        Some(Cookie::Link(token, actor)) => {
            let Some(until) = app.desk().store().session(token.digest(), app.now()).await? else { return Ok(None) };
            let session = Session {
                actor,
                form_token: token.derived(FORM),
                viewer: Viewer::by_link(),
                digest: None,
                token: None,
                strong: true,
                stand_in: None,
            };
            Ok(Some(Known { session, until }))
        }
        Some(Cookie::Person(token)) => {
            let Some((session, person)) = app.desk().session(&token, app.now()).await? else { return Ok(None) };
            let until = session.expires.min(session.last_used.plus_seconds(TOUCH_SECONDS));
            let session = Session {
                actor: actor(&person)?,
                form_token: token.derived(FORM),
                viewer: viewer(app, &person, Scopes::ALL).await?,
                digest: Some(session.token),
                token: None,
                strong: session.strong,
                stand_in: None,
            };
            Ok(Some(Known { session, until }))
        }
    }
}

/// Returns the session of a program that sends a token.
async fn of_program(app: &App, value: &HeaderValue) -> Result<Known, Problem> {
    let refused = || {
        let detail =
            "the token does not work: it is unknown, has expired or was taken back, or its person may not sign in";
        Problem::new(StatusCode::UNAUTHORIZED, "Nobody is known by this token", detail)
    };
    let text = value.to_str().map_err(|_| refused())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(refused)?;
    let token = Token::read(token.trim()).filter(|_| scheme.eq_ignore_ascii_case("bearer")).ok_or_else(refused)?;
    let now = app.now();
    let (token, person) = app.desk().api_token(&token, now).await?.ok_or_else(refused)?;
    let until = token.expires.min(token.last_used.unwrap_or(now).plus_seconds(TOUCH_SECONDS));
    let session = Session {
        actor: actor(&person)?,
        form_token: String::new(),
        viewer: viewer(app, &person, token.scopes).await?,
        digest: None,
        token: Some(token.id),
        strong: true,
        stand_in: None,
    };
    Ok(Known { session, until })
}

async fn viewer(app: &App, person: &Person, scopes: Scopes) -> Result<Viewer, Problem> {
    Ok(Viewer::load(app.desk().store(), person, scopes).await?)
}

fn actor(person: &Person) -> Result<Actor, Problem> {
    person.name.parse().map_err(|error| Problem::internal(&error))
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
    store.create_session(token.digest(), now.plus_seconds(LINK_SESSION_SECONDS)).await?;
    let name: String = actor.as_str().bytes().map(|octet| format!("{octet:02x}")).collect();
    cookie(app, &format!("{token}.{name}"), LINK_SESSION_SECONDS).map(Some)
}

/// Returns the cookie of a session of a person.
pub(crate) fn cookie_of(app: &App, token: &Token) -> Result<HeaderValue, Problem> {
    cookie(app, &token.to_string(), SESSION_SECONDS)
}

/// Ends the request's session and returns the cookie that takes the browser's away.
pub(crate) async fn end(app: &App, headers: &HeaderMap) -> Result<HeaderValue, Problem> {
    match read_cookie(app, headers) {
        Some(Cookie::Link(token, _)) => drop(app.desk().store().end_session(token.digest()).await?),
        Some(Cookie::Person(token)) => {
            if let Some((session, person)) = app.desk().session(&token, app.now()).await? {
                app.desk().store().end_person_session(session.token, &person.id).await?;
            }
        }
        None => {}
    }
    cookie(app, "", 0)
}

/// Returns the cookie that a browser keeps while its reader is away at a provider of identities. It is sent also where the reader comes from
/// another site, as they do then.
pub(crate) fn away_cookie(app: &App, value: &str, seconds: i64) -> Result<HeaderValue, Problem> {
    let secure = if app.origin().is_secure() { "; Secure" } else { "" };
    let name = format!("{}-away", cookie_name(app));
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).map_err(|error| Problem::from(DeskError::Input(error.to_string())))
}

/// Returns what a browser kept while its reader was away.
pub(crate) fn read_away_cookie(app: &App, headers: &HeaderMap) -> Option<String> {
    value_of(headers, &format!("{}-away", cookie_name(app))).map(str::to_owned)
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

/// What a cookie of the console holds.
enum Cookie {
    /// The token of a session by a link, and the name that its holder gave.
    Link(Token, Actor),
    /// The token of a session of a person with an account.
    Person(Token),
}

fn read_cookie(app: &App, headers: &HeaderMap) -> Option<Cookie> {
    let value = value_of(headers, &cookie_name(app))?;
    match value.split_once('.') {
        Some((token, actor)) => Some(Cookie::Link(Token::read(token)?, actor_of(actor)?)),
        None => Token::read(value).map(Cookie::Person),
    }
}

/// Returns the value of a cookie.
fn value_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
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
