// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Plays a scenario against a hub: moves the time step by step, and has everybody act whose time has come.
//!
//! In one step come, in this order: the time; cases that are opened; what the hub handed over, which registries hear; what registries do; the
//! enemy; a look from outside; guard windows that open and close; and what the machines met in the hour.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant as Wall};

use anyhow::Context as _;
use forestall_api::act::{Days, Override, Record};
use forestall_api::cut::CutLists;
use forestall_api::drill::{self as api, AddPerson, AddSights};
use forestall_api::open::OpenCase;
use forestall_api::route;
use forestall_api::words::{CaseKind, CutResult, Level};
use forestall_connect::hub::Hub;
use forestall_drill::journal::{Entry, Journal, Known, ListOf, What};
use forestall_drill::party::{Act, Answer, Letter};
use forestall_drill::scenario::{CasePlan, Registry};
use forestall_drill::world::{Count, View};
use forestall_drill::{Chance, Party, Scenario, World};
use forestall_model::line::Purpose;
use forestall_model::{
    Action, AnswerResult, CampaignId, CaseId, DayRange, Instant, Marking, Method, PartyId, Tld, UtcDay,
};
use tokio::task::JoinSet;

use super::carry::{Caller, Carried};
use super::meter::Meter;
use super::outlook::{Outlook, pieces};
use super::registry::{contact_of, party_of};
use super::setting::{Setting, horizon};
use crate::output;

/// How a scenario is played.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pub(super) scenario: Scenario,
    pub(super) chance: Chance,
    /// The domains whose registries people play.
    pub(super) people: BTreeSet<Tld>,
    /// Seconds of the scenario in one second of the wall; as fast as the hub is where there is none.
    pub(super) speed: Option<f64>,
    /// Registries that act at one time.
    pub(super) at_once: usize,
}

/// What is kept while a scenario is played.
pub(super) struct Player {
    course: Course,
    setting: Setting,
    /// The hub as the coordinator calls it.
    hub: Hub,
    meter: Meter,
    world: World,
    parties: Vec<Party>,
    /// The hub as somebody at each scripted registry calls it.
    hubs: BTreeMap<PartyId, Hub>,
    open: Vec<CasePlan>,
    /// Lists that are known, with the days that they ask for and what.
    lists: BTreeMap<(CaseId, Tld, u32), (DayRange, Action)>,
    /// How far each case was heard.
    heard: BTreeMap<CaseId, Heard>,
    /// Edges of guard windows that are past, and names that the enemy went for.
    edges: BTreeSet<(CaseId, CampaignId, i64, bool)>,
    enemy: BTreeSet<(CampaignId, i64)>,
    /// Names that the enemy holds and that are free, hour by hour of a day.
    hours: BTreeMap<(CampaignId, UtcDay), ([u32; 24], [u32; 24])>,
    looked: Option<Instant>,
    outlook: Outlook,
    /// Registries under whose domains the scenario has no names: they look what there is for them, once a day.
    readers: Vec<PartyId>,
    read: Option<UtcDay>,
    journal: Journal,
}

/// The last receipts of a case that were read, by the numbers of their events.
#[derive(Clone, Copy, Debug, Default)]
struct Heard {
    /// The last one.
    last: u64,
    /// The last one of the time before. A list is cut before it is handed over; but one that a person hands over while this is read may
    /// have been cut before the receipt that is the last, and after the lists were read.
    before: u64,
}

impl Player {
    pub(super) fn new(course: Course, setting: Setting, hub: Hub, meter: Meter) -> Self {
        let world = setting.world(course.chance);
        let scripted = course.scenario.registries.iter().filter(|r| !r.tlds.iter().any(|t| course.people.contains(t)));
        let party = |registry: &Registry| Party::new(registry.clone(), &course.scenario.events, course.chance);
        let parties: Vec<Party> = scripted.map(party).collect();
        let campaigns: Vec<CampaignId> = course.scenario.cases.iter().flat_map(|case| case.campaigns.clone()).collect();
        let named = world.tlds(&campaigns);
        let reads = |registry: &Registry| !registry.tlds.iter().any(|tld| named.contains(tld));
        let readers = parties.iter().map(Party::registry).filter(|registry| reads(registry));
        let readers = readers.map(|registry| registry.id.clone()).collect();
        Self {
            setting,
            hub,
            meter,
            world,
            parties,
            hubs: BTreeMap::new(),
            open: Vec::new(),
            lists: BTreeMap::new(),
            heard: BTreeMap::new(),
            edges: BTreeSet::new(),
            enemy: BTreeSet::new(),
            hours: BTreeMap::new(),
            looked: None,
            outlook: Outlook::default(),
            readers,
            read: None,
            journal: Vec::new(),
            course,
        }
    }

    /// Plays to the end and returns the journal.
    pub(super) async fn play(mut self) -> anyhow::Result<Journal> {
        self.enter_parties().await?;
        let (from, until) = (self.course.scenario.from, self.course.scenario.until);
        let step = i64::from(self.course.scenario.step_minutes) * 60;
        let begin = Wall::now();
        let mut now = from;
        let mut day = None;
        while now <= until {
            self.pace(begin, now).await;
            self.step(now).await.with_context(|| format!("at {now} of the drill"))?;
            if day != Some(now.day()) {
                day = Some(now.day());
                let entries = self.journal.len();
                tracing::info!(day = %now.day(), entries, "the drill is at a new day");
            }
            now = now.plus_seconds(step);
        }
        let days: Vec<(CampaignId, UtcDay)> = self.hours.keys().cloned().collect();
        days.into_iter().for_each(|key| self.end_day(&key, until));
        Ok(self.journal)
    }

    /// Waits until the wall has come as far as the scenario, where people play along.
    async fn pace(&self, begin: Wall, now: Instant) {
        let Some(speed) = self.course.speed else { return };
        let passed = f64::from(u32::try_from(now.seconds_since(self.course.scenario.from)).unwrap_or(u32::MAX));
        if let Ok(due) = Duration::try_from_secs_f64(passed / speed) {
            tokio::time::sleep_until((begin + due).into()).await;
        }
    }

    async fn step(&mut self, now: Instant) -> anyhow::Result<()> {
        let moved = self.meter.must(api::MOVE_CLOCK, self.hub.move_drill_clock(now)).await?;
        let opened = self.open_cases(now).await?;
        if moved.jobs > 0 || opened {
            if opened {
                // What was cut by hand is handed over by the hub's own work, which is due at once.
                self.meter.must(api::MOVE_CLOCK, self.hub.move_drill_clock(now)).await?;
            }
            for case in self.open.clone() {
                self.hear(&case).await?;
            }
        }
        self.act(now).await?;
        self.have_read(now).await?;
        self.attack(now);
        self.look(now).await?;
        self.pass_edges(now).await?;
        self.count_hour(now);
        Ok(())
    }

    /// Enters every registry as a party, and somebody at each that is played by script.
    async fn enter_parties(&mut self) -> anyhow::Result<()> {
        self.meter.must(api::MOVE_CLOCK, self.hub.move_drill_clock(self.course.scenario.from)).await?;
        for registry in self.course.scenario.registries.clone() {
            self.meter.must(route::ADD_PARTY, self.hub.add_party(&party_of(&registry))).await?;
            if registry.tlds.iter().any(|tld| self.course.people.contains(tld)) {
                continue;
            }
            let person = AddPerson { party: Some(registry.id.clone()), name: format!("script of {}", registry.id) };
            let added = self.meter.must(api::ADD_PERSON, self.hub.add_drill_person(&person)).await?;
            self.hubs.insert(registry.id, self.hub.signed_in_by(added.token.parse()?));
        }
        Ok(())
    }

    /// Opens the cases whose time has come and has their first lists cut; says whether there was one.
    async fn open_cases(&mut self, now: Instant) -> anyhow::Result<bool> {
        let due = self.course.scenario.cases.iter().filter(|case| case.opened <= now);
        let due: Vec<CasePlan> = due.filter(|case| self.open.iter().all(|open| open.id != case.id)).cloned().collect();
        for case in &due {
            let body = OpenCase {
                id: case.id.clone(),
                title: format!("DRILL: {}", case.title),
                kind: CaseKind::Live,
                campaigns: case.campaigns.iter().map(ToString::to_string).collect(),
                horizon: Days::from(case.days()),
                board_day: None,
                marking: Some(Marking::DEFAULT.into()),
                name_servers: Vec::new(),
                guard_override: None,
                four_eyes: false,
                ahead: case.ahead,
                record: Record::default(),
            };
            self.meter.must(route::OPEN_CASE, self.hub.open_case(&body)).await?;
            let cut = CutLists {
                slices: Vec::new(),
                purpose: Purpose::Protect,
                action: Some(case.action),
                fallback: case.fallback,
                campaigns: Vec::new(),
                legal_basis: None,
                override_by: override_of(case)?,
                record: Record::default(),
            };
            let outcomes = self.meter.must(route::CUT_LISTS, self.hub.cut_lists(&case.id, &cut, None)).await?;
            for outcome in outcomes.items.iter().filter(|outcome| outcome.result == CutResult::Refused) {
                let reason = outcome.reason.as_deref().unwrap_or_default();
                output::note(format_args!("no list was cut for .{} of {}: {reason}", outcome.slice, case.id));
            }
            let slices = u32::try_from(outcomes.items.len()).unwrap_or(u32::MAX);
            let (id, campaigns) = (case.id.clone(), case.campaigns.clone());
            self.journal.push(Entry { at: now, what: What::CaseOpened { case: id, campaigns, slices } });
            self.open.push(case.clone());
        }
        Ok(!due.is_empty())
    }

    /// Reads what the hub cut and handed over since the last time, and has the registries hear of it.
    async fn hear(&mut self, case: &CasePlan) -> anyhow::Result<()> {
        let heard = self.heard.get(&case.id).copied().unwrap_or_default();
        let mut lists = self.meter.must(route::LISTS, self.hub.lists_after(&case.id, heard.before)).await?;
        lists.sort_by(|a, b| (&a.slice, a.number).cmp(&(&b.slice, b.number)));
        for list in lists.into_iter().filter(|list| list.purpose == Purpose::Protect) {
            let key = (case.id.clone(), list.slice.clone(), list.number);
            if self.lists.contains_key(&key) {
                continue;
            }
            let new = DayRange { from: list.days.from, until: list.days.until };
            let before = self.asked_before(&key);
            let days = match before {
                Some(before) if new.is_empty() => before,
                Some(before) => DayRange { from: before.from.min(new.from), until: before.until.max(new.until) },
                None => new,
            };
            let Some(list_of) = self.list_of(&case.id, &list.slice, list.number) else { continue };
            self.lists.insert(key, (days, list.action));
            self.journal.push(Entry { at: list.cut, what: What::Cut { list: list_of, names: list.names } });
        }
        let mut receipts = self.meter.must(route::RECEIPTS, self.hub.receipts_after(&case.id, heard.last)).await?;
        receipts.sort_by_key(|receipt| receipt.event);
        let last = receipts.last().map_or(heard.last, |receipt| receipt.event);
        self.heard.insert(case.id.clone(), Heard { last, before: heard.last });
        for receipt in receipts {
            let key = (case.id.clone(), receipt.slice.clone(), receipt.list);
            let (Some((days, action)), Some(list)) =
                (self.lists.get(&key).copied(), self.list_of(&case.id, &receipt.slice, receipt.list))
            else {
                continue;
            };
            let (reminder, taken, at) = (receipt.reminder, receipt.taken, receipt.at);
            let contact = receipt.address.as_deref().map_or(0, contact_of);
            self.journal.push(Entry { at, what: What::Handed { list, reminder, contact, taken } });
            if taken {
                let (case, tld, list) = key;
                let letter = Letter { case, tld, list, days, action, reminder, at };
                for party in self.parties.iter_mut().filter(|party| party.registry().tlds.contains(&letter.tld)) {
                    party.hear(&letter);
                }
            }
        }
        Ok(())
    }

    fn asked_before(&self, (case, tld, number): &(CaseId, Tld, u32)) -> Option<DayRange> {
        let before = (case.clone(), tld.clone(), 0)..(case.clone(), tld.clone(), *number);
        self.lists.range(before).next_back().map(|(_, (days, _))| *days)
    }

    fn list_of(&self, case: &CaseId, tld: &Tld, list: u32) -> Option<ListOf> {
        let registry = self.course.scenario.registries.iter().find(|registry| registry.tlds.contains(tld))?;
        Some(ListOf { case: case.clone(), party: registry.id.clone(), tld: tld.clone(), list })
    }

    /// Has every registry act whose time has come. What they do goes to the hub some at a time, and takes effect in their order.
    async fn act(&mut self, now: Instant) -> anyhow::Result<()> {
        // What one act leads to may be due at once.
        loop {
            let mut due: Vec<(usize, Vec<Act>)> = Vec::new();
            for (index, party) in self.parties.iter_mut().enumerate() {
                if party.due().is_some_and(|at| at <= now) {
                    due.push((index, party.act(now)));
                }
            }
            due.retain(|(_, acts)| !acts.is_empty());
            if due.is_empty() {
                return Ok(());
            }
            for (index, done) in self.carry(due).await? {
                for (act, carried) in done {
                    self.take_effect(index, &act, carried, now);
                }
            }
        }
    }

    /// Has the registries without names look, on each day once, who they are and what there is for them.
    async fn have_read(&mut self, now: Instant) -> anyhow::Result<()> {
        if self.read.replace(now.day()) == Some(now.day()) {
            return Ok(());
        }
        let mut waiting = self.readers.iter().filter_map(|id| self.hubs.get(id).cloned());
        let mut running = JoinSet::new();
        loop {
            while running.len() < self.course.at_once.max(1) {
                let Some(hub) = waiting.next() else { break };
                let meter = self.meter.clone();
                running.spawn(async move {
                    meter.must(route::ME, hub.me()).await?;
                    meter.must(route::CASES, hub.cases().all()).await.map(drop)
                });
            }
            match running.join_next().await {
                None => return Ok(()),
                Some(ended) => ended.context("a registry broke off")??,
            }
        }
    }

    /// Carries the acts of some registries to the hub, each registry's in order.
    async fn carry(&self, due: Vec<(usize, Vec<Act>)>) -> anyhow::Result<Vec<(usize, Vec<(Act, Carried)>)>> {
        let mut waiting = due.into_iter();
        let mut running = JoinSet::new();
        let mut done = Vec::new();
        loop {
            while running.len() < self.course.at_once.max(1) {
                let Some((index, acts)) = waiting.next() else { break };
                let callers: Vec<Caller> =
                    acts.iter().map(|act| self.caller(index, act)).collect::<anyhow::Result<_>>()?;
                running.spawn(async move {
                    let mut carried = Vec::new();
                    for (act, caller) in acts.into_iter().zip(callers) {
                        let outcome = caller.carry(&act).await?;
                        carried.push((act, outcome));
                    }
                    anyhow::Ok((index, carried))
                });
            }
            match running.join_next().await {
                None => break,
                Some(ended) => done.push(ended.context("a registry broke off")??),
            }
        }
        done.sort_by_key(|(index, _)| *index);
        Ok(done)
    }

    fn caller(&self, index: usize, act: &Act) -> anyhow::Result<Caller> {
        let case = &letter_of(act).case;
        let campaigns = self.open.iter().find(|open| open.id == *case).map(|open| open.campaigns.clone());
        let party = &self.parties[index].registry().id;
        Ok(Caller {
            meter: self.meter.clone(),
            hub: self.hubs.get(party).cloned().with_context(|| format!("nobody acts for {party}"))?,
            operator: self.hub.clone(),
            campaigns: campaigns.unwrap_or_default(),
        })
    }

    fn take_effect(&mut self, index: usize, act: &Act, carried: Carried, now: Instant) {
        let letter = letter_of(act);
        let list = ListOf {
            case: letter.case.clone(),
            party: self.parties[index].registry().id.clone(),
            tld: letter.tld.clone(),
            list: letter.list,
        };
        let what = match (act, carried) {
            (_, Carried::NotTaken(refused)) => {
                if let Act::Answer(answer) = act {
                    self.parties[index].not_taken(answer, now);
                }
                What::NotTaken { list, status: refused.status, reason: refused.reason }
            }
            (Act::Open(_), _) => What::Opened { list },
            (Act::Acknowledge(_), _) => What::Acknowledged { list },
            (Act::Answer(answer), carried) => {
                self.outlook.answered(&letter.case, &letter.tld);
                let (claimed, protected) = self.answered(answer, carried);
                let (action, result) = (answer.action, answer.result);
                What::Answered { list, action, result, claimed, protected }
            }
        };
        self.journal.push(Entry { at: now, what });
    }

    /// Makes true in the world what is true of an answer.
    fn answered(&mut self, answer: &Answer, carried: Carried) -> (u64, u64) {
        let letter = &answer.letter;
        if answer.result != AnswerResult::Done {
            return (0, 0);
        }
        match carried {
            Carried::Days(days) => {
                let open = self.open.iter().find(|open| open.id == letter.case);
                let campaigns = open.map(|open| open.campaigns.clone()).unwrap_or_default();
                self.world.answer_days(&letter.tld, &campaigns, days, answer.action, answer.truth)
            }
            Carried::Lines(lines) => self.world.answer_lines(&letter.tld, &lines, answer.action, answer.truth),
            Carried::Done | Carried::NotTaken(_) => (0, 0),
        }
    }

    /// The enemy registers free names of the lists that open soon.
    fn attack(&mut self, now: Instant) {
        for herd in self.course.scenario.herds.clone() {
            let lead = i64::from(herd.enemy.lead_hours) * 3_600;
            let days = DayRange { from: now.day().plus(-3), until: now.plus_seconds(lead).day().plus(18) };
            let lists: Vec<(i64, UtcDay, forestall_model::Window)> = self.setting.lists(&herd.campaign, days).collect();
            for (key, day, guard) in lists {
                let is_time = guard.from.plus_seconds(-lead) <= now && now < guard.until;
                if herd.enemy.names_a_day == 0 || !is_time || !self.enemy.insert((herd.campaign.clone(), key)) {
                    continue;
                }
                let tlds = self.world.take(&herd.campaign, key, herd.enemy.names_a_day);
                if !tlds.is_empty() {
                    let campaign = herd.campaign.clone();
                    self.journal.push(Entry { at: now, what: What::Lost { campaign, day, tlds } });
                }
            }
        }
    }

    /// Looks from outside, where it is time, at every list whose guard window is open or opens within a day.
    async fn look(&mut self, now: Instant) -> anyhow::Result<()> {
        let pause = i64::from(self.course.scenario.look_hours) * 3_600;
        if self.looked.is_some_and(|at| now.seconds_since(at) < pause) {
            return Ok(());
        }
        self.looked = Some(now);
        for case in self.open.clone() {
            let seen = self.seen(&case, now);
            if seen.is_empty() {
                continue;
            }
            let looked = u32::try_from(seen.len()).unwrap_or(u32::MAX);
            let lists = self.outlook.news(&case.id, now, seen.into_iter());
            let handed = u32::try_from(lists.len()).unwrap_or(u32::MAX);
            for lists in pieces(lists)? {
                let body = AddSights { method: Method::Rdap, vantage: "the world of the drill".to_owned(), lists };
                self.meter.must(api::ADD_SIGHTS, self.hub.add_sights(&case.id, &body)).await?;
            }
            self.journal.push(Entry { at: now, what: What::Looked { case: case.id, lists: looked, handed } });
        }
        Ok(())
    }

    fn seen(&self, case: &CasePlan, now: Instant) -> Vec<((CampaignId, i64, Tld), UtcDay, View)> {
        let mut seen = Vec::new();
        for campaign in &case.campaigns {
            for (key, day, guard) in self.setting.lists(campaign, horizon(case, now.day())) {
                if guard.from > now.plus_seconds(86_400) || guard.until <= now {
                    continue;
                }
                for (tld, _) in self.world.by_tld(campaign, key) {
                    let Some(view) = self.world.look(campaign, key, tld) else { continue };
                    seen.push(((campaign.clone(), key, tld.clone()), day, view));
                }
            }
        }
        seen
    }

    /// Records the guard windows that opened or closed since the last step: what the hub knows, and what is true.
    async fn pass_edges(&mut self, now: Instant) -> anyhow::Result<()> {
        for case in self.open.clone() {
            for campaign in &case.campaigns {
                let lists: Vec<_> = self.setting.lists(campaign, horizon(&case, now.day())).collect();
                for (key, day, guard) in lists {
                    let opens = guard.from <= now && now < guard.until;
                    let closes = guard.until <= now && guard.until > case.opened;
                    // A window that was open when the case came counts from then on.
                    if !(opens || closes) || !self.edges.insert((case.id.clone(), campaign.clone(), key, opens)) {
                        continue;
                    }
                    let known = self.known(&case.id, campaign, day).await?;
                    let truth: Vec<(Tld, Count)> =
                        self.world.by_tld(campaign, key).map(|(tld, count)| (tld.clone(), count)).collect();
                    let names = self.world.distinct(campaign, key);
                    let (case, campaign) = (case.id.clone(), campaign.clone());
                    self.journal
                        .push(Entry { at: now, what: What::Edge { case, campaign, day, opens, names, known, truth } });
                }
            }
        }
        Ok(())
    }

    async fn known(&self, case: &CaseId, campaign: &CampaignId, day: UtcDay) -> anyhow::Result<Known> {
        let one_day = Some(DayRange { from: day, until: day.plus(1) });
        let days = self.meter.must(route::DAYS, self.hub.days(case, None, one_day).all()).await?;
        let Some(of_day) = days.iter().find(|entry| entry.day == day && entry.campaign == *campaign) else {
            return Ok(Known::default());
        };
        let level =
            |level: Level| of_day.levels.iter().find(|of| of.level == level).map_or(0, |of| u64::from(of.names));
        Ok(Known {
            registrable: u64::from(of_day.counts.registrable),
            claimed: level(Level::Claimed),
            attested: level(Level::Attested),
            observed: level(Level::Observed),
        })
    }

    /// Keeps what the machines can meet in the hour that begins, and sums up the days that are over.
    fn count_hour(&mut self, now: Instant) {
        let day = now.day();
        let hour = usize::try_from(now.seconds_since(day.start()) / 3_600).unwrap_or(0).min(23);
        for herd in &self.course.scenario.herds {
            let Some(key) = self.setting.list_of(&herd.campaign, day) else { continue };
            let count = self.world.count(&herd.campaign, key);
            let hours = self.hours.entry((herd.campaign.clone(), day)).or_default();
            // Steps of more than an hour: what holds now holds until the next.
            hours.0[hour..].fill(count.theirs);
            hours.1[hour..].fill(count.misses());
        }
        let over: Vec<(CampaignId, UtcDay)> = self.hours.keys().filter(|(_, of)| *of < day).cloned().collect();
        over.into_iter().for_each(|key| self.end_day(&key, now));
    }

    fn end_day(&mut self, key: &(CampaignId, UtcDay), at: Instant) {
        let Some((held, free)) = self.hours.remove(key) else { return };
        let (campaign, day) = key;
        let Some(herd) = self.course.scenario.herds.iter().find(|herd| herd.campaign == *campaign) else { return };
        let names = self.setting.list_of(campaign, *day).map_or(0, |list| self.world.distinct(campaign, list));
        let hour = |hour: i64| herd.hour(day.start().plus_seconds(hour * 3_600), names, 0).active;
        let zones = herd.zones_on(*day, names, &held, &free);
        let what = What::Met {
            campaign: campaign.clone(),
            day: *day,
            machines: herd.machines_on(*day),
            busiest: (0..24).map(hour).fold(0.0, f64::max),
            met: zones.iter().map(|zone| zone.met).sum(),
            could_meet: zones.iter().map(|zone| zone.could_meet).sum(),
            zones,
        };
        self.journal.push(Entry { at, what });
    }
}

const fn letter_of(act: &Act) -> &Letter {
    match act {
        Act::Open(letter) | Act::Acknowledge(letter) => letter,
        Act::Answer(answer) => &answer.letter,
    }
}

fn override_of(case: &CasePlan) -> anyhow::Result<Option<Override>> {
    let (Some([first, second]), Some(evidence)) = (&case.people, &case.evidence) else { return Ok(None) };
    Ok(Some(Override { first: first.parse()?, second: second.parse()?, evidence: evidence.clone() }))
}
