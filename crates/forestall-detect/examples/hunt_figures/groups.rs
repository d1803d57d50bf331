// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Groups: do they hold the clients of one family, all of them, and nobody else?

use std::collections::BTreeMap;

use forestall_detect::classify::Classifier;
use forestall_detect::hunt::{DEFAULT_THRESHOLD, KnownShape};

use crate::benign::Benign;
use crate::chance::Chance;
use crate::families::Families;
use crate::network::Network;

/// Benign clients, infected clients of each family, and names of each.
const BENIGN: usize = 5_000;
const INFECTED: usize = 4;
const NAMES: usize = 30;

pub(crate) fn measure(benign: &Benign, families: &Families, classifier: &Classifier, chance: &mut Chance) {
    let mut network = Network::new(classifier);
    for client in 0..BENIGN {
        benign.client(&format!("benign-{client}"), &mut network, chance);
    }
    for family in families.all() {
        let list = chance.one(&family.lists);
        for client in 0..INFECTED {
            let client = format!("{}/{client}", family.slug);
            let begin = chance.below((list.len() + 1).saturating_sub(NAMES).min(10));
            let names: Vec<&str> = list.iter().skip(begin).take(NAMES).map(String::as_str).collect();
            network.ask_in_burst(&client, &names, 1, chance);
            benign.some(&client, 8, &mut network, chance);
        }
    }
    let shapes: Vec<KnownShape> = families.all().iter().map(|family| family.shape(classifier)).collect();
    let hunted = network.report(shapes, DEFAULT_THRESHOLD);
    let (mut infected, mut others, mut right, mut named, mut near) = (0_usize, 0_usize, 0_usize, 0_usize, 0_usize);
    let mut groups_of: BTreeMap<String, usize> = BTreeMap::new();
    for group in &hunted.groups {
        let mut of: BTreeMap<String, usize> = BTreeMap::new();
        for member in &group.members {
            let client = member.client.to_string();
            let family = client.split_once('/').map_or("benign", |(family, _)| family);
            *of.entry(family.to_owned()).or_default() += 1;
        }
        let Some((family, most)) = of.iter().max_by_key(|(family, count)| (**count, *family)) else { continue };
        others += of.get("benign").copied().unwrap_or(0);
        if family == "benign" {
            println!("  benign: {} {} {:?}", group.score, group.sign, group.names);
            continue;
        }
        right += most;
        infected += of.values().sum::<usize>() - of.get("benign").copied().unwrap_or(0);
        *groups_of.entry(family.clone()).or_default() += 1;
        if let Some(nearest) = &group.nearest {
            named += 1;
            near += usize::from(nearest.family == *family);
        }
        if of.len() > 1 {
            println!("  mixed: {of:?} {}", group.pattern);
        }
    }
    println!(
        "groups at {DEFAULT_THRESHOLD} nats: {} with {infected} of {} infected clients of {} families and {others} of {BENIGN} benign ones; \
{right} clients in a group of their own family; {} families in one group each; nearest family named for {named}, rightly for {near}",
        hunted.groups.len(),
        families.all().len() * INFECTED,
        families.all().len(),
        groups_of.values().filter(|groups| **groups == 1).count(),
    );
}
