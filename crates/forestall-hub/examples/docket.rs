// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Prints how long the pages of a docket take in a case with 100,000 registered names:
//! `cargo run -p forestall-hub --example docket [NAMES]`, with `--release` for the program that people run.
//!
//! It opens a case over days of Conficker C in a store of its own, has so many of its names vetted as registered, serves the console on
//! loopback and asks for each page over HTTP, once and then again. `README.md` beside this file has the figures.

#![expect(clippy::print_stdout, reason = "the figures are what this program is for")]

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use forestall_coord::event::CaseKind;
use forestall_dga::Catalogue;
use forestall_hub::desk::{Act, CaseFile, Desk, OpenCase};
use forestall_hub::server::{Console, Settings};
use forestall_model::dossier::{Dossier, Registrar, Registration, RegistrationState, Sourced};
use forestall_model::{CaseId, DayRange, DomainName, Instant, Marking, Method};
use forestall_vet::Rules;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

type Failure = Box<dyn Error + Send + Sync>;

/// How often a page is asked for after the first time; the median is told.
const AGAIN: usize = 5;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let wanted: usize = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let desk = Desk::open(folder.path(), Catalogue::built_in()).await?;
    let now: Instant = "2009-03-31T12:00:00Z".parse()?;
    let id: CaseId = "docket".parse()?;
    let act = Act::new("Grace H.".parse()?, now);
    let ask = OpenCase {
        id: id.clone(),
        title: "A docket".to_owned(),
        kind: CaseKind::Live,
        campaigns: vec!["conficker-c".parse()?],
        horizon: DayRange { from: "2009-04-01".parse()?, until: "2009-04-04".parse()? },
        board_day: None,
        marking: Marking::DEFAULT,
        name_servers: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    };
    let file = desk.open_case(&act, ask).await?;
    let names = names(&desk, &file, wanted)?;
    let dossiers = (0..).zip(&names).map(|(number, name)| dossier(name, number, now)).collect();
    let start = Clock::now();
    desk.vet(&id, &act, dossiers, now, Rules::built_in()).await?;
    say(&format!("vetting {} names, once", names.len()), start.elapsed());

    let clock: forestall_hub::server::Clock = Arc::new(move || now);
    let console = Console::bind(desk, Settings { clock, ..Settings::new("127.0.0.1:0".parse()?) }).await?;
    let (address, link) = (console.address(), console.link().await?.to_string());
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(console.serve(async move {
        let _ = stopped.await;
    }));
    let browser = Browser::sign_in(address, &link).await?;
    let name = names.first().ok_or("there are no names")?;
    for (what, path) in [
        ("docket", "/case/docket/docket".to_owned()),
        ("docket, last page", format!("/case/docket/docket?page={}", names.len().div_ceil(100))),
        ("docket, one slice", "/case/docket/docket?slice=be".to_owned()),
        ("docket, a text", "/case/docket/docket?q=registrar%207".to_owned()),
        ("docket as JSON", "/case/docket/docket?json".to_owned()),
        ("what a decision about all would be about", "/case/docket/docket/decide".to_owned()),
        ("the whole list", "/case/docket/docket/names.txt".to_owned()),
        ("alarms", "/case/docket/alarms".to_owned()),
        ("a name", format!("/case/docket/name/{name}")),
        ("a slice", "/case/docket/slice/be".to_owned()),
        ("the case", "/case/docket".to_owned()),
        ("the log of the case", "/case/docket/log".to_owned()),
    ] {
        let first = browser.time(&path).await?;
        let mut again = Vec::new();
        for _ in 0..AGAIN {
            again.push(browser.time(&path).await?);
        }
        again.sort();
        say(&format!("{what}, first"), first);
        say(&format!("{what}, then (median of {AGAIN})"), again[AGAIN / 2]);
    }
    let page = browser.get("/case/docket/docket/decide").await?;
    let value = |name: &str| {
        let rest = page.split_once(&format!("name=\"{name}\" value=\""))?.1;
        rest.split_once('"').map(|(value, _)| value.to_owned())
    };
    let (digest, seen) = value("digest").zip(value("seen")).ok_or("the page has no digest")?;
    let start = Clock::now();
    let form = format!(
        "form_token={}&chosen=filter&digest={digest}&seen={seen}&ruling=watch&reason=a+trial&evidence=none",
        browser.form_token
    );
    let answer = browser.send("POST", "/case/docket/docket/decide", &form).await?;
    if !answer.starts_with("HTTP/1.1 303") {
        return Err(format!("the decision was refused: {answer}").into());
    }
    say("recording a decision about all of them", start.elapsed());
    let _ = stop.send(());
    serving.await?;
    Ok(())
}

/// Returns the first names of the case, slice by slice, each once.
fn names(desk: &Desk, file: &CaseFile, wanted: usize) -> Result<Vec<DomainName>, Failure> {
    let mut names = std::collections::BTreeSet::new();
    for period in file.counts.iter().flat_map(|counts| &counts.periods) {
        for slice in &period.by_tld {
            names.extend(desk.listing(file, &slice.tld, 0, period.key)?.names.iter().cloned());
            if names.len() >= wanted {
                return Ok(names.into_iter().take(wanted).collect());
            }
        }
    }
    Err(format!("the case has {} names only", names.len()).into())
}

fn dossier(name: &DomainName, number: u32, at: Instant) -> Dossier {
    let mut fact = Registration::bare(RegistrationState::Registered);
    fact.created = Some(at.plus_seconds(-i64::from(number % 90) * 86_400));
    let name_of_registrar = format!("Registrar {}", number % 300);
    fact.registrar = Some(Registrar { name: name_of_registrar, iana_id: None, abuse_mail: None, abuse_phone: None });
    let mut dossier = Dossier::new(name.clone());
    dossier.registration.push(Sourced { method: Method::Rdap, source: "https://rdap.example/".to_owned(), at, fact });
    dossier
}

/// Somebody who is signed in.
struct Browser {
    address: SocketAddr,
    cookie: String,
    form_token: String,
}

impl Browser {
    async fn sign_in(address: SocketAddr, link: &str) -> Result<Self, Failure> {
        let token = link.split_once("token=").ok_or("the link has no token")?.1;
        let mut browser = Self { address, cookie: String::new(), form_token: String::new() };
        let answer = browser.send("POST", "/sign-in", &format!("token={token}&name=Grace+H.")).await?;
        let set = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).ok_or("no cookie")?;
        browser.cookie = set.split(';').next().unwrap_or_default().to_owned();
        let page = browser.get("/").await?;
        let rest = page.split_once("name=\"form_token\" value=\"").ok_or("no token")?.1;
        browser.form_token = rest.split('"').next().unwrap_or_default().to_owned();
        Ok(browser)
    }

    async fn time(&self, path: &str) -> Result<Duration, Failure> {
        let start = Clock::now();
        let answer = self.get(path).await?;
        if !answer.starts_with("HTTP/1.1 200") {
            return Err(format!("{path}: {answer}").into());
        }
        Ok(start.elapsed())
    }

    async fn get(&self, path: &str) -> Result<String, Failure> {
        self.send("GET", path, "").await
    }

    async fn send(&self, method: &str, path: &str, form: &str) -> Result<String, Failure> {
        let accept = if path.ends_with("?json") { "application/json" } else { "text/html" };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept: {accept}\r\nCookie: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.address,
            self.cookie,
            form.len()
        );
        let mut stream = TcpStream::connect(self.address).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok(String::from_utf8(answer)?)
    }
}

fn say(what: &str, took: Duration) {
    println!("{:>9.1} ms  {what}", took.as_secs_f64() * 1_000.0);
}
