// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names of a case, or of one of its slices, in a consumer's form: always for the right days, through the gate, on record.

use std::fmt::Display;
use std::str::FromStr;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use forestall_api::header::{CONFIDENCE, LINES};
use forestall_api::route;
use forestall_api::words::{AudienceWord, CaseIdText, DayText, FormWord, NameText, PolicyText, TldText};
use forestall_formats::Form;
use forestall_formats::feed::Settings;
use forestall_model::{Audience, DayRange, Released, Tld, UtcDay};

use super::acting::need_short;
use super::blocks::Blocks;
use super::params::{self, Params};
use super::reply::Written;
use crate::desk::{CaseFile, Publish, PublishSpan};
use crate::pages::disclosed::disclose;
use crate::pages::place::{case_id, need_slice, tld};
use crate::server::{App, Problem, Session};

/// The most names that are looked at for an answer.
const MOST: u64 = 1_000_000;
/// The most characters of a policy, as its schema says: each address is a line for each name.
const MAX_POLICY: usize = 262;

/// Answers with the names of a case: those that are live on the day, guard windows included, where no days are named.
#[utoipa::path(
    get, path = route::PUBLISH_AT, operation_id = "publish", tag = "lists",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("as" = FormWord, Query, description = "In which form."),
        ("on" = Option<DayText>, Query, description = "The names that are live on this day; today where no days are named."),
        ("from" = Option<DayText>, Query, description = "The names of the lists from this day on; goes with until."),
        ("until" = Option<DayText>, Query, description = "The day after the last of these days."),
        ("horizon" = Option<bool>, Query, description = "The names of all lists."),
        ("audience" = Option<AudienceWord>, Query, description = "Who receives them; whoever asks where it is left out."),
        ("policy" = Option<PolicyText>, Query, description = "What a resolver answers to a query for a name, for forms that say so; that there is no such name, where it is left out."),
        ("zone" = Option<NameText>, Query, description = "The zone, for forms that are one; that of the form where it is left out."),
        ("serial" = Option<u32>, Query, description = "The serial of the zone; from the day where it is left out.", minimum = 0, maximum = 4_294_967_295_u32),
    ),
    responses((status = 200, description = "The names.", content(
        (String = "text/plain"), (String = "text/csv"), (String = "application/jsonl"), (String = "text/dns"),
    )))
)]
pub(super) async fn case(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let asked = Asked::read(params, app.today())?;
    let file = app.file(&session, &case_id(&id)?).await?;
    asked.answer(&app, &session, file, None, &headers).await
}

/// Answers with the names of a slice, as the address of the case does with all.
#[utoipa::path(
    get, path = route::PUBLISH_SLICE_AT, operation_id = "publish_slice", tag = "lists",
    params(
        ("id" = CaseIdText, Path, description = "The case."), ("tld" = TldText, Path, description = "The top-level domain."),
        ("as" = FormWord, Query, description = "In which form."),
        ("on" = Option<DayText>, Query, description = "The names that are live on this day; today where no days are named."),
        ("from" = Option<DayText>, Query, description = "The names of the lists from this day on; goes with until."),
        ("until" = Option<DayText>, Query, description = "The day after the last of these days."),
        ("horizon" = Option<bool>, Query, description = "The names of all lists."),
        ("audience" = Option<AudienceWord>, Query, description = "Who receives them; whoever asks where it is left out."),
        ("policy" = Option<PolicyText>, Query, description = "What a resolver answers to a query for a name, for forms that say so; that there is no such name, where it is left out."),
        ("zone" = Option<NameText>, Query, description = "The zone, for forms that are one; that of the form where it is left out."),
        ("serial" = Option<u32>, Query, description = "The serial of the zone; from the day where it is left out.", minimum = 0, maximum = 4_294_967_295_u32),
    ),
    responses((status = 200, description = "The names.", content(
        (String = "text/plain"), (String = "text/csv"), (String = "application/jsonl"), (String = "text/dns"),
    )))
)]
pub(super) async fn slice(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice)): Path<(String, String)>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let asked = Asked::read(params, app.today())?;
    let (id, slice) = (case_id(&id)?, tld(&slice)?);
    let file = app.slice(&session, &id, &slice).await?;
    need_slice(&file.object().case, &slice)?;
    asked.answer(&app, &session, file, Some(slice), &headers).await
}

/// Reads a word that its schema does not name, so that a schema cannot say which there are.
fn among<T: FromStr<Err: Display>>(params: &Params, name: &str) -> Result<Option<T>, Problem> {
    let wrong = |error| Problem::refused(format!("{name}: {error}"));
    params.text(name).map(|text| text.parse().map_err(wrong)).transpose()
}

/// What is asked for.
struct Asked {
    form: Form,
    span: PublishSpan,
    audience: Option<Audience>,
    settings: Settings,
}

impl Asked {
    fn read(params: Params, today: UtcDay) -> Result<Self, Problem> {
        let params = params.only(&["as", "on", "from", "until", "horizon", "audience", "policy", "zone", "serial"])?;
        let form = among(&params, "as")?.ok_or_else(|| Problem::bad_request("as: it must be given"))?;
        need_short("/policy", params.text("policy").unwrap_or_default(), MAX_POLICY)?;
        let horizon = params.parse::<bool>("horizon")?.unwrap_or(false);
        let on = params.parse::<UtcDay>("on")?;
        let span = match (on, params.text("from"), params.text("until"), horizon) {
            (Some(day), None, None, false) => PublishSpan::Day(day),
            (None, Some(_), Some(_), false) => PublishSpan::Lists(params::days(&params, DayRange::one(today))?),
            (None, None, None, true) => PublishSpan::Horizon,
            (None, None, None, false) => PublishSpan::Day(today),
            _ => {
                return Err(Problem::refused(
                    "on is one day, from and until are days in a row, and horizon is all of them: give one of the three",
                ));
            }
        };
        let settings = Settings {
            policy: among(&params, "policy")?.unwrap_or_default(),
            zone: params.parse("zone")?,
            serial: params.text("serial").map(|_| params.number("serial", (0, u32::MAX), 0)).transpose()?,
            ..Settings::default()
        };
        Ok(Self { form, span, audience: params.parse("audience")?, settings })
    }

    async fn answer(
        self,
        app: &App,
        session: &Session,
        file: Released<CaseFile>,
        tld: Option<Tld>,
        headers: &HeaderMap,
    ) -> Result<Response, Problem> {
        let nearest = file.audience();
        let audience = self.audience.unwrap_or(nearest);
        if audience < nearest {
            return Err(Problem::refused(format!(
                "audience: you get the case as {nearest} yourself, and {audience} stands closer to it"
            )));
        }
        let id = file.object().case.id.clone();
        let what = match &tld {
            Some(tld) => format!("names of .{tld} as {}", self.form),
            None => format!("names of the case as {}", self.form),
        };
        let ask = Publish {
            form: self.form,
            tld,
            span: self.span,
            audience,
            now: app.now(),
            most: Some(MOST),
            settings: self.settings,
        };
        let desk = app.desk().clone();
        let write = move || {
            let mut blocks = Blocks::default();
            let published = desk.publish(file.object(), &ask, &mut blocks)?;
            Ok::<_, Problem>((blocks.finish(), published))
        };
        let ((blocks, digest), published) = tokio::task::spawn_blocking(write).await??;
        let written = Written::with_digest(blocks, digest, self.form.about().media_type);
        if !written.is_known(headers) {
            disclose(app, session, &id, &what, published.lines, "protection of the names").await?;
        }
        let mut response = written.respond(headers)?;
        if response.status() == StatusCode::OK {
            response.headers_mut().insert(HeaderName::from_static(LINES), HeaderValue::from(published.lines));
            if published.unverified {
                let confidence = HeaderName::from_static(CONFIDENCE);
                response.headers_mut().insert(confidence, HeaderValue::from_static("unverified"));
            }
        }
        Ok(response)
    }
}
