// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Traffic of one day with infected machines in it, and the truth about them.
//!
//! Of 1,000 questions 10 are for live names, by infected machines; 20 are for names that only look like listed ones; 1 in 5,000 is for a
//! listed name on a wrong day. Of the questions for listed names 3 in 10 are in capitals, 1 in 10 in mixed letters, 2 in 10 have labels before the name, 1 in 10
//! a dot at its end.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use crate::benign::Benign;
use crate::dice::Dice;
use crate::listed::{Listed, day};
use crate::{capture, forms};

/// Machines of a network that is not small.
pub(crate) const CLIENTS: u32 = 200_000;

/// Names that an infected machine asks for at most.
const NAMES_OF_ONE: usize = 60;

/// A form of traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Plain,
    Zeek,
    Pcap,
}

impl Form {
    pub(crate) const ALL: [Self; 3] = [Self::Plain, Self::Zeek, Self::Pcap];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Zeek => "zeek",
            Self::Pcap => "pcap",
        }
    }

    pub(crate) fn named(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|form| form.name() == name);
        found.ok_or_else(|| format!("{name} is no form; expected plain, zeek or pcap"))
    }

    pub(crate) fn file_name(self) -> String {
        format!("traffic.{}", self.name())
    }
}

/// A question and how it was answered.
pub(crate) struct Question<'a> {
    pub(crate) micros: i64,
    pub(crate) client: u32,
    pub(crate) port: u16,
    pub(crate) id: u16,
    pub(crate) name: &'a str,
    pub(crate) qtype: u16,
    pub(crate) rcode: u16,
    /// Anything, for fields that do not matter.
    pub(crate) dice: u64,
}

/// Returns the address of a machine: every tenth has IPv6.
pub(crate) fn address(client: u32) -> IpAddr {
    if client.is_multiple_of(10) {
        Ipv6Addr::from(0x2001_0db8_0000_0000_0000_0000_0000_0000_u128 | u128::from(client)).into()
    } else {
        Ipv4Addr::from(0x0a00_0000 | client).into()
    }
}

/// What must be found.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    /// Questions and distinct names by client and family.
    pub(crate) pairs: BTreeMap<(IpAddr, &'static str), (u64, BTreeSet<usize>)>,
    /// Questions for listed names on a wrong day, by client.
    pub(crate) early: BTreeMap<IpAddr, u64>,
}

/// What is asked in one day.
pub(crate) struct Traffic<'a> {
    listed: &'a Listed,
    benign: Benign,
    /// Machines in all, and how many of them are infected.
    clients: u32,
    infected: u32,
}

impl<'a> Traffic<'a> {
    /// Makes traffic of so many machines, 32 at least.
    pub(crate) fn new(listed: &'a Listed, units: u64, clients: u32) -> Self {
        let clients = clients.max(32);
        let infected = u32::try_from(units / 10_000).unwrap_or(u32::MAX).clamp(8, clients / 4);
        Self { listed, benign: Benign::new(), clients, infected }
    }

    /// Writes so many lines or packets.
    pub(crate) fn write(&self, form: Form, units: u64, path: &Path) -> Result<Truth, Box<dyn Error>> {
        let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
        let truth = match form {
            Form::Plain => self.each(units, |question| forms::plain(&mut out, question))?,
            Form::Zeek => {
                out.write_all(forms::ZEEK_HEADER.as_bytes())?;
                self.each(units, |question| forms::zeek(&mut out, question))?
            }
            Form::Pcap => {
                capture::header(&mut out)?;
                self.each(units / 2, |question| capture::exchange(&mut out, question))?
            }
        };
        out.flush()?;
        Ok(truth)
    }

    fn each(
        &self,
        count: u64,
        mut visit: impl FnMut(&Question<'_>) -> std::io::Result<()>,
    ) -> Result<Truth, Box<dyn Error>> {
        let mut dice = Dice::new(2026);
        let mut truth = Truth::default();
        let mut name = String::new();
        let start = day().start().micros();
        let step = 86_400_000_000 / i64::try_from(count)?.max(1);
        for number in 0..i64::try_from(count)? {
            let mut client =
                2 * self.infected + u32::try_from(dice.below((self.clients - 2 * self.infected) as usize))?;
            let mut rcode = dice.one_of(&[(0, 880), (3, 90), (2, 20), (5, 10)]);
            let qtype = dice.one_of(&[(1, 600), (28, 250), (65, 120), (12, 10), (16, 10), (15, 10)]);
            match dice.below(10_000) {
                0..100 => {
                    client = u32::try_from(dice.below(self.infected as usize))?;
                    let (family, names) = &self.listed.families[client as usize % self.listed.families.len()];
                    let chosen = (client as usize * NAMES_OF_ONE + dice.below(NAMES_OF_ONE)) % names.len();
                    dress(&mut dice, &names[chosen], &mut name);
                    let (questions, distinct) = truth.pairs.entry((address(client), family)).or_default();
                    *questions += 1;
                    distinct.insert(chosen);
                    rcode = 3;
                }
                100..102 => {
                    client = self.infected + u32::try_from(dice.below(self.infected as usize))?;
                    let names = &self.listed.early[client as usize % self.listed.early.len()];
                    let chosen = dice.below(2);
                    dress(&mut dice, &names[chosen], &mut name);
                    *truth.early.entry(address(client)).or_default() += 1;
                    rcode = 3;
                }
                102..302 => {
                    let (_, names) = &self.listed.families[dice.below(self.listed.families.len())];
                    let chosen = dice.below(names.len());
                    resemble(&mut dice, &names[chosen], &mut name);
                }
                _ => self.benign.ask(&mut dice, &mut name),
            }
            let more = dice.next();
            let [a, b, c, d, ..] = more.to_le_bytes();
            visit(&Question {
                micros: start + number * step,
                client,
                port: u16::from_le_bytes([a, b]) | 1024,
                id: u16::from_le_bytes([c, d]),
                name: &name,
                qtype,
                rcode,
                dice: more,
            })?;
        }
        Ok(truth)
    }
}

/// Puts a listed name into `text` as somebody may write it.
fn dress(dice: &mut Dice, listed: &str, text: &mut String) {
    text.clear();
    if dice.in_a_million(200_000) {
        text.push_str(dice.one_of(&[("www.", 500), ("a.b.c.", 250), ("MX1.", 250)]));
    }
    match dice.below(10) {
        0..3 => text.extend(listed.chars().map(|c| c.to_ascii_uppercase())),
        3 => text.extend(listed.chars().map(|c| if dice.next() & 1 == 0 { c } else { c.to_ascii_uppercase() })),
        _ => text.push_str(listed),
    }
    if dice.in_a_million(100_000) {
        text.push('.');
    }
}

/// Puts a name into `text` that holds a listed one and is not at or below it.
fn resemble(dice: &mut Dice, listed: &str, text: &mut String) {
    text.clear();
    let form = dice.below(4);
    // Below a name of three labels, another one may be listed: QSnatch has com.pe on some days.
    match if listed.matches('.').count() > 1 { 1 } else { form } {
        0 => text.extend(["x-", listed]),
        1 => text.extend([listed, ".cdn-cache.net"]),
        2 => text.extend([listed, "-x.org"]),
        _ => text.extend(["www.my-", listed, "."]),
    }
}
