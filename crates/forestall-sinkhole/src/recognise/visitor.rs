// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Visitors that speak as no family does: by what they say of themselves and by what they look for.

use forestall_spool::Visitor;

use super::Request;
use crate::config::Page;

/// Words by which programs that look for weak servers name themselves.
const SCANNERS: &[&str] = &[
    "zgrab",
    "masscan",
    "nmap",
    "nuclei",
    "nikto",
    "sqlmap",
    "censys",
    "shodan",
    "expanse",
    "internetmeasurement",
    "leakix",
    "wpscan",
    "gobuster",
];
/// Words by which programs that read the web name themselves.
const CRAWLERS: &[&str] =
    &["bot", "crawl", "spider", "slurp", "archiver", "facebookexternalhit", "feedfetcher", "preview"];
/// Words of programs that people write or run themselves.
const TOOLS: &[&str] =
    &["curl/", "wget/", "python", "go-http-client", "libwww-perl", "java/", "okhttp", "powershell", "httpie"];
/// Places that only those ask for who look for weak servers.
const WEAK_PLACES: &[&str] = &[
    "/.env",
    "/.git",
    "/wp-",
    "/phpmyadmin",
    "/cgi-bin/",
    "/boaform",
    "/hnap1",
    "/actuator",
    "/manager/",
    "/vendor/phpunit",
];

/// Says who a visitor seems to be, and why.
pub(super) fn judge(request: &Request<'_>, page: &Page) -> (Visitor, &'static str) {
    let agent = request.user_agent.unwrap_or(b"").to_ascii_lowercase();
    let path = request.path.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| contains(&agent, word.as_bytes()));
    let said = |words: &[String]| words.iter().any(|word| contains(&agent, word.as_bytes()));
    let place = |places: &[&str]| places.iter().any(|place| path.starts_with(place.as_bytes()));
    if said(&page.researchers) {
        return (Visitor::Researcher, "user agent of the operator's list");
    }
    if says(SCANNERS) {
        return (Visitor::Scanner, "user agent of a scanner");
    }
    if place(WEAK_PLACES) {
        return (Visitor::Scanner, "looks for a weak server");
    }
    if matches!(request.method, b"CONNECT" | b"PROPFIND" | b"TRACE") || request.path.starts_with(b"http") {
        return (Visitor::Scanner, "looks for a proxy");
    }
    if said(&page.crawlers) || says(CRAWLERS) {
        return (Visitor::Crawler, "user agent of a crawler");
    }
    if request.path == b"/robots.txt" {
        return (Visitor::Crawler, "asks for robots.txt");
    }
    if says(TOOLS) {
        return (Visitor::Unknown, "user agent of a tool");
    }
    // Infected machines of other families say so too: a browser is one that asks as people do.
    let by_name = request.host.is_some_and(|host| host.iter().any(u8::is_ascii_alphabetic));
    if agent.starts_with(b"mozilla/")
        && request.version == b"HTTP/1.1"
        && by_name
        && matches!(request.method, b"GET" | b"HEAD")
    {
        return (Visitor::Browser, "user agent of a browser, host by name");
    }
    (Visitor::Unknown, "no form that is known")
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    !word.is_empty() && text.windows(word.len()).any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::super::{Request, verdict};
    use crate::config::Page;
    use forestall_spool::Visitor;

    #[test]
    fn visitors_are_told_apart() {
        let page = Page {
            who: String::new(),
            appeal: String::new(),
            crawlers: vec!["ourprobe".to_owned()],
            researchers: vec!["university".to_owned()],
        };
        let check = |agent: &str, path: &str, host: &str, expected: Visitor| {
            let request = Request {
                method: b"GET",
                path: path.as_bytes(),
                version: b"HTTP/1.1",
                host: Some(host.as_bytes()),
                user_agent: Some(agent.as_bytes()),
                ..Request::default()
            };
            assert_eq!(verdict(&request, &page).visitor, expected, "{agent} {path}");
        };
        check("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "/", "abc.ws", Visitor::Browser);
        check("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "/", "192.0.2.1", Visitor::Unknown);
        check("Mozilla/5.0 zgrab/0.x", "/", "192.0.2.1", Visitor::Scanner);
        check("Mozilla/5.0", "/wp-login.php", "abc.ws", Visitor::Scanner);
        check("Mozilla/5.0 (compatible; Googlebot/2.1)", "/", "abc.ws", Visitor::Crawler);
        check("OurProbe/1", "/", "abc.ws", Visitor::Crawler);
        check("Some University study", "/", "abc.ws", Visitor::Researcher);
        check("curl/7.88.1", "/", "abc.ws", Visitor::Unknown);
        check("", "/", "abc.ws", Visitor::Unknown);
    }
}
