// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Opening a case: from campaigns and days to counts and slices.

use std::collections::BTreeSet;
use std::sync::Arc;

use forestall_coord::command::{Command, Open, Override};
use forestall_coord::event::{CaseCampaign, CaseKind, ProviderZone};
use forestall_dga::info::{Party, Predictability, Responsible, Verification};
use forestall_dga::predict::{self, Lists, Query};
use forestall_dga::{Catalogue, Family, GenerateError, Prepared};
use forestall_model::name::last_label;
use forestall_model::{CaseId, DayRange, DomainName, Marking, Params, Tld, UtcDay};

use super::{Act, CaseFile, Desk, DeskError, Dictionaries};

/// A campaign with single parameters replaced, written `conficker-a` or `conficker-a:sine=exact`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignSpec {
    /// The campaign or the family; a family stands for its first campaign.
    pub name: String,
    /// The parameters that are replaced.
    pub replace: Params,
}

impl std::str::FromStr for CampaignSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, settings) = text.split_once(':').unwrap_or((text, ""));
        let mut replace = Params::new();
        for setting in settings.split(',').filter(|s| !s.is_empty()) {
            let Some((key, value)) = setting.split_once('=') else {
                return Err(format!(
                    "{setting:?} is no setting; expected KEY=VALUE after the colon, as in conficker-a:sine=exact"
                ));
            };
            replace.set(key, value);
        }
        Ok(Self { name: name.to_owned(), replace })
    }
}

impl std::fmt::Display for CampaignSpec {
    /// Writes what [`str::parse`] reads.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        for (place, (key, value)) in self.replace.iter().enumerate() {
            write!(f, "{}{key}={value}", if place == 0 { ':' } else { ',' })?;
        }
        Ok(())
    }
}

/// What a new case is about.
#[derive(Clone, Debug)]
pub struct OpenCase {
    /// The case.
    pub id: CaseId,
    /// What people call it.
    pub title: String,
    /// Live or reconstruction.
    pub kind: CaseKind,
    /// The campaigns.
    pub campaigns: Vec<CampaignSpec>,
    /// The days.
    pub horizon: DayRange,
    /// The day from which a reconstruction is looked at.
    pub board_day: Option<UtcDay>,
    /// The marking of everything derived from it; the case takes a stricter one where a family of it carries that.
    pub marking: Marking,
    /// The name servers of the response's own sinkhole.
    pub name_servers: Vec<DomainName>,
    /// Two people who take name servers that do not pass the guard.
    pub guard_override: Option<Override>,
    /// Whether decisions about registered names need two people.
    pub four_eyes: bool,
    /// How many days the horizon reaches ahead of each day, where it is to be moved each day.
    pub ahead: Option<u16>,
}

impl Desk {
    /// Opens a case: prepares its campaigns, counts their names and records the opening.
    ///
    /// # Errors
    ///
    /// [`DeskError`] for unknown campaigns and parameters, an id that is taken, and what the store reports.
    pub async fn open_case(&self, act: &Act, ask: OpenCase) -> Result<CaseFile, DeskError> {
        let prepared = ask.campaigns.iter().map(|spec| self.prepare(spec)).collect::<Result<Vec<_>, _>>()?;
        prepared.iter().try_for_each(need_predictable)?;
        let prepared = Arc::new(prepared);
        let campaigns =
            prepared.iter().map(|p| case_campaign(p, ask.horizon)).collect::<Result<Vec<CaseCampaign>, _>>()?;
        let counts = self.count(&prepared, &campaigns, ask.horizon).await?;
        let slices: BTreeSet<_> =
            counts.iter().flat_map(|c| &c.periods).flat_map(|p| &p.by_tld).map(|entry| entry.tld.clone()).collect();
        let command = Command::Open(Open {
            title: ask.title,
            kind: ask.kind,
            horizon: ask.horizon,
            board_day: ask.board_day,
            marking: prepared.iter().fold(ask.marking, |m, p| m.strictest(Family::marking(p.family.as_ref()))),
            campaigns,
            slices: slices.into_iter().collect(),
            server_evidence: self.server_evidence(&ask.name_servers).await?,
            name_servers: ask.name_servers,
            guard_override: ask.guard_override,
            four_eyes: ask.four_eyes,
            ahead: ask.ahead,
        });
        self.execute(&ask.id, act, &command).await?;
        self.file(&ask.id).await
    }

    /// Finds and prepares a campaign by its spec.
    pub(super) fn prepare(&self, spec: &CampaignSpec) -> Result<Prepared, DeskError> {
        prepare(self.catalogue(), self.dictionaries(), spec)
    }
}

/// Makes a campaign of a catalogue ready to compute names.
pub(super) fn prepare(
    catalogue: &Catalogue,
    dictionaries: &Dictionaries,
    spec: &CampaignSpec,
) -> Result<Prepared, DeskError> {
    let campaign = catalogue.campaign(&spec.name).or_else(|| {
        let family = catalogue.family(&spec.name)?;
        catalogue.campaigns_of(&family.info().slug).next()
    });
    let campaign = campaign.ok_or_else(|| DeskError::NoSuchCampaign {
        found: spec.name.clone(),
        known: catalogue.campaigns().iter().map(|c| c.id.as_str()).collect::<Vec<_>>().join(", "),
    })?;
    Ok(catalogue.prepare(campaign, &spec.replace, dictionaries)?)
}

/// Refuses a campaign whose future names nobody can compute: a case of it would protect names that no bot asks for.
fn need_predictable(prepared: &Prepared) -> Result<(), DeskError> {
    let info = prepared.family.info();
    match info.predictability {
        Predictability::Deterministic => Ok(()),
        other => Err(DeskError::Input(format!(
            "{} cannot be watched by a case: its names of the future cannot be computed ({other}); it is there to recognise names",
            prepared.campaign.id
        ))),
    }
}

fn case_campaign(prepared: &Prepared, horizon: DayRange) -> Result<CaseCampaign, GenerateError> {
    let (zones, registries) = zones_of(prepared, horizon)?;
    let info = prepared.family.info();
    Ok(CaseCampaign {
        id: prepared.campaign.id.clone(),
        family: prepared.campaign.family.clone(),
        params: prepared.campaign.params.clone(),
        digest: prepared.digest,
        generator_version: info.generator_version,
        verified: info.verification == Verification::Verified,
        guard: info.margin.guard(),
        // Clocks ahead of UTC reach the first day early and then ask for the list of the day before it (F-Secure weblog,
        // 31 March 2009), so that list belongs to the case.
        first_day: info.first_day.map(|day| day.plus(-1)),
        draws: prepared.campaign.draws.clone(),
        zones,
        registries,
    })
}

/// Returns the zones of providers below which names of the campaign stand within the horizon, in the order of the family, and where
/// there are any, the top-level domains of its other names.
fn zones_of(prepared: &Prepared, horizon: DayRange) -> Result<(Vec<ProviderZone>, Vec<Tld>), GenerateError> {
    let responsible = &prepared.family.info().responsible;
    let Responsible::Others(others) = responsible else { return Ok(Default::default()) };
    if !others.iter().any(|(_, party)| matches!(party, Party::Provider(_))) {
        return Ok(Default::default());
    }
    let (mut zones, mut registries) = (BTreeSet::new(), BTreeSet::new());
    predict::visit(prepared, &Query::all(Lists::Span(horizon.window())), 1, |list| {
        for name in list.texts().filter_map(|name| std::str::from_utf8(name).ok()) {
            match responsible.exception(name) {
                Some((zone, Party::Provider(_))) if !zones.contains(zone) => {
                    zones.insert(zone.to_owned());
                }
                None if !registries.contains(last_label(name)) => {
                    registries.insert(last_label(name).to_owned());
                }
                _ => {}
            }
        }
        Ok::<(), GenerateError>(())
    })?;
    let mut found = Vec::new();
    for (zone, party) in others {
        if let Party::Provider(who) = party
            && zones.contains(zone.as_ref())
        {
            found.push(ProviderZone { zone: zone.to_string(), provider: who.to_string() });
        }
    }
    let registries =
        if found.is_empty() { Vec::new() } else { registries.iter().filter_map(|tld| tld.parse().ok()).collect() };
    Ok((found, registries))
}
