// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zone files: every form of RFC 1035, section 5, files that are cut, and files that lie.

use std::io::Read;

use forestall_formats::zonefile::{MAX_RECORD, ZoneData, ZoneEnd, ZoneFault, ZoneReader};
use forestall_model::OwnerName;
use proptest::prelude::*;

/// Reads a whole file into lines "owner what".
fn all(text: &[u8], origin: Option<&str>) -> Result<(Vec<String>, ZoneEnd), (u64, ZoneFault)> {
    let mut reader = match origin {
        Some(origin) => ZoneReader::with_origin(text, &origin.parse::<OwnerName>().unwrap()),
        None => ZoneReader::new(text),
    };
    let mut seen = Vec::new();
    loop {
        match reader.next_record() {
            Ok(Some(record)) => {
                let data = match record.data {
                    ZoneData::Ns(target) => format!("NS {target}"),
                    ZoneData::Soa(serial) => format!("SOA {serial}"),
                    ZoneData::Other(number) => format!("TYPE{number}"),
                };
                seen.push(format!("{} {data}", record.owner));
            }
            Ok(None) => return Ok((seen, reader.end().unwrap().clone())),
            Err(error) => return Err((error.line, error.fault)),
        }
    }
}

const CZDS: &str = "\
example.\t86400\tin\tsoa\ta.nic.example. hostmaster.nic.example. 2026112301 1800 900 604800 86400\n\
example.\t86400\tin\tns\ta.nic.example.\n\
a.nic.example.\t86400\tin\ta\t192.0.2.1\n\
bcdefg.example.\t3600\tin\tns\tns1.sinkhole.test.\n\
bcdefg.example.\t3600\tin\tns\tns2.sinkhole.test.\n\
example.\t86400\tin\tsoa\ta.nic.example. hostmaster.nic.example. 2026112301 1800 900 604800 86400\n";

#[test]
fn reads_the_form_of_czds() {
    let (seen, end) = all(CZDS.as_bytes(), None).unwrap();
    assert_eq!(
        seen,
        [
            "example SOA 2026112301",
            "example NS a.nic.example",
            "a.nic.example TYPE1",
            "bcdefg.example NS ns1.sinkhole.test",
            "bcdefg.example NS ns2.sinkhole.test",
            "example SOA 2026112301",
        ]
    );
    assert_eq!((end.apex.as_str(), end.serial, end.records, end.lines), ("example", 2_026_112_301, 6, 6));
    assert!(end.ends_with_soa);
}

#[test]
fn reads_every_form_of_a_master_file() {
    let text = r#"; a zone by hand
$TTL 1h30m
$ORIGIN Example.
@   IN 3600 SOA ns hostmaster.example. ( 7 ; the serial
        3h 1h ; refresh ( retry
        1w
        300 )
    3600 IN NS  ns.nic          ; relative target, blank owner
        NS  NS.Other.TEST.
Upper   CLASS1 TYPE65534 \# 2 abcd
*.wild  TXT "a ; b" "c \" ( d"
*       A   192.0.2.1
a\.b    ns  x\046y
$origin sub
deep IN NS @
$ORIGIN .
nic.example 300 AAAA (
2001:db8::1
)
"#;
    let (seen, end) = all(text.replace("\n", "\r\n").as_bytes(), None).unwrap();
    assert_eq!(
        seen,
        [
            "example SOA 7",
            "example NS ns.nic.example",
            "example NS ns.other.test",
            "upper.example TYPE65534",
            "*.wild.example TYPE16",
            "*.example TYPE1",
            r"a\046b.example NS x\046y.example",
            "deep.sub.example NS sub.example",
            "nic.example TYPE28",
        ]
    );
    assert!(!end.ends_with_soa);
}

#[test]
fn says_where_a_wildcard_stands() {
    let text = CZDS.replace("bcdefg.example.", "*.example.");
    let mut reader = ZoneReader::new(text.as_bytes());
    let mut below = Vec::new();
    while let Some(record) = reader.next_record().unwrap() {
        below.extend(record.wildcard_below().map(str::to_owned));
    }
    assert_eq!(below, ["example", "example"]);
}

#[test]
fn refuses_a_file_cut_in_the_middle() {
    // Wherever the cut falls inside a line, it is seen and named; between lines it is a file without its closing SOA.
    let lines: Vec<usize> = CZDS.match_indices('\n').map(|(i, _)| i + 1).collect();
    for cut in 1..CZDS.len() {
        let result = all(&CZDS.as_bytes()[..cut], None);
        if lines.contains(&cut) {
            assert!(!result.unwrap().1.ends_with_soa, "cut at {cut}");
        } else {
            let line = u64::try_from(CZDS[..cut].matches('\n').count()).unwrap() + 1;
            assert_eq!(result.unwrap_err(), (line, ZoneFault::Cut), "cut at {cut}");
        }
    }
    let open = "example. SOA a. b. ( 1\n2 3\n";
    assert_eq!(all(open.as_bytes(), None).unwrap_err(), (2, ZoneFault::CutInParenthesis(1)));
}

#[test]
fn names_line_and_cause_of_each_fault() {
    let soa = "example. SOA a. b. 1 2 3 4 5\n";
    let check = |text: String, line: u64, message: &str| {
        let mut reader = ZoneReader::new(text.as_bytes());
        let error = loop {
            match reader.next_record() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{text:?} was read"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.line, line, "{error}");
        assert!(error.to_string().contains(message), "{error}");
    };
    check(String::new(), 1, "holds no SOA");
    check("; nothing\n".to_owned(), 1, "holds no SOA");
    check("a.example. NS b.\n".to_owned(), 1, "holds no SOA");
    check(format!("{soa}other. SOA a. b. 1 2 3 4 5\n"), 2, "that of other; expected that of example");
    check(format!("{soa}example. SOA a. b. 2 2 3 4 5\n"), 2, "mixes two versions");
    check(format!("{soa}a.example. NS\n"), 2, "expected one name");
    check(format!("{soa}a.example. NS b. c.\n"), 2, "expected one name");
    check(format!("{soa}a.example. 300 IN\n"), 2, "found the end of the record");
    check(format!("{soa}a.example. 300 IN NX b.\n"), 2, "found \"NX\"");
    check(format!("{soa}a.example. CH NS b.\n"), 2, "the class is CH");
    check(format!("{soa}a.example. A\n"), 2, "ends after its type");
    check(format!("{soa}a NS b.\n"), 2, "no origin was set");
    check(format!("{soa}a..example. NS b.\n"), 2, "empty label");
    check(format!("{soa}{}.example. NS b.\n", "a".repeat(64)), 2, "longer than 63");
    check(format!("{soa}a.example. NS b.)\n"), 2, "closes that was not opened");
    check(format!("{soa}a.example. TXT \"b\n\n"), 2, "not closed on its line");
    check(format!("{soa}a.example. NS b\\\n"), 2, "a backslash");
    check(format!("{soa}$INCLUDE /etc/passwd\n"), 2, "$INCLUDE /etc/passwd is not understood");
    check(format!("{soa}$GENERATE 1-9 a$ NS b.\n"), 2, "$GENERATE");
    check("  NS b.\n".to_owned(), 1, "no owner");
    check("example. SOA a. b. x 2 3 4 5\n".to_owned(), 1, "SOA record are not understood");
    let packed = [0x1F, 0x8B, 8, 0, b'\n'];
    assert_eq!(all(&packed, None).unwrap_err(), (1, ZoneFault::Compressed));
}

#[test]
fn memory_stays_bounded_on_endless_lines_and_parentheses() {
    let endless = || std::io::repeat(b'a').take(1 << 40);
    let mut reader = ZoneReader::new(endless());
    assert_eq!(reader.next_record().unwrap_err().fault, ZoneFault::RecordTooLong);
    let lines = std::io::Cursor::new(b"example. TXT (\n".to_vec()).chain(std::io::repeat(b'\n').take(1 << 40));
    let error = ZoneReader::new(lines).next_record().unwrap_err();
    assert_eq!(error.fault, ZoneFault::RecordTooLong);
    assert!(error.line < u64::try_from(MAX_RECORD).unwrap() + 2);
}

#[test]
fn reads_every_type_by_name_as_by_number() {
    let text = "example. SOA a. b. 1 2 3 4 5\nx.example. CAA 0 issue \";\"\nx.example. TYPE257 \\# 1 00\n";
    let (seen, _) = all(text.as_bytes(), None).unwrap();
    assert_eq!(seen[1], seen[2]);
}

proptest! {
    #[test]
    fn never_panics_and_never_reads_a_cut_file(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = all(&bytes, Some("example"));
    }

    #[test]
    fn words_in_any_order_never_panic(words in proptest::collection::vec(
        prop::sample::select(vec![
            "example.", "a", "@", "$ORIGIN", "$TTL", "IN", "NS", "SOA", "1", "1h", "(", ")", "\"", ";", "\n", "\r\n", " ", "\t",
            "\\", "\\1", "\\#", "*", ".", "A", "TXT",
        ]), 0..60,
    )) {
        let text: String = words.iter().map(|w| if *w == "\n" { "\n".to_owned() } else { format!("{w} ") }).collect();
        if let Ok((_, end)) = all(text.as_bytes(), Some("example")) {
            prop_assert!(text.ends_with('\n') && end.records > 0);
        }
    }

    #[test]
    fn delegations_survive_relative_and_absolute_writing(
        names in proptest::collection::vec("[a-z0-9]{1,12}", 1..20),
        upper in any::<bool>(),
    ) {
        let mut absolute = "zone. SOA a. b. 1 2 3 4 5\n".to_owned();
        let mut relative = "$ORIGIN zone.\n@ SOA a. b. (1 2 3\n 4 5)\n".to_owned();
        for name in &names {
            absolute += &format!("{name}.zone. 300 IN NS ns.{name}.zone.\n");
            let written = if upper { name.to_uppercase() } else { name.clone() };
            relative += &format!("{written} NS (\n  ns.{name} ) ; {name}\n");
        }
        prop_assert_eq!(all(absolute.as_bytes(), None).unwrap().0, all(relative.as_bytes(), None).unwrap().0);
    }
}

/// Reads a file by one of the two paths, through a buffer that cuts it anywhere, into all that the reader says.
fn by_path(text: &[u8], quick: bool, piece: usize) -> (Vec<String>, String) {
    struct Pieces<'a>(&'a [u8], usize);
    impl Read for Pieces<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let count = self.1.min(into.len()).min(self.0.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }
    let reader = ZoneReader::new(Pieces(text, piece));
    let mut reader = if quick { reader } else { reader.by_the_plain_path() };
    let mut seen = Vec::new();
    loop {
        match reader.next_record() {
            Ok(Some(record)) => seen.push(format!("{record:?}")),
            Ok(None) => return (seen, format!("{:?}", reader.end())),
            Err(error) => return (seen, format!("{error:?}")),
        }
    }
}

#[test]
fn the_quick_path_knows_the_ends_of_names_and_lines() {
    let soa = "example. 1 IN SOA a. b. 1 2 3 4 5\n";
    let label = "a".repeat(63);
    let long = |last: usize| format!("{label}.{label}.{label}.{}.", "b".repeat(last));
    let lines = [
        format!("{} 1 IN NS a.", long(61)),
        format!("{} 1 IN NS a.", long(62)),
        format!("a.example. 1 IN NS {}", long(61)),
        format!("a.example. 1 IN NS {}", long(62)),
        format!("{label}.example. 1 IN NS a."),
        format!("a{label}.example. 1 IN NS a."),
        format!("a.example. 1 IN NS a{label}."),
        format!("a.example. {} IN NS a.", "1".repeat(20)),
        format!("a.example. {} IN NS a.", "1".repeat(21)),
        "a..example. 1 IN NS a.".to_owned(),
        ". 1 IN NS a.".to_owned(),
        "a.example. 1 IN NS .".to_owned(),
        "a.example. 1 IN NS a. \t\r".to_owned(),
        "a.example. 1 IN NS a. ; said".to_owned(),
        "a.example. 1 IN NS a. b.".to_owned(),
        "a.example. 1 IN NS a".to_owned(),
        "a.example. 1 INNS a.".to_owned(),
        "a.example. 1 IN A".to_owned(),
        "a.example. 1 IN A \r".to_owned(),
        "a.example. 1 IN A \r 1.2.3.4".to_owned(),
        "A.Example. 1 in Aaaa 2001:db8::1\r".to_owned(),
        "a.example. 1 IN DS 1 2 3 abcd (\nef )".to_owned(),
        "a.example. 1 IN RRSIG x \"y\nz\"".to_owned(),
    ];
    for line in lines {
        let text = format!("{soa}{line}\n\t1 IN NS x.\n");
        let plain = by_path(text.as_bytes(), false, usize::MAX);
        assert_eq!(by_path(text.as_bytes(), true, usize::MAX), plain, "{line}");
    }
}

/// Lines of the frequent form, and such that nearly are.
fn nearly_czds() -> impl Strategy<Value = String> {
    let blank = || prop::sample::select(vec!["\t", "\t", " ", "\t ", "\r", ""]);
    let name = || {
        prop::sample::select(vec![
            "a.example.",
            "A.Example.",
            "b-1._x.example.",
            "example.",
            ".",
            "a..",
            "a",
            "@",
            "*.example.",
            r"a\.b.example.",
            "",
        ])
    };
    let ttl = prop::sample::select(vec!["1", "86400", "1h", "", "123456789012345678901"]);
    let class = prop::sample::select(vec!["in", "IN", "iN", "CH", ""]);
    let kind = prop::sample::select(vec!["ns", "NS", "a", "aaaa", "ds", "rrsig", "nsec3", "txt", "soa", "type2", ""]);
    let data = prop_oneof![
        name().prop_map(str::to_owned),
        prop::sample::select(vec![
            "1 2 3 ABCD",
            "(",
            "(1\n2)",
            ")",
            "\"a b\"",
            "\"",
            "x ; y",
            "\\",
            "a\\",
            "b. c.",
            "1.2.3.4",
            ""
        ])
        .prop_map(str::to_owned),
    ];
    let end = prop::sample::select(vec!["\n", "\n", "\n", "\r\n", " \n", ""]);
    (name(), blank(), ttl, blank(), class, blank(), kind, blank(), data, end).prop_map(
        |(owner, b1, ttl, b2, class, b3, kind, b4, data, end)| {
            format!("{owner}{b1}{ttl}{b2}{class}{b3}{kind}{b4}{data}{end}")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_quick_path_gives_what_the_plain_path_gives(
        lines in proptest::collection::vec(nearly_czds(), 1..8),
        piece in prop::sample::select(vec![1_usize, 7, 40, usize::MAX]),
    ) {
        let text = format!("example. 1 IN SOA a. b. 1 2 3 4 5\n{}", lines.concat());
        prop_assert_eq!(by_path(text.as_bytes(), true, piece), by_path(text.as_bytes(), false, usize::MAX));
    }

    #[test]
    fn the_quick_path_gives_what_the_plain_path_gives_of_lines_that_are_right(
        names in proptest::collection::vec(("[a-zA-Z0-9_-]{1,6}", 1_u32..90_000, "(ns|NS|a|ds)", "[a-z0-9.]{1,9}[.]"), 1..40),
        piece in 1_usize..200,
    ) {
        let mut text = "example. 1 IN SOA a. b. 1 2 3 4 5\n".to_owned();
        for (label, ttl, kind, data) in &names {
            text += &format!("{label}.example.\t{ttl}\tin\t{kind}\t{data}\n");
        }
        prop_assert_eq!(by_path(text.as_bytes(), true, piece), by_path(text.as_bytes(), false, usize::MAX));
    }
}
