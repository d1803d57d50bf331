// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Signing in with a provider of identities: away to it, and back.
//!
//! What must come back the same stands in a cookie of the browser that went away, so that nobody signs another in as themselves; and it comes back
//! once.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use forestall_connect::oidc::{Identity, OidcError, Returned};

use super::frame::Frame;
use super::sign_in;
use crate::desk::{AWAY_SECONDS, ByProvider, Token};
use crate::server::{self, App, Problem, Provider, Query, Wants};

/// Where the provider sends people back to, below the address of the console.
const BACK: &str = "/sign-in/provider/back";

#[derive(Template)]
#[template(path = "provider.html")]
struct Page {
    frame: Frame,
}

/// What a browser keeps while its reader is away.
struct Away {
    state: String,
    nonce: String,
    verifier: String,
    /// The token of an invitation; empty where somebody brings none.
    invitation: String,
}

impl Away {
    fn read(app: &App, headers: &HeaderMap) -> Option<Self> {
        let kept = server::read_away_cookie(app, headers)?;
        let mut parts = kept.split('.').map(str::to_owned);
        let away =
            Self { state: parts.next()?, nonce: parts.next()?, verifier: parts.next()?, invitation: parts.next()? };
        (parts.next().is_none() && !away.state.is_empty()).then_some(away)
    }

    fn cookie(&self, app: &App) -> Result<HeaderValue, Problem> {
        let Self { state, nonce, verifier, invitation } = self;
        server::away_cookie(app, &format!("{state}.{nonce}.{verifier}.{invitation}"), AWAY_SECONDS)
    }
}

fn provider(app: &App) -> Result<&Provider, Problem> {
    app.provider().ok_or_else(|| Problem::not_found("there is no such page"))
}

/// Sends the browser to the provider.
pub(crate) async fn start(
    State(app): State<App>,
    wants: Wants,
    query: Query,
    request: Request,
) -> Result<Response, Problem> {
    let provider = provider(&app)?;
    // Another site does not begin a sign-in for its readers, who would not know with what they end up.
    let from = request.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
    if matches!(from, Some(b"cross-site" | b"same-site")) {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    server::admit_sign_in(&app, &request)?;
    let invitation = match query.text("invitation") {
        Some(text) => Token::read(text).ok_or_else(|| Problem::bad_request("invitation: it is none"))?.to_string(),
        None => String::new(),
    };
    let started = match provider.client.start(&format!("{}{BACK}", app.origin())).await {
        Ok(started) => started,
        Err(error) => return sign_in::refuse(&app, wants, problem(provider, &error)),
    };
    let away = Away { state: started.state, nonce: started.nonce, verifier: started.verifier, invitation };
    app.desk().leave_for_provider(&away.state, app.now()).await?;
    Ok(([(header::SET_COOKIE, away.cookie(&app)?)], Redirect::to(&started.url)).into_response())
}

/// Takes the browser back from the provider and begins a session.
pub(crate) async fn back(
    State(app): State<App>,
    wants: Wants,
    query: Query,
    request: Request,
) -> Result<Response, Problem> {
    let provider = provider(&app)?;
    server::admit_sign_in(&app, &request)?;
    let mut response = match signed_in(&app, provider, request.headers(), &query).await {
        Ok(token) => {
            // A redirect would still count as one of the provider's, and the browser would keep the cookie of the session back.
            let mut response = super::page(&Page { frame: Frame::bare("Signed in") })?.into_response();
            response.headers_mut().insert(header::REFRESH, HeaderValue::from_static("0;url=/"));
            response.headers_mut().insert(header::SET_COOKIE, server::cookie_of(&app, &token)?);
            response
        }
        Err(problem) => sign_in::refuse(&app, wants, problem)?,
    };
    response.headers_mut().append(header::SET_COOKIE, server::away_cookie(&app, "", 0)?);
    Ok(response)
}

async fn signed_in(app: &App, provider: &Provider, headers: &HeaderMap, query: &Query) -> Result<Token, Problem> {
    let stale = || {
        Problem::forbidden(
            "This sign-in was not begun in this browser, took too long, or was used before. Begin it again.",
        )
    };
    let away = Away::read(app, headers).ok_or_else(stale)?;
    if query.text("state") != Some(&away.state) || !app.desk().is_back_from_provider(&away.state, app.now()).await? {
        return Err(stale());
    }
    // RFC 9207: who says that they are another provider is not the one to which the browser was sent.
    if query.text("iss").is_some_and(|issuer| issuer != provider.client.issuer()) {
        return Err(Problem::forbidden(format!(
            "The answer is not one of {}. Begin the sign-in again.",
            provider.name
        )));
    }
    let code = query.text("code").map(str::to_owned).ok_or_else(|| {
        // A word of RFC 6749, part 4.1.2.1, where the provider keeps to it.
        let word: String = query.text("error").unwrap_or("").chars().filter(char::is_ascii_graphic).take(60).collect();
        tracing::info!(word, "a provider of identities signs somebody not in");
        Problem::forbidden(format!("{} did not sign you in.", provider.name))
    })?;
    let returned = Returned { code, nonce: away.nonce, verifier: away.verifier };
    let found = provider.client.finish(&format!("{}{BACK}", app.origin()), returned).await;
    let Identity { issuer, subject, verified_mail, name } = found.map_err(|error| problem(provider, &error))?;
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
    let by = ByProvider {
        mail: verified_mail.filter(|_| provider.by_mail),
        invitation: Some(away.invitation).filter(|token| !token.is_empty()),
        issuer,
        subject,
        name,
        agent,
    };
    app.desk().sign_in_by_provider(&by, app.now()).await?.ok_or_else(|| {
        Problem::forbidden(format!(
            "{} knows you as {:?}, and this installation does not know you by that, or lets you in no more. Give it to the people who run \
             the installation, or ask them for an invitation.",
            provider.name, by.subject
        ))
    })
}

/// Tells what is wrong with a provider: the reader what they can do, the log the rest.
fn problem(provider: &Provider, error: &OidcError) -> Problem {
    tracing::warn!(%error, "somebody could not sign in by the provider of identities");
    let name = &provider.name;
    match error {
        OidcError::Refused(_) | OidcError::Code(_) => Problem::forbidden(format!(
            "What {name} sent back is not to be believed, or was used before. Begin the sign-in again."
        )),
        _ => {
            let detail =
                format!("{name} does not answer as it should. Try again in a minute, or sign in by a password.");
            Problem::new(StatusCode::BAD_GATEWAY, "The provider does not answer", detail)
        }
    }
}
