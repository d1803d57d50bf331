// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One party: what is kept of it, its contacts, its people, and changing each.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_model::party::{Contact, DayCount, LeadDays, ListForm, PartyKind, Rhythm, Road, Terms};
use forestall_model::{Instant, Party, PartyId, Tld, UtcDay};
use forestall_store::KeptParty;

use super::frame::{Frame, to_minute};
use super::kept::Kept;
use super::place::party_id;
use crate::desk::{ContactAt, ContactCheck};
use crate::server::{App, Fields, Problem, Query, Session, Wants};

/// A party as the form of it shows it.
#[derive(Debug, Default)]
pub(super) struct PartyForm {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) tlds: String,
    pub(super) road: String,
    pub(super) own_days: String,
    pub(super) day_count: String,
    pub(super) utc_offset: String,
    pub(super) working_days: String,
    pub(super) holidays: String,
    pub(super) batch_limit: String,
    pub(super) rhythm: String,
    pub(super) form: String,
    pub(super) language: String,
    pub(super) webhook: String,
    pub(super) openpgp: String,
    pub(super) kinds: Vec<&'static str>,
    pub(super) roads: Vec<&'static str>,
    pub(super) counts: Vec<&'static str>,
    pub(super) rhythms: Vec<&'static str>,
    pub(super) forms: Vec<&'static str>,
}

impl PartyForm {
    fn words() -> Self {
        Self {
            kinds: super::parties::kinds(),
            roads: Road::ALL.iter().map(|word| word.word()).collect(),
            counts: DayCount::ALL.iter().map(|word| word.word()).collect(),
            rhythms: Rhythm::ALL.iter().map(|word| word.word()).collect(),
            forms: ListForm::ALL.iter().map(|word| word.word()).collect(),
            ..Self::default()
        }
    }

    /// Returns what was entered in a form that was refused; an empty form where none was.
    pub(super) fn of_fields(kept: &Kept, form: &str) -> Self {
        let text = |name| kept.text(form, name).to_owned();
        Self {
            id: text("id"),
            kind: text("kind"),
            name: text("name"),
            tlds: text("tlds"),
            road: text("road"),
            own_days: text("own_days"),
            day_count: text("day_count"),
            utc_offset: text("utc_offset"),
            working_days: text("working_days"),
            holidays: text("holidays"),
            batch_limit: text("batch_limit"),
            rhythm: text("rhythm"),
            form: text("form"),
            language: text("language"),
            webhook: text("webhook"),
            openpgp: text("openpgp"),
            ..Self::words()
        }
    }

    fn of(party: &Party) -> Self {
        let joined = |values: Vec<String>| values.join(" ");
        let mut form = Self {
            id: party.id.to_string(),
            kind: party.kind.to_string(),
            name: party.name.clone(),
            tlds: joined(party.tlds.iter().map(ToString::to_string).collect()),
            webhook: party.webhook.clone().unwrap_or_default(),
            openpgp: party.openpgp.clone().unwrap_or_default(),
            ..Self::words()
        };
        if let Some(terms) = &party.terms {
            form.road = terms.road.to_string();
            form.own_days = terms.own_days.map(|own| own.days.to_string()).unwrap_or_default();
            form.day_count = terms.own_days.map(|own| own.count.to_string()).unwrap_or_default();
            form.utc_offset = terms.offset.to_string();
            form.working_days = terms.working_days.to_string();
            form.holidays = joined(terms.holidays.iter().map(ToString::to_string).collect());
            form.batch_limit = terms.batch_limit.map(|limit| limit.to_string()).unwrap_or_default();
            form.rhythm = terms.rhythm.to_string();
            form.form = terms.form.to_string();
            form.language = terms.language.clone();
        }
        form
    }
}

/// Reads a party from a form; its id and contacts come from the one that is there.
pub(super) fn read(fields: &Fields, before: Option<&Party>) -> Result<Party, Problem> {
    let id: PartyId = match before {
        Some(party) => party.id.clone(),
        None => fields.need("id", "Short name")?,
    };
    let values = |name: &'static str| {
        fields
            .text(name)
            .unwrap_or("")
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
            .filter(|part| !part.is_empty())
    };
    let tld = |text: &str| text.trim_start_matches('.').to_lowercase().parse::<Tld>();
    let tlds = values("tlds").map(tld).collect::<Result<Vec<_>, _>>();
    Ok(Party {
        id,
        kind: fields.need::<PartyKind>("kind", "Kind")?,
        name: fields.need("name", "Name")?,
        tlds: tlds.map_err(|error| Problem::refused(format!("Domains: {error}")))?,
        terms: read_terms(fields, values("holidays"))?,
        contacts: before.map(|party| party.contacts.clone()).unwrap_or_default(),
        webhook: fields.text("webhook").map(str::to_owned),
        openpgp: fields.text("openpgp").map(|key| key.replace("\r\n", "\n")),
    })
}

fn read_terms<'a>(fields: &Fields, holidays: impl Iterator<Item = &'a str>) -> Result<Option<Terms>, Problem> {
    const OF_TERMS: [&str; 9] =
        ["road", "own_days", "utc_offset", "working_days", "holidays", "batch_limit", "rhythm", "form", "language"];
    if OF_TERMS.iter().all(|name| fields.text(name).is_none()) {
        return Ok(None);
    }
    let usual = Terms::default();
    let holidays = holidays.map(str::parse::<UtcDay>).collect::<Result<Vec<_>, _>>();
    let mut holidays = holidays.map_err(|error| Problem::refused(format!("Holidays: {error}")))?;
    holidays.sort_unstable();
    holidays.dedup();
    let count = fields.parse::<DayCount>("day_count", "Days that count")?.unwrap_or(DayCount::Working);
    Ok(Some(Terms {
        road: fields.parse("road", "Road")?.unwrap_or(usual.road),
        own_days: fields.parse::<u16>("own_days", "Own days")?.map(|days| LeadDays { days, count }),
        offset: fields.parse("utc_offset", "Local time")?.unwrap_or(usual.offset),
        working_days: fields.parse("working_days", "Working days")?.unwrap_or(usual.working_days),
        holidays,
        batch_limit: fields.parse("batch_limit", "Names a list")?,
        rhythm: fields.parse("rhythm", "Rhythm")?.unwrap_or(usual.rhythm),
        form: fields.parse("form", "Form")?.unwrap_or(usual.form),
        language: fields.text("language").map_or(usual.language, str::to_owned),
    }))
}

/// A contact.
#[derive(Debug)]
struct ContactRow {
    number: usize,
    name: String,
    role: String,
    mail: String,
    phone: String,
    second: String,
    day_and_night: bool,
    verified: String,
    tested: String,
    due: bool,
    owner: String,
}

/// Somebody of the party.
#[derive(Debug)]
struct PersonRow {
    id: String,
    name: String,
    mail: String,
    disabled: bool,
}

#[derive(Template)]
#[template(path = "party.html")]
struct Page {
    frame: Frame,
    id: String,
    name: String,
    kind: String,
    /// The version that the forms are over.
    over: i64,
    changed: String,
    form: PartyForm,
    contacts: Vec<ContactRow>,
    people: Vec<PersonRow>,
    done: Option<&'static str>,
    problem: Option<String>,
    kept: Kept,
}

/// Shows a party.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let done = match query.text("done") {
        Some("added") => Some("The party is kept. Add its contacts next."),
        Some("saved") => Some("The party is kept."),
        Some("contact") => Some("The contact is kept."),
        Some("checked") => Some("What was found out is kept."),
        Some("gone") => Some("The contact is removed."),
        _ => None,
    };
    render(&app, &session, &party_id(&id)?, done, None, Kept::default()).await
}

async fn render(
    app: &App,
    session: &Session,
    id: &PartyId,
    done: Option<&'static str>,
    problem: Option<String>,
    kept: Kept,
) -> Result<Html<String>, Problem> {
    let KeptParty { party, changed } = app.desk().party(id).await?;
    let today = app.today();
    let day = |day: Option<UtcDay>| day.map_or_else(|| "never".to_owned(), |day| day.to_string());
    let contact = |(number, contact): (usize, &Contact)| ContactRow {
        number,
        name: contact.name.clone(),
        role: contact.role.clone(),
        mail: contact.mail.clone().unwrap_or_default(),
        phone: contact.phone.clone().unwrap_or_default(),
        second: contact.second.clone().unwrap_or_default(),
        day_and_night: contact.day_and_night,
        verified: day(contact.verified),
        tested: day(contact.tested),
        due: contact.needs_test(today),
        owner: contact.owner.clone().unwrap_or_default(),
    };
    let people = app.desk().people().await?;
    let of_party = people.into_iter().filter(|person| person.party.as_ref() == Some(id));
    super::page(&Page {
        frame: Frame::new(party.name.clone(), "parties", app, session).with_scripts(&["forms.js"]),
        id: party.id.to_string(),
        name: party.name.clone(),
        kind: party.kind.to_string(),
        over: changed.micros(),
        changed: to_minute(changed),
        form: if kept.is("edit") { PartyForm::of_fields(&kept, "edit") } else { PartyForm::of(&party) },
        contacts: (1..).zip(&party.contacts).map(contact).collect(),
        people: of_party
            .map(|person| PersonRow {
                id: person.id.to_string(),
                name: person.name,
                mail: person.mail.to_string(),
                disabled: person.disabled,
            })
            .collect(),
        done,
        problem,
        kept,
    })
}

/// Reads over which version a form was filled.
fn over(fields: &Fields) -> Result<Instant, Problem> {
    Ok(Instant::from_micros(fields.need::<i64>("over", "Version")?))
}

/// Keeps what the form says of a party.
pub(crate) async fn save(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let id = party_id(&id)?;
    let done = async {
        let before = app.desk().party(&id).await?;
        let party = read(&fields, Some(&before.party))?;
        app.desk().keep_party(party, Some(over(&fields)?), app.now()).await?;
        Ok("saved")
    };
    let done = done.await;
    finish(&app, &session, &id, wants, ("edit", &fields), done).await
}

/// Adds a contact.
pub(crate) async fn add_contact(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let id = party_id(&id)?;
    let done = async {
        let text = |name: &str| fields.text(name).map(str::to_owned);
        let contact = Contact {
            name: fields.need("name", "Name")?,
            role: text("role").unwrap_or_default(),
            mail: text("mail"),
            phone: text("phone"),
            second: text("second"),
            day_and_night: fields.text("day_and_night").is_some(),
            verified: fields.text("verified").map(|_| app.today()),
            tested: None,
            owner: text("owner"),
        };
        app.desk().add_contact(&id, contact, app.now()).await?;
        Ok("contact")
    };
    let done = done.await;
    finish(&app, &session, &id, wants, ("contact", &fields), done).await
}

/// Records that a contact is verified or that its second way was tried today, or removes it.
pub(crate) async fn check_contact(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let id = party_id(&id)?;
    let done = async {
        let (number, over) = (fields.need("number", "Contact")?, Some(over(&fields)?));
        let at = ContactAt { party: id.clone(), number, over };
        match fields.text("what") {
            Some("remove") => {
                app.desk().remove_contact(&at, app.now()).await?;
                Ok("gone")
            }
            what => {
                let (verified, tested) = (what == Some("verified"), what == Some("tested"));
                let check = ContactCheck { verified, tested, owner: None };
                app.desk().check_contact(&at, &check, app.today(), app.now()).await?;
                Ok("checked")
            }
        }
    };
    let done = done.await;
    finish(&app, &session, &id, wants, ("check", &fields), done).await
}

/// Removes a party.
pub(crate) async fn remove(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let id = party_id(&id)?;
    let done = async { Ok::<_, Problem>(app.desk().remove_party(&id, over(&fields)?).await?) };
    match done.await {
        Ok(()) => Ok(Redirect::to("/parties?removed=1#recorded").into_response()),
        Err(problem) => finish(&app, &session, &id, wants, ("remove", &fields), Err(problem)).await,
    }
}

async fn finish(
    app: &App,
    session: &Session,
    id: &PartyId,
    wants: Wants,
    (form, fields): (&'static str, &Fields),
    done: Result<&'static str, Problem>,
) -> Result<Response, Problem> {
    match done {
        Ok(what) => Ok(Redirect::to(&format!("/party/{id}?done={what}#recorded")).into_response()),
        Err(problem) if wants == Wants::Page && problem.is_mendable() => {
            let page = render(app, session, id, None, Some(problem.detail), Kept::of(form, fields)).await?;
            Ok((problem.status, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}
