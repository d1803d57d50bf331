// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Clients that belong together: they ask for the same names, or for names of the same shape.
//!
//! Clients with a quarter of the threshold or more are joined where they share [`SHARED`] suspicious names; a family whose list hangs on the date
//! alone joins its clients so. What is joined is alarmed where one of them passed the threshold, or where the names that at least two of them asked
//! for pass it together: two machines with five bad names each are no coincidence where the names are the same. Alarmed clients whose names have like
//! shapes are then put into one group, which finds families with a seed for each host. At last candidates that asked for some names of a group are
//! counted to it, where these are most of their suspicious ones.
//!
//! What [`POPULAR`] of the clients ask for joins nobody: dead names of an advertiser on a site that everyone visits look generated as well.

use std::collections::{BTreeMap, BTreeSet};

use super::chernoff::count;
use super::evidence::weight;
use super::gather::{Gathered, Name};
use super::shape::Shape;
use super::verdict::{ClientScore, Sign};
use crate::classify::Classifier;

/// Suspicious names in common that join two clients.
const SHARED: usize = 3;

/// Names in common that count a client to a group of names that look like anybody's.
const SHARED_ORDINARY: usize = 8;

/// The part of the threshold from which a client's names are held against those of others.
const CANDIDATE: f32 = 0.25;

/// A name that more than one client in so many asks for, and more than [`FEW_ASKERS`], is popular.
const POPULAR: usize = 20;
const FEW_ASKERS: usize = 20;

/// Names from which a shape is compared by counts alone.
const ENOUGH: usize = 8;

/// The part of fewer names that must fit the other shape.
const FITTING: f64 = 0.9;

/// Groups that a shape is held against at most.
const MOST_COMPARED: usize = 1_000;

/// Clients that belong together, by number.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) members: BTreeSet<usize>,
    pub(super) names: BTreeSet<usize>,
    pub(super) score: f32,
    pub(super) sign: Sign,
}

/// Returns the groups of alarmed clients, in an order that hangs on nothing but the content.
pub(super) fn clusters(
    gathered: &Gathered,
    scores: &[ClientScore],
    threshold: f32,
    classifier: &Classifier,
) -> Vec<Cluster> {
    let popular = popular(gathered);
    let joined = by_names(gathered, scores, threshold, &popular);
    let mut clusters = by_shape(gathered, joined, classifier);
    add_late(scores, threshold, &popular, &mut clusters);
    clusters
}

/// Says of each name whether it is popular.
fn popular(gathered: &Gathered) -> Vec<bool> {
    let mut askers = vec![0_usize; gathered.names.len()];
    for (name, _) in gathered.clients.iter().flat_map(|(_, pairs)| pairs) {
        if let Some(askers) = askers.get_mut(*name) {
            *askers += 1;
        }
    }
    let most = FEW_ASKERS.max(gathered.clients.len() / POPULAR);
    askers.into_iter().map(|askers| askers > most).collect()
}

fn is_candidate(score: &ClientScore, threshold: f32) -> bool {
    score.score >= threshold * CANDIDATE && !score.names.is_empty()
}

/// Joins candidates that share names, and keeps what is alarmed.
fn by_names(gathered: &Gathered, scores: &[ClientScore], threshold: f32, popular: &[bool]) -> Vec<Cluster> {
    let mut askers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (client, score) in scores.iter().enumerate().filter(|(_, score)| is_candidate(score, threshold)) {
        let rare = score.names.iter().filter(|name| popular.get(**name) == Some(&false));
        rare.for_each(|name| askers.entry(*name).or_default().push(client));
    }
    // Each asker of a name is held against the first one alone: bots that walk one list have the same first one for each name.
    let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for clients in askers.values() {
        if let [first, rest @ ..] = clients.as_slice() {
            rest.iter().for_each(|client| *shared.entry((*first, *client)).or_default() += 1);
        }
    }
    let mut roots: Vec<usize> = (0..scores.len()).collect();
    for ((one, other), names) in shared {
        if names >= SHARED {
            let (one, other) = (root(&mut roots, one), root(&mut roots, other));
            roots[one.max(other)] = one.min(other);
        }
    }
    let mut joined: BTreeMap<usize, Cluster> = BTreeMap::new();
    for (client, score) in scores.iter().enumerate().filter(|(_, score)| is_candidate(score, threshold)) {
        let new = || Cluster { members: BTreeSet::new(), names: BTreeSet::new(), score: 0.0, sign: score.sign };
        let cluster = joined.entry(root(&mut roots, client)).or_insert_with(new);
        cluster.members.insert(client);
        cluster.names.extend(&score.names);
        if score.score > cluster.score {
            (cluster.score, cluster.sign) = (score.score, score.sign);
        }
    }
    let mut clusters: Vec<Cluster> = joined.into_values().collect();
    for cluster in clusters.iter_mut().filter(|cluster| cluster.score < threshold && cluster.members.len() > 1) {
        let in_common = |name: &&usize| {
            askers
                .get(name)
                .is_some_and(|askers| askers.iter().filter(|asker| cluster.members.contains(asker)).count() > 1)
        };
        let names: Vec<&Name> =
            cluster.names.iter().filter(in_common).filter_map(|name| gathered.names.get(*name)).collect();
        cluster.score = cluster.score.max(names.iter().map(|name| weight(name.ratio, false)).sum());
    }
    clusters.retain(|cluster| cluster.score >= threshold);
    clusters
}

fn root(roots: &mut [usize], mut of: usize) -> usize {
    while roots[of] != of {
        roots[of] = roots[roots[of]];
        of = roots[of];
    }
    of
}

/// Puts clusters of like shapes together, the largest first.
fn by_shape(gathered: &Gathered, mut joined: Vec<Cluster>, classifier: &Classifier) -> Vec<Cluster> {
    joined.sort_by_key(|cluster| (std::cmp::Reverse(cluster.names.len()), cluster.members.first().copied()));
    let mut groups: Vec<(Cluster, Shape)> = Vec::new();
    for cluster in joined {
        let names: Vec<&Name> = cluster.names.iter().filter_map(|name| gathered.names.get(*name)).collect();
        let shape = Shape::of(names.iter().map(|name| (name.label(), name.suffix())), classifier);
        let fits = |group: &Shape| {
            let fitting =
                names.iter().filter(|name| group.admits(name.label()) && group.has_suffix(name.suffix())).count();
            let enough = names.len() >= ENOUGH || share(fitting, names.len()) >= FITTING;
            enough && group.is_like(&shape)
        };
        let like = groups.iter_mut().take(MOST_COMPARED).find(|(_, of)| fits(of));
        match like {
            Some((group, of)) => {
                group.members.extend(cluster.members);
                group.names.extend(cluster.names);
                group.score = group.score.max(cluster.score);
                of.merge(&shape);
            }
            None => groups.push((cluster, shape)),
        }
    }
    groups.into_iter().map(|(cluster, _)| cluster).collect()
}

/// Counts candidates to the group of which they asked for most names, where these are enough and most of their suspicious ones.
fn add_late(scores: &[ClientScore], threshold: f32, popular: &[bool], clusters: &mut [Cluster]) {
    let mut of_name: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for (number, cluster) in clusters.iter().enumerate() {
        let rare = cluster.names.iter().filter(|name| popular.get(**name) == Some(&false));
        rare.for_each(|name| of_name.entry(*name).or_default().push(number));
        taken.extend(cluster.members.iter().copied());
    }
    let left =
        scores.iter().enumerate().filter(|(client, score)| is_candidate(score, threshold) && !taken.contains(client));
    for (client, score) in left {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for name in &score.names {
            of_name.get(name).into_iter().flatten().for_each(|cluster| *shared.entry(*cluster).or_default() += 1);
        }
        let best = shared.into_iter().max_by_key(|(number, names)| (*names, std::cmp::Reverse(*number)));
        if let Some((number, names)) = best
            && let Some(cluster) = clusters.get_mut(number)
            && names >= if cluster.sign == Sign::Generated { SHARED } else { SHARED_ORDINARY }
            && names * 2 > score.names.len()
        {
            cluster.members.insert(client);
        }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { count(part) / count(whole) }
}
