// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Legitimate names that will be hit, by day, and the letters to those whom it concerns.

use std::collections::BTreeMap;

use forestall_coord::flood::{self, Hit};
use forestall_coord::{Populations, Stance};
use forestall_formats::flood::{HitLine, HitList, Interval, RegistrarWord, by_host, by_name, by_registrar, only};
use forestall_formats::letters::{self, Addressee, Language, Letter};
use forestall_model::dossier::Registrar;
use forestall_model::marking::release;
use forestall_model::{Audience, Digest, DomainName, Instant, Released, Window};

use super::{CaseFile, Desk, DeskError};

/// What is to be listed.
#[derive(Clone, Debug)]
pub struct AskFlood {
    /// The time; names whose guard window meets it.
    pub span: Window,
    /// How many machines there are.
    pub populations: Populations,
    /// Who receives the list.
    pub audience: Audience,
    /// The time of the act.
    pub now: Instant,
}

/// What letters are to say.
#[derive(Clone, Debug)]
pub struct AskLetters {
    /// The language, as `en`.
    pub language: String,
    /// Whom to ask.
    pub contact: Option<String>,
    /// Where to appeal.
    pub appeal: Option<String>,
    /// Whether holders and hosts are also told of names that nobody has judged legitimate.
    pub undecided: bool,
    /// The time of the act.
    pub now: Instant,
}

/// A letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenLetter {
    /// To whom it goes.
    pub addressee: Addressee,
    /// Who that is.
    pub to: String,
    /// A file name for it: letters, digits, dots and hyphens.
    pub file: String,
    /// The letter.
    pub text: String,
}

impl Desk {
    /// Returns the legitimate names of a case that will be hit, by day, through the gate.
    ///
    /// # Errors
    ///
    /// [`DeskError::Withheld`] where the marking does not allow the audience, [`DeskError::Input`] for a population of a campaign that the
    /// case does not hold, [`DeskError::Store`] and [`DeskError::Folder`] where evidence cannot be read.
    pub async fn flood(&self, file: &CaseFile, ask: &AskFlood) -> Result<Released<HitList>, DeskError> {
        if let Some(unknown) = ask.populations.named().find(|id| file.case.campaign_index(id).is_none()) {
            return Err(DeskError::Input(format!("the case {} holds no campaign {unknown}", file.case.id)));
        }
        let computed = file.clone();
        let (span, populations) = (ask.span, ask.populations.clone());
        let names = super::lists::computed(move || {
            let board = computed.board();
            let hits = flood::flood(&board, span, &populations);
            let mut names: Vec<DomainName> = hits.into_iter().map(|hit| hit.name.clone()).collect();
            names.sort_unstable();
            names.dedup();
            names
        })
        .await;
        let mut known = BTreeMap::new();
        for name in names {
            if let Some(evidence) = self.evidence_of(file, &name).await? {
                known.insert(name, evidence.dossier);
            }
        }
        let board = file.board();
        let mut hits = flood::flood(&board, ask.span, &ask.populations);
        let mut lines = Vec::with_capacity(hits.len());
        for hit in &mut hits {
            let dossier = known.get(hit.name);
            let seen = dossier.and_then(|dossier| dossier.latest_presence());
            hit.host_at(seen.map_or(&[], |sourced| sourced.fact.addresses.as_slice()));
            let registered = dossier.and_then(|dossier| dossier.latest_registration());
            lines.push(line(file, hit, registered.and_then(|sourced| sourced.fact.registrar.as_ref()), ask.now));
        }
        let list = HitList { title: file.case.title.clone(), marking: file.marking(), lines };
        Ok(release(list, ask.audience, ask.now)?)
    }

    /// Writes the letters about the names of a list: to each holder, to each registrar that is known, to each host that is known.
    ///
    /// Holders and hosts are told of names that are legitimate by a person's decision or by evidence; whoever registered another one may be
    /// the one who must not be told. Registrars are told of all, with what is known of each.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] for a language that there is not, and for texts that are too long.
    pub fn letters(
        &self,
        file: &CaseFile,
        list: &Released<HitList>,
        ask: &AskLetters,
    ) -> Result<Vec<WrittenLetter>, DeskError> {
        let language = Language::find(&ask.language).map_err(|error| DeskError::Input(error.to_string()))?;
        let mut written = Vec::new();
        let mut add = |addressee: Addressee, key: &str, to: String, names: &Released<HitList>| {
            let letter = Letter {
                addressee,
                to: &to,
                case: file.case.id.as_str(),
                contact: ask.contact.as_deref(),
                appeal: ask.appeal.as_deref(),
                issued: ask.now,
            };
            let text = letters::write(names, &letter, language).map_err(|error| DeskError::Input(error.to_string()))?;
            written.push(WrittenLetter { addressee, file: file_name(addressee.word(), key, "txt"), to, text });
            Ok::<(), DeskError>(())
        };
        let told = only(list, |line| ask.undecided || is_legitimate(line));
        for (name, names) in by_name(&told) {
            add(Addressee::Holder, name.as_str(), name.to_string(), &names)?;
        }
        for (registrar, names) in by_registrar(list) {
            if let Some(registrar) = registrar {
                let to = registrar.mail.as_ref().map_or_else(|| registrar.to_string(), |m| format!("{registrar}, {m}"));
                add(Addressee::Registrar, &registrar.key, to, &names)?;
            }
        }
        for (host, names) in by_host(&told) {
            if let Some(host) = host {
                add(Addressee::Host, &host, host.clone(), &names)?;
            }
        }
        Ok(written)
    }
}

/// Says whether a name counts as legitimate, so that its holder may be told.
#[must_use]
pub fn is_legitimate(line: &HitLine) -> bool {
    [Stance::Benign.word(), Stance::Excluded.word(), UNDOING].contains(&line.holder)
}

/// The word for a name to which something was done by mistake.
const UNDOING: &str = "undoing";

/// Characters of a file's name that come from its key.
const MAX_KEY: usize = 80;

/// Makes a file name out of what others call themselves: letters, digits, dots and hyphens. Where that leaves something out, a part of a
/// digest tells the name from others.
#[must_use]
pub fn file_name(prefix: &str, key: &str, extension: &str) -> String {
    let safe = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-') { c } else { '-' };
    let mut text: String = key.chars().take(MAX_KEY).map(|c| safe(c.to_ascii_lowercase())).collect();
    if text != key {
        text = format!("{text}-{}", Digest::of(key.as_bytes()).short());
    }
    format!("{prefix}-{text}.{extension}")
}

fn line(file: &CaseFile, hit: &Hit<'_>, registrar: Option<&Registrar>, now: Instant) -> HitLine {
    let held = &file.case.campaigns[hit.campaign];
    let interval = |value: flood::Interval| Interval { low: value.low, high: value.high };
    // What the last look did not see is still what was seen before.
    let named = registrar.filter(|registrar| hit.registrar.is_none_or(|key| key == registrar.key()));
    let registrar = hit.registrar.map(|key| RegistrarWord {
        key: key.to_owned(),
        name: named.map(|registrar| registrar.name.clone()),
        mail: named.and_then(|registrar| registrar.abuse_mail.clone()),
    });
    HitLine {
        day: hit.day,
        name: hit.name.clone(),
        campaign: held.id.clone(),
        family: held.family.clone(),
        confidence: if held.verified { "verified" } else { "unverified" },
        window: hit.window,
        guard: hit.guard,
        holder: if hit.undoing { UNDOING } else { hit.stance.word() },
        registrar,
        hosts: hit.hosts.clone(),
        drawn: Interval { low: hit.drawn.low, high: hit.drawn.high },
        contacts_of_one: interval(hit.contacts_of_one),
        population: hit.population.as_ref().map(|population| (population.low, population.high)),
        machines: hit.machines().map(interval),
        contacts: hit.contacts().map(interval),
        contacts_a_day: hit.contacts_a_day().map(interval),
        assumptions: assumptions(hit),
        short: hit.is_short(now),
    }
}

/// Says what the figures of a hit rest on, one sentence each.
fn assumptions(hit: &Hit<'_>) -> Vec<String> {
    let population = hit.population.as_ref().map_or_else(
        || "how many machines are infected is not known".to_owned(),
        |known| format!("{} to {} infected machines: {}", known.low, known.high, known.assumption),
    );
    let mut told = vec![population];
    if hit.draws.is_empty() {
        told.push("how a machine draws names is not known: each is taken to ask for the whole list once".to_owned());
    }
    told.extend(hit.draws.iter().map(|draws| format!("a machine asks for {draws}: {}", draws.source)));
    told.push("every machine is on in the window, and draws evenly and on its own".to_owned());
    told
}
