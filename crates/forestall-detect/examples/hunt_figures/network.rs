// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A network of one day: failed look-ups as a hunt sees them.

use forestall_detect::classify::Classifier;
use forestall_detect::hunt::{Gathered, Hunted, KnownShape, Limits, Lookout, Sign, client_scores, report};
use forestall_detect::record::{Asker, NXDOMAIN, QName, Record, Sight};
use forestall_model::Instant;

use crate::chance::Chance;

/// 2026-11-20.
const DAY: i64 = 1_795_132_800;

/// Seconds of a day.
const SECONDS: usize = 86_400;

/// The verdict on one client.
pub(crate) struct Scored {
    pub(crate) score: f32,
    pub(crate) sign: Sign,
}

/// What a network asked for.
pub(crate) struct Network<'c> {
    lookout: Lookout<'c>,
    classifier: &'c Classifier,
}

impl<'c> Network<'c> {
    pub(crate) fn new(classifier: &'c Classifier) -> Self {
        Self { lookout: Lookout::new(classifier, Limits::default()), classifier }
    }

    fn ask(&mut self, client: &str, name: &str, second: usize) {
        let second = i64::try_from(second).unwrap_or(0);
        self.lookout.see(&Record {
            at: Instant::from_seconds(DAY + second),
            asker: Asker::Text(client.as_bytes()),
            port: 0,
            id: 0,
            name: QName::Text(name.as_bytes()),
            qtype: Some(1),
            rcode: Some(NXDOMAIN),
            sight: Sight::Whole,
        });
    }

    /// Has a client ask for a name at some time of the day.
    pub(crate) fn ask_some_time(&mut self, client: &str, name: &str, chance: &mut Chance) {
        let second = chance.below(SECONDS);
        self.ask(client, name, second);
    }

    /// Has a client ask for names in their order, within some hours of the day.
    pub(crate) fn ask_in_burst(&mut self, client: &str, names: &[&str], hours: u32, chance: &mut Chance) {
        let length = usize::try_from(hours).unwrap_or(24).clamp(1, 24) * 3_600;
        let begin = chance.below(SECONDS - length + 1);
        let mut at: Vec<usize> = names.iter().map(|_| begin + chance.below(length)).collect();
        at.sort_unstable();
        names.iter().zip(at).for_each(|(name, second)| self.ask(client, name, second));
    }

    pub(crate) fn scores(self) -> Vec<Scored> {
        let gathered = Gathered::join(vec![self.lookout], None);
        let scores = client_scores(&gathered, self.classifier, &|_| false);
        scores.into_iter().map(|(_, score)| Scored { score: score.score, sign: score.sign }).collect()
    }

    pub(crate) fn report(self, known: Vec<KnownShape>, threshold: f32) -> Hunted {
        let gathered = Gathered::join(vec![self.lookout], None);
        report(&gathered, self.classifier, &|_| false, || known, threshold)
    }
}
