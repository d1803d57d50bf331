// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The ways of notification and reply, end to end through the scheduler with a scripted clock: against aiosmtpd, a Maildir folder, Dovecot, and
//! a server over HTTP.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use forestall_connect::imap::ImapSettings;
use forestall_connect::mail::{MailLogin, MailSettings, MailTls, Mailbox, Mailer};
use forestall_connect::webhook::{Notifier, WebhookSettings};
use forestall_coord::event::{CaseKind, Purpose};
use forestall_dga::Catalogue;
use forestall_formats::envelope::{Fees, Requester};
use forestall_formats::reply::Said;
use forestall_formats::signature::SecretKey;
use forestall_hub::desk::{
    Act, AskLists, ContactAt, Desk, Invite, MailSender, MailVerdict, OpenCase, Sender, SignsInBy,
};
use forestall_hub::jobs::{Inbox, Mailroom, Notices, Post, Scheduler, Vantage};
use forestall_model::{Action, AnswerResult, CaseId, DayRange, Instant, Marking, Pap, Standing, Tlp};
use forestall_store::{JobState, MailState};
use forestall_testkit::dovecot::{Dovecot, PASSWORD, USER};
use forestall_testkit::parsed;
use forestall_testkit::pem::Identity;
use forestall_testkit::responder::{Responder, read_until};
use forestall_testkit::smtp::{Smtp, SmtpTls};
use forestall_vet::Rules;

const PARTIES: &str = "id,kind,name,tlds,contact,mail\n\
    com-registry,registry,The registry of com,com,Abuse desk,abuse@com.example\n\
    cert-xx,cert,CERT XX,,,\n";
const CERTIFICATE: &[u8] = include_bytes!("../../../forestall-connect/tests/it/certificates/good.der");
const KEY: &[u8] = include_bytes!("../../../forestall-connect/tests/it/certificates/key.der");

/// A desk with a case, registries and the time.
struct Bench {
    desk: Desk,
    case: CaseId,
    time: Arc<AtomicI64>,
    folder: tempfile::TempDir,
}

impl Bench {
    /// Opens a case of Conficker B over ten days of April 2009, on 12 March, with a list for `com`.
    async fn open(tlp: Tlp) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desk = crate::place::desk(folder.path(), Catalogue::built_in()).await.unwrap();
        Self::over(desk, folder, tlp).await
    }

    async fn over(desk: Desk, folder: tempfile::TempDir, tlp: Tlp) -> Self {
        let bench = Self { desk, case: parsed("trial"), time: Arc::new(AtomicI64::new(0)), folder };
        bench.at("2009-03-12T10:00:00Z");
        bench.desk.import_parties(PARTIES, bench.now()).await.unwrap();
        let ask = OpenCase {
            id: bench.case.clone(),
            title: "Trial of April".to_owned(),
            kind: CaseKind::Live,
            campaigns: vec!["conficker-b".parse().unwrap()],
            horizon: DayRange { from: parsed("2009-04-01"), until: parsed("2009-04-11") },
            board_day: None,
            marking: Marking { tlp, pap: Pap::Green, embargo_until: None },
            name_servers: Vec::new(),
            guard_override: None,
            four_eyes: false,
            ahead: None,
        };
        bench.desk.open_case(&bench.act(), ask).await.unwrap();
        let ask = AskLists {
            tlds: vec![parsed("com")],
            purpose: Purpose::Protect,
            action: Some(Action::Reserve),
            fallback: None,
            campaigns: Vec::new(),
            legal_basis: None,
            override_by: None,
        };
        bench.desk.cut_lists(&bench.case, &bench.act(), &ask).await.unwrap();
        bench
    }

    fn now(&self) -> Instant {
        Instant::from_micros(self.time.load(Ordering::Relaxed))
    }

    fn at(&self, text: &str) {
        self.time.store(parsed::<Instant>(text).micros(), Ordering::Relaxed);
    }

    fn act(&self) -> Act {
        Act::new(parsed("Ada Coordinator"), self.now())
    }

    fn scheduler(&self) -> Scheduler {
        scheduler(&self.desk, &self.time)
    }

    /// Makes a folder in the form Maildir.
    fn maildir(&self) -> Inbox {
        let folder = self.folder.path().join("mail");
        for part in ["new", "cur", "tmp"] {
            std::fs::create_dir_all(folder.join(part)).unwrap();
        }
        Inbox { room: Mailroom::Maildir(folder), every: 300 }
    }

    fn deliver(&self, name: &str, mail: &str) {
        std::fs::write(self.folder.path().join("mail/new").join(name), mail).unwrap();
    }

    async fn is_acknowledged(&self) -> bool {
        let file = self.desk.file(&self.case).await.unwrap();
        file.case.slices[&parsed::<forestall_model::Tld>("com")].cuts[0].acknowledged.is_some()
    }

    async fn person(&self, mail: &str, party: Option<&str>, standing: Standing) -> forestall_store::Person {
        let invite = Invite { party: party.map(parsed), mail: parsed(mail), standing };
        let invited = self.desk.invite(invite, &parsed("test"), self.now()).await.unwrap();
        let invitation = self.desk.invitation(&invited.token.to_string(), self.now()).await.unwrap().unwrap();
        let by = SignsInBy::Provider("https://provider.example".to_owned(), mail.to_owned());
        self.desk.accept(&invitation, &parsed(mail), by, self.now()).await.unwrap()
    }
}

fn scheduler(desk: &Desk, time: &Arc<AtomicI64>) -> Scheduler {
    let time = Arc::clone(time);
    let clock = Arc::new(move || Instant::from_micros(time.load(Ordering::Relaxed)));
    Scheduler::new(desk.clone(), Vantage::default(), Rules::built_in().clone(), clock)
}

pub(crate) fn post(address: SocketAddr) -> Post {
    let text = |text: &str| text.to_owned();
    let sender = Sender {
        requester: Requester {
            organisation: text("CERT Example"),
            person: text("Ada Coordinator"),
            phone: text("+1 555 0100"),
            mail: None,
            role: text("coordinator"),
            proof: text("https://cert.example/contact"),
        },
        appeal: text("appeals@cert.example"),
        answer_to: text("lists@cert.example"),
        fees: Fees { waiver_wanted: false, provision: None },
        renewed_by: None,
        key: Arc::new(SecretKey::from_seed(&[7; 32], [1; 8])),
    };
    let from = Mailbox::new(None, "lists@cert.example").unwrap();
    let mailer = Mailer::new(MailSettings::new(parsed(&address.to_string()), MailTls::None, from)).unwrap();
    Post { sender, mailer, key: None, origin: Some(parsed("https://hub.example")) }
}

pub(crate) fn header<'l>(letter: &'l str, name: &str) -> &'l str {
    let head = letter.split("\n\n").next().unwrap();
    let line = head.lines().find(|line| line.starts_with(&format!("{name}: ")));
    line.unwrap_or_else(|| panic!("no {name} in {head}")).split_once(": ").unwrap().1
}

#[tokio::test]
async fn an_answer_finds_back_to_its_letter_and_counts_once_somebody_confirms_it() {
    let test = "ways::an_answer_finds_back_to_its_letter_and_counts_once_somebody_confirms_it";
    let Some(server) = Smtp::start(test, SmtpTls::None, 10 << 20) else { return };
    let bench = Bench::open(Tlp::Green).await;
    let hub = bench.scheduler().with_post(post(server.address())).with_inbox(bench.maildir());
    hub.run_due().await.unwrap();
    let letters = server.letters();
    assert_eq!(letters.len(), 1);
    let id = header(&letters[0], "Message-ID");
    let receipts = bench.desk.receipts(&bench.case).await.unwrap();
    assert_eq!(receipts[0].message_id.as_deref(), Some(id.trim_matches(['<', '>'])));
    // No token: the letter that it replies to says which list it answers.
    let answer = format!(
        "Received: by mx1.example; Thu, 12 Mar 2009 12:00:00 +0000\nFrom: Abuse desk <Abuse@com.example>\nTo: lists@cert.example\n\
         Message-ID: <answer-1@com.example>\nIn-Reply-To: {id}\nSubject: your list\n\nAll done.\n"
    );
    bench.deliver("1.a", &answer);
    bench.deliver("2.b", "From: x@elsewhere.example\nSubject: hello\n\nWe have a question.\n");
    let other = answer.replace("Abuse@com.example", "mallory@elsewhere.example").replace("answer-1", "answer-2");
    bench.deliver("3.c", &other);
    bench.deliver("4.d", "no mail at all");
    bench.at("2009-03-12T10:10:00Z");
    hub.run_due().await.unwrap();
    let mails = bench.desk.open_mails(Some(&bench.case)).await.unwrap();
    let senders: Vec<MailSender> = mails.iter().map(|mail| mail.sender).collect();
    assert_eq!(mails.len(), 2);
    assert!(senders.contains(&MailSender::OfTheParty) && senders.contains(&MailSender::Stranger), "{senders:?}");
    let unplaced = bench.desk.open_mails(None).await.unwrap();
    let mut reasons: Vec<&str> = unplaced.iter().map(|mail| mail.kept.reason.as_str()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons.len(), 2);
    assert!(reasons[0].contains("names no list") && reasons[1].contains("no mail"), "{reasons:?}");
    assert!(!bench.is_acknowledged().await, "nothing follows from a mail by itself");
    let left = std::fs::read_dir(bench.folder.path().join("mail/new")).unwrap().count();
    assert_eq!(left, 0, "what was taken in is seen");
    // The same mail by another way is the same mail.
    bench.deliver("5.e", &answer.replace("mx1", "mx2"));
    bench.at("2009-03-12T10:20:00Z");
    hub.run_due().await.unwrap();
    assert_eq!(bench.desk.open_mails(Some(&bench.case)).await.unwrap().len(), 2);
    let theirs = mails.iter().find(|mail| mail.sender == MailSender::OfTheParty).unwrap();
    assert_eq!(theirs.proposal.as_ref().unwrap().said, Said::Whole(AnswerResult::Done));
    let verdict = MailVerdict::Confirmed { number: 1, said: None };
    let recorded = bench.desk.decide_mail(&bench.act(), theirs.kept.id, verdict.clone()).await.unwrap();
    assert!(recorded.len() > 1 && bench.is_acknowledged().await);
    assert!(bench.desk.decide_mail(&bench.act(), theirs.kept.id, verdict).await.is_err(), "it was decided");
    let strange = mails.iter().find(|mail| mail.sender == MailSender::Stranger).unwrap().kept.id;
    bench.desk.decide_mail(&bench.act(), strange, MailVerdict::Refused).await.unwrap();
    assert!(bench.desk.open_mails(Some(&bench.case)).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_be_recorded_waits_on_and_nothing_of_it_is_recorded() {
    let bench = Bench::open(Tlp::Green).await;
    let hub = bench.scheduler().with_inbox(bench.maildir());
    bench.deliver(
        "1.a",
        "From: abuse@com.example\nMessage-ID: <a@com.example>\nSubject: Re: [forestall trial com #1]\n\nbelow\n\
         not-of-this-case.com\n\nAll of these are done.\n",
    );
    bench.deliver("2.b", "From: abuse@com.example\nSubject: Re: [forestall trial com #77]\n\nAll done.\n");
    hub.run_due().await.unwrap();
    let unplaced = bench.desk.open_mails(None).await.unwrap();
    assert!(unplaced[0].kept.reason.contains("list 77 for com"), "{}", unplaced[0].kept.reason);
    let mail = bench.desk.open_mails(Some(&bench.case)).await.unwrap().remove(0);
    let before = bench.desk.log(Some(&bench.case), 0, 100).await.unwrap().len();
    let names = Said::Names { result: Some(AnswerResult::Done), names: vec![parsed("not-of-this-case.com")] };
    let verdict = MailVerdict::Confirmed { number: 1, said: Some(names) };
    assert!(bench.desk.decide_mail(&bench.act(), mail.kept.id, verdict).await.is_err());
    assert_eq!(bench.desk.log(Some(&bench.case), 0, 100).await.unwrap().len(), before);
    let again = bench.desk.mail(mail.kept.id).await.unwrap().unwrap();
    assert_eq!(again.kept.state, MailState::Proposed);
    let verdict = MailVerdict::Confirmed { number: 1, said: Some(Said::Whole(AnswerResult::Refused)) };
    assert!(!bench.desk.decide_mail(&bench.act(), mail.kept.id, verdict).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_mailbox_of_dovecot_is_read_once() {
    let test = "ways::a_mailbox_of_dovecot_is_read_once";
    let letters: [&[u8]; 2] = [
        b"From: abuse@com.example\r\nMessage-ID: <i1@com.example>\r\nSubject: Re: [forestall trial com #1]\r\n\r\nAll done.\r\n",
        b"From: x@elsewhere.example\r\nSubject: hello\r\n\r\nhello\r\n",
    ];
    let identity = Identity { certificate: CERTIFICATE, key: KEY };
    let Some(server) = Dovecot::start(test, identity, false, &letters) else { return };
    let bench = Bench::open(Tlp::Green).await;
    let login = MailLogin { user: USER.to_owned(), password: PASSWORD.to_owned() };
    let settings = ImapSettings::new(parsed(&server.address().to_string()), MailTls::None, login);
    let hub = bench.scheduler().with_inbox(Inbox { room: Mailroom::Imap(Box::new(settings)), every: 60 });
    hub.run_due().await.unwrap();
    assert_eq!(bench.desk.open_mails(Some(&bench.case)).await.unwrap().len(), 1);
    assert_eq!(bench.desk.open_mails(None).await.unwrap().len(), 1);
    assert!(server.files().iter().all(|name| name.ends_with(":2,S")), "{:?}", server.files());
    bench.at("2009-03-12T10:05:00Z");
    hub.run_due().await.unwrap();
    let jobs = bench.desk.store().jobs(10).await.unwrap();
    let looks: Vec<&str> =
        jobs.iter().filter(|job| job.kind == "inbox").filter_map(|job| job.outcome.as_deref()).collect();
    assert_eq!(looks.len(), 2);
    assert!(looks[0] == "nothing new" && looks[1].starts_with("1 answer proposed"), "{looks:?}");
}

#[tokio::test]
async fn a_letter_that_is_sent_twice_is_one_letter() {
    let test = "ways::a_letter_that_is_sent_twice_is_one_letter";
    let Some(server) = Smtp::start(test, SmtpTls::None, 10 << 20) else { return };
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::over(Desk::open(folder.path(), Catalogue::built_in()).await.unwrap(), folder, Tlp::Green).await;
    // Nobody is at this port: the job is made and put off.
    let mut gone = Responder::start(|_| Ok(()));
    let nobody = gone.address();
    gone.stop();
    bench.scheduler().with_post(post(nobody)).run_due().await.unwrap();
    // What the store was when the program died between the server's answer and the record of it.
    let before = tempfile::tempdir().unwrap();
    bench.desk.store().back_up(&before.path().join(forestall_store::FILE_NAME)).await.unwrap();
    bench.at("2009-03-12T11:00:00Z");
    bench.scheduler().with_post(post(server.address())).run_due().await.unwrap();
    assert_eq!(server.letters().len(), 1);
    let again = Desk::open(before.path(), Catalogue::built_in()).await.unwrap();
    bench.at("2009-03-12T12:34:56Z");
    scheduler(&again, &bench.time).with_post(post(server.address())).run_due().await.unwrap();
    let letters = server.letters();
    assert_eq!(letters.len(), 2);
    for name in ["Message-ID", "Date", "Subject", "To"] {
        assert_eq!(header(&letters[0], name), header(&letters[1], name));
    }
}

/// What a receiver heard: the head and the body of each request.
type Heard = Arc<Mutex<Vec<(String, String)>>>;

/// Starts a receiver that gives its answers in turn, the last of them for ever.
fn receiver(answers: &'static [&'static str]) -> (Responder, Heard) {
    let heard = Heard::default();
    let keep = Arc::clone(&heard);
    let responder = Responder::start(move |mut stream| {
        let head = read_until(&mut stream, b"\r\n\r\n")?;
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut body)?;
        let mut heard = keep.lock().unwrap();
        let answer = answers[heard.len().min(answers.len() - 1)];
        heard.push((head, String::from_utf8(body).map_err(io::Error::other)?));
        stream.write_all(format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes())
    });
    (responder, heard)
}

async fn tell(bench: &Bench, party: &str, address: SocketAddr) {
    let kept = bench.desk.party(&parsed(party)).await.unwrap();
    let mut party = kept.party;
    party.webhook = Some(format!("http://{address}/notices"));
    let kept = bench.desk.keep_party(party, Some(kept.changed), bench.now()).await.unwrap();
    bench.desk.new_webhook_key(&kept.party.id, bench.now()).await.unwrap();
}

fn notices(allow_private: bool) -> Notices {
    let settings = WebhookSettings { allow_private, ..WebhookSettings::default() };
    Notices { notifier: Notifier::new(&settings).unwrap(), origin: Some(parsed("https://hub.example")) }
}

fn head_of<'h>(head: &'h str, name: &str) -> &'h str {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}: ")));
    line.unwrap().split_once(": ").unwrap().1
}

#[tokio::test]
async fn a_notice_is_tried_again_as_the_same_and_its_receipt_is_kept() {
    let bench = Bench::open(Tlp::AmberStrict).await;
    let (responder, heard) = receiver(&["503 Later\r\nRetry-After: 7200", "204 Fine"]);
    tell(&bench, "com-registry", responder.address()).await;
    let hub = bench.scheduler().with_notices(notices(true));
    hub.run_due().await.unwrap();
    assert_eq!(heard.lock().unwrap().len(), 1);
    bench.at("2009-03-12T11:59:00Z");
    hub.run_due().await.unwrap();
    assert_eq!(heard.lock().unwrap().len(), 1, "it asked for two hours");
    bench.at("2009-03-12T12:00:01Z");
    hub.run_due().await.unwrap();
    hub.run_due().await.unwrap();
    let heard = heard.lock().unwrap().clone();
    assert_eq!(heard.len(), 2);
    assert_eq!(heard[0].1, heard[1].1, "every octet is the same");
    assert_eq!(head_of(&heard[0].0, "webhook-id"), head_of(&heard[1].0, "webhook-id"));
    assert!(head_of(&heard[1].0, "webhook-signature").starts_with("v1,"));
    let body: serde_json::Value = serde_json::from_str(&heard[1].1).unwrap();
    assert_eq!((&body["type"], &body["data"]["list"]), (&"forestall.list".into(), &1.into()));
    assert_eq!(body["data"]["link"], "https://hub.example/case/trial/slice/com");
    assert!(
        !heard[1].1.contains("Trial of April") && body["data"].get("names").is_none(),
        "above TLP:GREEN a link alone"
    );
    let receipts = bench.desk.store().notices(None, 10).await.unwrap();
    assert_eq!(receipts.len(), 1);
    assert_eq!((receipts[0].status, receipts[0].taken), (204, true));
    assert_eq!(receipts[0].digest, forestall_model::Digest::of(heard[1].1.as_bytes()));
    // Its registry reads mail: the notice is no handing over of the list.
    assert!(bench.desk.receipts(&bench.case).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_receiver_inside_a_network_is_not_asked_and_one_that_is_gone_is_left_alone() {
    let bench = Bench::open(Tlp::Green).await;
    let (responder, heard) = receiver(&["410 Gone"]);
    tell(&bench, "com-registry", responder.address()).await;
    tell(&bench, "cert-xx", responder.address()).await;
    bench.scheduler().with_notices(notices(false)).run_due().await.unwrap();
    assert!(heard.lock().unwrap().is_empty(), "an address of this machine");
    let receipt = bench.desk.store().notices(None, 10).await.unwrap().remove(0);
    assert!(!receipt.taken && receipt.status == 0 && receipt.answer.contains("not asked"), "{receipt:?}");
    let decide = async |title: &str| {
        let resolve =
            forestall_coord::command::Resolve { title: title.to_owned(), ground: "x".to_owned(), second: None };
        bench.desk.decide_at_large(&bench.case, &bench.act(), resolve).await.unwrap();
    };
    bench.at("2009-03-12T10:30:00Z");
    let hub = bench.scheduler().with_notices(notices(true));
    decide("Go on").await;
    hub.run_due().await.unwrap();
    let one = heard.lock().unwrap().clone();
    assert_eq!(one.len(), 1, "the community is told of a decision in a case that it may see");
    assert!(one[0].1.contains("forestall.decision") && !one[0].1.contains("Go on"), "{}", one[0].1);
    bench.at("2009-03-12T11:00:00Z");
    decide("Go on again").await;
    hub.run_due().await.unwrap();
    assert_eq!(heard.lock().unwrap().len(), 1, "it wants no more");
}

#[tokio::test]
async fn a_registry_without_mail_is_handed_its_list_by_a_notice() {
    let bench = Bench::open(Tlp::Green).await;
    let (responder, heard) = receiver(&["200 OK"]);
    let at = ContactAt { party: parsed("com-registry"), number: 1, over: None };
    bench.desk.remove_contact(&at, bench.now()).await.unwrap();
    tell(&bench, "com-registry", responder.address()).await;
    let hub = bench.scheduler().with_notices(notices(true));
    hub.run_due().await.unwrap();
    let receipts = bench.desk.receipts(&bench.case).await.unwrap();
    assert_eq!((receipts.len(), receipts[0].channel), (1, forestall_model::party::Channel::Webhook));
    // Days later nobody has said that it came, nor that a newer one did.
    bench.at("2009-03-18T10:00:00Z");
    hub.run_due().await.unwrap();
    let heard: Vec<String> = heard.lock().unwrap().iter().map(|(_, body)| body.clone()).collect();
    assert!(heard[0].contains("forestall.list"), "{heard:?}");
    assert!(heard[1..].iter().any(|body| body.contains("forestall.reminder")), "{heard:?}");
}

#[tokio::test]
async fn one_mail_a_day_says_what_waits_to_whom_it_is_for() {
    let test = "ways::one_mail_a_day_says_what_waits_to_whom_it_is_for";
    let Some(server) = Smtp::start(test, SmtpTls::None, 10 << 20) else { return };
    let bench = Bench::open(Tlp::Green).await;
    let ada = bench.person("ada@hub.example", None, Standing::Operator).await;
    let registry = bench.person("desk@com.example", Some("com-registry"), Standing::Member).await;
    let stranger = bench.person("x@cert.example", Some("cert-xx"), Standing::Member).await;
    for (person, language) in [(&ada, "en"), (&registry, "de-AT"), (&stranger, "en")] {
        bench.desk.want_daily_mail(&person.id, Some(language)).await.unwrap();
    }
    let hub = bench.scheduler().with_inbox(bench.maildir()).with_daily(6).with_post(post(server.address()));
    bench.deliver("1.a", "From: a@com.example\nSubject: Re: [forestall trial com #1]\n\nAll done.\n");
    bench.deliver("2.b", "From: a@com.example\nSubject: hello\n\nhello\n");
    bench.at("2009-03-13T05:59:59Z");
    hub.run_due().await.unwrap();
    let daily = || -> Vec<String> {
        server.letters().into_iter().filter(|letter| header(letter, "Message-ID").starts_with("<daily.")).collect()
    };
    assert_eq!(daily().len(), 0, "its hour has not come");
    // The service was down at six.
    bench.at("2009-03-13T09:00:00Z");
    hub.run_due().await.unwrap();
    hub.run_due().await.unwrap();
    let letters = daily();
    let to = |who: &str| letters.iter().find(|letter| header(letter, "To").contains(who));
    let operator = to("ada@hub.example").unwrap();
    assert!(operator.contains("1 proposed answer") && operator.contains("1 mail of which nobody"), "{operator}");
    assert!(operator.contains("https://hub.example/case/trial"), "{operator}");
    let german = to("desk@com.example").unwrap();
    assert!(german.contains("was auf Sie wartet") && german.contains("1 neue Liste"), "{german}");
    assert!(!german.contains("Antwort wartet"), "who does not lead the case is told of no answers: {german}");
    assert_eq!(letters.len(), 3, "each once, although it ran twice");
    bench.at("2009-03-14T06:00:00Z");
    bench.desk.want_daily_mail(&ada.id, None).await.unwrap();
    hub.run_due().await.unwrap();
    assert_eq!(
        daily().iter().filter(|letter| header(letter, "To").contains("ada@")).count(),
        1,
        "she wants none any more"
    );
    let jobs = bench.desk.store().jobs(50).await.unwrap();
    assert!(jobs.iter().filter(|job| job.kind == "daily").all(|job| job.state == JobState::Done));
}

#[tokio::test]
async fn above_green_a_mail_of_the_day_is_a_link_and_nobody_hears_of_what_is_not_theirs() {
    let test = "ways::above_green_a_mail_of_the_day_is_a_link_and_nobody_hears_of_what_is_not_theirs";
    let Some(server) = Smtp::start(test, SmtpTls::None, 10 << 20) else { return };
    let bench = Bench::open(Tlp::AmberStrict).await;
    let ada = bench.person("ada@hub.example", None, Standing::Operator).await;
    let stranger = bench.person("x@cert.example", Some("cert-xx"), Standing::Member).await;
    for person in [&ada, &stranger] {
        bench.desk.want_daily_mail(&person.id, Some("en")).await.unwrap();
    }
    let hub = bench.scheduler().with_daily(6).with_post(post(server.address()));
    hub.run_due().await.unwrap();
    let letters: Vec<String> =
        server.letters().into_iter().filter(|letter| header(letter, "Message-ID").starts_with("<daily.")).collect();
    assert_eq!(letters.len(), 1, "there was nothing to say to somebody who sees no case");
    assert!(letters[0].contains("https://hub.example/case/trial"), "{}", letters[0]);
    assert!(!letters[0].contains("Trial of April") && !letters[0].contains("new list"), "{}", letters[0]);
}

#[tokio::test]
async fn letters_of_a_hub_without_an_address_hold_no_link_and_say_whom_to_ring() {
    let test = "ways::letters_of_a_hub_without_an_address_hold_no_link_and_say_whom_to_ring";
    let Some(server) = Smtp::start(test, SmtpTls::None, 10 << 20) else { return };
    let bench = Bench::open(Tlp::AmberStrict).await;
    let ada = bench.person("ada@hub.example", None, Standing::Operator).await;
    bench.desk.want_daily_mail(&ada.id, Some("en")).await.unwrap();
    let (responder, heard) = receiver(&["200 OK"]);
    tell(&bench, "com-registry", responder.address()).await;
    let (post, notices) = (Post { origin: None, ..post(server.address()) }, Notices { origin: None, ..notices(true) });
    let hub = bench.scheduler().with_daily(6).with_post(post).with_notices(notices);
    hub.run_due().await.unwrap();
    let letters = server.letters();
    let [list, daily] = ["waits for you", "mail a day"].map(|text| letters.iter().find(|l| l.contains(text)).unwrap());
    for letter in [list, daily] {
        let text = letter.replace("=\n", "").replace('\n', " ");
        assert!(!text.contains("http") && text.contains("+1 555 0100"), "{text}");
    }
    let (_, body) = heard.lock().unwrap()[0].clone();
    assert!(body.contains("\"slice\":\"com\"") && !body.contains("link"), "{body}");
}
