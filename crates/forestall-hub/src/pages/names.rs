// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names of one list of a slice, by page: what is known of each, and when it is live.

use forestall_coord::{Board, NameView, Phase};
use forestall_model::{DomainName, Instant, ListCounts, Tld, UtcDay, Window};

use super::frame::to_minute;
use crate::desk::{CaseFile, Desk};
use crate::number::grouped;
use crate::server::{Problem, Query};

/// Names a page.
const PAGE: usize = 100;

/// Which list is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen {
    pub(super) campaign: usize,
    pub(super) day: UtcDay,
    /// From 1.
    pub(super) page: usize,
}

/// A page of names.
#[derive(Debug)]
pub(super) struct NamePage {
    pub(super) campaign: String,
    pub(super) unverified: bool,
    pub(super) day: String,
    pub(super) rows: Vec<NameRow>,
    pub(super) in_all: String,
    pub(super) page: usize,
    pub(super) pages: usize,
    pub(super) nominal: String,
    pub(super) guard: String,
    pub(super) phase: &'static str,
    /// First digits of the digest of the list.
    pub(super) digest: String,
}

/// One name.
#[derive(Debug)]
pub(super) struct NameRow {
    pub(super) place: u32,
    pub(super) name: String,
    pub(super) unicode: Option<String>,
    pub(super) state: &'static str,
    /// The class of its colour.
    pub(super) class: &'static str,
    pub(super) claim: String,
    pub(super) sight: String,
    pub(super) event: u64,
    /// Whether somebody holds or held it, as far as the case knows: then it has a page.
    pub(super) is_held: bool,
}

/// Reads which list a query asks for; by default the first campaign that has names in the slice on `day`.
pub(super) fn chosen(file: &CaseFile, tld: &Tld, day: UtcDay, query: &Query) -> Result<Chosen, Problem> {
    let day = query.parse::<UtcDay>("day")?.unwrap_or(day);
    let campaign = match query.parse::<forestall_model::CampaignId>("campaign")? {
        Some(id) => file.case.campaign_index(&id).ok_or_else(|| {
            let known: Vec<&str> = file.case.campaigns.iter().map(|c| c.id.as_str()).collect();
            Problem::not_found(format!("the case holds no campaign {id}; it holds {}", known.join(", ")))
        })?,
        None => (0..file.case.campaigns.len()).find(|index| list_of(file, tld, *index, day).is_some()).unwrap_or(0),
    };
    let page = query.parse::<usize>("page")?.unwrap_or(1);
    if page == 0 || page > 1_000_000 {
        return Err(Problem::bad_request("page: pages are numbered from 1"));
    }
    Ok(Chosen { campaign, day, page })
}

/// Returns the key and the window of the list that a campaign has in a slice on a day.
fn list_of(file: &CaseFile, tld: &Tld, campaign: usize, day: UtcDay) -> Option<(i64, Window)> {
    let periods = &file.counts.get(campaign)?.periods;
    let of_day = |p: &&forestall_model::PeriodCounts| file.case.list_day(p.key) == day;
    let period = periods.iter().find(of_day)?;
    period.of_tld(tld.as_str()).map(|_| (period.key, period.window))
}

/// Returns a page of names; `None` where the campaign has no names in the slice on that day.
pub(super) fn read(
    desk: &Desk,
    file: &CaseFile,
    tld: &Tld,
    chosen: Chosen,
    now: Instant,
) -> Result<Option<NamePage>, Problem> {
    let Some((period, window)) = list_of(file, tld, chosen.campaign, chosen.day) else { return Ok(None) };
    let Some(campaign) = file.case.campaigns.get(chosen.campaign) else { return Ok(None) };
    let listing = desk.listing(file, tld, chosen.campaign, period)?;
    let views = views(file, tld, chosen.campaign, period, now);
    let pages = listing.names.len().div_ceil(PAGE).max(1);
    let page = chosen.page.min(pages);
    let rows = (0_u32..).zip(listing.names.iter().zip(&views)).skip((page - 1) * PAGE).take(PAGE);
    let guard = file.case.guard(chosen.campaign, window);
    Ok(Some(NamePage {
        campaign: campaign.id.to_string(),
        unverified: !campaign.verified,
        day: chosen.day.to_string(),
        rows: rows.map(|(place, (name, view))| row(place, name, view, file.case.holdings.contains_key(name))).collect(),
        in_all: grouped(listing.names.len() as u64),
        page,
        pages,
        nominal: span(window),
        guard: span(guard),
        phase: match Phase::of(guard, now) {
            Phase::Ahead => "not open yet",
            Phase::Open => "open",
            Phase::Closed => "closed",
        },
        digest: listing.digest.short(),
    }))
}

/// Returns what is known of the names of one list. Only that list is counted.
pub(crate) fn views(file: &CaseFile, tld: &Tld, campaign: usize, period: i64, now: Instant) -> Vec<NameView> {
    let only = |(index, list): (usize, &ListCounts)| ListCounts {
        campaign: list.campaign.clone(),
        periods: list.periods.iter().filter(|p| index == campaign && p.key == period).cloned().collect(),
    };
    let counts: Vec<ListCounts> = file.counts.iter().enumerate().map(only).collect();
    Board::new(&file.case, &counts).name_views(tld, campaign, period, now)
}

fn row(place: u32, name: &DomainName, view: &NameView, is_held: bool) -> NameRow {
    use forestall_coord::Standing as S;
    let unicode = name.to_unicode();
    NameRow {
        place,
        unicode: (unicode != name.as_str()).then_some(unicode),
        name: name.to_string(),
        state: view.state.word(),
        class: match view.state.standing {
            S::Protected => "seen",
            S::Claimed => "said",
            S::Lost | S::Mismatch => "alarm",
            S::Refused | S::Suspect | S::Lapsing | S::Disputed => "warn",
            S::Excluded | S::Benign | S::Friendly | S::NotRegistrable => "out",
            S::Predicted | S::Requested | S::Accepted => "bare",
        },
        claim: view.claim.map(|c| format!("{}: {} ({})", c.action, c.result, c.level)).unwrap_or_default(),
        sight: view.sight.map(|s| s.to_string()).unwrap_or_default(),
        event: view.event,
        is_held,
    }
}

fn span(window: Window) -> String {
    format!("{} to {}", to_minute(window.from), to_minute(window.until))
}
