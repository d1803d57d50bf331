// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A real browser for tests of pages: headless Chromium, driven over the WebDriver protocol on the loopback interface.
//!
//! As much of W3C WebDriver (Recommendation of 2018-06-05) as pages of ours need, over plain TCP.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::skip;

/// The key under which the protocol writes the reference of an element (section 11 of the protocol).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// The key that moves the focus on, as the protocol writes it (section 17.4.2).
pub const TAB: &str = "\u{e004}";
/// The key that presses what has the focus.
pub const ENTER: &str = "\u{e007}";
/// The key that moves to the next of several choices.
pub const DOWN: &str = "\u{e015}";
/// The error of the protocol for an element of a page that is gone.
const STALE: &str = "stale element reference";
/// How long one command may take; starting the browser is the longest.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long an element is waited for, in milliseconds.
const WAIT: u32 = 10_000;
/// What keeps the browser from talking to hosts of its maker, and to any that a page names but this machine; it runs without a sandbox because tests may run as root.
const ARGUMENTS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--window-size=1280,1000",
];

/// A running browser with one window; ends when dropped.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    /// Profile and downloads.
    folder: tempfile::TempDir,
}

/// An element of the page that is shown.
#[derive(Clone, Debug)]
pub struct Element(String);

impl Browser {
    /// Starts a browser. With `scripts` off, pages run none.
    ///
    /// Returns `None` where Chromium or its driver is not installed (Debian packages `chromium` and `chromium-driver`), after
    /// saying so by the name of the test.
    ///
    /// # Panics
    ///
    /// Where both are installed and do not start.
    #[must_use]
    pub fn start(test: &str, scripts: bool) -> Option<Self> {
        let (chromium, chromedriver) = (skip::needs(test, "chromium")?, skip::needs(test, "chromedriver")?);
        let folder = tempfile::tempdir().expect("a folder for the browser");
        // It takes a free port itself and says which.
        let driver = Command::new(chromedriver).arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut driver = driver.expect("chromedriver starts");
        let out = BufReader::new(driver.stdout.take().expect("its output was asked for"));
        let port = out
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok());
        let port = port.expect("chromedriver says its port");
        let mut browser = Self { driver, port, session: String::new(), folder };
        let arguments = ARGUMENTS.iter().map(|argument| (*argument).to_owned());
        let profile = format!("--user-data-dir={}", browser.folder.path().join("profile").display());
        let options = json!({
            "binary": chromium,
            "args": arguments.chain([profile]).collect::<Vec<_>>(),
            "prefs": {
                "download.default_directory": browser.downloads(),
                // 1 allows, 2 blocks.
                "profile.managed_default_content_settings.javascript": if scripts { 1 } else { 2 },
            },
        });
        let always = json!({ "browserName": "chrome", "goog:chromeOptions": options });
        let made = browser.call("POST", "/session", &json!({ "capabilities": { "alwaysMatch": always } }));
        browser.session = made["sessionId"].as_str().expect("a session has an id").to_owned();
        browser.command("POST", "/timeouts", &json!({ "implicit": WAIT }));
        Some(browser)
    }

    /// Returns the folder into which the browser downloads.
    #[must_use]
    pub fn downloads(&self) -> PathBuf {
        self.folder.path().join("downloads")
    }

    /// Opens an address and waits until it is loaded.
    pub fn open(&self, url: &str) {
        self.command("POST", "/url", &json!({ "url": url }));
    }

    /// Returns the address that is shown.
    #[must_use]
    pub fn url(&self) -> String {
        text(&self.command("GET", "/url", &Value::Null))
    }

    /// Returns the first element for a CSS selector, and waits some seconds for it.
    ///
    /// # Panics
    ///
    /// Where there is none.
    #[must_use]
    #[track_caller]
    pub fn find(&self, selector: &str) -> Element {
        let found = self.command("POST", "/element", &json!({ "using": "css selector", "value": selector }));
        Element(text(&found[ELEMENT]))
    }

    /// Returns the visible text of the first element for a CSS selector.
    #[must_use]
    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        text(&self.of_element("GET", selector, "text", &Value::Null))
    }

    /// Waits until the first element for a CSS selector shows a text: after a click or a key the page before may still be there.
    ///
    /// # Panics
    ///
    /// Where it shows another after some seconds.
    #[track_caller]
    pub fn shows(&self, selector: &str, expected: &str) {
        let read = format!("return document.querySelector({})?.innerText ?? \"\";", json!(selector));
        let begin = std::time::Instant::now();
        loop {
            let shown = text(&self.run(&read));
            if shown == expected {
                return;
            }
            assert!(begin.elapsed() < PATIENCE, "{selector} shows {shown:?} in place of {expected:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Returns an attribute of the first element for a CSS selector; empty where it has none.
    #[must_use]
    #[track_caller]
    pub fn attribute(&self, selector: &str, name: &str) -> String {
        text(&self.of_element("GET", selector, &format!("attribute/{name}"), &Value::Null))
    }

    /// Clicks the first element for a CSS selector.
    #[track_caller]
    pub fn click(&self, selector: &str) {
        self.of_element("POST", selector, "click", &json!({}));
    }

    /// Types into the first element for a CSS selector; into a field for files, the path of a file.
    #[track_caller]
    pub fn type_into(&self, selector: &str, keys: &str) {
        self.of_element("POST", selector, "value", &json!({ "text": keys }));
    }

    /// Presses keys one after another, wherever the focus is; keys without a character have those of the protocol, as [`TAB`].
    pub fn press(&self, keys: &str) {
        let press = |key: char| [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })];
        let keyboard =
            json!({ "type": "key", "id": "keyboard", "actions": keys.chars().flat_map(press).collect::<Vec<_>>() });
        self.command("POST", "/actions", &json!({ "actions": [keyboard] }));
    }

    /// Shows pages from now on as a phone of this width does, in CSS pixels.
    pub fn as_phone(&self, width: u32) {
        let phone = json!({ "width": width, "height": 740, "deviceScaleFactor": 1, "mobile": true });
        let command = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": phone });
        self.command("POST", "/goog/cdp/execute", &command);
    }

    /// Shows pages from now on in a window of this width, in CSS pixels, on a machine with a mouse.
    pub fn as_wide(&self, width: u32) {
        let desk = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.command(
            "POST",
            "/goog/cdp/execute",
            &json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": desk }),
        );
    }

    /// Tells pages from now on what their reader prefers, by the name of a media feature such as `prefers-color-scheme`.
    pub fn emulate_media(&self, feature: &str, value: &str) {
        let features = json!({ "features": [{ "name": feature, "value": value }] });
        self.command("POST", "/goog/cdp/execute", &json!({ "cmd": "Emulation.setEmulatedMedia", "params": features }));
    }

    /// Runs a script in the page and returns what it returns.
    #[must_use]
    pub fn run(&self, script: &str) -> Value {
        self.command("POST", "/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Returns the window as a PNG picture.
    #[must_use]
    pub fn screenshot(&self) -> Vec<u8> {
        from_base64(&text(&self.command("GET", "/screenshot", &Value::Null)))
    }

    /// Returns everything that pages wrote to the console, refused by the page's policy included.
    #[must_use]
    pub fn console(&self) -> Vec<String> {
        let entries = self.command("POST", "/se/log", &json!({ "type": "browser" }));
        entries.as_array().into_iter().flatten().map(|entry| text(&entry["message"])).collect()
    }

    /// Sends a command to the first element for a CSS selector. Where the page went away between the two, as after a click whose answer
    /// takes its time, the element of the next page is taken.
    #[track_caller]
    fn of_element(&self, method: &str, selector: &str, what: &str, body: &Value) -> Value {
        let begin = std::time::Instant::now();
        loop {
            let Element(id) = self.find(selector);
            let path = format!("/session/{}/element/{id}/{what}", self.session);
            match self.try_call(method, &path, body) {
                Ok(value) => return value,
                Err(error) if error.starts_with(STALE) && begin.elapsed() < PATIENCE => {}
                Err(error) => panic!("{method} {path} {body}: {error}"),
            }
        }
    }

    #[track_caller]
    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        self.call(method, &format!("/session/{}{path}", self.session), body)
    }

    /// Sends one command and returns its value.
    #[track_caller]
    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        self.try_call(method, path, body).unwrap_or_else(|error| panic!("{method} {path} {body}: {error}"))
    }

    /// Sends one command and returns its value, else the error of the protocol with its message.
    #[track_caller]
    fn try_call(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let answer = self.exchange(method, path, body);
        let answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let mut answer: Value =
            serde_json::from_slice(&answer).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let value = answer["value"].take();
        match value.get("error") {
            Some(error) => Err(format!("{}: {}", text(error), value["message"])),
            None => Ok(value),
        }
    }

    fn exchange(&self, method: &str, path: &str, body: &Value) -> std::io::Result<Vec<u8>> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            self.port,
            body.len()
        );
        stream.write_all((head + &body).as_bytes())?;
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        let mut line = String::new();
        while {
            line.clear();
            reader.read_line(&mut line)?
        } > 2
        {
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().map_err(std::io::Error::other)?;
            }
        }
        let mut answer = vec![0; length];
        reader.read_exact(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            // The browser ends with its session; its driver only with us.
            let _ = self.exchange("DELETE", &format!("/session/{}", self.session), &Value::Null);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn from_base64(text: &str) -> Vec<u8> {
    let digit = |octet: u8| match octet {
        b'A'..=b'Z' => Some(octet - b'A'),
        b'a'..=b'z' => Some(octet - b'a' + 26),
        b'0'..=b'9' => Some(octet - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let digits: Vec<u8> = text.bytes().filter_map(digit).collect();
    let mut octets = Vec::with_capacity(digits.len() * 3 / 4);
    for four in digits.chunks(4) {
        let number = four.iter().fold(0_u32, |number, digit| number << 6 | u32::from(*digit));
        let number = number << (6 * (4 - four.len()));
        octets.extend_from_slice(&number.to_be_bytes()[1..four.len().max(1)]);
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::from_base64;

    #[test]
    fn decodes_base64() {
        assert_eq!(from_base64("Zm9vYmFy"), b"foobar");
        assert_eq!(from_base64("Zm9vYg=="), b"foob");
        assert_eq!(from_base64("Zm9vYmE="), b"fooba");
        assert_eq!(from_base64(""), b"");
    }
}
