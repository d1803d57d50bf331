// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The registry directory: what it knows, what it refuses, and its tables.

use forestall_model::directory::{
    Column, Country, Directory, Fact, Field, Kind, LevelForm, RdapError, Reason, Registrability, SecondLevel,
    TableProblem,
};
use forestall_model::{DomainName, Tld};
use proptest::prelude::*;

/// The suffixes of Conficker A, B and C; together 117 top-level domains.
const CONFICKER: &str = "com net org info biz cc cn ws ac ae ag am as at be bo bz ca cd ch cl co.cr co.id co.il co.ke co.kr \
    co.nz co.ug co.uk co.vi co.za com.ag com.ai com.ar com.bo com.br com.bs com.co com.do com.fj com.gh com.gl com.gt \
    com.hn com.jm com.ki com.lc com.mt com.mx com.ng com.ni com.pa com.pe com.pr com.pt com.py com.sv com.tr com.tt \
    com.tw com.ua com.uy com.ve cx cz dj dk dm ec es fm fr gd gr gs gy hk hn ht hu ie im in ir is kn kz la lc li lu lv \
    ly md me mn ms mu mw my nf nl no pe pk pl ps ro ru sc sg sh sk su tc tj tl tn to tw us vc vn";

fn tld(text: &str) -> Tld {
    text.parse().expect("a top-level domain")
}

fn name(text: &str) -> DomainName {
    text.parse().expect("a domain name")
}

#[test]
fn knows_every_domain_of_the_root() {
    let directory = Directory::built_in();
    let in_root = directory.iter().filter(|entry| entry.icann()).count();
    assert!((1_400..2_000).contains(&in_root), "{in_root}");
    assert!(directory.iter().zip(directory.iter().skip(1)).all(|(a, b)| a.tld < b.tld), "in A-label order");
    for entry in directory.iter() {
        assert!(!entry.kind.source.is_empty(), "{}: a kind has a source", entry.tld);
        assert_eq!(entry.unicode.is_ascii(), !entry.tld.as_str().starts_with("xn--"), "{}", entry.tld);
        if entry.kind.value == Kind::CountryCode {
            assert!(entry.country.is_some(), "{} has a country", entry.tld);
        } else {
            assert!(entry.country.is_none(), "{} has none", entry.tld);
        }
        if entry.icann() && entry.tld.as_str() != "arpa" {
            assert!(!entry.levels.is_empty(), "{} has a level", entry.tld);
        }
    }
}

#[test]
fn gives_kinds_and_countries() {
    let directory = Directory::built_in();
    let check = |label: &str, kind: Kind, country: &str| {
        let entry = directory.entry(&tld(label)).unwrap();
        let found = entry.country.as_ref().map_or("", |fact| fact.value.alpha2);
        assert_eq!((entry.kind.value, found), (kind, country), "{label}");
    };
    check("com", Kind::Generic, "");
    check("biz", Kind::GenericRestricted, "");
    check("museum", Kind::Sponsored, "");
    check("arpa", Kind::Infrastructure, "");
    check("xn--0zwm56d", Kind::Test, "");
    check("onion", Kind::SpecialUse, "");
    check("bit", Kind::Alternative, "");
    check("bazar", Kind::Alternative, "");
    check("be", Kind::CountryCode, "BE");
    check("uk", Kind::CountryCode, "GB");
    check("eu", Kind::CountryCode, "EU");
    check("su", Kind::CountryCode, "SU");
    check("ac", Kind::CountryCode, "AC");
    check("xn--p1ai", Kind::CountryCode, "RU");
    check("xn--e1a4c", Kind::CountryCode, "EU");
    check("xn--fiqs8s", Kind::CountryCode, "CN");
    assert_eq!(&*directory.entry(&tld("xn--p1ai")).unwrap().unicode, "рф");
    assert_eq!(Country::of("GB").unwrap().name, "United Kingdom");
    assert_eq!(Country::of("TW").unwrap().name, "Taiwan, Province of China");
    assert_eq!(Country::of("gb"), None);
    assert!(!directory.entry(&tld("onion")).unwrap().icann());
    assert_eq!(directory.entry(&tld("nosuchdomain")), None);
}

#[test]
fn lists_every_suffix_of_conficker_as_a_level() {
    let directory = Directory::built_in();
    let mut tlds: Vec<&str> = Vec::new();
    for suffix in CONFICKER.split_whitespace() {
        let name = name(&format!("oubezepg.{suffix}"));
        let found = directory.suffix_of(&name);
        assert_eq!((found.name, found.registrable), (suffix, Some(name.as_str())));
        assert!(found.is_listed(), "{suffix}");
        assert!(!directory.registrability(&name).is_refused(), "{suffix}");
        tlds.push(suffix.rsplit('.').next().unwrap());
    }
    tlds.sort_unstable();
    tlds.dedup();
    assert_eq!(tlds.len(), 117);
}

/// From the tests of the public suffix list (public domain), without its private section.
#[test]
fn cuts_names_as_the_public_suffix_list_does() {
    let check = |text: &str, registrable: Option<&str>| {
        assert_eq!(Directory::built_in().suffix_of(&name(text)).registrable, registrable, "{text}");
    };
    check("example.com", Some("example.com"));
    check("b.example.com", Some("example.com"));
    check("a.b.example.biz", Some("example.biz"));
    check("uk.com", Some("uk.com"));
    check("example.uk.com", Some("uk.com"));
    check("c.ck", None);
    check("b.c.ck", Some("b.c.ck"));
    check("a.b.c.ck", Some("b.c.ck"));
    check("www.ck", Some("www.ck"));
    check("www.www.ck", Some("www.ck"));
    check("test.jp", Some("test.jp"));
    check("ac.jp", None);
    check("www.test.ac.jp", Some("test.ac.jp"));
    check("ide.kyoto.jp", None);
    check("a.b.ide.kyoto.jp", Some("b.ide.kyoto.jp"));
    check("c.kobe.jp", None);
    check("b.c.kobe.jp", Some("b.c.kobe.jp"));
    check("city.kobe.jp", Some("city.kobe.jp"));
    check("www.city.kobe.jp", Some("city.kobe.jp"));
    check("test.k12.ak.us", Some("test.k12.ak.us"));
    check("k12.ak.us", None);
    check("xn--85x722f.xn--55qx5d.cn", Some("xn--85x722f.xn--55qx5d.cn"));
    check("xn--55qx5d.cn", None);
    check("xn--85x722f.xn--fiqs8s", Some("xn--85x722f.xn--fiqs8s"));
    check("example.github.io", Some("github.io"));
    check("b.example.nosuchdomain", Some("example.nosuchdomain"));
}

/// The list that the `psl` crate compiles in is of another week, so a few of the 7,000 rules may differ.
#[test]
fn agrees_with_another_reader_of_the_public_suffix_list() {
    let directory = Directory::built_in();
    let (mut seen, mut differing) = (0, Vec::new());
    for entry in directory.iter() {
        for fact in &entry.levels {
            let probe = match fact.value.form() {
                LevelForm::Plain => format!("a.zz.{}", fact.value.suffix()),
                LevelForm::Wildcard => format!("a.zz.yy.{}", fact.value.suffix()),
                LevelForm::Exception => format!("a.{}", fact.value.suffix()),
            };
            let theirs = psl::suffix(probe.as_bytes()).unwrap();
            if theirs.typ() == Some(psl::Type::Private) {
                continue;
            }
            seen += 1;
            if directory.suffix_of(&name(&probe)).name.as_bytes() != theirs.as_bytes() {
                differing.push(probe);
            }
        }
    }
    assert!(seen > 6_500 && differing.len() < 70, "{seen} seen, differing: {differing:?}");
}

#[test]
fn refuses_only_what_a_source_refuses() {
    let directory = Directory::built_in();
    let check = |text: &str, expected: Option<Reason>| match (directory.registrability(&name(text)), expected) {
        (Registrability::NotRegistrable { reason, source, .. }, Some(expected)) => {
            assert_eq!(reason, expected, "{text}");
            assert!(!source.is_empty(), "{text}");
        }
        (Registrability::Registrable | Registrability::Unknown, None) => {}
        (found, _) => panic!("{text}: {found:?}"),
    };
    check("wnsux.com", None);
    check("praat.org", None);
    check("icann.org", Some(Reason::Reserved("icann.org".parse().unwrap())));
    check("www.icann.org", Some(Reason::Reserved("icann.org".parse().unwrap())));
    check("icann.com", None);
    check("ab.ch", Some(Reason::TooShort { minimum: 3 }));
    check("abc.ch", None);
    check("xn--a.ch", None);
    check("abcd.za", Some(Reason::ClosedSecondLevel));
    check("abcd.co.za", None);
    check("abcd.py", Some(Reason::ClosedSecondLevel));
    check("abcd.com.py", None);
    check("abcd.ua", None);
    check("com.ag", Some(Reason::PublicSuffix));
    check("abcd.ck", Some(Reason::PublicSuffix));
    check("www.ck", None);
    check("abcd.onion", Some(Reason::NotDelegated));
    check("abcd.bit", None);
    check("abcd.nosuchdomain", None);
    assert_eq!(directory.registrability(&name("abcd.nosuchdomain")), Registrability::Unknown);
    assert_eq!(directory.registrability(&name("abcd.be")), Registrability::Registrable);
}

#[test]
fn tells_which_domains_need_no_look() {
    let directory = Directory::built_in();
    for label in ["com", "net", "info", "bit", "nosuchdomain"] {
        assert!(!directory.rules_for(&tld(label)), "{label}");
    }
    for label in ["org", "cn", "ck", "za", "ch", "onion", "ag"] {
        assert!(directory.rules_for(&tld(label)), "{label}");
    }
    // The promise behind the short cut: without rules, nothing is refused.
    for entry in directory.iter().filter(|entry| !directory.rules_for(&entry.tld)) {
        for label in ["a", "ab", "com", "icann", "oubezepg", "www.oubezepg"] {
            let found = entry.registrability(&format!("{label}.{}", entry.tld));
            assert!(!found.is_refused(), "{label}.{}", entry.tld);
        }
    }
}

#[test]
fn the_built_in_directory_survives_its_table() {
    let directory = Directory::built_in();
    let table = directory.export_csv();
    assert_eq!(&Directory::import_csv(&table).unwrap(), directory);
    assert!(table.contains("\nxn--p1ai,unicode,рф,,\n"));
    assert!(table.contains("\nuk,level,co.uk,"));
    assert!(table.contains("\nag,level,com.ag,"));
}

#[test]
fn a_table_replaces_the_fields_it_names_and_no_others() {
    let mut directory = Directory::built_in().clone();
    let before = directory.entry(&tld("be")).unwrap().clone();
    let changed = directory.amend_csv(
        "tld,field,value,source,date\r\n# ours\r\nbe,minimum-length,5,\"letter of DNS Belgium, page 2\",2026-11-01\r\n\
         be,reserved,police.be,letter,\r\nnewzone,kind,alternative,a news item,2026-10-02\r\n",
    );
    assert_eq!(changed.unwrap(), 2);
    let after = directory.entry(&tld("be")).unwrap();
    assert_eq!(after.minimum_length.as_ref().map(|fact| fact.value), Some(5));
    assert_eq!(&*after.minimum_length.as_ref().unwrap().source, "letter of DNS Belgium, page 2");
    assert_eq!(after.levels, before.levels);
    assert_eq!(after.second_level.as_ref().map(|fact| fact.value), Some(SecondLevel::Open));
    assert!(directory.registrability(&name("abcd.be")).is_refused());
    assert!(directory.registrability(&name("police.be")).is_refused());
    assert_eq!(directory.entry(&tld("newzone")).unwrap().kind.value, Kind::Alternative);
}

#[test]
fn names_line_and_column_of_a_broken_table_and_applies_nothing() {
    let head = "tld,field,value,source,date\nbe,minimum-length,3,x,\n";
    let check = |row: &str, line: usize, column: usize, name: Column, words: &str| {
        let mut directory = Directory::built_in().clone();
        let error = directory.amend_csv(&format!("{head}{row}\n")).unwrap_err();
        assert_eq!((error.line, error.column, error.name), (line, column, name), "{row}: {error}");
        assert!(error.to_string().contains(words), "{row}: {error}");
        assert_eq!(&directory, Directory::built_in(), "{row}: nothing applied");
    };
    check("B_E,kind,generic,x,", 3, 1, Column::Tld, "A-label");
    check("be,colour,blue,x,", 3, 4, Column::Field, "expected one of unicode, kind");
    check("be,minimum-length,64,x,", 3, 19, Column::Value, "1 to 63");
    check("be,minimum-length,0,x,", 3, 19, Column::Value, "1 to 63");
    check("be,second-level,ajar,x,", 3, 17, Column::Value, "open, restricted, closed");
    check("be,second-level,closed,,", 3, 24, Column::Source, "needs a source");
    check("be,country,ZZ,x,", 3, 12, Column::Value, "ISO 3166-1");
    check("be,level,co.uk,x,", 3, 10, Column::Value, "does not lie under be");
    check("be,level,*,x,", 3, 10, Column::Value, "is not a level");
    check("be,reserved,a.?,x,", 3, 13, Column::Value, "is not a pattern");
    check("be,rdap,ftp://x/,x,", 3, 9, Column::Value, "http://");
    check("be,unicode,bé,x,", 3, 12, Column::Value, "U-label");
    check("be,country,BE,x,2026-02-30", 3, 17, Column::Date, "2026-02-30");
    check("be,country,BE,\"x", 3, 15, Column::Source, "not closed");
    check("be,country,BE,x", 3, 15, Column::Source, "4 fields");
    check("be,minimum-length,4,x,", 3, 4, Column::Field, "line 2");
    check("zzz,level,zzz,x,", 3, 1, Column::Tld, "gives its kind");
    check(&format!("be,country,BE,{},", "x".repeat(501)), 3, 15, Column::Source, "500");
    let problem = |text: &str| Directory::import_csv(text).unwrap_err().problem;
    assert_eq!(problem(""), TableProblem::Empty);
    assert!(matches!(problem("tld,field,value\n"), TableProblem::Header(_)));
}

#[test]
fn takes_rdap_services_from_a_bootstrap_file() {
    // The shape of RFC 9224, section 4.
    let file = r#"{ "version": "1.0", "publication": "2024-01-07T10:11:12Z", "description": "Some text",
        "services": [
            [["net", "com"], ["http://registry.example.com/myrdap/", "https://registry.example.com/myrdap/"]],
            [["ORG", "mytld"], ["https://example.org/"]],
            [["xn--zckzah"], ["https://example.net/rdap/xn--zckzah/", "http://example.net/rdap/xn--zckzah/"]] ] }"#;
    let mut directory = Directory::built_in().clone();
    let done = directory.import_rdap_bootstrap(file).unwrap();
    assert_eq!((done.set, done.unknown), (4, vec!["mytld".to_owned()]));
    let expected = Fact {
        value: "https://registry.example.com/myrdap/".into(),
        source: "RDAP bootstrap file of IANA (RFC 9224)".into(),
        date: Some("2024-01-07".parse().unwrap()),
    };
    assert_eq!(directory.entry(&tld("com")).unwrap().rdap, Some(expected));
    assert_eq!(directory.entry(&tld("be")).unwrap().rdap, None);
    assert_eq!(Directory::import_csv(&directory.export_csv()).unwrap(), directory);
}

#[test]
fn refuses_a_broken_bootstrap_file_whole() {
    let mut directory = Directory::built_in().clone();
    let mut error = |file: &str| {
        let error = directory.import_rdap_bootstrap(file).unwrap_err();
        assert_eq!(&directory, Directory::built_in());
        error
    };
    assert!(error("{\"version\": \"1.0\",\n \"services\": [[[\"com\"]]]}").to_string().contains("line 2"));
    assert!(matches!(error("[]"), RdapError::Json(_)));
    assert!(matches!(error(r#"{"version":"2.0","services":[]}"#), RdapError::Version(v) if v == "2.0"));
    let bad = r#"{"version":"1.0","services":[[["com"],["https://x/"]],[["net"],["javascript:alert(1)"]]]}"#;
    assert!(matches!(error(bad), RdapError::Address { service: 2 }));
    assert!(matches!(error(&"[".repeat(100_000)), RdapError::Json(_)));
}

/// One row of a table, as fields.
fn row(label: &'static str) -> impl Strategy<Value = (Field, String)> {
    let sub = "[a-z0-9]{1,8}(\\.[a-z0-9]{1,8}){0,2}";
    prop_oneof![
        prop::sample::select(vec!["BE", "GB", "EU", "AC"]).prop_map(|code| (Field::Country, code.to_owned())),
        sub.prop_map(move |text| (Field::Level, format!("{text}.{label}"))),
        sub.prop_map(move |text| (Field::Level, format!("*.{text}.{label}"))),
        sub.prop_map(move |text| (Field::Level, format!("!{text}.{label}"))),
        (1_u8..=63).prop_map(|length| (Field::MinimumLength, length.to_string())),
        prop::sample::select(SecondLevel::ALL).prop_map(|state| (Field::SecondLevel, state.to_string())),
        "[a-z0-9?*-]{1,12}".prop_map(move |text| (Field::Reserved, format!("{text}.{label}"))),
        "[a-z0-9/._~-]{1,40}".prop_map(|text| (Field::Rdap, format!("https://h{text}"))),
    ]
}

fn table() -> impl Strategy<Value = String> {
    let date = prop_oneof![Just(String::new()), (1_601..=9_999_u16).prop_map(|year| format!("{year:04}-02-28"))];
    let source = "[^\\p{C}]{1,40}".prop_filter("not blank", |text| !text.trim().is_empty());
    let about = |label: &'static str| {
        let kind = prop::sample::select(Kind::ALL).prop_map(|kind| (Field::Kind, kind.to_string()));
        let rows = prop::collection::vec((row(label), source.clone(), date.clone()), 0..12);
        (kind, source.clone(), date.clone(), rows).prop_map(move |(kind, source, date, mut rows)| {
            rows.push((kind, source, date));
            let mut seen = std::collections::BTreeSet::new();
            let mut text = String::new();
            for ((field, value), source, date) in rows {
                let single = !matches!(field, Field::Level | Field::Reserved);
                if seen.insert((field, if single { String::new() } else { value.clone() })) {
                    let quoted = source.replace('"', "\"\"");
                    text.push_str(&format!("{label},{field},{value},\"{quoted}\",{date}\n"));
                }
            }
            text
        })
    };
    (about("be"), about("xn--p1ai"), about("zone"))
        .prop_map(|(a, b, c)| format!("tld,field,value,source,date\n{b}{a}{c}"))
}

proptest! {
    #[test]
    fn import_of_an_export_is_the_same(table in table()) {
        let directory = Directory::import_csv(&table).unwrap();
        prop_assert_eq!(directory.len(), 3);
        let export = directory.export_csv();
        let again = Directory::import_csv(&export).unwrap();
        prop_assert_eq!(again.export_csv(), export);
        prop_assert_eq!(again, directory);
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}", rows in "([a-z,\"*.!\n-]{0,30}\n){0,6}") {
        let _ = Directory::import_csv(&text);
        let _ = Directory::import_csv(&format!("tld,field,value,source,date\n{rows}"));
        for entry in Directory::built_in().iter().take(3) {
            let _ = entry.registrability(&text);
            let _ = entry.registrability(&format!("{text}.{}", entry.tld));
        }
        let mut directory = Directory::default();
        let _ = directory.import_rdap_bootstrap(&text);
    }
}

#[test]
fn the_screen_lets_only_names_pass_that_no_rule_refuses() {
    let labels = [
        "a",
        "ab",
        "abc",
        "asso",
        "gouv",
        "co",
        "com",
        "www",
        "arin",
        "city",
        "kobe",
        "example",
        "nic",
        "xn--bcher-kva",
    ];
    for entry in Directory::built_in().iter() {
        let screen = entry.screen();
        for label in labels {
            for name in [
                format!("{label}.{}", entry.tld),
                format!("{label}.com.{}", entry.tld),
                format!("{label}.city.{}", entry.tld),
            ] {
                let refused = matches!(entry.registrability(&name), Registrability::NotRegistrable { .. });
                assert!(!refused || screen.may_refuse(&name), "{name}");
            }
        }
    }
}
