// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Boosting of trees: each tree steps against the slope of the logistic loss that those before it left (Friedman 2001), with
//! histograms of binned features and the best leaf split first.

use super::corpus::mixed;
use crate::classify::features::{FEATURES, Features};
use crate::classify::trees::{BINS, Base, Binned, LEAF, Node, Trees, binned};

/// How trees are grown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Growth {
    /// Trees.
    pub(super) trees: u64,
    /// Leaves of a tree at most.
    pub(super) leaves: usize,
    /// The share of each tree's step that is taken.
    pub(super) pace: f64,
    /// Curvature that each side of a split must have: about a quarter of the weight of its rows.
    pub(super) fewest: f64,
    /// How strongly leaves are pulled to nought.
    pub(super) pull: f64,
    /// What is added before the first tree.
    pub(super) base: Base,
    /// Of a hundred rows, how many each tree sees.
    pub(super) rows: u64,
    /// Of a hundred features, how many each tree sees.
    pub(super) features: u64,
}

/// A name to learn from.
#[derive(Clone, Debug)]
pub(super) struct Lesson {
    /// Its features.
    pub(super) features: Features,
    /// Whether an algorithm made it.
    pub(super) generated: bool,
    /// Its weight; 1 on the average.
    pub(super) weight: f32,
}

/// Grows trees from lessons.
pub(super) fn grow(lessons: &[Lesson], growth: &Growth, seed: u64) -> Trees {
    let edges = edges(lessons);
    let rows: Vec<Binned> = lessons.iter().map(|lesson| binned(&edges, &lesson.features)).collect();
    let mut scores: Vec<f64> = lessons.iter().map(|lesson| f64::from(growth.base.score(&lesson.features))).collect();
    let mut slopes = vec![[0.0_f64; 2]; rows.len()];
    let mut grown: Vec<Vec<Grown>> = Vec::new();
    for number in 0..growth.trees {
        for ((slope, score), lesson) in slopes.iter_mut().zip(&scores).zip(lessons) {
            let chance = 1.0 / (1.0 + (-score).exp());
            let weight = f64::from(lesson.weight);
            let target = if lesson.generated { 1.0 } else { 0.0 };
            *slope = [weight * (chance - target), weight * (chance * (1.0 - chance)).max(1e-9)];
        }
        let draw = |item: u64, of_hundred: u64| mixed(seed ^ mixed(number << 32 | item)) % 100 < of_hundred;
        let taken: Vec<u32> = (0..rows.len())
            .filter(|row| draw(*row as u64, growth.rows))
            .filter_map(|row| row.try_into().ok())
            .collect();
        let asked: Vec<usize> =
            (0..FEATURES).filter(|feature| draw(1 << 31 | *feature as u64, growth.features)).collect();
        let tree = tree(&rows, &slopes, taken, &asked, growth);
        for (score, row) in scores.iter_mut().zip(&rows) {
            *score += value(&tree, row);
        }
        grown.push(tree);
    }
    flat(&grown, edges, growth.base)
}

/// A node while its tree grows.
#[derive(Clone, Debug)]
enum Grown {
    Inner { feature: usize, bin: u8, lower: usize, upper: usize },
    Leaf(f64),
}

/// Sums of slope and curvature in each bin of each feature.
type Histogram = Vec<[[f64; 2]; BINS]>;

/// A leaf that may be split.
struct Open {
    node: usize,
    rows: Vec<u32>,
    histogram: Histogram,
    sum: [f64; 2],
    split: Option<Split>,
}

#[derive(Clone, Copy)]
struct Split {
    gain: f64,
    feature: usize,
    bin: u8,
    lower: [f64; 2],
}

fn tree(rows: &[Binned], slopes: &[[f64; 2]], taken: Vec<u32>, asked: &[usize], growth: &Growth) -> Vec<Grown> {
    let sum = taken.iter().fold([0.0; 2], |sum, row| add(sum, slopes[*row as usize]));
    let mut nodes = vec![Grown::Leaf(step(sum, growth))];
    let histogram = histogram(rows, slopes, &taken);
    let split = best(&histogram, sum, asked, growth);
    let mut open = vec![Open { node: 0, rows: taken, histogram, sum, split }];
    let mut leaves = 1;
    while leaves < growth.leaves {
        let gains = open.iter().enumerate().filter_map(|(place, leaf)| Some((place, leaf.split?.gain)));
        let Some((place, _)) = gains.fold(None, |best: Option<(usize, f64)>, (place, gain)| match best {
            Some((_, most)) if most >= gain => best,
            _ => Some((place, gain)),
        }) else {
            break;
        };
        let leaf = open.swap_remove(place);
        let Some(split) = leaf.split else { break };
        let (lower, upper): (Vec<u32>, Vec<u32>) =
            leaf.rows.iter().partition(|row| rows[**row as usize][split.feature] <= split.bin);
        let upper_sum = [leaf.sum[0] - split.lower[0], leaf.sum[1] - split.lower[1]];
        // The histogram of the larger side is that of both less that of the smaller.
        let lower_is_smaller = lower.len() < upper.len();
        let smaller = self::histogram(rows, slopes, if lower_is_smaller { &lower } else { &upper });
        let larger = less(leaf.histogram, &smaller);
        let (lower_histogram, upper_histogram) = if lower_is_smaller { (smaller, larger) } else { (larger, smaller) };
        nodes[leaf.node] =
            Grown::Inner { feature: split.feature, bin: split.bin, lower: nodes.len(), upper: nodes.len() + 1 };
        for (rows, histogram, sum) in [(lower, lower_histogram, split.lower), (upper, upper_histogram, upper_sum)] {
            let split = best(&histogram, sum, asked, growth);
            open.push(Open { node: nodes.len(), rows, histogram, sum, split });
            nodes.push(Grown::Leaf(step(sum, growth)));
        }
        leaves += 1;
    }
    nodes
}

fn add(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0] + b[0], a[1] + b[1]]
}

fn step(sum: [f64; 2], growth: &Growth) -> f64 {
    -growth.pace * sum[0] / (sum[1] + growth.pull)
}

fn histogram(rows: &[Binned], slopes: &[[f64; 2]], taken: &[u32]) -> Histogram {
    let mut sums = vec![[[0.0; 2]; BINS]; FEATURES];
    for row in taken {
        let slope = slopes[*row as usize];
        for (sums, bin) in sums.iter_mut().zip(&rows[*row as usize]) {
            let sum = &mut sums[usize::from(*bin) % BINS];
            sum[0] += slope[0];
            sum[1] += slope[1];
        }
    }
    sums
}

fn less(mut whole: Histogram, part: &Histogram) -> Histogram {
    for (whole, part) in whole.iter_mut().flatten().zip(part.iter().flatten()) {
        whole[0] -= part[0];
        whole[1] -= part[1];
    }
    whole
}

fn best(histogram: &Histogram, sum: [f64; 2], asked: &[usize], growth: &Growth) -> Option<Split> {
    let worth = |sum: [f64; 2]| sum[0] * sum[0] / (sum[1] + growth.pull);
    let whole = worth(sum);
    let mut best: Option<Split> = None;
    for feature in asked {
        let mut lower = [0.0; 2];
        for (bin, of_bin) in (0_u8..).zip(&histogram[*feature]).take(BINS - 1) {
            lower = add(lower, *of_bin);
            let upper = [sum[0] - lower[0], sum[1] - lower[1]];
            if lower[1] < growth.fewest || upper[1] < growth.fewest {
                continue;
            }
            let gain = worth(lower) + worth(upper) - whole;
            if gain > best.map_or(1e-6, |best| best.gain) {
                best = Some(Split { gain, feature: *feature, bin, lower });
            }
        }
    }
    best
}

fn value(tree: &[Grown], row: &Binned) -> f64 {
    let mut at = 0;
    loop {
        match &tree[at] {
            Grown::Leaf(value) => return *value,
            Grown::Inner { feature, bin, lower, upper } => at = if row[*feature] <= *bin { *lower } else { *upper },
        }
    }
}

/// Lays trees flat, in preorder, with leaves as whole numbers of one scale.
fn flat(grown: &[Vec<Grown>], edges: Vec<Vec<f32>>, base: Base) -> Trees {
    let leaves = grown.iter().flatten().map(|node| if let Grown::Leaf(value) = node { value.abs() } else { 0.0 });
    let scale = leaves.fold(1e-9, f64::max) / f64::from(i16::MAX);
    let (mut nodes, mut roots) = (Vec::new(), Vec::new());
    for tree in grown {
        let root = nodes.len();
        roots.push(root);
        lay(tree, 0, root, scale, &mut nodes);
    }
    Trees::new(edges, nodes, roots, narrow(scale), base)
        .expect("trees within the limits of the settings, laid in preorder")
}

fn lay(tree: &[Grown], at: usize, root: usize, scale: f64, nodes: &mut Vec<Node>) {
    match &tree[at] {
        Grown::Leaf(value) => nodes.push(Node { feature: LEAF, bin: 0, other: rounded(value / scale).cast_unsigned() }),
        Grown::Inner { feature, bin, lower, upper } => {
            let place = nodes.len();
            let feature = u8::try_from(*feature).unwrap_or(LEAF);
            nodes.push(Node { feature, bin: *bin, other: 0 });
            lay(tree, *lower, root, scale, nodes);
            nodes[place].other = u16::try_from(nodes.len() - root).unwrap_or(u16::MAX);
            lay(tree, *upper, root, scale, nodes);
        }
    }
}

/// Returns edges that part the known values of each feature into bins of about as many rows.
fn edges(lessons: &[Lesson]) -> Vec<Vec<f32>> {
    let of_one = |feature: usize| {
        let mut values: Vec<f32> =
            lessons.iter().map(|lesson| lesson.features[feature]).filter(|value| !value.is_nan()).collect();
        values.sort_unstable_by(f32::total_cmp);
        let mut edges: Vec<f32> =
            (1..BINS - 1).filter_map(|part| values.get(values.len() * part / (BINS - 1)).copied()).collect();
        edges.dedup_by(|a, b| a <= b);
        // The greatest value as an edge would leave its bin empty above.
        while edges.last().is_some_and(|edge| values.last().is_some_and(|greatest| edge >= greatest)) {
            edges.pop();
        }
        edges
    };
    (0..FEATURES).map(of_one).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "rounded to the precision of the file")]
fn narrow(value: f64) -> f32 {
    value as f32
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to the range of the type")]
fn rounded(value: f64) -> i16 {
    value.round().clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16
}
