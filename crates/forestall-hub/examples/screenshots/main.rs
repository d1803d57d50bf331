// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Takes the pictures of the documentation: `cargo xtask screenshots` runs it.
//!
//! It opens the two cases of the first minute in a store of its own, serves the console on loopback at a fixed time, and has Chromium look at
//! it. The same program gives the same pictures. The folder that it writes into is its one argument.

#![expect(clippy::print_stdout, reason = "the files that were written are what this program tells")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use forestall_coord::event::Purpose;
use forestall_dga::Catalogue;
use forestall_hub::desk::{Act, AskLists, Desk};
use forestall_hub::quickstart;
use forestall_hub::server::{Clock, Console, Settings};
use forestall_model::{Action, CaseId, Instant};
use forestall_testkit::webdriver::Browser;
use tokio::sync::oneshot;

mod sinkholed;

type Failure = Box<dyn Error + Send + Sync>;

/// The time of the pictures.
const NOW: &str = "2026-11-26T09:30:00Z";

/// Registries as the pictures show them; none of them is real.
const PARTIES: &str = "id,kind,name,tlds,road,utc_offset,contact,phone,second,tested\n\
    reg-one,registry,Registry One,com net,ersr,-05:00,Night desk,+1 555 0142,fax +1 555 0143,2026-11-02\n\
    reg-two,registry,Registry Two,be,own-policy,+01:00,Abuse desk,+32 2 555 01 42,,\n";

/// The pictures: the file, the page, and the width in CSS pixels.
const PICTURES: [(&str, &str, u32); 6] = [
    ("console-case.png", "/case/conficker-2009", 1280),
    ("console-gaps.png", "/case/conficker/gaps", 1280),
    ("console-slice.png", "/case/conficker/slice/com", 1280),
    ("console-lists.png", "/case/conficker/lists", 1280),
    ("console-census.png", "/census/conficker", 1280),
    ("console-census-phone.png", "/census/conficker", 390),
];

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = std::env::args().nth(1).map(PathBuf::from).ok_or("expected the folder for the pictures")?;
    let store = tempfile::tempdir()?;
    let desk = Desk::open(store.path(), Catalogue::built_in()).await?;
    let now: Instant = NOW.parse()?;
    let act = Act::new("Night shift".parse()?, now);
    quickstart::open_cases(&desk, &act, now.day(), |_| {}).await?;
    desk.import_parties(PARTIES, now).await?;
    let live: CaseId = "conficker".parse()?;
    let ask = AskLists {
        tlds: vec!["com".parse()?, "net".parse()?],
        purpose: Purpose::Protect,
        action: Some(Action::Reserve),
        fallback: Some(Action::Monitor),
        campaigns: vec!["conficker-a".parse()?, "conficker-b".parse()?],
        legal_basis: None,
        override_by: None,
    };
    desk.cut_lists(&live, &act, &ask).await?;
    let clock: Clock = Arc::new(move || now);
    let lake = tempfile::tempdir()?;
    let path = lake.path().to_owned();
    // A lake waits, which a thread of the run-time must not.
    let census = tokio::task::spawn_blocking(move || sinkholed::lake(&path, now.day())).await??;
    let settings = Settings { clock, census: Some(census), ..Settings::new("127.0.0.1:0".parse()?) };
    let console = Console::bind(desk, settings).await?;
    let (address, link) = (console.address().to_string(), console.link().await?.to_string());
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(console.serve(async move { drop(stopped.await) }));
    let taken = tokio::task::spawn_blocking(move || take(&folder, &address, &link)).await?;
    drop(stop);
    served.await?;
    taken
}

/// Signs in and writes each picture.
fn take(folder: &Path, address: &str, link: &str) -> Result<(), Failure> {
    let browser = Browser::start("screenshots", true).ok_or("Chromium and its driver are needed")?;
    browser.emulate_media("prefers-color-scheme", "light");
    browser.open(link);
    browser.type_into("input[name=name]", "Night shift");
    browser.click("button.primary");
    std::fs::create_dir_all(folder)?;
    for (file, page, width) in PICTURES {
        browser.as_wide(width);
        browser.open(&format!("http://{address}{page}"));
        let picture = browser.screenshot();
        std::fs::write(folder.join(file), &picture)?;
        println!("{file}: {} octets", picture.len());
    }
    Ok(())
}
