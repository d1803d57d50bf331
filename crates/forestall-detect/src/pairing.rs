// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One question counts once, also where it and its answer were written down apart.
//!
//! The rule: a question counts. An answer counts where no question to it was seen within the [`SPAN`] before it; otherwise it only tells what
//! became of that question. So a client that asks twice counts twice, whether answered once, twice or never, and a capture of answers
//! alone counts each of them as a question asked by whom it goes to. A question that comes to light after such an answer, because a hole in a TCP stream
//! held it back, does not count again. A question and an answer belong together where asker, port, identifier, name
//! without regard to letter case, and type are equal; a log without port and identifier has 0 in their place.
//!
//! Feed only the records that matter, for example those with a listed name: what is kept for a question is some hundred octets.

use std::collections::HashMap;

use forestall_model::Instant;

use crate::record::{Record, Sight};

/// How long after its question an answer belongs to it, in microseconds: resolvers give up before half a minute.
pub const SPAN: i64 = 30_000_000;

/// Questions that are kept in each of two halves. Where more come within [`SPAN`], the oldest are forgotten, and their answers count alone.
const MOST: usize = 1 << 16;

/// What a record adds to the count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adds {
    /// One question.
    Question,
    /// No question: the other half of its exchange was counted.
    Answer,
}

/// What was last seen of a question.
#[derive(Clone, Copy, Debug, Default)]
struct Exchange {
    asked: Option<Instant>,
    /// An answer that counted alone.
    answered: Option<Instant>,
}

impl Exchange {
    fn see(&mut self, record: &Record<'_>) -> Adds {
        let near = |other: &Instant| record.at.micros().abs_diff(other.micros()) <= SPAN.unsigned_abs();
        if record.sight == Sight::Question {
            self.asked = Some(record.at);
            let counted = self.answered.take_if(|answered| record.at < *answered && near(answered)).is_some();
            return if counted { Adds::Answer } else { Adds::Question };
        }
        // In both directions: the time of a dnstap answer is that of its question, and the clocks of two interfaces need not agree.
        if self.asked.as_ref().is_some_and(near) {
            return Adds::Answer;
        }
        self.answered = Some(record.at);
        Adds::Question
    }
}

/// The questions of one input that may still be answered. Its records come in the order of the input.
#[derive(Debug, Default)]
pub struct Pairing {
    /// Since [`Self::turned`].
    young: HashMap<Box<[u8]>, Exchange>,
    /// Those of the span before.
    old: HashMap<Box<[u8]>, Exchange>,
    turned: Option<Instant>,
    key: Vec<u8>,
    name: Vec<u8>,
}

impl Pairing {
    /// Makes an empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says what `record` adds.
    pub fn see(&mut self, record: &Record<'_>) -> Adds {
        if record.sight == Sight::Whole {
            return Adds::Question;
        }
        self.turn(record.at);
        self.write_key(record);
        if !self.young.contains_key(self.key.as_slice()) {
            let known = self.old.remove(self.key.as_slice()).unwrap_or_default();
            self.young.insert(self.key.as_slice().into(), known);
        }
        match self.young.get_mut(self.key.as_slice()) {
            Some(exchange) => exchange.see(record),
            None => Adds::Question,
        }
    }

    /// Makes the young ones old where a span has passed or their room is full.
    fn turn(&mut self, now: Instant) {
        let turned = *self.turned.get_or_insert(now);
        let passed = now.micros().saturating_sub(turned.micros());
        if passed > SPAN || self.young.len() >= MOST {
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
            self.turned = Some(now);
        }
    }

    fn write_key(&mut self, record: &Record<'_>) {
        self.key.clear();
        match (record.asker.address(), record.asker) {
            (Some(std::net::IpAddr::V4(address)), _) => self.key.extend(address.octets()),
            (Some(std::net::IpAddr::V6(address)), _) => self.key.extend(address.octets()),
            (None, crate::record::Asker::Text(text)) => self.key.extend(text),
            (None, _) => {}
        }
        self.key.push(0);
        self.key.extend(record.port.to_be_bytes());
        self.key.extend(record.id.to_be_bytes());
        self.key.extend(record.qtype.unwrap_or(0).to_be_bytes());
        record.name.write_to(&mut self.name);
        self.key.extend(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::{Adds, MOST, Pairing, SPAN};
    use crate::record::{Asker, QName, Record, Sight};
    use forestall_model::Instant;

    fn record(sight: Sight, micros: i64, id: u16) -> Record<'static> {
        Record {
            at: Instant::from_micros(micros),
            asker: Asker::V4([192, 0, 2, 1]),
            port: 4000,
            id,
            name: QName::Text(if sight == Sight::Answer { b"Example.com." } else { b"example.com" }),
            qtype: Some(1),
            rcode: None,
            sight,
        }
    }

    #[test]
    fn questions_and_answers_count_once_in_every_mixture() {
        use Sight::{Answer, Question, Whole};
        let check = |sights: &[Sight], expected: usize| {
            let mut pairing = Pairing::new();
            let adds = |sight: &Sight| pairing.see(&record(*sight, 0, 9)) == Adds::Question;
            assert_eq!(sights.iter().map(adds).filter(|adds| *adds).count(), expected, "{sights:?}");
        };
        check(&[Question, Answer], 1);
        check(&[Question, Question, Answer], 2);
        check(&[Question, Answer, Answer], 1);
        check(&[Answer, Answer], 2);
        check(&[Whole, Whole], 2);
        check(&[Question, Answer, Question, Answer], 2);
        check(&[Answer, Question, Answer], 2);
    }

    #[test]
    fn a_question_that_comes_to_light_after_its_answer_does_not_count_again() {
        let mut pairing = Pairing::new();
        assert_eq!(pairing.see(&record(Sight::Answer, 7, 9)), Adds::Question);
        assert_eq!(pairing.see(&record(Sight::Question, 5, 9)), Adds::Answer);
        assert_eq!(pairing.see(&record(Sight::Question, 6, 9)), Adds::Question);
    }

    #[test]
    fn a_late_answer_and_one_of_another_exchange_count_alone() {
        let mut pairing = Pairing::new();
        assert_eq!(pairing.see(&record(Sight::Question, 0, 9)), Adds::Question);
        assert_eq!(pairing.see(&record(Sight::Answer, 5, 10)), Adds::Question);
        assert_eq!(pairing.see(&record(Sight::Answer, SPAN, 9)), Adds::Answer);
        assert_eq!(pairing.see(&record(Sight::Answer, SPAN + 1, 9)), Adds::Question);
    }

    #[test]
    fn forgets_the_oldest_where_there_are_too_many() {
        let mut pairing = Pairing::new();
        let name = |number: usize| format!("{number}.example");
        for number in 0..=2 * MOST {
            let text = name(number);
            pairing.see(&Record { name: QName::Text(text.as_bytes()), ..record(Sight::Question, 0, 9) });
        }
        let mut answer = |number: usize| {
            pairing.see(&Record { name: QName::Text(name(number).as_bytes()), ..record(Sight::Answer, 0, 9) })
        };
        assert_eq!(answer(2 * MOST), Adds::Answer);
        assert_eq!(answer(0), Adds::Question);
    }
}
