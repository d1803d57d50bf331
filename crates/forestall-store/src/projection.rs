// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Read models in the database: read what events touch, fold, write it back.

use std::collections::{BTreeMap, BTreeSet};

use forestall_coord::Event;
use forestall_model::{CaseId, DayRange, DomainName, Marking, Tld};
use sqlx::AssertSqlSafe;

use crate::connection::Connection;
use crate::row::{Columns, Row, chunks, insert, int, placeholders, wrong};
use crate::statement::query;
use crate::view::{AnswerView, CaseModels, CaseView, ExclusionView, RequestView, SliceView, Touched};

/// Adds new events to the read models. The events of each case are in order.
pub(crate) async fn project(connection: &mut Connection, events: &[&Event]) -> Result<(), sqlx::Error> {
    let mut by_case: BTreeMap<&CaseId, Vec<&Event>> = BTreeMap::new();
    for event in events {
        by_case.entry(&event.case).or_default().push(event);
    }
    for (id, mut events) in by_case {
        let models = CaseModels::opened(events[0]);
        let models = if let Some(models) = models {
            events.remove(0);
            Some((models, BTreeSet::new()))
        } else {
            let mut touched = Touched::default();
            events.iter().for_each(|event| touched.add(event));
            load(connection, id, touched).await?
        };
        // A log whose first event opens nothing has no read model; `verify` reports it.
        let Some((mut models, before)) = models else { continue };
        events.iter().for_each(|event| models.apply(event));
        save(connection, &models, &before).await?;
    }
    Ok(())
}

/// Drops every row of the read models.
pub(crate) async fn clear(connection: &mut Connection) -> Result<(), sqlx::Error> {
    for statement in ["DELETE FROM case_view", "DELETE FROM slice_view", "DELETE FROM exclusion_view"] {
        query(statement).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Reads a case with the slices and exclusions that events touch, and says which of the names are excluded.
async fn load(
    connection: &mut Connection,
    id: &CaseId,
    touched: Touched,
) -> Result<Option<(CaseModels, BTreeSet<DomainName>)>, sqlx::Error> {
    let Some(case) = case(connection, id).await? else {
        return Ok(None);
    };
    let mut slices = BTreeMap::new();
    if touched.slices.len() <= FEW {
        for tld in touched.slices {
            if let Some(slice) = slice(connection, id, &tld).await? {
                slices.insert(tld, slice);
            }
        }
    } else {
        let all = all_slices(connection, id).await?;
        slices.extend(
            all.into_iter().filter(|slice| touched.slices.contains(&slice.tld)).map(|slice| (slice.tld.clone(), slice)),
        );
    }
    let names: Vec<DomainName> = touched.names.into_iter().collect();
    let exclusions: BTreeMap<_, _> = exclusions_of(connection, id, &names)
        .await?
        .into_iter()
        .map(|exclusion| (exclusion.name.clone(), Some(exclusion)))
        .collect();
    let before = exclusions.keys().cloned().collect();
    let models = CaseModels { case, slices, exclusions };
    Ok(Some((models, before)))
}

/// As many slices are asked for one by one; more are read with all slices of the case.
const FEW: usize = 4;

async fn save(
    connection: &mut Connection,
    models: &CaseModels,
    before: &BTreeSet<DomainName>,
) -> Result<(), sqlx::Error> {
    save_case(connection, &models.case).await?;
    let id = &models.case.id;
    let slices: Vec<&SliceView> = models.slices.values().collect();
    save_slices(connection, id, &slices).await?;
    // Rows that changed are written anew: a deletion and an insertion are one form for all that can happen to a name.
    let old: Vec<&DomainName> = before.iter().collect();
    for chunk in chunks(&old) {
        let names = placeholders(1, chunk.len());
        let text = format!("DELETE FROM exclusion_view WHERE case_id = $1 AND name IN {names}");
        let statement = query(AssertSqlSafe(text)).bind(id.to_string());
        let statement = chunk.iter().fold(statement, |s, name| s.bind(name.to_string()));
        statement.execute(&mut *connection).await?;
    }
    let new: Vec<&ExclusionView> = models.exclusions.values().flatten().collect();
    insert(connection, "exclusion_view", EXCLUSION, "", &new, |statement, exclusion| {
        statement
            .bind(id.to_string())
            .bind(exclusion.name.to_string())
            .bind(exclusion.name.tld().to_string())
            .bind(exclusion.class.word())
            .bind(exclusion.reason.clone())
            .bind(exclusion.source.clone())
            .bind(exclusion.at.micros())
    })
    .await
}

const EXCLUSION: &[&str] = &["case_id", "name", "tld", "class", "reason", "source", "at"];

async fn save_case(connection: &mut Connection, case: &CaseView) -> Result<(), sqlx::Error> {
    let campaigns = serde_json::to_string(&case.campaigns).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    query(
        "INSERT INTO case_view (case_id, version, opened, changed, title, kind, horizon_from, horizon_until, board_day, \
         tlp, pap, embargo_until, campaigns, unverified, slices, requests, answers, exclusions, sweeps, looks, notes) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) \
         ON CONFLICT (case_id) DO UPDATE SET version = excluded.version, changed = excluded.changed, \
         horizon_until = excluded.horizon_until, tlp = excluded.tlp, pap = excluded.pap, \
         embargo_until = excluded.embargo_until, \
         slices = excluded.slices, requests = excluded.requests, answers = excluded.answers, \
         exclusions = excluded.exclusions, sweeps = excluded.sweeps, looks = excluded.looks, notes = excluded.notes",
    )
    .bind(case.id.to_string())
    .bind(int(case.version))
    .bind(case.opened.micros())
    .bind(case.changed.micros())
    .bind(case.title.clone())
    .bind(case.kind.word())
    .bind(int(case.horizon.from.epoch_days()))
    .bind(int(case.horizon.until.epoch_days()))
    .bind(case.board_day.map(|day| int(day.epoch_days())))
    .bind(case.marking.tlp.word())
    .bind(case.marking.pap.word())
    .bind(case.marking.embargo_until.map(forestall_model::Instant::micros))
    .bind(campaigns)
    .bind(int(case.unverified))
    .bind(int(case.slices))
    .bind(int(case.requests))
    .bind(int(case.answers))
    .bind(int(case.exclusions))
    .bind(int(case.sweeps))
    .bind(int(case.looks))
    .bind(int(case.notes))
    .execute(connection)
    .await?;
    Ok(())
}

async fn save_slices(connection: &mut Connection, id: &CaseId, slices: &[&SliceView]) -> Result<(), sqlx::Error> {
    let replace = " ON CONFLICT (case_id, tld) DO UPDATE SET requests = excluded.requests, \
        last_request_at = excluded.last_request_at, last_request_action = excluded.last_request_action, \
        acknowledged = excluded.acknowledged, answers = excluded.answers, last_answer_at = excluded.last_answer_at, \
        last_answer_action = excluded.last_answer_action, last_answer_result = excluded.last_answer_result, \
        last_answer_level = excluded.last_answer_level, exclusions = excluded.exclusions, \
        last_sweep_at = excluded.last_sweep_at, last_sweep_method = excluded.last_sweep_method";
    insert(connection, "slice_view", SLICE, replace, slices, |statement, slice| {
        let (request, answer, sweep) = (slice.last_request, slice.last_answer, slice.last_sweep);
        statement
            .bind(id.to_string())
            .bind(slice.tld.to_string())
            .bind(int(slice.requests))
            .bind(request.map(|r| r.at.micros()))
            .bind(request.map(|r| r.action.word()))
            .bind(slice.acknowledged.map(forestall_model::Instant::micros))
            .bind(int(slice.answers))
            .bind(answer.map(|a| a.at.micros()))
            .bind(answer.map(|a| a.action.word()))
            .bind(answer.map(|a| a.result.word()))
            .bind(answer.map(|a| a.level.word()))
            .bind(int(slice.exclusions))
            .bind(sweep.map(|(at, _)| at.micros()))
            .bind(sweep.map(|(_, method)| method.word()))
    })
    .await
}

const SLICE: &[&str] = &[
    "case_id",
    "tld",
    "requests",
    "last_request_at",
    "last_request_action",
    "acknowledged",
    "answers",
    "last_answer_at",
    "last_answer_action",
    "last_answer_result",
    "last_answer_level",
    "exclusions",
    "last_sweep_at",
    "last_sweep_method",
];

/// Reads one case.
pub(crate) async fn case(connection: &mut Connection, id: &CaseId) -> Result<Option<CaseView>, sqlx::Error> {
    let row =
        query("SELECT * FROM case_view WHERE case_id = $1").bind(id.to_string()).fetch_optional(connection).await?;
    row.as_ref().map(case_of).transpose()
}

/// Reads all cases, in order of their identifiers.
pub(crate) async fn all_cases(connection: &mut Connection) -> Result<Vec<CaseView>, sqlx::Error> {
    let rows = query("SELECT * FROM case_view ORDER BY case_id").fetch_all(connection).await?;
    rows.iter().map(case_of).collect()
}

fn case_of(row: &Row) -> Result<CaseView, sqlx::Error> {
    Ok(CaseView {
        id: row.word("case_id")?,
        version: row.count("version")?,
        opened: row.instant("opened")?,
        changed: row.instant("changed")?,
        title: row.try_get("title")?,
        kind: row.word("kind")?,
        horizon: DayRange { from: row.day("horizon_from")?, until: row.day("horizon_until")? },
        board_day: row.day_or_none("board_day")?,
        marking: Marking {
            tlp: row.word("tlp")?,
            pap: row.word("pap")?,
            embargo_until: row.instant_or_none("embargo_until")?,
        },
        campaigns: serde_json::from_str(row.try_get("campaigns")?).map_err(|e| wrong("campaigns", e))?,
        unverified: row.try_get::<i64>("unverified")? != 0,
        slices: row.count("slices")?,
        requests: row.count("requests")?,
        answers: row.count("answers")?,
        exclusions: row.count("exclusions")?,
        sweeps: row.count("sweeps")?,
        looks: row.count("looks")?,
        notes: row.count("notes")?,
    })
}

async fn slice(connection: &mut Connection, id: &CaseId, tld: &Tld) -> Result<Option<SliceView>, sqlx::Error> {
    let row = query("SELECT * FROM slice_view WHERE case_id = $1 AND tld = $2")
        .bind(id.to_string())
        .bind(tld.to_string())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(slice_of).transpose()
}

/// Reads all slices of a case, in order of their top-level domains.
pub(crate) async fn all_slices(connection: &mut Connection, id: &CaseId) -> Result<Vec<SliceView>, sqlx::Error> {
    let rows = query("SELECT * FROM slice_view WHERE case_id = $1 ORDER BY tld")
        .bind(id.to_string())
        .fetch_all(connection)
        .await?;
    rows.iter().map(slice_of).collect()
}

fn slice_of(row: &Row) -> Result<SliceView, sqlx::Error> {
    let last_request = match (row.instant_or_none("last_request_at")?, row.word_or_none("last_request_action")?) {
        (Some(at), Some(action)) => Some(RequestView { at, action }),
        _ => None,
    };
    let last_answer = match (
        row.instant_or_none("last_answer_at")?,
        row.word_or_none("last_answer_action")?,
        row.word_or_none("last_answer_result")?,
        row.word_or_none("last_answer_level")?,
    ) {
        (Some(at), Some(action), Some(result), Some(level)) => Some(AnswerView { at, action, result, level }),
        _ => None,
    };
    Ok(SliceView {
        tld: row.word("tld")?,
        requests: row.count("requests")?,
        last_request,
        acknowledged: row.instant_or_none("acknowledged")?,
        answers: row.count("answers")?,
        last_answer,
        exclusions: row.count("exclusions")?,
        last_sweep: row.instant_or_none("last_sweep_at")?.zip(row.word_or_none("last_sweep_method")?),
    })
}

async fn exclusions_of(
    connection: &mut Connection,
    id: &CaseId,
    names: &[DomainName],
) -> Result<Vec<ExclusionView>, sqlx::Error> {
    let mut found = Vec::new();
    for chunk in chunks(names) {
        let names = placeholders(1, chunk.len());
        let text = format!("SELECT * FROM exclusion_view WHERE case_id = $1 AND name IN {names}");
        let statement = query(AssertSqlSafe(text)).bind(id.to_string());
        let statement = chunk.iter().fold(statement, |s, name| s.bind(name.to_string()));
        for row in statement.fetch_all(&mut *connection).await? {
            found.push(exclusion_of(&row)?);
        }
    }
    Ok(found)
}

/// Reads at most `limit` exclusions of a case after the name `after` (all where it is empty), of one top-level domain or of
/// all, in order of their names.
pub(crate) async fn exclusions(
    connection: &mut Connection,
    id: &CaseId,
    tld: Option<&Tld>,
    after: &str,
    limit: u32,
) -> Result<Vec<ExclusionView>, sqlx::Error> {
    const ALL: &str = "SELECT * FROM exclusion_view WHERE case_id = $1 AND name > $2 ORDER BY name LIMIT $3";
    const OF_TLD: &str =
        "SELECT * FROM exclusion_view WHERE case_id = $1 AND name > $2 AND tld = $4 ORDER BY name LIMIT $3";
    let statement =
        query(if tld.is_some() { OF_TLD } else { ALL }).bind(id.to_string()).bind(after.to_owned()).bind(int(limit));
    let statement = tld.iter().fold(statement, |s, tld| s.bind(tld.to_string()));
    statement.fetch_all(connection).await?.iter().map(exclusion_of).collect()
}

fn exclusion_of(row: &Row) -> Result<ExclusionView, sqlx::Error> {
    Ok(ExclusionView {
        name: row.word("name")?,
        class: row.word("class")?,
        reason: row.try_get("reason")?,
        source: row.try_get("source")?,
        at: row.instant("at")?,
    })
}
