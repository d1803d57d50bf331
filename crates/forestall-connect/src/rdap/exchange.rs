// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One question over HTTP, its redirects and its answer.

use std::net::IpAddr;
use std::sync::Arc;

use forestall_formats::rdap::{Contacts, MAX_OCTETS, RdapDomain, is_error_answer, read};
use forestall_model::dossier::{Registration, RegistrationState};
use forestall_model::{DomainName, Instant, Method};
use reqwest::header::{ACCEPT, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url};
use rustls::ClientConfig;

use super::base::RdapBase;
use super::redirect::Known;
use crate::address::{NotPublic, PublicOnly, is_public};
use crate::causes::{chain, reason};
use crate::http::{BodyError, body};
use crate::turns::{Ask, Attempt, Manners};
use crate::{http, retry_after, tls};

/// Most redirects of one question.
const MOST_REDIRECTS: usize = 3;
/// The media type of answers (RFC 7480, section 4.2).
const MEDIA_TYPE: &str = "application/rdap+json";

/// Asks services over HTTP.
#[derive(Debug)]
pub(super) struct Exchange {
    client: Client,
    known: Known,
    /// Scheme, host and port of the operator's own service, which may be at any address.
    operator: Option<String>,
}

impl Exchange {
    pub(super) fn new(
        tls: ClientConfig,
        known: Known,
        operator: Option<&RdapBase>,
        manners: &Manners,
    ) -> Result<Self, reqwest::Error> {
        let trusted = operator.and_then(|base| base.url().host_str()).map(str::to_ascii_lowercase);
        let client = http::client(tls)
            .dns_resolver(PublicOnly { trusted })
            .connect_timeout(manners.connect_timeout)
            .pool_max_idle_per_host(1)
            .build()?;
        Ok(Self { client, known, operator: operator.map(RdapBase::origin) })
    }

    /// Says why an address written in numbers must not be connected to.
    fn check(&self, url: &Url) -> Result<(), String> {
        let host = url.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match address {
            Ok(address) if !is_public(address) && self.operator != Some(url.origin().ascii_serialization()) => {
                Err(NotPublic { host: host.to_owned(), address }.to_string())
            }
            _ => Ok(()),
        }
    }
}

impl Ask for Arc<Exchange> {
    type Service = RdapBase;
    type Fact = RdapDomain;
    const METHOD: Method = Method::Rdap;

    async fn ask(&self, service: &RdapBase, name: &DomainName, now: Instant) -> Attempt<RdapDomain> {
        let mut url = service.domain(name);
        for _ in 0..=MOST_REDIRECTS {
            if let Err(reason) = self.check(&url) {
                return Attempt::Refused(reason);
            }
            let response = match self.client.get(url.clone()).header(ACCEPT, MEDIA_TYPE).send().await {
                Ok(response) => response,
                Err(error) => return failed(&error.without_url()),
            };
            if !is_redirect(response.status()) {
                return answer(response, name, now).await;
            }
            let Some(location) = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()) else {
                return Attempt::Useless(format!("HTTP {} without an address", response.status().as_u16()));
            };
            match self.known.follow(&url, location) {
                Ok(next) => url = next,
                Err(reason) => return Attempt::Refused(reason),
            }
        }
        Attempt::Useless(format!("it redirects more than {MOST_REDIRECTS} times"))
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Reads what a response says of the name.
async fn answer(response: Response, name: &DomainName, now: Instant) -> Attempt<RdapDomain> {
    let status = response.status();
    let code = status.as_u16();
    let after = asked_pause(response.headers(), now);
    match code {
        200 | 404 => {}
        // Too many questions (RFC 7480, section 5.5), and a service that does not work for now.
        408 | 425 | 429 | 500 | 502..=504 => {
            let reason = if code == 429 { "HTTP 429: it limits questions".to_owned() } else { format!("HTTP {code}") };
            return Attempt::Later { reason, after };
        }
        401 | 403 | 407 | 451 => return Attempt::Refused(format!("HTTP {code}: it refuses to answer")),
        _ => return Attempt::Useless(format!("HTTP {code}")),
    }
    let octets = match body(response, MAX_OCTETS).await {
        Ok(octets) => octets,
        Err(BodyError::TooLong) => {
            return Attempt::Useless(format!("the answer is longer than {MAX_OCTETS} octets"));
        }
        Err(BodyError::Broken(error)) => return failed(&error),
    };
    if code == 404 {
        return if is_error_answer(&octets) {
            let registration = Registration::bare(RegistrationState::NotFound);
            Attempt::Told(RdapDomain { registration, contacts: Contacts::default(), problems: Vec::new() })
        } else {
            Attempt::Useless("HTTP 404 with a page that no service of RDAP sends".to_owned())
        };
    }
    match read(&octets, name) {
        Ok(domain) => Attempt::Told(domain),
        Err(error) => Attempt::Useless(error.to_string()),
    }
}

fn asked_pause(headers: &HeaderMap, now: Instant) -> Option<std::time::Duration> {
    retry_after::pause(headers.get(RETRY_AFTER)?.to_str().ok()?, now)
}

/// Says what an error of the connection means: a wrong certificate or address stays wrong, the rest may pass.
fn failed(error: &reqwest::Error) -> Attempt<RdapDomain> {
    let reason = reason(error);
    let is_lasting = chain(error).any(|cause| cause.is::<NotPublic>()) || tls::blames_certificate(error);
    if is_lasting { Attempt::Refused(reason) } else { Attempt::Later { reason, after: None } }
}
