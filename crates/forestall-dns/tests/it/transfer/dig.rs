// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What dig, of ISC, gets.

use std::collections::BTreeSet;
use std::process::Command;

use forestall_dns::transfer::{Limits, Rule, Transport};
use forestall_model::TsigAlgorithm;
use forestall_testkit::skip;

use super::played::{KEY, Played, SECRET_TEXT, Serving, ZONE, many, name, names, serve};

/// Asks by dig and returns what it printed.
async fn dig(serving: &Serving, program: &std::path::Path, arguments: &str) -> String {
    let mut command = Command::new(program);
    command.args(["@127.0.0.1", "-p", &serving.address.port().to_string(), "+noidnout", "+nocookie", "+tries=1"]);
    command.args(arguments.split_ascii_whitespace());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the records that dig printed, one a line with single blanks.
fn records(said: &str) -> Vec<String> {
    let lines = said.lines().filter(|line| !line.starts_with(';') && !line.is_empty());
    lines.map(|line| line.split_ascii_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn signed(rest: &str) -> String {
    format!("-y hmac-sha256:{KEY}:{SECRET_TEXT} {rest}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_zone_is_what_the_file_would_say() {
    let Some(dig_program) = skip::needs("a_whole_zone_is_what_the_file_would_say", "dig") else { return };
    let serving = serve(Played::small(), Limits::default()).await;
    let said = dig(&serving, &dig_program, &signed(&format!("{ZONE} AXFR +onesoa"))).await;
    let expected = [
        "forestall.rpz. 300 IN SOA localhost. nobody.invalid. 1 300 60 604800 300",
        "forestall.rpz. 300 IN NS localhost.",
        "eee.be.forestall.rpz. 300 IN CNAME rpz-passthru.",
        "*.eee.be.forestall.rpz. 300 IN CNAME rpz-passthru.",
        "ok.ddd.org.forestall.rpz. 300 IN CNAME rpz-passthru.",
        "*.ok.ddd.org.forestall.rpz. 300 IN CNAME rpz-passthru.",
        "aaa.be.forestall.rpz. 300 IN CNAME .",
        "*.aaa.be.forestall.rpz. 300 IN CNAME .",
        "bbb.co.uk.forestall.rpz. 300 IN CNAME .",
        "*.bbb.co.uk.forestall.rpz. 300 IN CNAME .",
        "ccc.ws.forestall.rpz. 300 IN CNAME .",
        "*.ccc.ws.forestall.rpz. 300 IN CNAME .",
        "ddd.org.forestall.rpz. 300 IN CNAME .",
        "*.ddd.org.forestall.rpz. 300 IN CNAME .",
    ];
    let found: Vec<String> = records(&said).into_iter().filter(|line| !line.contains(" TSIG ")).collect();
    assert_eq!(found, expected, "{said}");
    let counts = serving.server.counts();
    assert_eq!((counts.full, counts.cut, counts.records), (1, 0, 15));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_algorithm_signs_every_message_of_a_large_zone() {
    let test = "every_algorithm_signs_every_message_of_a_large_zone";
    let Some(program) = skip::needs(test, "dig") else { return };
    let of_algorithms =
        [TsigAlgorithm::Sha256, TsigAlgorithm::Sha384, TsigAlgorithm::Sha512].map(|algorithm| (algorithm, 2_500));
    for (algorithm, count) in of_algorithms {
        let played = Played { algorithm, ..Played::default() };
        let rules = ["198.51.100.7", "2001:db8::7"].map(|address| Rule::address(address.parse().unwrap()));
        let played = Played { rules: rules.into(), ..played };
        played.play(9, names([]), many(0, count));
        let serving = serve(played, Limits::default()).await;
        let arguments = format!("-y {algorithm}:{KEY}:{SECRET_TEXT} {ZONE} AXFR +onesoa");
        let said = dig(&serving, &program, &arguments).await;
        // dig checks every signature and says so where one is wrong.
        assert!(!said.contains("TSIG error") && !said.contains("failed") && !said.contains("BAD"), "{algorithm}");
        let found = records(&said);
        let signatures = found.iter().filter(|line| line.contains(" TSIG ")).count();
        let others: BTreeSet<&String> = found.iter().filter(|line| !line.contains(" TSIG ")).collect();
        assert!(signatures > 10, "{signatures} messages");
        assert_eq!(others.len(), 2 + 4 * count, "{algorithm}");
        for owner in ["n0002499.example", "*.n0002499.example"] {
            for data in ["A 198.51.100.7", "AAAA 2001:db8::7"] {
                let line = format!("{owner}.{ZONE}. 300 IN {data}");
                assert!(others.contains(&line), "{line}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_leads_from_one_serial_to_the_last() {
    let test = "a_difference_leads_from_one_serial_to_the_last";
    let Some(program) = skip::needs(test, "dig") else { return };
    let played = Played { rules: [Rule::cname(&name("*"))].into(), ..Played::default() };
    let played = played.then(7, &["eee.be"], &["aaa.be", "bbb.be"]).then(8, &["eee.be"], &["aaa.be"]).then(
        9,
        &["bbb.be"],
        &["aaa.be", "ccc.be"],
    );
    let serving = serve(played, Limits::default()).await;
    let soa = |serial: u32| format!("forestall.rpz. 300 IN SOA localhost. nobody.invalid. {serial} 300 60 604800 300");
    let record = |owner: &str, to: &str| format!("{owner}.forestall.rpz. 300 IN CNAME {to}");
    let without = |said: &str| records(said).into_iter().filter(|line| !line.contains(" TSIG ")).collect::<Vec<_>>();
    let said = dig(&serving, &program, &signed(&format!("{ZONE} IXFR=7"))).await;
    let expected = [
        soa(9),
        soa(7),
        record("eee.be", "rpz-passthru."),
        record("*.eee.be", "rpz-passthru."),
        record("bbb.be", "*."),
        record("*.bbb.be", "*."),
        soa(9),
        record("bbb.be", "rpz-passthru."),
        record("*.bbb.be", "rpz-passthru."),
        record("ccc.be", "*."),
        record("*.ccc.be", "*."),
        soa(9),
    ];
    assert_eq!(without(&said), expected, "{said}");
    // Whoever has the last serial hears that, whoever has one that nobody knows gets the whole zone, and over UDP there is the state alone.
    let said = dig(&serving, &program, &signed(&format!("{ZONE} IXFR=9"))).await;
    assert_eq!(without(&said), [soa(9)], "{said}");
    let said = dig(&serving, &program, &signed(&format!("{ZONE} IXFR=3"))).await;
    let found = without(&said);
    assert_eq!((found.len(), &found[0], &found[8]), (9, &soa(9), &soa(9)), "{said}");
    let said = dig(&serving, &program, &signed(&format!("{ZONE} IXFR=7 +notcp"))).await;
    assert_eq!(without(&said), [soa(9)], "{said}");
    let ended = serving.server.zones().ended.lock().unwrap().clone();
    assert_eq!(
        ended.iter().map(|ended| (ended.from, ended.to, ended.whole, ended.transport)).collect::<Vec<_>>(),
        [(Some(7), 9, true, Transport::Tcp), (None, 9, true, Transport::Tcp)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_key_a_wrong_one_or_a_wrong_clock_gets_nothing() {
    let test = "whoever_has_no_key_a_wrong_one_or_a_wrong_clock_gets_nothing";
    let Some(program) = skip::needs(test, "dig") else { return };
    let serving = serve(Played::small(), Limits::default()).await;
    let wrong = SECRET_TEXT.replace("MDEy", "MDEz");
    let other = format!("hmac-sha512:{KEY}");
    for (arguments, expected) in [
        (format!("{ZONE} AXFR"), "Transfer failed"),
        (signed("other.rpz AXFR"), "Transfer failed"),
        (signed(&format!("+notcp {ZONE} SOA")), "NOERROR"),
        (signed(&format!("{ZONE} A")), "REFUSED"),
        (signed(&format!("aaa.be.{ZONE} CNAME")), "REFUSED"),
        (signed(&format!("{ZONE} SOA -c CH")), "REFUSED"),
        (format!("{ZONE} SOA"), "REFUSED"),
        (format!("{ZONE} SOA +opcode=update"), "NOTIMP"),
        (signed(&format!("{ZONE} SOA +edns=1 +noednsneg")), "BADVERS"),
        (format!("-y hmac-sha256:nobody.example:{SECRET_TEXT} {ZONE} SOA"), "BADKEY"),
        (format!("-y {other}:{SECRET_TEXT} {ZONE} SOA"), "BADKEY"),
        (format!("-y hmac-sha256:{KEY}:{wrong} {ZONE} SOA"), "BADSIG"),
        (format!("-y hmac-sha256:{KEY}:{wrong} {ZONE} AXFR"), "Transfer failed"),
    ] {
        let said = dig(&serving, &program, &arguments).await;
        assert!(said.contains(expected), "{arguments}: {said}");
    }
    assert_eq!(serving.server.counts().full, 0);
    let late = serve(Played { clock_is_off: 3_600, ..Played::small() }, Limits::default()).await;
    let said = dig(&late, &program, &signed(&format!("{ZONE} SOA"))).await;
    assert!(said.contains("BADTIME"), "{said}");
    let said = dig(&late, &program, &signed(&format!("{ZONE} AXFR"))).await;
    assert!(!said.contains("CNAME"), "{said}");
    // Within five minutes clocks may differ.
    let near = serve(Played { clock_is_off: 200, ..Played::small() }, Limits::default()).await;
    let said = dig(&near, &program, &signed(&format!("{ZONE} AXFR"))).await;
    assert!(said.contains("*.aaa.be.forestall.rpz."), "{said}");
}
