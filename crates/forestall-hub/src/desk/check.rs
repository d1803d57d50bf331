// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A first look from outside: one sweep over a day's names, over DNS or over a copy of the zone, stored as evidence.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::SocketAddr;

use forestall_connect::lists::{AskedList, Reason};
use forestall_connect::sweep::{Progress, SweepError, SweepOptions, sweep};
use forestall_connect::zone_sweep::{ZoneSweepOptions, zone_sweep};
use forestall_coord::command::{Command, RecordSweep};
use forestall_coord::verify::Check;
use forestall_model::evidence::{Places, Sweep};
use forestall_model::{CaseId, OwnerName, Tld, UtcDay};
use forestall_store::Stored;

use super::{Act, CaseFile, Desk, DeskError, NameListing};

/// A look over DNS.
#[derive(Clone, Debug)]
pub struct CheckDns {
    /// The day whose names are looked at.
    pub on: UtcDay,
    /// The slices; all where none is named.
    pub tlds: Vec<Tld>,
    /// The server that is asked.
    pub server: SocketAddr,
    /// Most messages a second; the default of the sweep where there is none.
    pub per_second: Option<u32>,
    /// Most questions under way at one time; the default of the sweep where there is none.
    pub concurrency: Option<usize>,
}

/// A look at a copy of a zone.
#[derive(Clone, Debug)]
pub struct CheckZone {
    /// The day whose names are looked at.
    pub on: UtcDay,
    /// Where the copy comes from, in words.
    pub vantage: String,
    /// What relative names of the file are relative to, where it does not say itself.
    pub origin: Option<OwnerName>,
}

/// What a look saw.
#[derive(Debug)]
pub struct CheckReport {
    /// The event that holds it.
    pub stored: Stored,
    /// The evidence.
    pub sweep: Sweep,
    /// Distinct names that were looked at.
    pub names: usize,
    /// Why looks failed, the most frequent reason first.
    pub unknown: Vec<Reason>,
    /// What the reader should know of the source: a zone file that does not end with its SOA may have been cut.
    pub warning: Option<String>,
}

impl Desk {
    /// Asks one server for a day's names and records the sweep.
    ///
    /// # Errors
    ///
    /// [`DeskError::Outside`] where the server does not answer, [`DeskError::Input`] for a day without lists or a marking that
    /// forbids to ask; nothing is recorded then.
    pub async fn check_dns(
        &self,
        case: &CaseId,
        act: &Act,
        check: CheckDns,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<CheckReport, DeskError> {
        let file = self.file(case).await?;
        let lists = self.asked(&file, check.on, &check.tlds)?;
        let defaults = SweepOptions::new(check.server, file.case.name_servers.clone());
        let options = SweepOptions {
            pap: file.marking().pap,
            per_second: check.per_second.or(defaults.per_second),
            concurrency: check.concurrency.unwrap_or(defaults.concurrency),
            ..defaults
        };
        let report = sweep(&lists, &options, act.now, progress).await.map_err(|error| match error {
            SweepError::Forbidden(_) => DeskError::Input(error.to_string()),
            other => DeskError::Outside(other.to_string()),
        })?;
        let stored = self.record(case, act, report.sweep.clone()).await?;
        Ok(CheckReport { stored, sweep: report.sweep, names: report.names, unknown: report.unknown, warning: None })
    }

    /// Looks at a day's names in a copy of a zone and records the sweep.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where the file is refused, with its line, or is the zone of other names; nothing is recorded then.
    pub async fn check_zone<R: Read + Send>(
        &self,
        case: &CaseId,
        act: &Act,
        check: CheckZone,
        input: R,
        progress: impl FnMut(u64) + Send,
    ) -> Result<CheckReport, DeskError> {
        let file = self.file(case).await?;
        let lists = self.asked(&file, check.on, &[])?;
        let options = ZoneSweepOptions {
            vantage: check.vantage,
            name_servers: file.case.name_servers.clone(),
            origin: check.origin,
        };
        let seen = act.occurred.unwrap_or(act.now);
        let report =
            zone_sweep(input, &lists, &options, seen, progress).map_err(|e| DeskError::Input(e.to_string()))?;
        let warning = (!report.zone.ends_with_soa).then(|| {
            "the zone file does not end with its SOA: had it been cut between two lines, the names after the cut would show as absent"
                .to_owned()
        });
        let found = report.report;
        let stored = self.record(case, act, found.sweep.clone()).await?;
        Ok(CheckReport { stored, sweep: found.sweep, names: found.names, unknown: found.unknown, warning })
    }

    async fn record(&self, case: &CaseId, act: &Act, sweep: Sweep) -> Result<Stored, DeskError> {
        self.execute(case, act, &Command::Sweep(RecordSweep { sweep })).await
    }

    /// Returns the lists of a day, those of some slices only where any are named.
    fn asked(&self, file: &CaseFile, on: UtcDay, tlds: &[Tld]) -> Result<Vec<AskedList>, DeskError> {
        let board = file.board();
        if let Some(unknown) = tlds.iter().find(|tld| !file.case.slices.contains_key(*tld)) {
            return Err(DeskError::Refused(forestall_coord::Refusal::UnknownSlice { tld: unknown.clone() }));
        }
        let mut cells: BTreeMap<(usize, i64), Vec<&Tld>> = BTreeMap::new();
        for (tld, of_slice) in board.slices().filter(|(tld, _)| tlds.is_empty() || tlds.contains(tld)) {
            for cell in of_slice.iter().filter(|cell| cell.window.meets(on.window())) {
                cells.entry((cell.campaign, cell.period)).or_default().push(tld);
            }
        }
        let mut checks = Vec::new();
        for ((campaign, period), tlds) in cells {
            let check = |tld: &Tld| (campaign, period, tld.clone(), None);
            checks.extend(tlds.into_iter().map(check));
        }
        let lists = self.lists_of(file, checks)?;
        if lists.is_empty() {
            return Err(DeskError::Input(format!(
                "the case has no names on {on}; its horizon is {}",
                file.case.horizon
            )));
        }
        Ok(lists)
    }

    /// Returns the lists of some checks, in order of campaign, origin period and top-level domain.
    pub(crate) fn asked_of(&self, file: &CaseFile, checks: &[Check]) -> Result<Vec<AskedList>, DeskError> {
        let of = |check: &Check| (check.campaign, check.period, check.tld.clone(), check.sample.clone());
        let mut wanted: Vec<Wanted> = checks.iter().map(of).collect();
        wanted.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
        self.lists_of(file, wanted)
    }

    /// Computes lists, which are sorted by campaign and origin period; those that the case does not hold are left out.
    fn lists_of(&self, file: &CaseFile, wanted: Vec<Wanted>) -> Result<Vec<AskedList>, DeskError> {
        let mut lists = Vec::with_capacity(wanted.len());
        let mut computed: Option<(usize, i64, BTreeMap<Tld, NameListing>)> = None;
        for (campaign, period, tld, sample) in wanted {
            if computed.as_ref().is_none_or(|(of, at, _)| (*of, *at) != (campaign, period)) {
                computed = Some((campaign, period, self.listings(file, campaign, period)?));
            }
            let held = &file.case.campaigns[campaign];
            let listing = computed.as_mut().and_then(|(_, _, listings)| listings.remove(&tld));
            let Some(listing) = listing else { continue };
            lists.push(AskedList {
                campaign: held.id.clone(),
                period,
                tld,
                digest: listing.digest,
                generator_version: held.generator_version,
                names: listing.names,
                sample,
            });
        }
        Ok(lists)
    }
}

/// A list that is wanted: campaign, origin period, top-level domain, and the places that are looked at.
type Wanted = (usize, i64, Tld, Option<Places>);
