// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A policy rule of Knot Resolver.

use forestall_formats::Form;
use forestall_testkit::resolver::{Make, Resolver, Settings};

use super::answers::{OUTSIDE, SINKHOLE, check_entries, check_ipv6, check_let_through, check_nothing, outside, wait};
use super::small::{AFTER, AGAIN, DAY, head, refused, written};

#[test]
fn the_rule_holds_the_names_in_one_text() {
    assert_eq!(
        written(Form::KnotResolver, DAY, "nxdomain"),
        head("--")
            + "local answer = policy.DENY\n\
               local listed = {}\n\
               local function each(text, value)\n  \
               for name in text:gmatch('(%S+)[^\\n]*\\n') do listed[todname(name)] = value end\n\
               end\n\
               each([[\n\
               aaa.be\n\
               bbb.co.uk\n\
               ccc.ws UNVERIFIED\n\
               ddd.org\n\
               ]], true)\n\
               each([[\n\
               eee.be\n\
               ok.ddd.org\n\
               ]], false)\n\
               forestall = forestall or {}\n\
               forestall.listed, forestall.answer = listed, answer\n\
               forestall.rule = forestall.rule or policy.add(function (_, query)\n  \
               local name, at = query:name(), 1\n  \
               while at < #name do\n    \
               local found = forestall.listed[name:sub(at)]\n    \
               if found ~= nil then return found and forestall.answer or nil end\n    \
               at = at + name:byte(at) + 1\n  \
               end\n\
               end)\n"
    );
    assert!(written(Form::KnotResolver, AGAIN, SINKHOLE).contains(
        "policy.ANSWER({ [kres.type.A] = { rdata = { kres.str2ip('198.51.100.7') }, ttl = 300 }, \
         [kres.type.AAAA] = { rdata = { kres.str2ip('2001:db8::7') }, ttl = 300 }, }, true)\n"
    ));
    assert!(refused(Form::KnotResolver, "sinkhole=sink.example").contains("addresses of sink.example"));
}

#[test]
fn knot_resolver_answers_by_the_rule() {
    let test = "knot_resolver_answers_by_the_rule";
    let Some(authority) = outside(test) else { return };
    for (policy, answer) in [("nxdomain", "NXDOMAIN"), ("nodata", "NODATA"), (SINKHOLE, "A 198.51.100.7")] {
        let file = written(Form::KnotResolver, DAY, policy);
        let files = [("forestall.lua", file.as_str())];
        let settings = Settings { text: "dofile('{folder}/forestall.lua')\n", files: &files, ..Settings::default() };
        let Some(resolver) = Resolver::start(test, Make::KnotResolver, authority.address(), &settings) else { return };
        check_entries(&resolver, answer);
        check_let_through(&resolver, answer);
        if policy == SINKHOLE {
            check_ipv6(&resolver);
        }
    }
}

/// Run again by a timer, the file takes the place of the one before, while the resolver runs.
#[test]
fn knot_resolver_takes_the_rule_of_the_next_day_without_a_start() {
    let test = "knot_resolver_takes_the_rule_of_the_next_day_without_a_start";
    let Some(authority) = outside(test) else { return };
    let today = written(Form::KnotResolver, DAY, "nxdomain");
    let text = "dofile('{folder}/forestall.lua')\n\
                event.recurrent(sec / 5, function ()\n  dofile('{folder}/forestall.lua')\n  cache.clear()\nend)\n";
    let files = [("forestall.lua", today.as_str())];
    let settings = Settings { text, files: &files, ..Settings::default() };
    let Some(resolver) = Resolver::start(test, Make::KnotResolver, authority.address(), &settings) else { return };
    // By then the timer has run the same file again.
    std::thread::sleep(std::time::Duration::from_secs(1));
    check_entries(&resolver, "NXDOMAIN");
    resolver.replace("forestall.lua", &written(Form::KnotResolver, AFTER, "nxdomain"));
    wait(&resolver, "aaa.be", OUTSIDE);
    check_nothing(&resolver);
}
