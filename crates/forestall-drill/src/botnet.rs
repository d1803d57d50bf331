// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A botnet of millions of machines as rates: how many are on in an hour, and how many of them meet a name of the enemy's.
//!
//! No machine is simulated. A *herd* is the machines of one campaign; its *zones* say which share lives by which local time, and its
//! *activity* which share is switched on in each local hour. In one UTC hour a zone has `machines x share x activity` machines on.
//!
//! What a machine meets follows from the same formula as the reach of a case ([`reach`]): a machine that is on all day and
//! draws from a list of `n` names of which the enemy holds `e` meets one with probability `p = reach(n, e)`. Its asking is spread evenly over
//! the hours in which it is on, on average `h` of a day, so that one hour of being on meets one with `1 - (1 - p)^(1/h)`. A machine that
//! is on for exactly `h` hours meets one that day with probability `p`. Hours are taken as independent of each other: the model does not know
//! that a machine which is on at nine is likely on at ten, which makes the number of distinct machines a day an upper estimate.

use forestall_coord::reach::reach;
use forestall_model::party::UtcOffset;
use forestall_model::{CampaignId, Draws, Instant, UtcDay};
use serde::{Deserialize, Serialize};

/// The hours of a day.
const HOURS: usize = 24;

/// A share of the machines with their local time.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// Their offset from UTC; part hours are taken down to the hour.
    pub offset: UtcOffset,
    /// Their share of all machines.
    pub share: f64,
}

/// The share of the machines that is on in each local hour, from midnight on.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activity {
    /// On working days.
    pub weekday: [f64; HOURS],
    /// On Saturdays and Sundays.
    pub weekend: [f64; HOURS],
}

impl Activity {
    /// Every machine is on in every hour.
    pub const ALWAYS: Self = Self { weekday: [1.0; HOURS], weekend: [1.0; HOURS] };

    /// Returns what is wrong; nothing where every value is a share and every day has machines that are on.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        for (name, day) in [("weekday", &self.weekday), ("weekend", &self.weekend)] {
            if let Some(wrong) = day.iter().find(|share| !(0.0..=1.0).contains(*share)) {
                return Some(format!("`{name}` holds {wrong}; expected 24 shares from 0 to 1"));
            }
            if day.iter().sum::<f64>() < 1.0 {
                return Some(format!("`{name}` has machines on for less than one hour of a day"));
            }
        }
        None
    }

    fn day(&self, day: UtcDay) -> &[f64; HOURS] {
        use forestall_model::party::Weekday;
        if matches!(Weekday::of(day), Weekday::Saturday | Weekday::Sunday) { &self.weekend } else { &self.weekday }
    }
}

/// What the enemy does: it registers free names of a day's list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enemy {
    /// How many names of each day's list, where so many are free.
    pub names_a_day: u32,
    /// How many hours before the guard window opens.
    #[serde(default)]
    pub lead_hours: u32,
}

/// The machines of one campaign.
#[derive(Clone, Debug, PartialEq)]
pub struct Herd {
    /// The campaign.
    pub campaign: CampaignId,
    /// How many machines there are on [`Self::on`].
    pub machines: u64,
    /// The day of that number.
    pub on: UtcDay,
    /// The days in which clean-up halves them; they stay where there is none.
    pub half_life_days: Option<u32>,
    /// How a machine draws from a day's list.
    pub draws: Draws,
    /// What the enemy does.
    pub enemy: Enemy,
    /// Where the machines live. Their shares make 1.
    pub zones: Vec<Zone>,
    /// When they are on.
    pub activity: Activity,
}

/// One UTC hour of a herd.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hour {
    /// Machines that are on, expected.
    pub active: f64,
    /// Those of them that meet a name of the enemy's in this hour, expected.
    pub met: f64,
}

/// The machines of one time zone on one UTC day, in expected numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OfZone {
    /// The offset from UTC.
    pub offset: UtcOffset,
    /// Machines.
    pub machines: f64,
    /// Distinct machines that met a name of the enemy's.
    pub met: f64,
    /// Distinct machines that would have met one if the enemy had registered all names that were free.
    pub could_meet: f64,
}

impl Herd {
    /// Returns how many machines there are on a day, expected.
    #[must_use]
    pub fn machines_on(&self, day: UtcDay) -> f64 {
        let days = f64::from(day.days_since(self.on));
        let whole = exact(self.machines);
        self.half_life_days.map_or(whole, |half| whole * (-days / f64::from(half)).exp2())
    }

    /// Returns the UTC hour that holds `at`, of a list of `names` distinct names of which the enemy holds `held`.
    #[must_use]
    pub fn hour(&self, at: Instant, names: u32, held: u32) -> Hour {
        let machines = self.machines_on(at.day());
        let meets = reach(names, held, &self.draws);
        let mut hour = Hour::default();
        for zone in &self.zones {
            let (share, on_a_day) = self.on_in(*zone, at);
            let active = machines * zone.share * share;
            hour.active += active;
            hour.met += active * in_one_hour(meets, on_a_day);
        }
        hour
    }

    /// Returns how many distinct machines meet a name of the enemy's within a UTC day, expected: `held` gives for each of its hours how many of the
    /// `names` names of the day's list the enemy holds.
    #[must_use]
    pub fn met_on(&self, day: UtcDay, names: u32, held: &[u32; 24]) -> f64 {
        self.zones.iter().map(|zone| self.met_in(*zone, day, names, held)).sum()
    }

    /// Returns the same by time zone, in the order of the zones: `held` and `free` give for each hour how many names the enemy holds, and how many
    /// it could hold.
    #[must_use]
    pub fn zones_on(&self, day: UtcDay, names: u32, held: &[u32; 24], free: &[u32; 24]) -> Vec<OfZone> {
        let of_zone = |zone: &Zone| OfZone {
            offset: zone.offset,
            machines: self.machines_on(day) * zone.share,
            met: self.met_in(*zone, day, names, held),
            could_meet: self.met_in(*zone, day, names, free),
        };
        self.zones.iter().map(of_zone).collect()
    }

    fn met_in(&self, zone: Zone, day: UtcDay, names: u32, held: &[u32; 24]) -> f64 {
        let mut escapes = 1.0;
        for (hour, held) in (0_i64..).zip(held) {
            let (share, on_a_day) = self.on_in(zone, day.start().plus_seconds(hour * 3_600));
            escapes *= 1.0 - share * in_one_hour(reach(names, *held, &self.draws), on_a_day);
        }
        self.machines_on(day) * zone.share * (1.0 - escapes)
    }

    /// Returns the share of a zone's machines that is on at an instant, and for how many hours of that local day a machine is on, on average.
    fn on_in(&self, zone: Zone, at: Instant) -> (f64, f64) {
        let local = at.plus_seconds(i64::from(zone.offset.minutes()) * 60);
        let day = UtcDay::holding(local);
        let hour = usize::try_from(local.seconds_since(day.start()) / 3_600).unwrap_or(0).min(HOURS - 1);
        let curve = self.activity.day(day);
        (curve[hour], curve.iter().sum())
    }
}

/// Returns with which probability one hour of being on meets, where a day of `hours` hours meets with `in_a_day`.
fn in_one_hour(in_a_day: f64, hours: f64) -> f64 {
    if in_a_day >= 1.0 { 1.0 } else { -((-in_a_day).ln_1p() / hours).exp_m1() }
}

/// A number of machines as a float; exact below 2^53, which a check of the file holds it under.
fn exact(machines: u64) -> f64 {
    let high = u32::try_from(machines >> 32).unwrap_or(u32::MAX);
    let low = u32::try_from(machines & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    f64::from(high) * 4_294_967_296.0 + f64::from(low)
}
