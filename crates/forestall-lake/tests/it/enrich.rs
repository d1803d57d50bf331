// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is known of an address, from files that somebody gives; and files that are refused.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use forestall_lake::enrich::{
    About, AddressList, Country, EnrichError, Enrichment, LeftOut, NetworkForm, NetworkTable, Of, Prefix, Settings,
};
use proptest::prelude::*;

use crate::mmdb::{self, Network};

fn no_register(_: &Path) -> Result<Vec<Prefix>, String> {
    Err("there is none".to_owned())
}

fn open(settings: &Settings, base: &Path) -> Result<Enrichment, EnrichError> {
    Enrichment::open(settings, base, &no_register)
}

/// Writes a table and reads it.
fn table(form: NetworkForm, octets: &[u8]) -> Result<Enrichment, EnrichError> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("table"), octets).unwrap();
    let networks = vec![NetworkTable { file: PathBuf::from("table"), form }];
    open(&Settings { networks, ..Settings::default() }, folder.path())
}

fn told(known: &Enrichment, address: &str) -> String {
    let About { asn, country, left_out } = known.of(address.parse().unwrap());
    let country = country.map_or_else(|| "-".to_owned(), |country| country.to_string());
    format!("{asn} {country} {}", left_out.map_or("-", LeftOut::word))
}

#[test]
fn reads_every_form_of_a_table() {
    let check = |form, text: &str, expected: &[(&str, &str)]| {
        let known = table(form, text.as_bytes()).unwrap();
        for (address, said) in expected {
            assert_eq!(told(&known, address), *said, "{form:?} {address}");
        }
        known
    };
    let known = check(
        NetworkForm::Iptoasn,
        "1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUDFLARENET\n1.0.1.0\t1.0.3.255\t0\tNone\tNot routed\n\n# a remark\n         2a00::\t2a00:0:ffff:ffff:ffff:ffff:ffff:ffff\t64500\tbe\t\u{1b}[31mName\r\n",
        &[
            ("1.0.0.7", "13335 US -"),
            ("1.0.2.7", "0 - -"),
            ("0.255.255.255", "0 - bogon"),
            ("2a00::7", "64500 BE -"),
            ("2a00:1::7", "0 - -"),
            ("::ffff:1.0.0.7", "13335 US -"),
            ("2002:100:7::1", "13335 US -"),
        ],
    );
    assert_eq!(
        (known.name(13_335), known.name(64_500), known.name(1)),
        (Some("CLOUDFLARENET"), Some("[31mName"), None)
    );
    check(
        NetworkForm::Cidr,
        "11.0.0.0/8 AS64500 BE\n11.1.0.0/16,64501\n11.1.2.0/24;FR # a part\n2a00::/32\tFR\tas64502\n11.200.0.0-11.200.0.9 DE",
        &[
            ("11.0.0.1", "64500 BE -"),
            ("11.1.0.1", "64501 BE -"),
            ("11.1.2.9", "64501 FR -"),
            ("11.1.3.0", "64501 BE -"),
            ("11.2.0.0", "64500 BE -"),
            ("11.200.0.9", "64500 DE -"),
            ("11.200.0.10", "64500 BE -"),
            ("12.0.0.0", "0 - -"),
            ("2a00::1", "64502 FR -"),
        ],
    );
    check(
        NetworkForm::Pfx2as,
        "11.0.0.0\t8\t64500\n11.1.0.0\t16\t64501_64502\n11.2.0.0 16 {64503,64504}\n2a00::\t32\t64505\n",
        &[
            ("11.0.0.0", "64500 - -"),
            ("11.1.255.255", "64501 - -"),
            ("11.2.0.0", "64503 - -"),
            ("11.3.0.0", "64500 - -"),
            ("2a00:0:1::", "64505 - -"),
        ],
    );
}

#[test]
fn reads_packed_files_and_takes_the_first_that_knows() {
    use std::io::Write as _;
    let folder = tempfile::tempdir().unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(b"11.0.0.0/8 BE\n").unwrap();
    std::fs::write(folder.path().join("countries.gz"), packed.finish().unwrap()).unwrap();
    std::fs::write(folder.path().join("networks"), "11.0.0.0/9 AS64500 FR\n0.0.0.0/0 AS64501\n").unwrap();
    std::fs::write(folder.path().join("crawlers"), "11.0.0.9 # one\n66.249.64.0/19\n11.2.0.0-11.2.0.7\n").unwrap();
    let text = "
        registers = ['friends.csv']
        [[networks]]
        file = 'countries.gz'
        form = 'cidr'
        [[networks]]
        file = 'networks'
        form = 'cidr'
        [[leave-out]]
        kind = 'crawler'
        label = 'crawlers-2026'
        file = 'crawlers'
        [[leave-out]]
        kind = 'own'
        label = 'office'
        addresses = ['11.0.0.0/30', '2a00::/48']
    ";
    let settings: Settings = toml::from_str(text).unwrap();
    let friends = |_: &Path| Ok(vec!["11.0.0.8/31".parse().unwrap()]);
    let known = Enrichment::open(&settings, folder.path(), &friends).unwrap();
    for (address, said) in [
        ("11.0.0.1", "64500 BE own"),
        ("11.0.0.4", "64500 BE -"),
        ("11.0.0.8", "64500 BE friend"),
        ("11.0.0.9", "64500 BE crawler"),
        ("11.2.0.7", "64500 BE crawler"),
        ("11.2.0.8", "64500 BE -"),
        ("11.128.0.0", "64501 BE -"),
        ("66.249.95.255", "64501 - crawler"),
        ("10.0.0.1", "64501 - bogon"),
        ("2a00::1", "0 - own"),
        ("2001:db8::1", "0 - bogon"),
    ] {
        assert_eq!(told(&known, address), said, "{address}");
    }
    assert_eq!(known.rules(), "bogons, crawlers (crawlers-2026), friends (friends), own hosts (office)");
    let without: Settings = toml::from_str("bogons = false").unwrap();
    let known = open(&without, folder.path()).unwrap();
    assert_eq!((told(&known, "10.0.0.1").as_str(), known.rules()), ("0 - -", "nobody"));
}

#[test]
fn what_nobody_can_have_is_a_bogon() {
    let known = Enrichment::none();
    let is_bogon = |address: &str| known.of(address.parse().unwrap()).left_out == Some(LeftOut::Bogon);
    for address in [
        "0.0.0.0",
        "10.255.255.255",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.7.7",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.9",
        "192.168.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.255",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "2001:db8::1",
        "3fff:fff::1",
        "4000::",
        "1fff::",
        "64:ff9b::1",
    ] {
        assert!(is_bogon(address), "{address}");
    }
    for address in [
        "1.1.1.1",
        "11.0.0.0",
        "100.63.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "198.20.0.0",
        "223.255.255.255",
        "2a00::1",
        "2001:4860::1",
        "3ffe::1",
    ] {
        assert!(!is_bogon(address), "{address}");
    }
    assert_eq!(known.rules(), "bogons");
}

fn networks() -> Vec<Network> {
    vec![
        Network { first: "11.0.0.0".parse().unwrap(), bits: 8, country: "BE", asn: 64_500, name: "One" },
        Network { first: "66.249.64.0".parse().unwrap(), bits: 19, country: "US", asn: 64_501, name: "Two" },
        Network { first: "2a00::".parse().unwrap(), bits: 32, country: "FR", asn: 64_502, name: "Three" },
    ]
}

#[test]
fn reads_databases_in_maxminds_form() {
    let octets = mmdb::database(&networks());
    let known = table(NetworkForm::Mmdb, &octets).unwrap();
    for (address, said) in [
        ("11.0.0.1", "64500 BE -"),
        ("66.249.95.255", "64501 US -"),
        ("66.249.96.0", "0 - -"),
        ("2a00::5", "64502 FR -"),
        ("2a01::", "0 - -"),
    ] {
        assert_eq!(told(&known, address), said, "{address}");
    }
    assert_eq!(known.name(64_502), Some("Three"));
}

#[test]
fn a_broken_database_is_refused_and_never_panics() {
    let octets = mmdb::database(&networks());
    for length in 0..octets.len() {
        // What is cut ends before or in the description of the database.
        assert!(table(NetworkForm::Mmdb, &octets[..length]).is_err(), "{length}");
    }
    for place in 0..octets.len() {
        for value in [0x00, 0xFF, octets[place] ^ 0x10] {
            let mut broken = octets.clone();
            broken[place] = value;
            drop(table(NetworkForm::Mmdb, &broken));
        }
    }
    let empty = mmdb::database(&[]);
    assert!(table(NetworkForm::Mmdb, &empty).unwrap_err().to_string().contains("no network of it"));
}

#[test]
fn refuses_bad_files_with_the_line_and_what_was_expected() {
    let check = |form, octets: &[u8], expected: &[&str]| {
        let error = table(form, octets).unwrap_err().to_string();
        for piece in expected {
            assert!(error.contains(piece), "{:?}: {error}", String::from_utf8_lossy(octets));
        }
    };
    let iptoasn = NetworkForm::Iptoasn;
    check(iptoasn, b"1.0.0.0\t1.0.0.255", &["line 1", "first address, last address"]);
    check(iptoasn, b"# x\n1.0.0.0\t1.0.0\t1\tUS\tx", &["line 2", "\"1.0.0\"", "an address such as"]);
    check(iptoasn, b"1.0.0.9\t1.0.0.0\t1\tUS\tx", &["line 1", "does not come before"]);
    check(iptoasn, b"1.0.0.0\t2a00::\t1\tUS\tx", &["line 1", "does not come before"]);
    check(iptoasn, b"1.0.0.0\t1.0.0.255\t-1\tUS\tx", &["an AS number from 0"]);
    check(iptoasn, b"1.0.0.0\t1.0.0.255\t1\tUS\t\xff\xfe", &["text in UTF-8"]);
    check(iptoasn, &[b'1'; 5_000], &["5000 octets", "at most 4,096"]);
    check(
        iptoasn,
        b"1.0.0.0\t1.0.0.255\t1\tUS\tx\n1.0.0.128\t1.0.1.255\t2\tUS\ty",
        &["line 2", "with that of line 1", "one lies in the other"],
    );
    check(NetworkForm::Cidr, b"1.0.0.0/8 AS1\n1.0.0.0/8 AS2", &["line 2", "line 1"]);
    let cidr = NetworkForm::Cidr;
    check(cidr, b"1.0.0.1/8 AS1", &["line 1", "\"1.0.0.1/8\"", "a network such as"]);
    check(cidr, b"1.0.0.0/33 AS1", &["a network such as"]);
    check(cidr, b"1.0.0.0/+8 AS1", &["a network such as"]);
    check(cidr, b"1.0.0.0/8", &["behind the network"]);
    check(cidr, b"1.0.0.0/8 AS0", &["\"AS0\""]);
    check(cidr, b"1.0.0.0/8 AS1 AS2", &["\"AS2\"", "each once"]);
    check(cidr, b"1.0.0.0/8 BEL", &["\"BEL\""]);
    let pfx2as = NetworkForm::Pfx2as;
    check(pfx2as, b"1.0.0.0\t24", &["an AS number"]);
    check(pfx2as, b"1.0.0.1\t24\t1", &["no bit set behind"]);
    check(pfx2as, b"1.0.0.0\t24\t_", &["from 1 to"]);
    check(NetworkForm::Mmdb, b"", &["MaxMind's form"]);
    check(NetworkForm::Mmdb, &[0xAB; 4_096], &["MaxMind's form"]);
    check(cidr, b"\x1f\x8b\x08\x00broken", &["cannot be read"]);
    let missing = open(
        &Settings { networks: vec![NetworkTable { file: "nowhere".into(), form: cidr }], ..Settings::default() },
        Path::new("/nonexistent"),
    );
    assert!(missing.unwrap_err().to_string().contains("/nonexistent/nowhere"));
    let list = |list: AddressList| {
        open(&Settings { leave_out: vec![list], ..Settings::default() }, Path::new(".")).unwrap_err().to_string()
    };
    let kind = LeftOut::Crawler;
    let label = "mine".to_owned();
    let wrong = AddressList { kind, label: label.clone(), file: None, addresses: vec!["1.0.0.1/8".to_owned()] };
    assert!(list(wrong).contains("\"mine\""));
    assert!(list(AddressList { kind, label, file: None, addresses: vec![] }).contains("neither a file nor addresses"));
    let registers = Settings { registers: vec!["friends.csv".into()], ..Settings::default() };
    assert!(
        open(&registers, Path::new("/x")).unwrap_err().to_string().contains("/x/friends.csv is refused: there is none")
    );
    for text in ["bogon = true", "[[leave-out]]\nkind = 'robot'\nlabel = 'x'", "[[networks]]\nfile = 'x'\nform = 'csv'"]
    {
        assert!(toml::from_str::<Settings>(text).is_err(), "{text}");
    }
}

#[test]
fn knows_whom_to_write_to() {
    let contacts = |text: &str| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("contacts.csv"), text).unwrap();
        open(&Settings { contacts: vec!["contacts.csv".into()], ..Settings::default() }, folder.path())
    };
    let known = contacts(
        "name,of,contact,remark\nOne,AS64500,abuse@one.example,x\nCERT,be,cert@cert.example,\nTwo,11.0.0.0/8,noc@two.example,\n",
    );
    let known = known.unwrap();
    let contact = |of: &str| known.contacts().of(&of.parse::<Of>().unwrap()).map(|contact| contact.mail.clone());
    assert_eq!(contact("AS64500").as_deref(), Some("abuse@one.example"));
    assert_eq!(contact("BE").as_deref(), Some("cert@cert.example"));
    assert_eq!(contact("11.0.0.0/8").as_deref(), Some("noc@two.example"));
    assert_eq!(contact("AS64501"), None);
    assert_eq!(known.contacts().iter().count(), 3);
    for (text, piece) in [
        ("", "line 1"),
        ("of,name\nAS1,x\n", "has not the columns"),
        ("of,name,contact\nAS1,x\n", "line 2"),
        ("of,name,contact\nAS0,x,a@b.example\n", "line 2: \"AS0\""),
        ("of,name,contact\nAS1,x,nobody\n", "line 2: the contact is no mail address"),
        ("of,name,contact\nAS1,x,a b@c.example\n", "no mail address"),
        ("of,name,contact\nAS1,x,a@b.example\nAS1,y,c@d.example\n", "line 3: AS1 has a contact already"),
        ("of,name,contact\n1.0.0.1/8,x,a@b.example\n", "no network and no country"),
    ] {
        let error = contacts(text).unwrap_err().to_string();
        assert!(error.contains(piece), "{text:?}: {error}");
    }
}

#[test]
fn ranges_have_one_form() {
    for text in ["192.0.2.1", "192.0.2.0/24", "0.0.0.0/0", "2001:db8::/32", "::/0", "192.0.2.1-192.0.2.9"] {
        assert_eq!(text.parse::<Prefix>().unwrap().to_string(), text);
    }
    assert_eq!("11.0.0.0-11.0.0.255".parse::<Prefix>().unwrap().to_string(), "11.0.0.0/24");
    assert_eq!("be".parse::<Country>().unwrap().as_str(), "BE");
}

proptest! {
    #[test]
    fn the_table_says_what_looking_through_all_lines_says(
        ranges in proptest::collection::vec((0_u32..64, 0_u32..7, 1_u32..5, 0_usize..3), 0..24),
        addresses in proptest::collection::vec(0_u32..256, 1..40),
    ) {
        // Networks within 11.0.0.0/24, so that they nest.
        let mut lines: Vec<(Prefix, u32, usize)> = Vec::new();
        for (start, bits, asn, country) in ranges {
            let length = 32 - bits;
            let start = 0x0B00_0000 + ((start * 4) >> bits << bits);
            let Some(prefix) = Prefix::of_network(IpAddr::V4(start.into()), u8::try_from(length).unwrap()) else { continue };
            if lines.iter().all(|(other, _, _)| *other != prefix) {
                lines.push((prefix, asn, country));
            }
        }
        let countries = ["BE", "FR", ""];
        let text: String = lines.iter().map(|(prefix, asn, country)| format!("{prefix} AS{asn} {}\n", countries[*country])).collect();
        let known = table(NetworkForm::Cidr, text.as_bytes()).unwrap();
        for last in addresses {
            let address = IpAddr::V4((0x0B00_0000 + last).into());
            let mut around: Vec<_> = lines.iter().filter(|(prefix, _, _)| prefix.contains(address)).collect();
            around.sort_by_key(|(prefix, _, _)| match (prefix.first(), prefix.last()) {
                (IpAddr::V4(first), IpAddr::V4(last)) => last.to_bits() - first.to_bits(),
                _ => unreachable!(),
            });
            let asn = around.first().map_or(0, |(_, asn, _)| *asn);
            let country = around.iter().map(|(_, _, country)| countries[*country]).find(|country| !country.is_empty());
            let about = known.of(address);
            prop_assert_eq!(about.asn, asn);
            prop_assert_eq!(about.country.map(|country| country.to_string()), country.map(str::to_owned));
        }
    }
}
