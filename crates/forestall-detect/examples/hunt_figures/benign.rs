// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Failed look-ups of clients that are not infected, mostly of kinds that are hard to tell from an infection.

use std::error::Error;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use crate::chance::Chance;
use crate::network::Network;

const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const HEX: &[u8] = b"0123456789abcdef";
const ALNUM: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// What a failed look-up is of.
#[derive(Clone, Copy)]
enum Kind {
    /// A slip in the name of a popular site.
    Typo,
    /// A name of the long tail that is gone: one of the lists.
    Gone,
    /// A host of a content network.
    Cdn,
    /// A look-up of a virus scanner or in a block list.
    Lookup,
    /// A random label that a browser asks for when it starts, bare or with the network's suffix.
    Probe,
    /// A host that a mailing made for one receiver.
    Tracking,
    /// A host of a cloud.
    Cloud,
    /// An internationalised name.
    International,
}

/// The kinds, with how often each comes.
const KINDS: [(Kind, f64); 8] = [
    (Kind::Typo, 0.30),
    (Kind::Gone, 0.20),
    (Kind::Cdn, 0.08),
    (Kind::Lookup, 0.12),
    (Kind::Probe, 0.10),
    (Kind::Tracking, 0.10),
    (Kind::Cloud, 0.07),
    (Kind::International, 0.03),
];

/// Ordinary names to draw from.
pub(crate) struct Benign {
    popular: Vec<String>,
    gone: Vec<Vec<String>>,
}

impl Benign {
    pub(crate) fn read(data: &Path, more: &[PathBuf]) -> Result<Self, Box<dyn Error>> {
        let mut text = String::new();
        GzDecoder::new(std::fs::File::open(data.join("benign-train.tsv.gz"))?).read_to_string(&mut text)?;
        let of = |source: &str| -> Vec<String> {
            let rows = text.lines().filter_map(|line| line.split_once('\t'));
            rows.filter(|(_, from)| *from == source).map(|(name, _)| name.to_owned()).collect()
        };
        let popular = of("alexa100k_2016").into_iter().take(5_000).collect();
        let mut gone = vec![of("opendns_random_2014"), of("opendns_top_2014")];
        for path in more {
            gone.push(crate::lines(path)?);
        }
        Ok(Self { popular, gone })
    }

    /// Adds a client with its own habits; returns how many look-ups it has.
    pub(crate) fn client(&self, client: &str, network: &mut Network<'_>, chance: &mut Chance) -> usize {
        // About 20 a day, a sixth of the clients more than 50, one in a hundred more than 160.
        let number = (20.0 * (0.9 * chance.normal()).exp()).clamp(1.0, 400.0);
        let number = (1..=400_u32).take_while(|count| f64::from(*count) <= number).count();
        self.some(client, number, network, chance);
        number
    }

    /// Has a client with habits of its own ask for some names over the day.
    pub(crate) fn some(&self, client: &str, number: usize, network: &mut Network<'_>, chance: &mut Chance) {
        let kinds: Vec<f64> = KINDS.iter().map(|(_, weight)| weight * chance.normal().exp()).collect();
        let sources: Vec<f64> = self.gone.iter().map(|_| chance.normal().exp()).collect();
        for _ in 0..number {
            let name = match KINDS[chance.weighed(&kinds)].0 {
                Kind::Typo => self.typo(chance),
                Kind::Gone => {
                    let source = chance.weighed(&sources);
                    chance.one(&self.gone[source]).clone()
                }
                Kind::Cdn => cdn(chance),
                Kind::Lookup => look_up(chance),
                Kind::Probe => probe(chance),
                Kind::Tracking => self.tracking(chance),
                Kind::Cloud => cloud(chance),
                Kind::International => format!("xn--{}-{}.com", chance.text(LETTERS, 5), chance.text(ALNUM, 4)),
            };
            network.ask_some_time(client, &name, chance);
        }
    }

    fn typo(&self, chance: &mut Chance) -> String {
        let name = chance.one(&self.popular);
        let (label, suffix) = name.split_once('.').unwrap_or((name, "com"));
        let mut letters: Vec<char> = label.chars().collect();
        let at = chance.below(letters.len());
        match chance.below(10) {
            0..=2 if letters.len() > 2 => drop(letters.remove(at)),
            3 | 4 => letters.insert(at, letters[at]),
            5 | 6 if at + 1 < letters.len() => letters.swap(at, at + 1),
            7 | 8 => letters[at] = char::from(*chance.one(LETTERS)),
            _ => return format!("{label}.{}", chance.one(&["con", "cm", "om", "net", "org", "comm", "co"])),
        }
        format!("{}.{suffix}", letters.iter().collect::<String>())
    }

    fn tracking(&self, chance: &mut Chance) -> String {
        let brand = chance.one(&self.popular).clone();
        let length = 10 + chance.below(16);
        format!("{}.{}.{brand}", chance.text(HEX, length), chance.one(&["click", "em", "t", "links", "email", "ct"]))
    }
}

fn cdn(chance: &mut Chance) -> String {
    match chance.below(3) {
        0 => format!("d{}.cloudfront.net", chance.text(ALNUM, 13)),
        1 => format!("a{}.dscb.akamai.net", chance.text(b"0123456789", 4)),
        _ => format!("{}.azureedge.net", chance.text(ALNUM, 12)),
    }
}

fn look_up(chance: &mut Chance) -> String {
    let mut octet = || chance.below(256);
    let address = format!("{}.{}.{}.{}", octet(), octet(), octet(), octet());
    match chance.below(4) {
        0 => format!("{address}.zen.spamhaus.org"),
        1 => format!("{}.avqs.mcafee.com", chance.text(HEX, 26)),
        2 => format!("{address}.in-addr.arpa"),
        _ => format!("{}.sophosxl.net", chance.text(HEX, 32)),
    }
}

fn probe(chance: &mut Chance) -> String {
    let length = 7 + chance.below(9);
    let label = chance.text(LETTERS, length);
    match chance.below(3) {
        0 => label,
        1 => format!("{label}.corp.local"),
        _ => format!("{label}.office.examplecompany.com"),
    }
}

fn cloud(chance: &mut Chance) -> String {
    match chance.below(3) {
        0 => format!("ec2-{}-{}.eu-west-1.compute.amazonaws.com", chance.below(256), chance.below(256)),
        1 => format!("{}.blob.core.windows.net", chance.text(ALNUM, 14)),
        _ => format!("{}-uc.a.run.app", chance.text(ALNUM, 10)),
    }
}
