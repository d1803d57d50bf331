// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Parties: who takes part in a response, how each is reached, and on what terms a registry works.

mod check;
mod due;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::identifier;
use crate::{Tld, UtcDay, vocabulary};

pub use check::{MAX_CONTACTS, MAX_HOLIDAYS, MAX_KEY, MAX_LINE, MAX_TLDS, PartyFault};

identifier!(
    /// Names a party: lower-case letters, digits and hyphens.
    PartyId,
    "a party id",
    "1 to 64 lower-case letters, digits and inner hyphens",
    crate::id::is_slug
);

vocabulary! {
    /// What a party does in a response.
    pub enum PartyKind as "a kind of party" {
        /// Runs one or many top-level domains.
        Registry = "registry",
        /// Registers names for its customers.
        Registrar = "registrar",
        /// Leads the response.
        Coordinator = "coordinator",
        /// Analyses samples.
        Researcher = "researcher",
        /// A CERT or CSIRT.
        Cert = "cert",
        /// An ISP or another operator of resolvers.
        ResolverOperator = "resolver-operator",
        /// Answers for names that are delegated to the response.
        SinkholeOperator = "sinkhole-operator",
        /// Sells protection.
        Vendor = "vendor",
        /// Police or a prosecutor.
        LawEnforcement = "law-enforcement",
        /// Watches without a task.
        Observer = "observer",
    }
}

vocabulary! {
    /// On what ground a registry acts, which says how long it takes at least.
    pub enum Road as "a road" {
        /// The registry's own policy or terms.
        OwnPolicy = "own-policy",
        /// A court order.
        CourtOrder = "court-order",
        /// ICANN's Expedited Registry Security Request: three business days; generic domains only.
        Ersr = "ersr",
        /// ICANN's waiver for registrars: fifteen calendar days; generic domains only.
        RegistrarWaiver = "registrar-waiver",
    }
}

impl Road {
    /// Says whether the road leads over ICANN, whose contracts do not bind registries of country codes.
    #[must_use]
    pub const fn is_icanns(self) -> bool {
        matches!(self, Self::Ersr | Self::RegistrarWaiver)
    }

    /// Returns the days that the road itself takes; a party's own stated days come in their place where they are more.
    ///
    /// # Source
    ///
    /// ICANN, Expedited Registry Security Request process (3 business days); registrar security response waiver, 2021 (15 days).
    #[must_use]
    pub const fn days(self) -> LeadDays {
        match self {
            Self::OwnPolicy | Self::CourtOrder => LeadDays { days: 0, count: DayCount::Working },
            Self::Ersr => LeadDays { days: 3, count: DayCount::Working },
            Self::RegistrarWaiver => LeadDays { days: 15, count: DayCount::Calendar },
        }
    }
}

vocabulary! {
    /// Which days of a lead time count.
    pub enum DayCount as "a way to count days" {
        /// The party's working days.
        Working = "working",
        /// All days.
        Calendar = "calendar",
    }
}

/// A number of days and which of them count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadDays {
    /// How many.
    pub days: u16,
    /// Which count.
    pub count: DayCount,
}

impl fmt::Display for LeadDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.days == 1 { "day" } else { "days" };
        write!(f, "{} {} {plural}", self.days, self.count)
    }
}

vocabulary! {
    /// How often a registry wants a new list.
    pub enum Rhythm as "a rhythm" {
        /// Each day.
        Daily = "daily",
        /// Each Monday.
        Weekly = "weekly",
        /// On the first day of January, April, July and October.
        Quarterly = "quarterly",
        /// On 1 January.
        Yearly = "yearly",
    }
}

impl Rhythm {
    /// Returns the last day up to and including `day` on which this rhythm cuts a list.
    #[must_use]
    pub fn last_cut(self, day: UtcDay) -> UtcDay {
        let (year, month, _) = day.ymd();
        let first = |month: i8| UtcDay::from_ymd(year, month, 1).unwrap_or(day);
        match self {
            Self::Daily => day,
            Self::Weekly => day.plus(-i32::from(Weekday::of(day) as u8)),
            Self::Quarterly => first((month - 1) / 3 * 3 + 1),
            Self::Yearly => first(1),
        }
    }

    /// Returns the first day after `day` on which this rhythm cuts a list.
    #[must_use]
    pub fn next_cut(self, day: UtcDay) -> UtcDay {
        let longest = match self {
            Self::Daily => 1,
            Self::Weekly => 7,
            Self::Quarterly => 93,
            Self::Yearly => 367,
        };
        (1..=longest).map(|days| day.plus(days)).find(|later| self.last_cut(*later) == *later).unwrap_or(day.plus(1))
    }
}

vocabulary! {
    /// In which form a party wants its list.
    pub enum ListForm as "a form of lists" {
        /// CSV, one line a name and window.
        Csv = "csv",
        /// A spreadsheet, one sheet a week.
        Xlsx = "xlsx",
        /// One name a line.
        Plain = "plain",
        /// A page to print.
        Print = "print",
    }
}

vocabulary! {
    /// A way to reach somebody.
    pub enum Channel as "a channel" {
        /// Electronic mail.
        Mail = "mail",
        /// A signed request over HTTP.
        Webhook = "webhook",
        /// The party fetches it from its home in the console or over the API.
        Console = "console",
        /// A telephone call.
        Phone = "phone",
        /// Paper, handed over or by fax.
        Paper = "paper",
        /// A folder on the machine of whoever sends: somebody carries the files on.
        Folder = "folder",
    }
}

/// A day of the week, Monday first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// All days, Monday first.
    pub const ALL: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];

    /// Returns the day of the week of a date.
    #[must_use]
    pub fn of(day: UtcDay) -> Self {
        // 1970-01-01 was a Thursday.
        let place = (day.epoch_days() + 3).rem_euclid(7);
        Self::ALL[usize::try_from(place).unwrap_or(0)]
    }
}

/// The days of the week on which a party works, written `mon-fri` or `sun,mon,tue,wed,thu`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkingDays([bool; 7]);

impl WorkingDays {
    /// Monday to Friday.
    pub const MONDAY_TO_FRIDAY: Self = Self([true, true, true, true, true, false, false]);
    const WORDS: [&'static str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// Says whether the party works on this day of the week.
    #[must_use]
    pub const fn contains(self, day: Weekday) -> bool {
        self.0[day as usize]
    }
}

impl fmt::Display for WorkingDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::MONDAY_TO_FRIDAY {
            return f.pad("mon-fri");
        }
        let words: Vec<&str> =
            Self::WORDS.iter().zip(self.0).filter(|(_, works)| *works).map(|(word, _)| *word).collect();
        f.pad(&words.join(","))
    }
}

/// A text that names no working days.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no working days; expected days such as mon-fri or sun,mon,tue,wed,thu")]
pub struct WorkingDaysError(String);

impl FromStr for WorkingDays {
    type Err = WorkingDaysError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || WorkingDaysError(text.chars().take(60).collect());
        let place = |word: &str| Self::WORDS.iter().position(|known| *known == word).ok_or_else(refuse);
        let mut days = [false; 7];
        for part in text.split(',') {
            match part.trim().split_once('-') {
                None => days[place(part.trim())?] = true,
                Some((from, to)) => {
                    let (from, to) = (place(from)?, place(to)?);
                    let length = (to + 7 - from) % 7;
                    (0..=length).for_each(|step| days[(from + step) % 7] = true);
                }
            }
        }
        Ok(Self(days))
    }
}

crate::serialise_as_text!(WorkingDays);

/// An offset of local time from UTC, written `+05:30`, at most 14 hours on either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UtcOffset(i16);

impl UtcOffset {
    /// UTC itself.
    pub const UTC: Self = Self(0);

    /// Makes an offset of `minutes` east of UTC; `None` beyond 14 hours.
    #[must_use]
    pub(crate) const fn from_minutes(minutes: i16) -> Option<Self> {
        if minutes >= -840 && minutes <= 840 { Some(Self(minutes)) } else { None }
    }

    /// Returns the minutes east of UTC.
    #[must_use]
    pub const fn minutes(self) -> i16 {
        self.0
    }
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        let minutes = self.0.unsigned_abs();
        f.pad(&format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60))
    }
}

/// A text that is no offset from UTC.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an offset from UTC; expected a text such as +05:30, at most 14 hours")]
pub struct OffsetError(String);

impl FromStr for UtcOffset {
    type Err = OffsetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || OffsetError(text.chars().take(60).collect());
        let (sign, rest) = match text.split_at_checked(1) {
            Some(("+", rest)) => (1, rest),
            Some(("-", rest)) => (-1, rest),
            _ => return Err(refuse()),
        };
        let (hours, minutes) = rest.split_once(':').ok_or_else(refuse)?;
        let two = |digits: &str| {
            let shaped = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
            if shaped { digits.parse::<i16>().map_err(|_| refuse()) } else { Err(refuse()) }
        };
        let (hours, minutes) = (two(hours)?, two(minutes)?);
        let found = if minutes < 60 { Self::from_minutes(sign * (hours * 60 + minutes)) } else { None };
        found.ok_or_else(refuse)
    }
}

crate::serialise_as_text!(UtcOffset);

/// On what terms a registry works: what its lead time follows from, and how it wants its lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// On what ground it acts.
    pub road: Road,
    /// The days that it says it needs from a list to its doing, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_days: Option<LeadDays>,
    /// Its local time.
    pub offset: UtcOffset,
    /// Its working days.
    pub working_days: WorkingDays,
    /// Its holidays, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<UtcDay>,
    /// The most names that it takes in one list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_limit: Option<u32>,
    /// How often it wants a new list.
    pub rhythm: Rhythm,
    /// In which form.
    pub form: ListForm,
    /// Its language, as a tag of BCP 47.
    pub language: String,
}

impl Default for Terms {
    /// Own policy, no stated days, UTC, Monday to Friday, a daily list in CSV, English.
    fn default() -> Self {
        Self {
            road: Road::OwnPolicy,
            own_days: None,
            offset: UtcOffset::UTC,
            working_days: WorkingDays::MONDAY_TO_FRIDAY,
            holidays: Vec::new(),
            batch_limit: None,
            rhythm: Rhythm::Daily,
            form: ListForm::Csv,
            language: "en".to_owned(),
        }
    }
}

/// Somebody at a party who can be reached, in the order in which they are tried.
///
/// Personal data: it stands in no log and in no message of the program.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// The name of the person or of the desk.
    pub name: String,
    /// What they do: "abuse desk", "night shift".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// The mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// The telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// A second way that does not need the first: another number, a postal address, a radio call sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
    /// Whether somebody answers at any hour.
    #[serde(default)]
    pub day_and_night: bool,
    /// When somebody made sure that this is the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<UtcDay>,
    /// When the second way was last tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tested: Option<UtcDay>,
    /// Who keeps this entry up to date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

impl fmt::Debug for Contact {
    /// Shows nothing of the person: a log line must not hold it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact")
            .field("verified", &self.verified)
            .field("tested", &self.tested)
            .finish_non_exhaustive()
    }
}

/// A party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// The party.
    pub id: PartyId,
    /// What it does.
    pub kind: PartyKind,
    /// What people call it.
    pub name: String,
    /// The top-level domains that it runs; for registries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tlds: Vec<Tld>,
    /// On what terms it works; for registries and registrars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
    /// Who can be reached, the first first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// Where signed notices go over HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<String>,
    /// The OpenPGP key of the party, in ASCII armour: mail to it is encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openpgp: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::{Rhythm, UtcOffset, Weekday, WorkingDays};
    use crate::UtcDay;

    fn day(text: &str) -> UtcDay {
        text.parse().unwrap()
    }

    #[test]
    fn knows_the_day_of_the_week() {
        assert_eq!(Weekday::of(day("2009-04-01")), Weekday::Wednesday);
        assert_eq!(Weekday::of(day("1969-12-28")), Weekday::Sunday);
    }

    #[test]
    fn cuts_lists_in_their_rhythm() {
        let check = |rhythm: Rhythm, at: &str, last: &str, next: &str| {
            assert_eq!(rhythm.last_cut(day(at)), day(last), "{rhythm} {at}");
            assert_eq!(rhythm.next_cut(day(at)), day(next), "{rhythm} {at}");
        };
        check(Rhythm::Daily, "2009-02-28", "2009-02-28", "2009-03-01");
        check(Rhythm::Weekly, "2009-04-01", "2009-03-30", "2009-04-06");
        check(Rhythm::Weekly, "2009-03-30", "2009-03-30", "2009-04-06");
        check(Rhythm::Quarterly, "2009-12-31", "2009-10-01", "2010-01-01");
        check(Rhythm::Yearly, "2008-01-01", "2008-01-01", "2009-01-01");
    }

    #[test]
    fn working_days_and_offsets_survive_text() {
        for text in ["mon-fri", "mon,tue,wed,thu,sun", "sat"] {
            assert_eq!(text.parse::<WorkingDays>().unwrap().to_string(), text);
        }
        assert_eq!("sun-thu".parse::<WorkingDays>().unwrap().to_string(), "mon,tue,wed,thu,sun");
        for text in ["+00:00", "-03:30", "+14:00"] {
            assert_eq!(text.parse::<UtcOffset>().unwrap().to_string(), text);
        }
        for broken in ["", "5", "+5:30", "+14:01", "+05:60", "+€", "-"] {
            assert!(broken.parse::<UtcOffset>().is_err(), "{broken}");
        }
        for broken in ["", "mon-", "monday", "mon,,tue"] {
            assert!(broken.parse::<WorkingDays>().is_err(), "{broken}");
        }
    }
}
