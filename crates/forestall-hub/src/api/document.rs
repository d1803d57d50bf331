// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The document of the API in OpenAPI 3.1: made from the handlers and their types, with what is the same for all of them added once.

use std::sync::OnceLock;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::header::{MAX_IDEMPOTENCY_KEY, PROBLEM};
use forestall_api::problem::{KINDS, Problem as Document};
use forestall_api::route;
use forestall_api::words::{AudienceWord, CensusFormWord, FormWord, ListPartWord, MachinesFormWord, PolicyText};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, HeaderBuilder, ObjectBuilder, OpenApi, PathItem, Ref, RefOr, Required, ResponseBuilder, Type,
};
use utoipa::{Modify, OpenApi as _, ToSchema as _};
use utoipa_axum::router::OpenApiRouter;

use super::reply::{Seen, object};
use crate::server::{App, Problem};

/// What the document begins with.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Forestall", version = "1", description = "The clearing house for names of botnets: cases, slices, lists, answers, evidence.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/api/v1")),
    security(("token" = [])),
    components(schemas(Document, AudienceWord, CensusFormWord, FormWord, ListPartWord, MachinesFormWord, PolicyText)),
    modifiers(&Token),
    tags(
        (name = "cases", description = "Cases, from opening to hand-over."),
        (name = "slices", description = "What each registry is asked, answers and must know."),
        (name = "lists", description = "Numbered lists and their receipts."),
        (name = "measures", description = "Coverage, reach, gaps and figures."),
        (name = "evidence", description = "What was seen from outside."),
        (name = "vetting", description = "Registered names: what waits for a person, what was decided, appeals, alarms."),
        (name = "work", description = "Tasks, notes and decisions."),
        (name = "log", description = "The log of a case and its proofs."),
        (name = "census", description = "How many machines there are, and the machines of one's own networks."),
        (name = "zones", description = "Policy zones that resolvers take by transfers, and who takes them."),
        (name = "epp", description = "Commands for registries: who approves them, what came of them, and the switch that stops them."),
        (name = "people", description = "Who asks, the parties, and what left to whom."),
    )
)]
struct Base;

/// Adds how a program says who it is.
struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token of a person: `forestall person token create` makes one."))
            .build();
        document.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(bearer));
    }
}

/// Begins a router whose endpoints describe themselves.
pub(super) fn begin() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Base::openapi())
}

/// Returns the document.
pub(super) fn document(app: &App) -> &'static OpenApi {
    static DOCUMENT: OnceLock<OpenApi> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let (_, mut document) = super::endpoints(app).split_for_parts();
        document.paths.add_path_operation(route::OPENAPI_AT, vec![utoipa::openapi::HttpMethod::Get], of_itself());
        for (path, item) in &mut document.paths.paths {
            complete(path, item);
        }
        document
    })
}

/// Answers with the document.
pub(super) async fn show(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    object(&headers, Seen::Octets, document(&app))
}

/// Describes the address of the document.
fn of_itself() -> Operation {
    let any = ObjectBuilder::new().schema_type(Type::Object).build();
    let content = ContentBuilder::new().schema(Some(any)).build();
    let response = ResponseBuilder::new().description("The document.").content("application/json", content).build();
    utoipa::openapi::path::OperationBuilder::new()
        .operation_id(Some("openapi"))
        .tag("people")
        .summary(Some("Answers with this document; needs no sign-in."))
        .security(utoipa::openapi::security::SecurityRequirement::default())
        .response("200", response)
        .build()
}

/// Adds to the operations of a path what holds for all.
fn complete(path: &str, item: &mut PathItem) {
    let PathItem { get, put, post, delete, patch, .. } = item;
    if let Some(operation) = get {
        finish(path, operation, true);
    }
    for operation in [put, post, delete, patch].into_iter().flatten() {
        finish(path, operation, false);
    }
}

fn finish(path: &str, operation: &mut Operation, reads: bool) {
    let is_open = path == route::OPENAPI_AT;
    // A list of names differs by what is asked for, and an archive by when: they have no tag.
    let has_tag = reads && ![route::LIST_NAMES_AT, route::ARCHIVE_AT].contains(&path);
    let text = |description: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(description));
    let mut parameters = Vec::new();
    let header = |name: &str, description: &str, schema: ObjectBuilder| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(description))
            .schema(Some(schema.build()))
            .build()
    };
    if has_tag {
        parameters.push(header("If-None-Match", "Tags of what is known already.", text("Entity tags.")));
        let known = ResponseBuilder::new().description("It is what the tag names.").build();
        operation.responses.responses.insert("304".to_owned(), RefOr::T(known));
        if let Some(RefOr::T(response)) = operation.responses.responses.get_mut("200") {
            let tag = HeaderBuilder::new().schema(Some(text("A strong entity tag."))).build();
            response.headers.insert("ETag".to_owned(), tag.into());
        }
    }
    if !reads {
        let key = text("A key.")
            .pattern(Some("^[A-Za-z0-9._:-]+$"))
            .min_length(Some(1))
            .max_length(Some(MAX_IDEMPOTENCY_KEY));
        parameters.push(header(
            "Idempotency-Key",
            "Names the request, so that it is done once however often it is sent.",
            key,
        ));
        let is_untagged =
            [route::CASES_AT, route::IMPORT_AT, route::PARTIES_AT, route::IMPORT_PARTIES_AT].contains(&path);
        // Zones, subscribers and batches are made and taken away whole, or approved over a digest.
        if !is_untagged && !["/zone", "/epp/"].iter().any(|start| path.starts_with(start)) {
            parameters.push(header("If-Match", "Tags of what the request is made over.", text("Entity tags.")));
        }
    }
    operation.parameters.get_or_insert_default().extend(parameters.into_iter().map(RefOr::T::<Parameter>));
    let mut statuses: Vec<u16> = vec![405, 414, 421, 500];
    if !is_open {
        statuses.extend([400, 401, 403, 404, 422, 429, 503]);
    }
    if !reads {
        statuses.extend([408, 409, 412, 413, 415]);
    }
    if path == route::LIST_NAMES_AT {
        statuses.push(406);
    }
    for status in statuses {
        let meanings: Vec<&str> = KINDS.iter().filter(|kind| kind.status == status).map(|kind| kind.meaning).collect();
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Document::name()))).build();
        let response = ResponseBuilder::new().description(meanings.join(" ")).content(PROBLEM, content).build();
        operation.responses.responses.insert(status.to_string(), RefOr::T(response));
    }
}
