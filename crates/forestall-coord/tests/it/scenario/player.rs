// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Plays the statements of a scenario through commands, and compares what it expects.

use forestall_coord::case::Case;
use forestall_coord::command::{
    Acknowledge, Answer, Attested, Command, Exclude, Note, Open, Override, Readmit, RecordSweep, Request,
};
use forestall_coord::event::{AnswerScope, CaseCampaign, CaseKind, Occurrence, PlaceSet};
use forestall_coord::{Level, ReachRange, Tally};
use forestall_model::evidence::{SeenName, Sweep, SweptList};
use forestall_model::{CampaignId, DayRange, Digest, ListCounts, Margin, Marking, Sight, Tld, UtcDay};
use forestall_testkit::counts::{daily, dealt, period_of};
use forestall_testkit::{CaseScript, ScriptedClock, campaigns, parsed};

use super::words::{Statement, statements};

/// Plays a scenario.
pub(crate) fn play(text: &str) {
    let mut player = Player::default();
    for statement in statements(text) {
        player.play(statement);
    }
    player.finish();
}

/// The case that is played, and what its opening will say.
#[derive(Debug, Default)]
struct Player {
    script: Option<CaseScript>,
    title: String,
    horizon: Option<DayRange>,
    campaigns: Vec<CaseCampaign>,
    lists: Vec<ListCounts>,
    name_servers: Vec<forestall_model::DomainName>,
}

impl Player {
    fn play(&mut self, mut line: Statement) {
        match line.word("a statement").as_str() {
            "case" => {
                self.finish();
                let id = line.word("the id of the case");
                let title = line.word("the title");
                let now = line.word("the instant");
                *self = Self { script: Some(CaseScript::new(&id, &now)), title, ..Self::default() };
            }
            "horizon" => self.horizon = Some(line.days()),
            "campaign" => self.campaign(&mut line),
            "lists" | "deal" => self.lists(&mut line),
            "name-servers" => {
                while line.next().is_some() {
                    self.name_servers.push(line.value("a name server"));
                }
            }
            "time" => {
                let to = line.value("the instant");
                let clock: &mut ScriptedClock = &mut self.script(&line).clock;
                clock.set(to);
            }
            "refused" => {
                let reason = line.word("the reason");
                let before = format!("{:?}", self.script(&line));
                let act = line.word("an act");
                let Some(command) = self.command(&act, &mut line) else { line.fail(format!("{act:?} is no act")) };
                match self.script(&line).act(&command) {
                    Ok(_) => line.fail("it was not refused"),
                    Err(refusal) => {
                        let found = format!("{refusal:?}");
                        let name = found.split(|c: char| !c.is_alphanumeric()).next();
                        if name != Some(reason.as_str()) {
                            line.fail(format!("refused for another reason: {refusal}"));
                        }
                    }
                }
                assert_eq!(format!("{:?}", self.script(&line)), before, "a refusal changed something");
            }
            "expect" => self.expect(&mut line),
            act => {
                let Some(command) = self.command(act, &mut line) else { line.fail(format!("{act:?} is no statement")) };
                let script = self.script(&line);
                if let Err(refusal) = script.act(&command) {
                    line.fail(format!("refused: {refusal}"));
                }
                script.occurred = None;
                script.source = None;
            }
        }
        line.end();
    }

    /// Ends a case: its log, read again, must give the same state.
    fn finish(&mut self) {
        let Some(script) = self.script.take().filter(|script| !script.log().is_empty()) else { return };
        let again = Case::replay(script.log()).expect("the log is that of a case").expect("it is open");
        assert_eq!(format!("{again:?}"), format!("{:?}", script.case()), "the log gives another state");
    }

    #[track_caller]
    fn script(&mut self, line: &Statement) -> &mut CaseScript {
        match &mut self.script {
            Some(script) => script,
            None => line.fail("no case was begun"),
        }
    }

    fn campaign(&mut self, line: &mut Statement) {
        let mut campaign = campaigns::campaign(&line.word("a campaign"));
        campaign.draws.clear();
        while let Some(word) = line.next().map(str::to_owned) {
            line.word("a word");
            match word.as_str() {
                "unverified" => campaign.verified = false,
                "guard" => campaign.guard = Margin::hours(line.value("hours before"), line.value("hours after")),
                "first" => campaign.first_day = Some(line.value("the first day")),
                "draws" => {
                    let reading = line.word("a reading");
                    campaign.draws.push(match reading.split_once('x') {
                        Some((names, rounds)) => campaigns::draws(Some(parsed(names)), parsed(rounds)),
                        None if reading == "all" => campaigns::draws(None, 1),
                        None => campaigns::draws(Some(parsed(&reading)), 1),
                    });
                }
                _ => line.fail(format!("{word:?} is nothing that a campaign has")),
            }
        }
        self.campaigns.push(campaign);
    }

    fn lists(&mut self, line: &mut Statement) {
        let campaign = line.word("a campaign");
        let days = line.days();
        let mut names: Vec<(Tld, u32)> = Vec::new();
        if line.take("dealt") {
            let total = line.value("the number of names");
            let mut tlds = Vec::new();
            while line.next().is_some() {
                tlds.push(line.value("a top-level domain"));
            }
            names = dealt(total, &tlds);
        }
        while line.next().is_some() {
            names.push((line.value("a top-level domain"), line.value("the number of its names")));
        }
        self.lists.push(daily(&campaign, days, &names));
    }

    /// Reads an act; `None` where `act` is none.
    fn command(&mut self, act: &str, line: &mut Statement) -> Option<Command> {
        let command = match act {
            "open" => self.open(line),
            "request" => request(line),
            "acknowledge" => Command::Acknowledge(Acknowledge { tld: line.value("a slice"), list: None }),
            "answer" => answer(line),
            "exclude" => Command::Exclude(Exclude {
                name: line.value("a name"),
                class: line.value("a class"),
                reason: line.word("a reason"),
                occurrences: self.occurrences(line),
            }),
            "readmit" => Command::Readmit(Readmit { name: line.value("a name"), reason: line.word("a reason") }),
            "sweep" => self.sweep(line),
            "note" => Command::Note(Note { text: line.word("the fact"), tld: None }),
            _ => return None,
        };
        while let Some(word) = line.next().map(str::to_owned) {
            line.word("a word");
            match word.as_str() {
                "source" => self.script(line).source = Some(line.word("the source")),
                "occurred" => self.script(line).occurred = Some(line.value("the instant")),
                _ => line.fail(format!("{word:?} was not expected")),
            }
        }
        Some(command)
    }

    fn open(&mut self, line: &Statement) -> Command {
        let Some(horizon) = self.horizon else { line.fail("no horizon was given") };
        let ordered = self.campaigns.iter().map(|campaign| {
            let of_campaign = self.lists.iter().find(|list| list.campaign == campaign.id);
            of_campaign.cloned().unwrap_or_else(|| line.fail(format!("{} has no lists", campaign.id)))
        });
        let counts = ordered.collect();
        let script = self.script(line);
        script.counts = counts;
        let slices = script.tlds();
        let opened = script.clock.now();
        Command::Open(Open {
            title: self.title.clone(),
            kind: CaseKind::Live,
            horizon,
            board_day: None,
            marking: Marking::DEFAULT,
            campaigns: self.campaigns.clone(),
            slices,
            name_servers: self.name_servers.clone(),
            server_evidence: forestall_testkit::guard::safe(&self.name_servers, opened),
            guard_override: None,
            four_eyes: false,
            ahead: None,
        })
    }

    fn occurrences(&self, line: &mut Statement) -> Vec<Occurrence> {
        let mut occurrences = Vec::new();
        let known = |word: &str| self.campaigns.iter().any(|c| c.id.as_str() == word);
        while line.next().is_some_and(known) {
            let campaign = line.value("a campaign");
            let day: UtcDay = line.value("a day");
            let place = line.value("a place");
            occurrences.push(Occurrence { campaign, period: period_of(day), place });
        }
        occurrences
    }

    /// `sweep METHOD VANTAGE (list CAMPAIGN TLD|* FROM UNTIL SIGHT [failed PLACES] [but PLACES SIGHT]...)...`
    fn sweep(&mut self, line: &mut Statement) -> Command {
        let method = line.value("a method");
        let vantage = line.word("the vantage");
        let mut lists: Vec<SweptList> = Vec::new();
        while line.take("list") {
            let campaign: CampaignId = line.value("a campaign");
            let slice = line.word("a slice, or * for all that are not named");
            let days = line.days();
            let usual = line.value("what most names showed");
            let mut unknown = Vec::new();
            let mut differing: Vec<(u32, Sight)> = Vec::new();
            loop {
                if line.take("failed") {
                    unknown.extend(line.places());
                } else if line.take("but") {
                    let places = line.places();
                    let sight = line.value("a sight");
                    differing.extend(places.into_iter().map(|place| (place, sight)));
                } else {
                    break;
                }
            }
            differing.sort_by_key(|(place, _)| *place);
            for (day, tld, names) in self.swept(line, &campaign, &slice, days) {
                if slice == "*"
                    && lists.iter().any(|l| l.tld == tld && l.period == period_of(day) && l.campaign == campaign)
                {
                    continue;
                }
                let seen = |(place, sight): &(u32, Sight)| SeenName {
                    place: *place,
                    name: parsed(&format!("name-{place}.{tld}")),
                    sight: *sight,
                    name_servers: Vec::new(),
                };
                lists.push(SweptList {
                    campaign: campaign.clone(),
                    period: period_of(day),
                    digest: Digest::of(format!("{campaign} {day} {tld}").as_bytes()),
                    generator_version: 1,
                    expected: names,
                    sample: None,
                    usual,
                    unknown: unknown.iter().copied().collect(),
                    differing: differing.iter().map(seen).collect(),
                    tld,
                });
            }
        }
        let at = self.script(line).clock.now();
        let name_servers = self.name_servers.clone();
        Command::Sweep(RecordSweep { sweep: Sweep { method, vantage, at, name_servers, lists } })
    }

    /// Returns the lists of a campaign that a sweep looks at: day, slice and number of names.
    fn swept(
        &mut self,
        line: &Statement,
        campaign: &CampaignId,
        slice: &str,
        days: DayRange,
    ) -> Vec<(UtcDay, Tld, u32)> {
        let lists = self.script(line).counts.iter().filter(|list| list.campaign == *campaign);
        let periods = lists.flat_map(|list| &list.periods).filter(|period| days.contains(period.window.from.day()));
        let counts = periods.flat_map(|period| period.by_tld.iter().map(|count| (period.window.from.day(), count)));
        let named = counts.filter(|(_, count)| slice == "*" || count.tld.as_str() == slice);
        let found: Vec<_> = named.map(|(day, count)| (day, count.tld.clone(), count.names)).collect();
        if found.is_empty() {
            line.fail(format!("{campaign} has no list for {slice} in {days}"));
        }
        found
    }

    fn expect(&mut self, line: &mut Statement) {
        let what = line.word("what is expected");
        let script = self.script(line);
        let case = script.case();
        let board = script.board();
        let campaign = |line: &mut Statement| {
            let id: CampaignId = line.value("a campaign");
            case.campaign_index(&id).unwrap_or_else(|| line.fail(format!("the case has no {id}")))
        };
        match what.as_str() {
            "slices" => {
                let expected: usize = line.value("the number of slices");
                same(line, "slices", expected, case.slices.len());
            }
            "events" => {
                let expected: usize = line.value("the number of events");
                same(line, "events", expected, script.log().len());
            }
            "list" => {
                let campaign = campaign(line);
                let tld: Tld = line.value("a slice");
                let day: UtcDay = line.value("a day");
                let cell = board.slice(&tld).iter().find(|c| c.campaign == campaign && c.day == day);
                let Some(cell) = cell else { line.fail("there is no such list") };
                tally(line, &cell.tally);
            }
            "variant" => {
                let campaign = campaign(line);
                let day: UtcDay = line.value("a day");
                let period = board.variants()[campaign].periods.iter().find(|p| p.day == day);
                let Some(period) = period else { line.fail("there is no such list") };
                tally(line, &period.tally);
            }
            "slice" => {
                let tld: Tld = line.value("a slice");
                let days = line.days();
                tally(line, &board.slice_total(&tld, days));
            }
            "case" => {
                let days = line.days();
                tally(line, &board.total(days));
            }
            "reach" => {
                let campaign = campaign(line);
                let day: UtcDay = line.value("a day");
                let level: Level = line.value("a level");
                let period = board.variants()[campaign].periods.iter().find(|p| p.day == day);
                let Some(period) = period else { line.fail("there is no such list") };
                reach(line, period.reach[level as usize]);
            }
            "worst" | "alone" => {
                let worst = if what == "worst" {
                    let level = line.value("a level");
                    board.worst(level, line.days())
                } else {
                    let tld: Tld = line.value("a slice");
                    board.worst_alone(&tld, line.days())
                };
                let Some(worst) = worst else { line.fail("there is no list") };
                let expected = campaign(line);
                same(line, "campaign", expected, worst.campaign);
                let day: UtcDay = line.value("a day");
                same(line, "day", day, worst.day);
                reach(line, worst.reach);
            }
            "gaps" => {
                let gaps = board.gaps(script.clock.now(), line.value("the number of days"));
                let mut expected = 0;
                while line.next().is_some() {
                    let Some(gap) = gaps.get(expected) else { line.fail(format!("there are {expected} gaps only")) };
                    same(line, "slice", line.clone().word("a slice"), gap.tld.to_string());
                    line.word("a slice");
                    let expected_campaign = campaign(line);
                    same(line, "campaign", expected_campaign, gap.campaign);
                    for (name, found) in
                        [("unproved", gap.unproved), ("claimed", gap.claimed), ("periods", gap.periods)]
                    {
                        if line.take(name) {
                            let value = line.value(name);
                            same(line, name, value, found);
                        }
                    }
                    if line.take("reach") {
                        reach(line, gap.reach);
                    }
                    expected += 1;
                }
                same(line, "gaps", expected, gaps.len());
            }
            "name" => {
                let campaign = campaign(line);
                let tld: Tld = line.value("a slice");
                let day: UtcDay = line.value("a day");
                let place = line.value("a place");
                let state = board.name_state(&tld, campaign, period_of(day), place, script.clock.now());
                let Some(state) = state else { line.fail("there is no such name") };
                let word = line.word("a word of the life cycle");
                same(line, "state", word.as_str(), state.word());
                let phase = line.word("a phase");
                same(line, "phase", phase.as_str(), state.phase.word());
            }
            _ => line.fail(format!("{what:?} cannot be expected")),
        }
    }
}

fn request(line: &mut Statement) -> Command {
    let tld = line.value("a slice");
    let action = line.value("an action");
    let fallback = line.take("or").then(|| line.value("another action"));
    let days = line.days();
    let campaigns = campaigns_of(line);
    let legal_basis = line.take("basis").then(|| line.word("the legal basis"));
    let override_by = line.take("override").then(|| Override {
        first: line.value("a person"),
        second: line.value("another person"),
        evidence: line.word("the evidence"),
    });
    Command::Request(Request { tld, days, campaigns, action, fallback, legal_basis, override_by })
}

/// `answer TLD ACTION RESULT (days FROM UNTIL [of CAMPAIGNS] | names (CAMPAIGN DAY PLACES)...) [signed | signed-other]`
fn answer(line: &mut Statement) -> Command {
    let tld = line.value("a slice");
    let action = line.value("an action");
    let result = line.value("a result");
    let scope = if line.take("days") {
        AnswerScope::Days { days: line.days(), campaigns: campaigns_of(line) }
    } else {
        let mut sets = Vec::new();
        while line.take("names") {
            sets.push(PlaceSet {
                campaign: line.value("a campaign"),
                period: period_of(line.value("a day")),
                places: line.places().into_iter().collect(),
            });
        }
        AnswerScope::Places(sets)
    };
    let ours = Digest::of(b"our list");
    let attested = if line.take("signed") {
        Some(Attested { ours, theirs: ours })
    } else {
        line.take("signed-other").then(|| Attested { ours, theirs: Digest::of(b"their list") })
    };
    Command::Answer(Answer { tld, scope, action, result, attested })
}

/// Takes `of CAMPAIGN,CAMPAIGN`; none where it is left out.
fn campaigns_of(line: &mut Statement) -> Vec<CampaignId> {
    if !line.take("of") {
        return Vec::new();
    }
    line.word("campaigns").split(',').map(parsed).collect()
}

/// Compares the fields of a tally that a statement names, at least one.
fn tally(line: &mut Statement, found: &Tally) {
    let mut named = 0;
    while line.next().is_some() {
        let field = line.word("a field");
        let expected: u32 = line.value("its value");
        let value = match field.as_str() {
            "names" => found.names,
            "not-registrable" => found.not_registrable,
            "held" => found.held,
            "registrable" => found.registrable(),
            "claimed" => found.claimed,
            "attested" => found.attested,
            "observed" => found.observed,
            "mismatch" => found.mismatch,
            "lost" => found.lost,
            "refused" => found.refused,
            "suspect" => found.suspect,
            "unknown" => found.unknown,
            "looked" => found.looked,
            _ => line.fail(format!("a tally has no {field}")),
        };
        same(line, &field, expected, value);
        named += 1;
    }
    if named == 0 {
        line.fail("nothing is expected");
    }
}

/// Compares a reach with its expected ends, to half a unit in the last digit that the scenario gives.
fn reach(line: &mut Statement, found: ReachRange) {
    for (end, found) in [("low", found.low), ("high", found.high)] {
        let text = line.word("a share from 0 to 1");
        let expected: f64 = text.parse().unwrap_or_else(|error| line.fail(format!("{text:?}: {error}")));
        let digits = text.split_once('.').map_or(0, |(_, digits)| digits.len());
        let half = 0.5 * 10_f64.powi(-i32::try_from(digits).expect("a few digits"));
        if (found - expected).abs() > half {
            line.fail(format!("the {end} reach is {found}, expected {text}"));
        }
    }
}

#[track_caller]
fn same<T: std::fmt::Display>(line: &Statement, what: &str, expected: T, found: T) {
    let [expected, found] = [expected, found].map(|value| value.to_string());
    if expected != found {
        line.fail(format!("{what}: expected {expected}, found {found}"));
    }
}
