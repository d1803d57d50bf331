// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who takes policy zones. The secret of a key is told once, in the answer to whoever added the subscriber.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use forestall_api::words::PartyIdText;
use forestall_api::zones::{AddSubscriber, AddedSubscriber, Subscriber};
use forestall_api::{Items, route};

use super::acting::{failed, wrong_member};
use super::body::Json;
use super::params::Params;
use super::reply::{Seen, done, object};
use crate::desk::{NewSubscriber, key_for_dig};
use crate::pages::subscribers::known;
use crate::server::{App, Problem};
use crate::shown;

/// Answers with the subscribers, without their secrets.
#[utoipa::path(
    get, path = route::SUBSCRIBERS_AT, operation_id = "subscribers", tag = "zones",
    responses((status = 200, body = Items<Subscriber>))
)]
pub(super) async fn show(State(app): State<App>, headers: HeaderMap, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    let items = app.desk().store().subscribers().await?.iter().map(shown::zone_subscriber).collect();
    object(&headers, Seen::Octets, &Items::<Subscriber> { items })
}

/// Adds a subscriber.
#[utoipa::path(
    post, path = route::SUBSCRIBERS_AT, operation_id = "add_subscriber", tag = "zones", request_body = AddSubscriber,
    responses((status = 201, body = AddedSubscriber))
)]
pub(super) async fn add(
    State(app): State<App>,
    params: Params,
    Json(body): Json<AddSubscriber>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    app.need_real()?;
    let new = NewSubscriber::read(body).map_err(wrong_member)?;
    let kept = app.desk().add_subscriber(new, app.now()).await.map_err(|error| failed(error, false))?;
    let key = kept.key.as_ref().map(key_for_dig);
    done(StatusCode::CREATED, &AddedSubscriber { subscriber: shown::zone_subscriber(&kept), key })
}

/// Removes a subscriber.
#[utoipa::path(
    delete, path = route::SUBSCRIBER_AT, operation_id = "remove_subscriber", tag = "zones",
    params(("subscriber" = PartyIdText, Path, description = "The subscriber.")),
    responses((status = 204, description = "The subscriber is removed."))
)]
pub(super) async fn remove(
    State(app): State<App>,
    Path(subscriber): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let id = known(&app, &subscriber).await?;
    app.desk().remove_subscriber(&id).await.map_err(|error| failed(error, false))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
