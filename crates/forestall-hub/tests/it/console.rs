// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A console on a free port over a store of its own, and a plain client for it.

use std::net::SocketAddr;
use std::sync::Arc;

use forestall_coord::event::CaseKind;
use forestall_dga::Catalogue;
use forestall_hub::desk::{Act, CaseFile, Desk, OpenCase};
use forestall_hub::server::{Clock, Console, Settings};
use forestall_model::{DayRange, Instant, Marking};
use forestall_testkit::parsed;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

/// The time of every test.
pub(crate) const NOW: &str = "2009-03-20T12:00:00Z";

/// A console that is served until it is dropped.
pub(crate) struct Served {
    pub(crate) desk: Desk,
    pub(crate) address: SocketAddr,
    link: String,
    _stop: oneshot::Sender<()>,
    folder: tempfile::TempDir,
}

/// An answer of the console.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// The body as it came.
    pub(crate) octets: Vec<u8>,
}

impl Reply {
    /// Returns a header, by its name in lower case; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Returns what stands between two texts of the body, the first time.
    #[track_caller]
    pub(crate) fn between(&self, before: &str, after: &str) -> &str {
        let rest = self.body.split_once(before).unwrap_or_else(|| panic!("{before:?} in {}", self.body)).1;
        rest.split_once(after).expect("an end").0
    }
}

/// Returns the time of every test.
pub(crate) fn now() -> Instant {
    parsed(NOW)
}

/// Returns an act of a test at the time of every test.
pub(crate) fn act() -> Act {
    Act::new(parsed("test"), now())
}

impl Served {
    /// Serves an empty store.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Serves an empty store with other settings.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_over(Catalogue::built_in(), change).await
    }

    /// Serves an empty store over a catalogue.
    pub(crate) async fn start_over(catalogue: Catalogue, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = crate::place::desk(folder.path(), catalogue).await.expect("a store");
        Self::serve(desk, folder, change).await
    }

    /// Serves a desk over the store of a folder.
    pub(crate) async fn serve(desk: Desk, folder: tempfile::TempDir, change: impl FnOnce(&mut Settings)) -> Self {
        let clock: Clock = Arc::new(now);
        let mut settings = Settings { clock, ..Settings::new(parsed("127.0.0.1:0")) };
        change(&mut settings);
        let console = Console::bind(desk.clone(), settings).await.expect("a free port");
        let (address, link) = (console.address(), console.link().await.expect("a link").to_string());
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(console.serve(async move {
            let _ = stopped.await;
        }));
        Self { desk, address, link, _stop: stop, folder }
    }

    /// Serves the same store a second time, with other settings.
    pub(crate) async fn again(&self, change: impl FnOnce(&mut Settings)) -> Self {
        Self::serve(self.desk.clone(), tempfile::tempdir().expect("a folder"), change).await
    }

    /// Serves the same store a second time by a desk that has computed nothing yet.
    pub(crate) async fn cold(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let desk = crate::place::desk(self.folder.path(), Catalogue::built_in()).await.expect("a store");
        Self::serve(desk, tempfile::tempdir().expect("a folder"), change).await
    }

    /// Opens a case of two variants over ten days: `a` with Conficker A and B.
    pub(crate) async fn open_case(&self, id: &str, title: &str) -> CaseFile {
        self.open(id, title, "2009-03-15", "2009-03-25", &["conficker-a", "conficker-b"]).await
    }

    /// Opens a case.
    pub(crate) async fn open(&self, id: &str, title: &str, from: &str, until: &str, campaigns: &[&str]) -> CaseFile {
        let case = OpenCase {
            id: parsed(id),
            title: title.to_owned(),
            kind: CaseKind::Live,
            campaigns: campaigns.iter().map(|spec| parsed(spec)).collect(),
            horizon: DayRange { from: parsed(from), until: parsed(until) },
            board_day: None,
            marking: Marking::DEFAULT,
            name_servers: Vec::new(),
            guard_override: None,
            four_eyes: false,
            ahead: None,
        };
        self.desk.open_case(&act(), case).await.expect("the case opens")
    }

    /// Returns the link that signs in once.
    pub(crate) fn link(&self) -> &str {
        &self.link
    }

    /// Returns the token of that link.
    pub(crate) fn token(&self) -> &str {
        self.link.split_once("token=").expect("a link has a token").1
    }

    /// Signs in and returns a client.
    pub(crate) async fn sign_in(&self) -> Client<'_> {
        let reply = self.post("/sign-in", &[], &[("token", self.token()), ("name", "Grace H.")]).await;
        assert_eq!(reply.status, 303, "{reply:?}");
        let cookie = reply.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        let mut client = Client { served: self, cookie, form_token: String::new() };
        client.form_token = client.get("/").await.between("name=\"form_token\" value=\"", "\"").to_owned();
        client
    }

    /// Sends a request without a body.
    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send("GET", path, headers, b"").await
    }

    /// Sends a form.
    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Reply {
        let mut headers = headers.to_vec();
        headers.push(("Content-Type", "application/x-www-form-urlencoded"));
        self.send("POST", path, &headers, encode(fields).as_bytes()).await
    }

    /// Sends a request. `Host` is the console's own unless `headers` hold another.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| *name == "Host") {
            head += &format!("Host: {}\r\n", self.address);
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        let mut stream = TcpStream::connect(self.address).await.expect("the console listens");
        stream.write_all(head.as_bytes()).await.expect("the console reads");
        // A body that is too large may be refused before it has been taken whole.
        let _ = stream.write_all(body).await;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("the console answers");
        read_reply(&answer)
    }
}

/// Somebody who is signed in.
pub(crate) struct Client<'a> {
    served: &'a Served,
    pub(crate) cookie: String,
    pub(crate) form_token: String,
}

impl Client<'_> {
    /// Opens a page.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.served.get(path, &[("Cookie", &self.cookie)]).await
    }

    /// Opens a page and says that JSON is wanted.
    pub(crate) async fn get_json(&self, path: &str) -> Reply {
        self.served.get(path, &[("Cookie", &self.cookie), ("Accept", "application/json")]).await
    }

    /// Sends a form of a page.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut fields = fields.to_vec();
        fields.push(("form_token", &self.form_token));
        self.served.post(path, &[("Cookie", &self.cookie)], &fields).await
    }

    /// Sends a form with a file, as browsers do.
    pub(crate) async fn upload(&self, path: &str, fields: &[(&str, &str)], file: &[u8]) -> Reply {
        let mut body = Vec::new();
        for (name, value) in fields.iter().chain([&("form_token", self.form_token.as_str())]) {
            body.extend(
                format!("--bound\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        let head = "--bound\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n";
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--bound--\r\n");
        let headers = [("Cookie", self.cookie.as_str()), ("Content-Type", "multipart/form-data; boundary=bound")];
        self.served.send("POST", path, &headers, &body).await
    }
}

fn read_reply(answer: &[u8]) -> Reply {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let octets = answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(&[][..], |at| &answer[at + 4..]);
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let header = |line: &str| line.split_once(':').map(|(k, v)| (k.to_ascii_lowercase(), v.trim().to_owned()));
    Reply {
        status: status.unwrap_or_else(|| panic!("no status in {text:?}")),
        headers: lines.filter_map(header).collect(),
        body: body.to_owned(),
        octets: octets.to_vec(),
    }
}

fn encode(fields: &[(&str, &str)]) -> String {
    let text = |text: &str| text.bytes().map(|octet| format!("%{octet:02X}")).collect::<String>();
    fields.iter().map(|(key, value)| format!("{}={}", text(key), text(value))).collect::<Vec<_>>().join("&")
}
