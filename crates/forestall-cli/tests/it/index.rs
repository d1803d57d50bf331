// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall index`: built, shown and asked, and what happens to files and lines that are wrong.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Home, NOW, Ran, ran};

/// Runs `index query` with these lines on standard input.
fn query(home: &Home, index: &str, lines: &[u8]) -> Ran {
    home.write("asked.txt", lines);
    let mut command = home.program();
    command.args(["index", "query", index]).stdin(std::fs::File::open(home.folder().join("asked.txt")).unwrap());
    ran(&mut command)
}

fn octets(home: &Home, name: &str) -> Vec<u8> {
    std::fs::read(home.folder().join(name)).unwrap()
}

/// Returns what else than files that tests write stands in the folder.
fn left_over(home: &Home) -> Vec<String> {
    let names = std::fs::read_dir(home.folder()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".part") || name.ends_with(".scratch")).collect()
}

#[test]
fn answers_for_every_name_of_a_day_as_predict_prints_it() {
    let home = Home::new();
    home.ok("index build -o names.idx --family conficker-b --from 2009-03-31 --until 2009-04-01");
    let names = home.ok("predict conficker-b --on 2009-03-31");
    let csv = home.ok("predict conficker-b --on 2009-03-31 --format csv");
    let answer = query(&home, "names.idx", names.as_bytes());
    assert_eq!((answer.status, answer.err.as_str()), (0, ""));
    let expected: Vec<String> =
        csv.lines().skip(1).map(|row| row.rsplit_once(',').unwrap().0.replace(',', "\t")).collect();
    // A name of that day may stand in a neighbouring list as well, which then has a line of its own.
    let of_day: Vec<&str> = answer.out.lines().filter(|line| line.contains("\t2009-03-31T00:00:00Z\t")).collect();
    assert_eq!(of_day, expected);
    assert_eq!(of_day.len(), 250);
}

#[test]
fn windows_meet_the_span_once_widened() {
    let home = Home::new();
    home.ok("index build -o names.idx --family conficker-a --from 2009-03-31 --until 2009-04-01");
    // Conficker is widened by a day on each side, so that the lists of three days reach into this one and no others.
    for (day, listed) in
        [("2009-03-29", false), ("2009-03-30", true), ("2009-03-31", true), ("2009-04-01", true), ("2009-04-02", false)]
    {
        let names = home.ok(&format!("predict conficker-a --on {day}"));
        let answer = query(&home, "names.idx", names.as_bytes());
        let lines = answer.out.lines().filter(|line| line.contains(&format!("\t{day}T00:00:00Z\t"))).count();
        assert_eq!(lines, if listed { 250 } else { 0 }, "{day}");
    }
}

#[test]
fn praat_is_listed_and_a_collision_where_it_is_excluded() {
    let home = Home::new();
    let build = "index build -o names.idx --family conficker-b --from 2009-03-31 --until 2009-04-01";
    home.ok(build);
    let line = "praat.org\tconficker-b\tconficker-b\t2009-03-31T00:00:00Z\t2009-04-01T00:00:00Z\n";
    let asked = b"www.praat.org\npraat.org.\nPRAAT.ORG\nxpraat.org\npraat.org.example\norg\n";
    let answer = query(&home, "names.idx", asked);
    assert_eq!((answer.out, answer.err), (line.repeat(3), String::new()));

    home.write("holders.txt", "# people who were there first\nPraat.org.\nexample.com\n");
    let built = home.run(&format!("{build} --exclude holders.txt"));
    assert!(built.err.contains("2 of them collisions"), "{}", built.err);
    let answer = query(&home, "names.idx", asked);
    assert_eq!((answer.status, answer.out), (0, line.repeat(3)));
    assert!(answer.err.contains("3 of the names are collisions"), "{}", answer.err);
    // In no list and yet known: no line, and a collision.
    let answer = query(&home, "names.idx", b"www.example.com\n");
    assert_eq!(answer.out, "");
    assert!(answer.err.contains("1 of the names is a collision"), "{}", answer.err);
}

#[test]
fn names_from_elsewhere_come_plain_or_as_rows() {
    let home = Home::new();
    home.write("seen.txt", "a.example\nB.example.\n\n# a remark\na.EXAMPLE\nm\u{fc}nchen.example\nx\\046y.example\n");
    home.write(
        "rows.csv",
        "name,family,campaign,valid_from,valid_until,position\n\
         a.example,toy,one,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,0\n\
         a.example,toy,one,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,7\n\
         a.example,toy,one,2026-01-03T00:00:00Z,2026-01-04T00:00:00Z,1\n\
         a.example,toy,two,2026-01-05T00:00:00Z,,2\n\
         c.example,toy,two,,2026-01-09T00:00:00Z,3\n",
    );
    let built = home.run("index build -o names.idx --names seen.txt --names rows.csv");
    assert_eq!(built.status, 0, "{}", built.err);
    assert!(built.err.contains("holds 5 names, 0 of them collisions"), "{}", built.err);
    let answer = query(
        &home,
        "names.idx",
        b"a.example\nb.example\nc.example\nxn--mnchen-3ya.example\nx\\.y.example\ny.example\n",
    );
    let expected = "a.example\tlisted\tseen\t\t\n\
        a.example\ttoy\tone\t2026-01-01T00:00:00Z\t2026-01-02T00:00:00Z\n\
        a.example\ttoy\tone\t2026-01-03T00:00:00Z\t2026-01-04T00:00:00Z\n\
        a.example\ttoy\ttwo\t2026-01-05T00:00:00Z\t\n\
        b.example\tlisted\tseen\t\t\n\
        c.example\ttoy\ttwo\t\t2026-01-09T00:00:00Z\n\
        xn--mnchen-3ya.example\tlisted\tseen\t\t\n\
        x\\046y.example\tlisted\tseen\t\t\n";
    assert_eq!(answer.out, expected, "{}", answer.err);

    // With dates, rows are chosen by their widened window; a plain name holds always.
    home.ok("index build -o later.idx --names seen.txt --names rows.csv --from 2026-02-01 --until 2026-02-02");
    let answer = query(&home, "later.idx", b"a.example\nc.example\n");
    assert_eq!(answer.out, "a.example\tlisted\tseen\t\t\na.example\ttoy\ttwo\t2026-01-05T00:00:00Z\t\n");

    // What `predict` prints goes in as it is.
    home.write("day.csv", home.ok("predict conficker-a --on 2009-01-01 --format csv"));
    home.ok("index build -o day.idx --names day.csv");
    let names = home.ok("predict conficker-a --on 2009-01-01");
    assert_eq!(query(&home, "day.idx", names.as_bytes()).out.lines().count(), 250);
}

#[test]
fn info_says_what_is_in_it_and_verify_looks_at_every_name() {
    let home = Home::new();
    home.ok("index build -o names.idx --family conficker-a --family conficker-c --from 2009-04-01 --until 2009-04-02");
    let info = home.ok("index info names.idx");
    for text in [
        "span        2009-04-01T00:00:00Z to before 2009-04-02T00:00:00Z",
        "built       2026-11-23T12:00:00Z",
        "checked     the checksums of all parts\n",
        "conficker-a",
        "UNVERIFIED",
    ] {
        assert!(info.contains(text), "{text:?} in\n{info}");
    }
    assert!(
        home.ok("index info names.idx --verify").contains("checked     the checksums of all parts, and every name\n")
    );
}

#[test]
fn wrong_lines_are_named_and_leave_the_old_file() {
    let home = Home::new();
    home.write("good.txt", "a.example\n");
    home.ok("index build -o names.idx --names good.txt");
    let before = octets(&home, "names.idx");
    let check = |text: &str, says: &[&str]| {
        home.write("bad.txt", text);
        for option in ["--names bad.txt", "--names good.txt --exclude bad.txt"] {
            home.fails(2, &format!("index build -o names.idx {option}"), says);
            assert!(octets(&home, "names.idx") == before, "{text:?}");
            assert_eq!(left_over(&home), [""; 0], "{text:?}");
        }
    };
    check("a.example\ncom\n", &["bad.txt, line 2:", "fewer than two labels"]);
    check("a..example\n", &["bad.txt, line 1:", "an empty label"]);
    check("a.example\n\n#\na\\300.example\n", &["bad.txt, line 4:", "from 000 to 255"]);
    check(&format!("{}.example\n", "x".repeat(64)), &["line 1:", "longer than 63 octets"]);
    check(&format!("a.example\n{}\n", "x.".repeat(130)), &["line 2:", "longer than 255 octets"]);
    check(&format!("a.example\n{}\n", "x".repeat(5_000)), &["line 2:", "longer than a name can be"]);
    let header = "name,family,campaign,valid_from,valid_until,position\n";
    let row = |row: &str, says: &[&str]| {
        home.write("bad.csv", format!("{header}{row}\n"));
        home.fails(2, "index build -o names.idx --names bad.csv", says);
        assert!(octets(&home, "names.idx") == before, "{row:?}");
    };
    row("a.example,toy", &["bad.csv, line 2:", "it has 2 fields"]);
    row("a.example,toy,one,yesterday,,0", &["bad.csv, line 2:", "yesterday"]);
    row("a.example,toy,one,2026-01-02T00:00:00Z,2026-01-01T00:00:00Z,0", &["line 2:", "an end after the beginning"]);
    row("a.example,To y,one,,,0", &["bad.csv, line 2:"]);
    home.fails(3, "index build -o names.idx --names missing.txt", &["missing.txt could not be opened"]);
    home.fails(3, "index build -o missing/names.idx --names good.txt", &["missing/names.idx could not be written"]);
    assert!(octets(&home, "names.idx") == before);
}

#[test]
fn a_build_that_is_killed_leaves_the_old_file() {
    let home = Home::new();
    home.write("good.txt", "a.example\n");
    home.ok("index build -o names.idx --names good.txt");
    let before = octets(&home, "names.idx");
    let mut command = home.program();
    command.args(["index", "build", "-o", "names.idx", "--names", "-"]);
    let mut build = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // It has begun to write, and waits for more names.
    build.stdin.as_mut().unwrap().write_all(b"b.example\n").unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    while left_over(&home).is_empty() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(left_over(&home).len(), 1);
    build.kill().unwrap();
    build.wait().unwrap();
    assert!(octets(&home, "names.idx") == before);
    // And the next build is not in its way.
    home.ok("index build -o names.idx --names good.txt --exclude good.txt");
    assert!(home.ok("index info names.idx --verify").contains("1 of them collisions"));
}

#[test]
fn a_file_that_is_cut_or_altered_is_refused_with_its_reason() {
    let home = Home::new();
    home.ok("index build -o names.idx --family conficker-a --from 2009-03-31 --until 2009-04-01");
    let whole = octets(&home, "names.idx");
    let check = |file: &[u8], says: &str| {
        home.write("wrong.idx", file);
        for command in ["index info wrong.idx", "index info wrong.idx --verify", "index query wrong.idx"] {
            home.fails(3, command, &["wrong.idx", says]);
        }
    };
    check(b"", "it is no index: it begins with \"\"");
    check(b"name,family,campaign\n", "it is no index: it begins with \"name,family,camp\"");
    check(&whole[..60], "it is cut: its 60 octets");
    check(&whole[..whole.len() - 1], "it is cut");
    check(&[&whole[..], b"\n"].concat(), "it is cut");
    check(&[&whole[..64], &whole[128..]].concat(), &format!("says that it has {}", whole.len()));
    let altered = |at: usize| {
        let mut file = whole.clone();
        file[at] ^= 0x20;
        file
    };
    check(&altered(16), "it has version 34 of the format; expected version 2: build it again with this program");
    check(&altered(40), "it was altered: the checksum of the tables does not fit");
    check(&altered(64), "it was altered: the checksum of block 0, octets 64 to");
    check(&altered(whole.len() / 2), "it was altered: the checksum of block 0, octets 64 to");
    check(&altered(whole.len() - 70), "it was altered: the checksum of the tables does not fit");
    check(&altered(whole.len() - 1), "it was altered: the checksum of the tables does not fit");
    home.fails(3, "index info missing.idx", &["missing.idx could not be opened"]);
    home.fails(3, "index info .", &["is a folder; expected a file"]);
}

#[test]
fn the_same_names_give_the_same_octets_on_one_core_and_on_more() {
    let home = Home::new();
    let build = |name: &str| format!("index build -o {name} --family conficker-c --from 2009-04-01 --until 2009-04-03");
    home.ok(&build("one.idx"));
    home.ok(&build("two.idx"));
    assert!(octets(&home, "one.idx") == octets(&home, "two.idx"));
    let program = home.program();
    let mut alone = Command::new("taskset");
    alone.args(["-c", "0"]).arg(program.get_program()).args(build("three.idx").split(' ')).args(["--now", NOW]);
    alone.current_dir(home.folder()).env("FORESTALL_DATA", home.data());
    match alone.output() {
        Ok(done) if done.status.success() => assert!(octets(&home, "one.idx") == octets(&home, "three.idx")),
        other => {
            // No taskset, or core 0 is not ours: threads are varied in the tests of the library.
            assert!(other.map_or(true, |done| String::from_utf8_lossy(&done.stderr).contains("affinity")));
        }
    }
}

#[test]
fn usage_is_refused_before_anything_is_written() {
    let home = Home::new();
    home.write("good.txt", "a.example\n");
    let check = |options: &str, says: &[&str]| home.fails(2, &format!("index build -o names.idx {options}"), says);
    check("", &["there is nothing to build from"]);
    check("--from 2009-01-01 --until 2009-01-02", &["there is nothing to build from"]);
    check("--exclude good.txt", &["there is nothing to build from"]);
    check("--family conficker-a", &["--from"]);
    check("--all", &["--from"]);
    check("--family conficker-a --from 2009-01-01", &["--until"]);
    check("--family conficker-a --from 2009-01-02 --until 2009-01-01", &["--until 2009-01-01", "--from 2009-01-02"]);
    check("--family conficker-a --from 2009-01-02 --until 2009-01-02", &["--until 2009-01-02", "--from 2009-01-02"]);
    check("--family confickr-a --from 2009-01-01 --until 2009-01-02", &["confickr-a"]);
    check("--family conficker-a --from yesterday --until 2009-01-02", &["yesterday"]);
    home.fails(2, "index build --names good.txt", &["--output"]);
    home.fails(2, "index info", &["FILE"]);
    assert!(!home.folder().join("names.idx").exists());
    assert_eq!(left_over(&home), [""; 0]);
}

#[test]
fn any_octets_are_asked_without_harm() {
    let home = Home::new();
    home.write("good.txt", "a.example\n");
    home.ok("index build -o names.idx --names good.txt");
    let mut asked = b"\n.\n..\na..example\n\\\n\xff\xfe.example\n\0\na.example\\\n \t \n".to_vec();
    asked.extend(vec![b'x'; 100_000]);
    asked.extend(b"\nA.Example.\r\n\xff.a.example\nb.example\na.example");
    let answer = query(&home, "names.idx", &asked);
    assert_eq!(
        (answer.status, answer.out.as_str()),
        (0, "a.example\tlisted\tgood\t\t\n".repeat(3).as_str()),
        "{}",
        answer.err
    );
}
