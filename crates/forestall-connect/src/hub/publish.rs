// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names of a case in a consumer's form, read as they come.

use forestall_api::{header, route};
use forestall_formats::Form;
use forestall_formats::feed::Settings;
use forestall_model::{Audience, CaseId, DayRange, Tld, UtcDay};

use super::exchange::{Call, Opened};
use super::{Hub, HubError};

/// Which names are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanAsked {
    /// Names that are live on a day.
    Day(UtcDay),
    /// Names of the lists of these days.
    Lists(DayRange),
    /// Names of all lists of the case.
    Horizon,
}

/// What is to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishAsked {
    /// The form.
    pub form: Form,
    /// One slice; all where there is none.
    pub tld: Option<Tld>,
    /// Which names.
    pub span: SpanAsked,
    /// Who receives them; whoever asks where nobody is named.
    pub audience: Option<Audience>,
    /// What whoever publishes chooses of a form of feeds; the publisher and the account are not sent.
    pub settings: Settings,
}

/// Names that are published, as they come.
#[derive(Debug)]
pub struct Publication {
    /// Lines, a header not counted.
    pub lines: u64,
    /// Whether names of an unverified family are among them.
    pub unverified: bool,
    opened: Opened,
}

impl Publication {
    /// Returns the next octets; none at the end. The names are whole where the end was reached.
    ///
    /// # Errors
    ///
    /// [`HubError`], also where the connection broke off in the middle.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, HubError> {
        self.opened.next().await
    }
}

impl Hub {
    /// Begins to fetch the names of a case in a consumer's form.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn publish(&self, id: &CaseId, asked: &PublishAsked) -> Result<Publication, HubError> {
        let PublishAsked { form, tld, span, audience, settings } = asked;
        let call = match tld {
            Some(tld) => Call::new(route::PUBLISH_SLICE, route::publish_slice(id, tld)),
            None => Call::new(route::PUBLISH, route::publish(id)),
        };
        let call = call.with("as", Some(form)).with("audience", audience.as_ref());
        let call = match span {
            SpanAsked::Day(day) => call.with("on", Some(day)),
            SpanAsked::Lists(days) => call.with("from", Some(days.from)).with("until", Some(days.until)),
            SpanAsked::Horizon => call.with("horizon", Some(true)),
        };
        let call = if form.feed_writer().is_some() {
            let call = call.with("policy", Some(&settings.policy)).with("zone", settings.zone.as_ref());
            call.with("serial", settings.serial)
        } else {
            call
        };
        let media = form.about().media_type.split(';').next().unwrap_or_default();
        let opened = self.open(call.accept(media, header::MAX_PUBLISHED)).await?;
        let lines = opened.need(header::LINES, "how many lines there are")?;
        let unverified = opened.header(header::CONFIDENCE).is_some_and(|value| value == "unverified");
        Ok(Publication { lines, unverified, opened })
    }
}
