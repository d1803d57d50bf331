// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One letter a day to each party that wants it: that infected machines were seen in its networks, with the file of them where it can be encrypted.
//!
//! Addresses never go out in the open: a party without a key gets a link behind sign-in, and no number.

use std::collections::BTreeSet;

use forestall_connect::mail::{Attachment, Letter, Mailbox, MessageId, Origin, Precedence, Protection};
use forestall_model::marking::release;
use forestall_model::{Audience, Digest, Instant, PartyId, UtcDay};
use forestall_store::{Job, NewJob};

use super::deliver::{answer_cut, mail_contacts};
use super::plan::job;
use super::{Kind, Scheduler};
use crate::census::{Asked, Own, OwnCountries, OwnForm, Whose};
use crate::desk::{DeskError, NewDisclosure};
use crate::number::counted;

/// The hour of UTC from which parties are told of the day before: its last events have come to the lake by then.
const HOUR: i64 = 3;
/// Days after which nobody is told of a day any more.
const LATE: i32 = 7;

/// Returns the jobs of a day, once its hour has come.
pub(super) fn of_day(parties: &[PartyId], now: Instant) -> Vec<NewJob> {
    if now.seconds_since(now.day().start()) < HOUR * 3_600 {
        return Vec::new();
    }
    let day = now.day().plus(-1);
    parties.iter().map(|party| job(Kind::Machines, None, format!("{day} {party}"), now)).collect()
}

/// What a letter says, and the file that it carries.
struct Said {
    subject: String,
    text: String,
    attachments: Vec<Attachment>,
}

impl Scheduler {
    /// Tells one party of the machines of a day.
    pub(super) async fn send_machines(&self, job: &Job) -> Result<String, DeskError> {
        let Some(post) = &self.post else { return Ok("nobody is named who takes letters".to_owned()) };
        let Some(census) = &self.census else { return Ok("no lake is configured".to_owned()) };
        let wrong = || DeskError::Input(format!("{:?} names no day and party", job.key));
        let (day, party) = job.key.split_once(' ').ok_or_else(wrong)?;
        let (day, party): (UtcDay, PartyId) = (day.parse().map_err(|_| wrong())?, party.parse().map_err(|_| wrong())?);
        let now = (self.clock)();
        if now.day().days_since(day) > LATE {
            return Ok("its day is long over".to_owned());
        }
        let party = match self.desk.party(&party).await {
            Ok(kept) => kept.party,
            Err(DeskError::NoSuchParty(_)) => return Ok("there is no such party".to_owned()),
            Err(error) => return Err(error),
        };
        let Some((contact, address)) = mail_contacts(&party).next() else {
            return Ok("the party has no mail address; it fetches the machines from the console".to_owned());
        };
        let own = census.own(&party.id, day).await.map_err(|error| DeskError::Outside(error.to_string()))?;
        let Some(own) = own else { return Ok("the settings name no networks for it".to_owned()) };
        if own.machines.len() == 0 {
            return Ok("no machine was seen in its networks, or none can be told any more".to_owned());
        }
        let input = |error: &dyn std::fmt::Display| DeskError::Input(error.to_string());
        let protection = post.protection(&party, now).map_err(DeskError::Input)?;
        let way = post.link(&format!("/census/networks?day={day}")).map_or_else(
            || format!("They are on the page Networks of the console; for its address ring {}.", post.contact()),
            |link| format!("They are here:\n\n{link}"),
        );
        let said = if matches!(protection, Protection::SignAndEncrypt(..)) {
            let asked = Asked { day, since: day, whose: Whose::AllBut(BTreeSet::new()) };
            let countries = census.countries_of(&self.desk, &party.id, &own, asked).await;
            let countries = countries.map_err(|error| DeskError::Outside(error.to_string()))?;
            self.with_file((own, countries), &party.id, (day, now), &way).await?
        } else {
            Said {
                subject: format!("Infected machines in your networks on {day}"),
                text: format!(
                    "Infected machines in your networks connected to a sinkhole on {day}.\n\nTheir addresses do not go by mail that is not encrypted. They are \
                     fetched behind sign-in. {way}\n"
                ),
                attachments: Vec::new(),
            }
        };
        let own_part = Digest::of_parts(&[b"forestall machines 1\0", job.key.as_bytes()]);
        let message_id: MessageId =
            format!("machines.{day}.{}@{}", own_part.short(), post.host()).parse().map_err(|error| input(&error))?;
        let letter = Letter {
            to: vec![Mailbox::new(Some(&contact.name), address).map_err(|error| input(&error))?],
            subject: said.subject,
            text: said.text,
            html: None,
            attachments: said.attachments,
            message_id,
            in_reply_to: None,
            date: job.created,
            origin: Origin::Generated,
            precedence: Precedence::Personal,
            protection,
        };
        match post.mailer.send(&letter, now).await {
            Ok(receipt) => Ok(format!("it was taken with {}", receipt.response.code)),
            Err(error) => Err(DeskError::Outside(answer_cut(&error.to_string()))),
        }
    }

    /// Writes the letter that carries the file, which is on record before it leaves, and the numbers of the countries for which the party answers.
    async fn with_file(
        &self,
        (own, countries): (Own, Option<OwnCountries>),
        party: &PartyId,
        (day, now): (UtcDay, Instant),
        way: &str,
    ) -> Result<Said, DeskError> {
        let form = OwnForm::Shadowserver;
        let count = own.machines.len() as u64;
        let report = own.machines.released(now)?;
        let settings = self.census.as_ref().map(|census| census.settings());
        let publisher = settings.map(|settings| settings.publisher.clone()).unwrap_or_default();
        let mut octets = Vec::new();
        form.write(&report, &publisher, &mut octets).map_err(|error| DeskError::Input(error.to_string()))?;
        let what = format!(
            "addresses of infected machines in networks of the party on {day}, {}, by encrypted mail",
            form.told()
        );
        let disclosure = NewDisclosure {
            party: Some(party.clone()),
            case: None,
            what: &what,
            count,
            purpose: "notification of the network whose machines are infected",
            basis: settings.map_or("", |settings| settings.basis.as_str()),
        };
        self.desk.disclose(&self.act(), disclosure).await?;
        let media_type = form.media_type().split(';').next().unwrap_or_default().to_owned();
        let mut attachments =
            vec![Attachment { name: format!("{day}-{party}-infected.csv"), media_type: media_type.clone(), octets }];
        let mut of_countries = "";
        if let Some(countries) = countries {
            // Numbers, and no address: they need no record, and go through the gate as the file does.
            let countries = release(countries, Audience::Organisation, now)?;
            let octets = countries.object().csv().into_bytes();
            attachments.push(Attachment { name: format!("{day}-{party}-countries.csv"), media_type, octets });
            of_countries =
                " The other file has the numbers of your countries, by family and network, each with what it counts.";
        }
        let rows = counted(count, "row", "rows");
        Ok(Said {
            subject: format!("Infected machines in your networks on {day}"),
            text: format!(
                "The file names the infected machines in your networks that connected to a sinkhole on {day}: {rows}, one an address and family, in the columns of \
                 Shadowserver's report event4_sinkhole_http.{of_countries} {}: for your organisation, and for its clients whose machines they are.\n\nThe same and other forms are behind \
                 sign-in. {way}\n",
                report.marking().tlp.word()
            ),
            attachments,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::of_day;

    #[test]
    fn a_day_is_told_when_its_last_events_have_come() {
        let parties = ["isp-one".parse().unwrap(), "isp-two".parse().unwrap()];
        assert!(of_day(&parties, "2009-03-20T02:59:59Z".parse().unwrap()).is_empty());
        let jobs = of_day(&parties, "2009-03-20T03:00:00Z".parse().unwrap());
        let keys: Vec<&str> = jobs.iter().map(|job| job.key.as_str()).collect();
        assert_eq!(keys, ["2009-03-19 isp-one", "2009-03-19 isp-two"]);
    }
}
