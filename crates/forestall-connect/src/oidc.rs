// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Signing in with a provider of identities, by OpenID Connect: the authorization code flow with PKCE, state and nonce.
//!
//! The provider is asked anew for each sign-in, for where people sign in and for its keys: nothing is kept that could be out of date, and a
//! provider that is down stops nobody but those who come by it.
//!
//! # Source
//!
//! OpenID Connect Core 1.0, parts 3.1 and 5.3; OpenID Connect Discovery 1.0; RFC 7636 (PKCE). The protocol with the checks of the token (signature,
//! issuer, audience, expiry, nonce) is the library's; what stands here is the client under it, with its limits, and what is taken from a token.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdTokenClaims, CoreProviderMetadata,
    CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AsyncHttpClient, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndUserEmail,
    EndUserName, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, LocalizedClaim,
    Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _,
};
use reqwest::{Client, Url};

use crate::address::https_or_here;
use crate::causes::reason;
use crate::http::{self, BodyError};
use crate::tls;
pub use crate::tls::TlsError;

/// Most octets of an answer of a provider: metadata and keys take some tens of KB.
const MAX_OCTETS: usize = 1 << 20;
/// How long the questions of one step may take together: somebody waits before a browser.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Most characters of what a provider calls a person (OpenID Connect Core 1.0, part 2).
const MAX_SUBJECT: usize = 255;

/// What people are asked at the provider even where they have signed in there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// To sign in again.
    Login,
    /// Whether they agree.
    Consent,
    /// As whom.
    SelectAccount,
}

impl std::str::FromStr for Prompt {
    type Err = OidcError;

    fn from_str(text: &str) -> Result<Self, OidcError> {
        match text {
            "login" => Ok(Self::Login),
            "consent" => Ok(Self::Consent),
            "select_account" => Ok(Self::SelectAccount),
            _ => {
                let text: String = text.chars().take(40).collect();
                let reason =
                    format!("{text:?} is nothing that a provider asks: expected login, consent or select_account");
                Err(OidcError::Setting { what: "prompt", reason })
            }
        }
    }
}

/// Which provider, and who we are to it.
#[derive(Clone)]
pub struct OidcSettings {
    /// The provider, by its address: `https://id.example`.
    pub issuer: String,
    /// What the provider calls us.
    pub client_id: String,
    /// By what the provider knows that it is us.
    pub client_secret: String,
    /// What people are asked there in any case; without it the provider decides.
    pub prompt: Option<Prompt>,
    /// Authorities that are believed besides those of the operating system, as DER.
    pub authorities: Vec<Vec<u8>>,
}

impl std::fmt::Debug for OidcSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OidcSettings").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// Why somebody is not signed in by a provider.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OidcError {
    /// TLS cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The settings cannot be meant so.
    #[error("{what}: {reason}")]
    Setting {
        /// Which setting.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The provider cannot be asked, or answers what cannot be used.
    #[error("the provider of identities cannot be asked: {0}")]
    Provider(String),
    /// The provider does not redeem the code: it was redeemed before, is too old, or is not of this sign-in.
    #[error("the provider does not redeem the code: {0}")]
    Code(String),
    /// What the provider says of the person is not to be believed.
    #[error("the provider's word cannot be believed: {0}")]
    Refused(String),
}

/// The beginning of a sign-in. All but the address is kept until the browser comes back.
#[derive(Clone)]
pub struct Started {
    /// Where the browser goes.
    pub url: String,
    /// What the provider must send back; letters, digits, `-` and `_`, as are the two below.
    pub state: String,
    /// What the token must hold.
    pub nonce: String,
    /// By what the code is redeemed.
    pub verifier: String,
}

impl std::fmt::Debug for Started {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Started(..)")
    }
}

/// What a browser came back with, and what was kept of its beginning.
#[derive(Clone)]
pub struct Returned {
    /// The code that the provider sent along.
    pub code: String,
    /// [`Started::nonce`].
    pub nonce: String,
    /// [`Started::verifier`].
    pub verifier: String,
}

impl std::fmt::Debug for Returned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Returned(..)")
    }
}

/// Who somebody is, in the words of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// What it calls the person: 1 to 255 characters.
    pub subject: String,
    /// Their mail address, where the provider made sure that it is theirs.
    pub verified_mail: Option<String>,
    /// Their name, for people to read.
    pub name: Option<String>,
}

/// Asks one provider.
#[derive(Clone, Debug)]
pub struct Oidc {
    settings: OidcSettings,
    issuer: IssuerUrl,
    http: Http,
}

/// The way over which a provider is asked.
#[derive(Clone, Debug)]
struct Http(Client);

/// Something that is asked, and its end.
type Asked<'a, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// The client of the library, as the metadata of a provider make it.
type Known =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct HttpFailure(String);

impl Oidc {
    /// Makes a client of a provider. The provider is not asked yet.
    ///
    /// # Errors
    ///
    /// [`OidcError::Setting`] for an address that is none, or without TLS other than on this machine; [`OidcError::Tls`] where TLS cannot be used.
    pub fn new(settings: OidcSettings) -> Result<Self, OidcError> {
        let wrong = |what, reason: String| OidcError::Setting { what, reason };
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|error| wrong("issuer", error.to_string()))?;
        if !https_or_here(issuer.url()) {
            let reason = "a provider is asked over TLS: expected an address that begins with https://";
            return Err(wrong("issuer", reason.to_owned()));
        }
        for (what, text) in [("client_id", &settings.client_id), ("client_secret", &settings.client_secret)] {
            if text.is_empty() {
                return Err(wrong(what, "it is empty".to_owned()));
            }
        }
        let http = http::client(tls::config(&settings.authorities)?).timeout(TIMEOUT).build();
        let http = http.map_err(|error| OidcError::Provider(reason(&error)))?;
        Ok(Self { settings, issuer, http: Http(http) })
    }

    /// Returns the provider, by its address.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Begins a sign-in after which the provider sends the browser to `redirect`.
    ///
    /// # Errors
    ///
    /// [`OidcError::Provider`] where it does not say where people sign in.
    pub async fn start(&self, redirect: &str) -> Result<Started, OidcError> {
        let client = in_time(Box::pin(self.client(redirect))).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge);
        if let Some(prompt) = self.settings.prompt {
            request = request.add_prompt(match prompt {
                Prompt::Login => CoreAuthPrompt::Login,
                Prompt::Consent => CoreAuthPrompt::Consent,
                Prompt::SelectAccount => CoreAuthPrompt::SelectAccount,
            });
        }
        let (url, state, nonce) = request.url();
        if !https_or_here(&url) {
            return Err(OidcError::Provider("it has people sign in without TLS".to_owned()));
        }
        Ok(Started {
            url: url.to_string(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        })
    }

    /// Redeems a code, and returns who the provider says that it is. That the state was sent back, and once only, the caller has checked.
    ///
    /// # Errors
    ///
    /// [`OidcError::Provider`] where it cannot be asked, [`OidcError::Code`] where it does not redeem the code, [`OidcError::Refused`] where the
    /// token is not signed by it, is not for us, is too old, or is of another sign-in.
    pub async fn finish(&self, redirect: &str, returned: Returned) -> Result<Identity, OidcError> {
        in_time(Box::pin(self.redeem(redirect, returned))).await
    }

    async fn redeem(&self, redirect: &str, returned: Returned) -> Result<Identity, OidcError> {
        let client = self.client(redirect).await?;
        let Returned { code, nonce, verifier } = returned;
        let request = client.exchange_code(AuthorizationCode::new(code));
        let request = request.map_err(|error| OidcError::Provider(reason(&error)))?;
        let response = request.set_pkce_verifier(PkceCodeVerifier::new(verifier)).request_async(&self.http).await;
        let response = response.map_err(|error| match &error {
            openidconnect::RequestTokenError::ServerResponse(_) => OidcError::Code(reason(&error)),
            _ => OidcError::Provider(reason(&error)),
        })?;
        let token = response.id_token().ok_or_else(|| OidcError::Refused("it sent no token of identity".to_owned()))?;
        let checked = token.claims(&client.id_token_verifier(), &Nonce::new(nonce));
        let claims = checked.map_err(|error| OidcError::Refused(reason(&error)))?;
        let subject = claims.subject().as_str().to_owned();
        if !(1..=MAX_SUBJECT).contains(&subject.chars().count()) {
            let reason = format!("it calls the person by a text that is empty or longer than {MAX_SUBJECT} characters");
            return Err(OidcError::Refused(reason));
        }
        let mut mail = verified_mail(claims.email(), claims.email_verified());
        let mut name = plain_name(claims.name());
        if mail.is_none() || name.is_none() {
            // Many providers tell mail and name where they are asked for them alone (OpenID Connect Core 1.0, part 5.3).
            if let Some(more) = self.more(&client, response.access_token(), claims).await {
                mail = mail.or_else(|| verified_mail(more.email(), more.email_verified()));
                name = name.or_else(|| plain_name(more.name()));
            }
        }
        Ok(Identity { issuer: claims.issuer().as_str().to_owned(), subject, verified_mail: mail, name })
    }

    /// Returns what the provider tells of the person besides the token; `None` where it tells nothing, or of somebody else.
    async fn more(
        &self,
        client: &Known,
        token: &AccessToken,
        claims: &CoreIdTokenClaims,
    ) -> Option<CoreUserInfoClaims> {
        let request = client.user_info(token.clone(), Some(claims.subject().clone())).ok()?;
        let answer: Result<CoreUserInfoClaims, _> = request.request_async(&self.http).await;
        answer.inspect_err(|error| tracing::info!(error = reason(error), "a provider of identities tells no more")).ok()
    }

    /// Asks the provider what it is, and makes the library's client of it.
    async fn client(&self, redirect: &str) -> Result<Known, OidcError> {
        let redirect = RedirectUrl::new(redirect.to_owned());
        let redirect = redirect.map_err(|error| OidcError::Setting { what: "redirect", reason: error.to_string() })?;
        let metadata = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await;
        let metadata = metadata.map_err(|error| OidcError::Provider(reason(&error)))?;
        // OpenID Connect Discovery 1.0, part 3: who names no way takes the basic one.
        let ways = metadata.token_endpoint_auth_methods_supported();
        let is_basic = ways.is_none_or(|ways| ways.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(self.settings.client_id.clone()),
            Some(ClientSecret::new(self.settings.client_secret.clone())),
        );
        let way = if is_basic { AuthType::BasicAuth } else { AuthType::RequestBody };
        Ok(client.set_auth_type(way).set_redirect_uri(redirect))
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpFailure;
    type Future = Asked<'c, HttpResponse, HttpFailure>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

impl Http {
    /// Asks the provider, and reads at most [`MAX_OCTETS`] of its answer.
    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        let failed = |error: &reqwest::Error| HttpFailure(reason(error));
        let (parts, body) = request.into_parts();
        let url = parts.uri.to_string().parse::<Url>().map_err(|error| HttpFailure(reason(&error)))?;
        if !https_or_here(&url) {
            return Err(HttpFailure("it names an address without TLS".to_owned()));
        }
        let asked = self.0.request(parts.method, url).headers(parts.headers).body(body);
        let mut response = asked.send().await.map_err(|error| failed(&error.without_url()))?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let octets = http::body(response, MAX_OCTETS).await.map_err(|error| match error {
            BodyError::TooLong => HttpFailure(format!("it answers with more than {MAX_OCTETS} octets")),
            BodyError::Broken(error) => failed(&error),
        })?;
        let mut answer = HttpResponse::new(octets);
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }
}

async fn in_time<T>(asked: Asked<'_, T, OidcError>) -> Result<T, OidcError> {
    let late = |_| OidcError::Provider(format!("it does not answer within {} seconds", TIMEOUT.as_secs()));
    tokio::time::timeout(TIMEOUT, asked).await.map_err(late)?
}

fn verified_mail(mail: Option<&EndUserEmail>, verified: Option<bool>) -> Option<String> {
    mail.filter(|_| verified == Some(true)).map(|mail| mail.as_str().to_owned())
}

fn plain_name(names: Option<&LocalizedClaim<EndUserName>>) -> Option<String> {
    names.and_then(|names| names.get(None)).map(|name| name.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Oidc, OidcError, OidcSettings, Prompt};

    fn settings(issuer: &str) -> OidcSettings {
        OidcSettings {
            issuer: issuer.to_owned(),
            client_id: "forestall".to_owned(),
            client_secret: "hidden words".to_owned(),
            prompt: None,
            authorities: Vec::new(),
        }
    }

    #[test]
    fn a_provider_of_another_machine_is_asked_over_tls() {
        let check = |issuer: &str, expected: bool| {
            let made = Oidc::new(settings(issuer));
            assert_eq!(made.is_ok(), expected, "{issuer}: {made:?}");
            if let Err(error) = made {
                assert!(matches!(error, OidcError::Setting { what: "issuer", .. }), "{error}");
            }
        };
        check("https://id.example", true);
        check("http://127.0.0.1:9400", true);
        check("http://localhost:9400/realms/a", true);
        check("http://id.example", false);
        check("http://127.0.0.1.example", false);
        check("id.example", false);
        check("ftp://localhost", false);
    }

    #[test]
    fn refuses_an_empty_secret_and_shows_none() {
        let made = Oidc::new(OidcSettings { client_secret: String::new(), ..settings("https://id.example") });
        assert!(matches!(made, Err(OidcError::Setting { what: "client_secret", .. })), "{made:?}");
        let made = Oidc::new(settings("https://id.example")).unwrap();
        assert!(!format!("{made:?}").contains("hidden words"), "{made:?}");
    }

    #[test]
    fn reads_what_a_provider_asks() {
        assert_eq!("select_account".parse::<Prompt>().unwrap(), Prompt::SelectAccount);
        for other in ["", "none", "Login"] {
            assert!(other.parse::<Prompt>().is_err(), "{other}");
        }
    }
}
