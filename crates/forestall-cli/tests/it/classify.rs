// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall classify`: one line a name, in order, whatever comes.

use crate::support::Home;

#[test]
fn prints_one_line_a_name_in_the_order_of_the_input() {
    let home = Home::new();
    home.write(
        "names.txt",
        "wikipedia.org\nQXKZJVHWPT.com.\r\nprinter.local\n2.0.0.127.zen.spamhaus.org\nwikipedia.org",
    );
    let printed = home.ok("classify names.txt");
    let rows: Vec<(&str, &str)> = printed.lines().map(|line| line.split_once('\t').unwrap()).collect();
    let names: Vec<&str> = rows.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        ["wikipedia.org", "QXKZJVHWPT.com.", "printer.local", "2.0.0.127.zen.spamhaus.org", "wikipedia.org"]
    );
    let number = |text: &str| {
        assert_eq!(text.len(), 6, "four decimals: {text}");
        text.parse::<f64>().unwrap()
    };
    assert!(number(rows[0].1) < 0.2 && number(rows[1].1) > 0.9, "{printed}");
    assert_eq!((rows[2].1, rows[3].1, rows[4].1), ("-", "-", rows[0].1));
}

#[test]
fn what_is_no_name_prints_a_dash_and_is_counted() {
    let home = Home::new();
    let mut octets = b"wikipedia.org\n\nnot a name\na\0b\tc.com\n\xff\xfe.com\n192.0.2.1\n".to_vec();
    octets.extend(vec![b'a'; 1 << 20]);
    octets.extend(b"\nwikipedia.org\n");
    home.write("names.txt", octets);
    let ran = home.run("classify names.txt");
    assert_eq!(ran.status, 0);
    assert_eq!(ran.err, "note: 6 lines are not a domain name and got no score\n");
    let columns: Vec<usize> = ran.out.lines().map(|line| line.split('\t').count()).collect();
    assert_eq!(columns, [2; 8]);
    assert!(ran.out.contains("\na?b?c.com\t-\n"), "what would break the line or its columns is replaced");
    assert!(ran.out.lines().all(|line| line.len() < 5_000), "a long line is cut");
    assert_eq!(ran.out.lines().next(), ran.out.lines().last());
}

#[test]
fn says_why_on_request() {
    let home = Home::new();
    home.write("names.txt", "qxkzjvhwpt.com\nprinter.local\nonlinemarketing.com\n");
    let printed = home.ok("classify names.txt --explain");
    let rows: Vec<Vec<&str>> = printed.lines().map(|line| line.split('\t').collect()).collect();
    assert!(rows.iter().all(|row| row.len() == 3), "{printed}");
    assert!(rows[0][2].starts_with("groups: ") && rows[0][2].contains(" features: "), "{printed}");
    assert_eq!(rows[1][1..], ["-", "a name of one network"]);
    assert!(rows[2][2].ends_with(" pieces: online marketing"), "{printed}");
    let plain = home.ok("classify names.txt");
    let without: Vec<String> = rows.iter().map(|row| row[..2].join("\t")).collect();
    assert_eq!(plain.lines().collect::<Vec<_>>(), without, "the reasons change no score");
}

#[test]
fn refuses_a_file_that_is_missing() {
    Home::new().fails(3, "classify missing.txt", &["missing.txt could not be opened"]);
}
