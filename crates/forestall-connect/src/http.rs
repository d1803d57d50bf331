// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What all clients of HTTP have in common: they go to the address that was named and to no other, and read no more than they expect.

use reqwest::{Client, ClientBuilder, Response, redirect};
use rustls::ClientConfig;

/// Begins a client that follows no redirect, asks no proxy and does not say by which page it came.
pub(crate) fn client(tls: ClientConfig) -> ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(tls)
        // Nobody checked where it leads, and what signs us in would go with it.
        .redirect(redirect::Policy::none())
        // A proxy would connect in our place, to addresses that nobody checked, and would be told what goes there without TLS.
        .no_proxy()
        .referer(false)
        .user_agent(concat!("forestall/", env!("CARGO_PKG_VERSION")))
}

/// Why the body of an answer is not there.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// It is longer than was expected.
    TooLong,
    /// The connection broke; the error does not name the address.
    Broken(reqwest::Error),
}

/// Reads the body of an answer, of `most` octets at most.
///
/// # Errors
///
/// [`BodyError`]; what was read until then is let go.
pub(crate) async fn body(mut response: Response, most: usize) -> Result<Vec<u8>, BodyError> {
    let announced = response.content_length().map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    if announced.is_some_and(|length| length > most) {
        return Err(BodyError::TooLong);
    }
    let mut octets = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| BodyError::Broken(error.without_url()))? {
        if octets.len() + chunk.len() > most {
            return Err(BodyError::TooLong);
        }
        octets.extend_from_slice(&chunk);
    }
    Ok(octets)
}
