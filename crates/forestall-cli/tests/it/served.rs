// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A hub that serves on loopback in the test itself, at the time of the tests, and somebody who may do everything there.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;

use forestall_dga::Catalogue;
use forestall_formats::envelope::{Fees, Requester};
use forestall_formats::signature::SecretKey;
use forestall_hub::census::CensusSettings;
use forestall_hub::desk::{Desk, Invite, Sender, SignsInBy};
use forestall_hub::server::{Console, Settings};
use forestall_model::{Instant, Scopes, Standing};
use forestall_testkit::parsed;
use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::support::{Home, NOW, Ran, ran, words};

/// A hub; ends when dropped.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    /// The token of an operator who is called as the tester of commands is.
    pub(crate) token: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    folder: TempDir,
}

fn now() -> Instant {
    parsed(NOW)
}

async fn token(desk: &Desk, scopes: Scopes, party: Option<&str>) -> String {
    if let Some(party) = party {
        desk.import_parties(&format!("id,kind,name,tlds\n{party},cert,The CERT,\n"), now()).await.unwrap();
    }
    let standing = if party.is_some() { Standing::Member } else { Standing::Operator };
    let invite = Invite { party: party.map(parsed), mail: parsed("tester@hub.example"), standing };
    let invited = desk.invite(invite, &parsed("test"), now()).await.unwrap();
    let invitation = desk.invitation(&invited.token.to_string(), now()).await.unwrap().unwrap();
    let by = SignsInBy::Provider("https://id.example".to_owned(), "tester".to_owned());
    let person = desk.accept(&invitation, &parsed("tester"), by, now()).await.unwrap();
    desk.create_token(&person.id, "test", scopes, 30, now()).await.unwrap().1.to_string()
}

impl Served {
    pub(crate) fn start() -> Self {
        Self::with(Scopes::ALL)
    }

    /// Starts a hub that has been told in whose name lists go out, and with what key they are signed.
    pub(crate) fn sending(key: SecretKey) -> Self {
        let sender = Sender {
            requester: Requester {
                organisation: "CERT Example".to_owned(),
                person: "Ada Coordinator".to_owned(),
                phone: "+1 555 0100".to_owned(),
                mail: None,
                role: "coordinator".to_owned(),
                proof: "https://cert.example/contact".to_owned(),
            },
            appeal: "appeals@cert.example".to_owned(),
            answer_to: "lists@cert.example".to_owned(),
            fees: Fees { waiver_wanted: false, provision: None },
            renewed_by: None,
            key: Arc::new(key),
        };
        Self::serving((Scopes::ALL, None), |settings| settings.sender = Some(sender))
    }

    pub(crate) fn with(scopes: Scopes) -> Self {
        Self::serving((scopes, None), |_| {})
    }

    /// Starts a hub that reads a lake.
    pub(crate) fn counting(census: CensusSettings) -> Self {
        Self::serving((Scopes::ALL, None), |settings| settings.census = Some(census))
    }

    /// Starts a hub that reads a lake, whose token is that of a member of a CERT.
    pub(crate) fn counting_for(cert: &'static str, census: CensusSettings) -> Self {
        Self::serving((Scopes::ALL, Some(cert)), |settings| settings.census = Some(census))
    }

    fn serving(
        (scopes, party): (Scopes, Option<&'static str>),
        change: impl FnOnce(&mut Settings) + Send + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (path, (told, tells)) = (folder.path().to_owned(), std::sync::mpsc::channel());
        let (stop, stopped) = oneshot::channel::<()>();
        let serve = async move {
            let desk = Desk::open(&path, Catalogue::built_in()).await.unwrap();
            let mut settings = Settings::new(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0));
            settings.clock = Arc::new(now);
            change(&mut settings);
            let console = Console::bind(desk.clone(), settings).await.unwrap();
            told.send((console.address(), token(&desk, scopes, party).await)).unwrap();
            console.serve(async move { drop(stopped.await) }).await;
            desk.store().close().await;
        };
        let thread = std::thread::spawn(move || tokio::runtime::Runtime::new().unwrap().block_on(serve));
        let (address, token) = tells.recv().unwrap();
        Self { address, token, stop: Some(stop), thread: Some(thread), folder }
    }

    /// Runs a command line at the hub.
    pub(crate) fn run(&self, home: &Home, line: &str) -> Ran {
        let mut command = home.program();
        command.env("FORESTALL_TOKEN", &self.token).args(words(line)).args(["--now", NOW]);
        ran(command.arg("--hub").arg(format!("http://{}", self.address)))
    }

    /// Runs a command line at the hub that must end well, and returns what it printed.
    #[track_caller]
    pub(crate) fn ok(&self, home: &Home, line: &str) -> String {
        let ran = self.run(home, line);
        assert_eq!(ran.status, 0, "{line}\n{}", ran.err);
        ran.out
    }

    /// Stops the hub: from now on nobody is at its address.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            assert!(thread.join().is_ok(), "the hub in {} ended out of order", self.folder.path().display());
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stop.take());
        drop(self.thread.take().map(JoinHandle::join));
    }
}
