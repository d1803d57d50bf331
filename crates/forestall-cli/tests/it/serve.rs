// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall serve`: the link, the warning, a busy port, the file of settings.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use crate::support::{Home, ran};

/// A console that runs until the value is dropped.
struct Running {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
}

impl Running {
    fn start(home: &Home, words: &[&str]) -> Self {
        let mut child = home.program().args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// Reads standard output up to the link.
    fn link(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.out.read_line(&mut line).unwrap(), 0, "standard output ended without a link");
            if let Some(at) = line.find("http://") {
                return line[at..].trim_end().to_owned();
            }
        }
    }

    /// Tells the program to end and returns its status and what it said on standard error.
    fn end(mut self) -> (Option<i32>, String) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code(), said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Asks for a page and returns the line of the status.
fn page(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn prints_a_link_serves_and_ends_when_told() {
    let home = Home::new();
    let mut running = Running::start(&home, &["serve", "--listen", "127.0.0.1:0"]);
    let link = running.link();
    let address = link.strip_prefix("http://").unwrap().split('/').next().unwrap();
    assert!(address.starts_with("127.0.0.1:"), "{link}");
    assert!(!page(address, "/").contains(" 200 "), "no page without sign-in");
    assert!(page(address, &link["http://".len() + address.len()..]).starts_with("HTTP/1.1 "));
    let (status, said) = running.end();
    assert_eq!(status, Some(0), "{said}");
    assert!(!said.contains("warning"), "{said}");
}

#[test]
fn warns_where_other_machines_can_reach_it() {
    let home = Home::new();
    let mut running = Running::start(&home, &["serve", "--listen", "0.0.0.0:0"]);
    running.link();
    let (_, said) = running.end();
    assert!(said.contains("warning: 0.0.0.0:") && said.contains("can be reached from other machines"), "{said}");
}

#[test]
fn quickstart_serves_what_it_opened() {
    let home = Home::new();
    let mut running = Running::start(&home, &["quickstart", "--listen", "127.0.0.1:0"]);
    assert!(running.link().contains("http://127.0.0.1:"));
    assert_eq!(running.end().0, Some(0));
}

#[test]
fn a_busy_port_is_named() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for command in ["serve", "quickstart"] {
        home.fails(3, &format!("{command} --listen {address}"), &[&address, "taken by another program", "--listen"]);
    }
    home.fails(2, "serve --listen localhost", &["--listen"]);
}

#[test]
fn settings_come_from_a_file_that_is_checked() {
    let home = Home::new();
    let example = home.ok("serve --example-config");
    home.write("serve.toml", &example);
    assert_eq!(home.run("serve --config serve.toml --check-config").status, 0);
    let fails = |text: &str, status, says: &[&str]| {
        home.write("serve.toml", text);
        home.fails(status, "serve --config serve.toml --check-config", says);
    };
    let warned = |settings: &str| {
        let notices = "[webhook]\nallow_private = true\n";
        home.write("serve.toml", format!("version = 1\n{settings}\n{notices}"));
        let ran = home.run("serve --config serve.toml --check-config");
        assert_eq!(ran.status, 0, "{}", ran.err);
        ran.err.contains("no address is known under which others reach the console")
    };
    assert!(warned("") && warned("listen = \"127.0.0.1:8700\"") && warned("listen = \"[::]:8700\""));
    assert!(!warned("public = \"https://hub.example\"") && !warned("listen = \"192.0.2.1:8700\""));
    fails("version = 1\nlistn = \"127.0.0.1:0\"\n", 2, &["serve.toml", "\"listn\"", "Did you mean listen?"]);
    fails("version = 9\n", 2, &["`version = 1`"]);
    fails("version = 1\nlisten = \"here\"\n", 2, &["line 2"]);
    fails("version = 1\npublic = \"forestall.example\"\n", 2, &["public", "https://forestall.example"]);
    let provider =
        "version = 1\n[provider]\nname = \"us\"\nissuer = \"https://id.example\"\nclient_id = \"forestall\"\n";
    fails(provider, 2, &["provider.client_secret_file", "FORESTALL_PROVIDER_SECRET"]);
    fails(&format!("{provider}isuer = \"x\"\n"), 2, &["provider.isuer", "Did you mean issuer?"]);
    home.write("secret", "the client's own\n");
    let complete = format!("{provider}client_secret_file = \"secret\"\n");
    fails(&format!("{complete}prompt = \"none\"\n"), 2, &["provider.prompt", "expected login"]);
    fails(&complete.replace("https", "http"), 2, &["provider.issuer", "https://"]);
    home.write("serve.toml", &complete);
    assert_eq!(home.run("serve --config serve.toml --check-config").status, 0, "and nobody asked the provider");
    home.write("serve.toml", provider);
    let mut command = home.program();
    let arguments = ["serve", "--config", "serve.toml", "--check-config"];
    assert_eq!(ran(command.env("FORESTALL_PROVIDER_SECRET", "secret").args(arguments)).status, 0);
    home.fails(3, "serve --config none.toml", &["none.toml could not be read"]);
    // An option goes before the environment, and both before the file.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    home.write("serve.toml", "version = 1\nlisten = \"192.0.2.1:1\"\n");
    let mut command = home.program();
    let ran = ran(command.env("FORESTALL_LISTEN", &address).args(["serve", "--config", "serve.toml"]));
    assert!(ran.err.contains(&address), "{}", ran.err);
}
