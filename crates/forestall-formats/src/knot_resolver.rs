// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A policy rule of Knot Resolver, as Lua that its configuration runs: the names in one text, cut up when it is loaded, looked up label by label.
//!
//! A rule with a table of its own, since it takes a million names in seconds, lets exclusions go on to the rules behind it, forwarding for one, and takes the names
//! of the next day without losing its place. Its names stand in one text because LuaJIT takes at most 65,536 constants a function.
//!
//! # Source
//!
//! Knot Resolver 5.6 documentation, "Query policies": filters as functions of request and query, `policy.add`, the actions `DENY` and
//! `ANSWER`; "Scripting": `todname`, `kres.str2ip`.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::net::IpAddr;

use forestall_model::Released;

use crate::feed::{Feed, Policy, Settings, Text, UNVERIFIED, unsayable};
use crate::form::About;
use crate::rpz::TTL;

/// The form.
pub const ABOUT: About = About {
    consumer: "Knot Resolver 5, as Lua that its configuration runs",
    tested_with: "Knot Resolver answers by it",
    media_type: "text/x-lua; charset=utf-8",
    extension: "lua",
    shows_confidence: true,
    tells_the_action: false,
};

/// Takes the names out of the text, in the form in which queries hold them.
const READ: &str = "local function each(text, value)\n  \
    for name in text:gmatch('(%S+)[^\\n]*\\n') do listed[todname(name)] = value end\n\
    end\n";

/// The rule: the nearest listed name at or above the one that is asked for decides. It is added once, so that it keeps its place before rules that forward; run again, the
/// file only gives it other names.
const RULE: &str = "forestall = forestall or {}\n\
    forestall.listed, forestall.answer = listed, answer\n\
    forestall.rule = forestall.rule or policy.add(function (_, query)\n  \
    local name, at = query:name(), 1\n  \
    while at < #name do\n    \
    local found = forestall.listed[name:sub(at)]\n    \
    if found ~= nil then return found and forestall.answer or nil end\n    \
    at = at + name:byte(at) + 1\n  \
    end\n\
    end)\n";

/// Writes the rule and returns how many names it holds; it answers for what is below them as well. Exclusions go on to the next rule.
///
/// # Errors
///
/// What the writer reports; [`io::ErrorKind::InvalidInput`] where a sinkhole is given by name.
pub fn write(feed: &Released<Feed>, settings: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let feed = feed.object();
    let answer = answer(&settings.policy)?;
    let mut text = Text::new(out);
    text.head("--", feed)?;
    text.push(&["local answer = ", &answer, "\nlocal listed = {}\n", READ, "each([[\n"])?;
    let mut names = 0;
    for (name, unverified) in feed.names() {
        text.push(&[name, if unverified { " " } else { "" }, if unverified { UNVERIFIED } else { "" }, "\n"])?;
        names += 1;
    }
    text.push(&["]], true)\neach([[\n"])?;
    for name in &feed.let_through {
        text.push(&[name.as_str(), "\n"])?;
    }
    text.push(&["]], false)\n", RULE])?;
    text.end()?;
    Ok(names)
}

/// Returns the action as an expression.
fn answer(policy: &Policy) -> io::Result<String> {
    match policy {
        Policy::NxDomain => Ok("policy.DENY".to_owned()),
        Policy::NoData => Ok("policy.ANSWER({}, true)".to_owned()),
        Policy::Addresses(addresses) => {
            let mut records = String::new();
            for (kind, wanted) in [("A", IpAddr::is_ipv4 as fn(&IpAddr) -> bool), ("AAAA", IpAddr::is_ipv6)] {
                let of_kind = addresses.iter().filter(|address| wanted(address));
                let data: Vec<String> = of_kind.map(|address| format!("kres.str2ip('{address}')")).collect();
                if !data.is_empty() {
                    let data = data.join(", ");
                    write!(records, " [kres.type.{kind}] = {{ rdata = {{ {data} }}, ttl = {TTL} }},")
                        .expect("a text takes all");
                }
            }
            Ok(format!("policy.ANSWER({{{records} }}, true)"))
        }
        Policy::Sinkhole(name) => Err(unsayable(format!(
            "a rule of Knot Resolver cannot lead to a sinkhole by name: give the addresses of {name}"
        ))),
    }
}
