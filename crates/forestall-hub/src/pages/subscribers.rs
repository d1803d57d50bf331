// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who takes policy zones: adding somebody, whose key is shown this one time, and removing them.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_api::zones::{AddSubscriber, Subscriber};
use forestall_model::{Audience, OwnerName, PartyId, TsigAlgorithm};

use super::frame::{Frame, to_minute};
use super::kept::Kept;
use crate::desk::{NewSubscriber, key_for_dig};
use crate::server::{App, Fields, Problem, Query, Session, Wants};
use crate::shown;

/// A subscriber of the list.
#[derive(Debug)]
struct SubscriberRow {
    id: String,
    party: String,
    audience: &'static str,
    /// How they sign and the name of their key; empty for who cannot sign.
    key: String,
    addresses: String,
    notify: String,
    zones: Vec<String>,
    created: String,
}

impl SubscriberRow {
    fn of(subscriber: Subscriber) -> Self {
        Self {
            id: subscriber.id,
            party: subscriber.party.map(|party| party.to_string()).unwrap_or_default(),
            audience: subscriber.audience.word(),
            key: subscriber.key.unwrap_or_default(),
            addresses: subscriber.addresses.join(" "),
            notify: subscriber.notify.join(" "),
            zones: subscriber.zones.iter().map(OwnerName::to_string).collect(),
            created: to_minute(subscriber.created),
        }
    }
}

/// A subscriber who was just added.
#[derive(Debug)]
struct Added {
    id: String,
    /// The key with its secret; none for who cannot sign.
    key: Option<String>,
}

#[derive(Template)]
#[template(path = "subscribers.html")]
struct Page {
    frame: Frame,
    subscribers: Vec<SubscriberRow>,
    /// Zones as the form offers them, each with whether it is ticked.
    zones: Vec<(String, bool)>,
    parties: Vec<(String, String, bool)>,
    audiences: Vec<(&'static str, bool)>,
    algorithms: Vec<(&'static str, bool)>,
    added: Option<Added>,
    done: Option<&'static str>,
    problem: Option<String>,
    kept: Kept,
}

/// What the page says besides the subscribers.
#[derive(Default)]
struct Said {
    added: Option<Added>,
    done: Option<&'static str>,
    problem: Option<String>,
    kept: Kept,
}

/// Returns the short name of a subscriber who is kept, as an address or a form names it.
pub(crate) async fn known(app: &App, text: &str) -> Result<PartyId, Problem> {
    let missing = || Problem::not_found("there is no such subscriber");
    let id: PartyId = text.parse().map_err(|_| missing())?;
    let is_there = app.desk().store().subscribers().await?.iter().any(|subscriber| subscriber.id == id.as_str());
    if is_there { Ok(id) } else { Err(missing()) }
}

/// Shows the subscribers.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let done = query.text("done").filter(|done| *done == "removed");
    let done = done.map(|_| "The subscriber is removed: their key works no more within seconds.");
    render(&app, &session, Said { done, ..Said::default() }).await
}

async fn render(app: &App, session: &Session, said: Said) -> Result<Html<String>, Problem> {
    let kept = said.kept;
    let subscribers = app.desk().store().subscribers().await?;
    let zones = app.desk().store().zones().await?.into_iter().map(|zone| {
        let name = zone.name.to_string();
        let ticked = kept.has("add", "zone", &name);
        (name, ticked)
    });
    let parties = app.desk().parties().await?.into_iter().map(|known| {
        let id = known.party.id.to_string();
        let chosen = kept.has("add", "party", &id);
        (id, known.party.name, chosen)
    });
    let audiences =
        Audience::ALL.iter().map(|audience| (audience.word(), kept.has("add", "audience", audience.word())));
    let algorithms = TsigAlgorithm::ALL.iter().map(|word| (word.word(), kept.has("add", "algorithm", word.word())));
    super::page(&Page {
        frame: Frame::new("Who takes policy zones", "zones", app, session).with_scripts(&["forms.js"]),
        subscribers: subscribers.iter().map(|known| SubscriberRow::of(shown::zone_subscriber(known))).collect(),
        zones: zones.collect(),
        parties: parties.collect(),
        audiences: audiences.collect(),
        algorithms: algorithms.collect(),
        added: said.added,
        done: said.done,
        problem: said.problem,
        kept,
    })
}

/// Adds a subscriber and shows the key, this one time.
pub(crate) async fn add(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = async {
        app.need_real()?;
        let unsigned = fields.text("unsigned").is_some();
        let words = |name: &str| -> Vec<String> {
            fields.text(name).unwrap_or("").split_whitespace().map(str::to_owned).collect()
        };
        let ask = AddSubscriber {
            id: fields.need::<PartyId>("id", "Short name")?,
            zones: fields.all("zone").map(str::to_owned).collect(),
            audience: fields.need::<Audience>("audience", "Audience")?,
            party: fields.parse::<PartyId>("party", "Party")?,
            key: fields.text("key").map(str::to_owned),
            // The form always says one.
            algorithm: fields.text("algorithm").filter(|_| !unsigned).map(str::to_owned),
            unsigned,
            addresses: words("addresses"),
            notify: words("notify"),
        };
        let new = NewSubscriber::read(ask).map_err(|wrong| Problem::refused(wrong.to_string()))?;
        Ok::<_, Problem>(app.desk().add_subscriber(new, app.now()).await?)
    };
    match done.await {
        Ok(kept) => {
            let added = Added { key: kept.key.as_ref().map(key_for_dig), id: kept.id };
            Ok(render(&app, &session, Said { added: Some(added), ..Said::default() }).await?.into_response())
        }
        Err(problem) if wants == Wants::Page && problem.is_mendable() => {
            let said = Said { problem: Some(problem.detail), kept: Kept::of("add", &fields), ..Said::default() };
            Ok((problem.status, render(&app, &session, said).await?).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Removes a subscriber.
pub(crate) async fn remove(State(app): State<App>, fields: Fields) -> Result<Response, Problem> {
    let id = known(&app, fields.text("id").unwrap_or("")).await?;
    app.desk().remove_subscriber(&id).await?;
    Ok(Redirect::to("/subscribers?done=removed#recorded").into_response())
}
