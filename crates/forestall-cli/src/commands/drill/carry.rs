// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Carries what a scripted registry does to the hub, by the token of somebody there.

use forestall_api::act::{Days, Record};
use forestall_api::answer::{Answer as ApiAnswer, AnswerRow};
use forestall_api::request::Acknowledge;
use forestall_api::route;
use forestall_connect::hub::{Hub, ListForm};
use forestall_drill::conduct::Way;
use forestall_drill::event::Trouble;
use forestall_drill::party::{Act, Answer, Letter};
use forestall_drill::world::Line;
use forestall_formats::line_id;
use forestall_model::{AnswerResult, CampaignId, DayRange, DomainName};

use super::meter::{Meter, Refused};

/// Rows of one request: some 60 octets each, of which a megabyte goes into one.
const ROWS: usize = 10_000;

/// Who calls, and what they need to know of the case.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) meter: Meter,
    /// The hub as somebody at the registry calls it.
    pub(super) hub: Hub,
    /// The same as the coordinator does, who puts on record what registries say by other ways.
    pub(super) operator: Hub,
    /// The campaigns of the case.
    pub(super) campaigns: Vec<CampaignId>,
}

/// What the hub took.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Carried {
    /// The act, and nothing follows for names.
    Done,
    /// An answer for whole days.
    Days(DayRange),
    /// An answer for these lines, as far as it claims anything.
    Lines(Vec<Line>),
    /// Nothing.
    NotTaken(Refused),
}

impl Caller {
    /// Carries one act to the hub.
    pub(super) async fn carry(&self, act: &Act) -> anyhow::Result<Carried> {
        match act {
            Act::Open(letter) => self.open(letter).await,
            Act::Acknowledge(letter) => self.acknowledge(letter).await,
            Act::Answer(answer) if answer.way == Way::Days && answer.flaw.is_none() => self.answer_days(answer).await,
            Act::Answer(answer) => self.answer_lines(answer).await,
        }
    }

    /// Opens a list as a registry does: what it is, its names, and that it was opened.
    async fn open(&self, letter: &Letter) -> anyhow::Result<Carried> {
        let Letter { case, tld, list, .. } = letter;
        self.meter.must(route::LIST, self.hub.list(case, tld, *list)).await?;
        if let Err(refused) = self.names(letter).await? {
            return Ok(Carried::NotTaken(refused));
        }
        Ok(match self.meter.ask(route::LIST_READ, self.hub.list_read(case, tld, *list)).await? {
            Ok(_) => Carried::Done,
            Err(refused) => Carried::NotTaken(refused),
        })
    }

    async fn names(&self, letter: &Letter) -> anyhow::Result<Result<Vec<u8>, Refused>> {
        let names = self.hub.list_names(&letter.case, &letter.tld, letter.list, None, ListForm::Csv);
        Ok(self.meter.ask(route::LIST_NAMES, names).await?.map(|names| names.octets))
    }

    async fn acknowledge(&self, letter: &Letter) -> anyhow::Result<Carried> {
        let record =
            Record { source: Some(format!("drill: the registry of .{} by mail", letter.tld)), ..Record::default() };
        let said = Acknowledge { list: Some(letter.list), record };
        let acknowledge = self.operator.acknowledge(&letter.case, &letter.tld, &said, None);
        Ok(match self.meter.ask(route::ACKNOWLEDGE, acknowledge).await? {
            Ok(_) => Carried::Done,
            Err(refused) => Carried::NotTaken(refused),
        })
    }

    async fn answer_days(&self, answer: &Answer) -> anyhow::Result<Carried> {
        let days = answer.letter.days;
        let body = ApiAnswer { days: Some(Days::from(days)), ..ApiAnswer::for_all(answer.action, answer.result) };
        Ok(match self.send(answer, &body).await? {
            Ok(()) => Carried::Days(days),
            Err(refused) => Carried::NotTaken(refused),
        })
    }

    async fn answer_lines(&self, answer: &Answer) -> anyhow::Result<Carried> {
        let csv = match self.names(&answer.letter).await? {
            Ok(csv) => csv,
            Err(refused) => return Ok(Carried::NotTaken(refused)),
        };
        let ids: Vec<String> = line_ids(&csv)?;
        let done = count_of(answer.share, ids.len());
        let row = |(place, id): (usize, &String)| AnswerRow {
            line_id: Some(id.clone()),
            name: None,
            result: if place < done { answer.result } else { AnswerResult::Error },
            action: None,
            done_at: None,
        };
        let mut rows: Vec<AnswerRow> = ids.iter().enumerate().map(row).collect();
        match answer.flaw {
            Some(Trouble::WrongOrder) => rows.reverse(),
            // In the first request, so that of an answer that takes several none is taken.
            Some(Trouble::NeverAsked) => rows.insert(0, stranger(answer)?),
            _ => {}
        }
        for rows in rows.chunks(ROWS) {
            let body =
                ApiAnswer { rows: rows.to_vec(), result: None, ..ApiAnswer::for_all(answer.action, answer.result) };
            if let Err(refused) = self.send(answer, &body).await? {
                return Ok(Carried::NotTaken(refused));
            }
        }
        let lines = ids.iter().take(done).filter_map(|id| line_id::read(id));
        let lines = lines.filter(|(campaign, ..)| self.campaigns.contains(campaign));
        Ok(Carried::Lines(lines.map(|(campaign, period, _, place)| (campaign, period, place)).collect()))
    }

    async fn send(&self, answer: &Answer, body: &ApiAnswer) -> anyhow::Result<Result<(), Refused>> {
        let sent = self.hub.answer(&answer.letter.case, &answer.letter.tld, body, None);
        Ok(self.meter.ask(route::ANSWER, sent).await?.map(drop))
    }
}

/// Returns the lines of a list that stand, in its order.
fn line_ids(csv: &[u8]) -> anyhow::Result<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).flexible(true).from_reader(csv);
    let column = reader.headers()?.iter().position(|head| head == "line_id");
    let column = column.ok_or_else(|| anyhow::anyhow!("the hub's list has no column line_id"))?;
    let mut ids = Vec::new();
    for record in reader.records() {
        ids.extend(record?.get(column).map(str::to_owned));
    }
    Ok(ids)
}

/// Returns how many of `lines` a share is.
fn count_of(share: f64, lines: usize) -> usize {
    let whole = f64::from(u32::try_from(lines).unwrap_or(u32::MAX));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a u32, 0 to 1")]
    let count = (share * whole).round() as u32;
    lines.min(count as usize)
}

/// Returns a row about a name that nobody asked for.
fn stranger(answer: &Answer) -> anyhow::Result<AnswerRow> {
    let name: DomainName = format!("nobody-asked-for-this.{}", answer.letter.tld).parse()?;
    Ok(AnswerRow { line_id: None, name: Some(name), result: answer.result, action: None, done_at: None })
}

#[cfg(test)]
mod tests {
    use super::{count_of, line_ids};

    #[test]
    fn reads_the_lines_of_a_list() {
        let csv = b"name,line_id\na.be,conficker-c/1/be/0\nb.be,conficker-c/1/be/1\n";
        assert_eq!(line_ids(csv).unwrap(), ["conficker-c/1/be/0", "conficker-c/1/be/1"]);
        assert!(line_ids(b"name\na.be\n").is_err());
    }

    #[test]
    fn a_share_is_rounded() {
        assert_eq!((count_of(0.6, 5), count_of(1.0, 7), count_of(0.0, 7), count_of(0.5, 0)), (3, 7, 0, 0));
    }
}
