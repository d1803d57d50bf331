// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Every command in the book is run as it stands there.
//!
//! In the pages of `docs`, and in the read-me, a block marked `console` is run, in order, in a folder of the page: lines that begin with `$ ` are
//! commands (a backslash at the end joins the next line), lines below one are what it prints, on standard output and standard error together. A line `...`
//! stands for any number of lines, `[..]` for anything within a line; where nothing stands below a command, its output is not compared. A command must end
//! with 0, or with N where `# ends with N` stands behind it. `<!-- file: NAME -->` in the line above a block puts the block into a file of that name;
//! a comment that begins with `<!-- console` is run like a block, for what a page takes for granted.
//!
//! A block marked `sh` is not run; [`NOT_RUN`] says why. Commands stand in no other blocks.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use forestall_testkit::skip;
use tempfile::TempDir;

use crate::support::NOW;

/// Where programs besides `forestall` are that a page may use: those of Debian's essential packages, and [`MAY_LACK`].
const SYSTEM_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Programs without which a command is skipped, and said to be.
const MAY_LACK: [&str; 2] = ["python3", "xmllint"];

/// Pages with blocks marked `sh`, how many they have, and why these are not run.
const NOT_RUN: &[(&str, usize, &str)] = &[
    ("README.md", 3, "cargo builds the program and runs the tests; the three commands have a test of their own"),
    ("docs/acceptance.md", 9, "a hub, resolvers and a sinkhole beside one another; packages, and root"),
    ("docs/api.md", 2, "a hub that somebody serves"),
    ("docs/census.md", 2, "a lake with the events of sinkholes; a simulation of minutes"),
    ("docs/classifier.md", 1, "two files of names that the repository cannot hold"),
    ("docs/collisions.md", 1, "a service that goes on"),
    ("docs/doctor.md", 3, "an installation with its faults"),
    ("docs/drill.md", 4, "drills of minutes; a service that goes on"),
    ("docs/enrichment.md", 1, "a spool, and tables of networks from others"),
    ("docs/epp.md", 1, "an account at a registry"),
    ("docs/hunt.md", 2, "a log of a large network; two files of names that the repository cannot hold"),
    ("docs/import.md", 1, "an event of somebody's MISP"),
    ("docs/install.md", 5, "root, packages and units of systemd, a builder of containers"),
    ("docs/lake.md", 1, "a spool, and a bucket of a provider"),
    ("docs/lists.md", 3, "minisign; a delivery with its key; the settings of a sender"),
    ("docs/measuring.md", 2, "release builds, and minutes to hours"),
    ("docs/misp.md", 2, "a hub that somebody serves; an instance of MISP"),
    ("docs/notification.md", 1, "GnuPG, and a key of somebody"),
    ("docs/plugins.md", 1, "a plug-in, which is made from the examples by their script"),
    ("docs/publish.md", 3, "validators and programs of others"),
    ("docs/query.md", 6, "a program of its own, whose tests run the examples"),
    ("docs/scan.md", 1, "a service that goes on"),
    ("docs/sign-in.md", 3, "people who accepted an invitation in a browser"),
    ("docs/sinkhole.md", 1, "the other program"),
    ("docs/start/cert.md", 2, "a lake with the events of sinkholes"),
    ("docs/start/sinkhole-operator.md", 3, "the other program, dig and curl"),
    ("docs/store.md", 2, "a server of PostgreSQL"),
    ("docs/taxii.md", 1, "a hub that somebody serves"),
    ("docs/transfers.md", 3, "a service that goes on; another host"),
    ("docs/verification.md", 1, "a resolver and a service of RDAP"),
    ("docs/vet.md", 1, "a name server and a service of RDAP"),
];

/// A command of a page.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    /// Its line on the page, from 1.
    line: usize,
    /// What the shell gets.
    command: String,
    /// The status that it ends with.
    status: i32,
    /// What stands below it.
    printed: Vec<String>,
}

/// What a page has the reader do.
#[derive(Debug, PartialEq, Eq)]
enum Act {
    Run(Step),
    Write { name: String, text: String },
}

/// A block of a page: its language, its line and its lines.
struct Block<'a> {
    language: &'a str,
    line: usize,
    lines: Vec<&'a str>,
    file: Option<&'a str>,
}

/// Returns the fenced blocks of a page, and its comments that are run, in order.
fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, Block<'_>)> = None;
    let mut before = "";
    for (number, line) in page.lines().enumerate().map(|(index, line)| (index + 1, line)) {
        match open.take() {
            Some((end, block)) if line.trim() == end => blocks.push(block),
            Some((end, mut block)) => {
                block.lines.push(line);
                open = Some((end, block));
            }
            None => {
                let fence = line.trim_start().strip_prefix("```");
                let comment = line.trim_start().strip_prefix("<!-- console");
                if let Some(language) = fence.or(comment.map(|_| "console")) {
                    let file = before.strip_prefix("<!-- file: ").and_then(|rest| rest.strip_suffix(" -->"));
                    let block = Block { language: language.trim(), line: number, lines: Vec::new(), file };
                    open = Some((if comment.is_some() { "-->" } else { "```" }, block));
                }
            }
        }
        before = line.trim();
    }
    assert!(open.is_none(), "a block has no end");
    blocks
}

/// Returns what the page has the reader do.
fn acts(page: &str) -> Vec<Act> {
    let mut acts = Vec::new();
    for block in blocks(page) {
        if let Some(name) = block.file {
            let text: String = dedented(&block).iter().map(|line| format!("{line}\n")).collect();
            acts.push(Act::Write { name: name.to_owned(), text });
        }
        if block.language == "console" {
            acts.extend(steps(&block).into_iter().map(Act::Run));
        }
    }
    acts
}

/// Returns the lines of a block without the blanks by which all of it stands in: those of its first line.
fn dedented<'a>(block: &Block<'a>) -> Vec<&'a str> {
    let first = block.lines.iter().find(|line| !line.trim().is_empty());
    let indent = first.map_or(0, |line| line.len() - line.trim_start().len());
    block.lines.iter().map(|line| line.get(indent..).unwrap_or_else(|| line.trim_start())).collect()
}

/// Returns the commands of a block.
fn steps(block: &Block<'_>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut joins = false;
    for (number, line) in dedented(block).into_iter().enumerate().map(|(index, line)| (block.line + 1 + index, line)) {
        match steps.last_mut() {
            Some(step) if joins => {
                step.command.push('\n');
                step.command.push_str(line);
                joins = line.ends_with('\\');
            }
            last => match (line.strip_prefix("$ "), last) {
                (Some(command), _) => {
                    let printed = Vec::new();
                    steps.push(Step { line: number, command: command.to_owned(), status: 0, printed });
                    joins = line.ends_with('\\');
                }
                (None, Some(step)) => step.printed.push(line.to_owned()),
                (None, None) => panic!("line {number}: a block of commands begins with `$ `"),
            },
        }
    }
    for step in &mut steps {
        if let Some((_, status)) = step.command.rsplit_once("# ends with ") {
            step.status = status.trim().parse().unwrap();
        }
        while step.printed.last().is_some_and(String::is_empty) {
            step.printed.pop();
        }
    }
    steps
}

/// Says whether lines are what a page shows.
fn fits(shown: &[String], lines: &[&str]) -> bool {
    match shown.split_first() {
        None => lines.is_empty(),
        Some((first, rest)) if first.trim() == "..." => (0..=lines.len()).any(|skipped| fits(rest, &lines[skipped..])),
        Some((first, rest)) => {
            lines.split_first().is_some_and(|(line, left)| fits_line(first, line) && fits(rest, left))
        }
    }
}

/// Says whether a line is what a page shows. Blanks at the end do not count: pages have none.
fn fits_line(shown: &str, line: &str) -> bool {
    let parts: Vec<&str> = shown.trim_end().split("[..]").collect();
    let [first, middle @ .., last] = parts.as_slice() else { return shown.trim_end() == line.trim_end() };
    let Some(mut rest) = line.trim_end().strip_prefix(first) else { return false };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The folder in which the commands of one page are run.
struct Reader {
    home: TempDir,
}

impl Reader {
    /// Makes one with a program `forestall` in its path that is told the time of tests.
    fn new() -> Self {
        let reader = Self { home: tempfile::tempdir().unwrap() };
        fs::create_dir(reader.folder()).unwrap();
        fs::create_dir(reader.bin()).unwrap();
        let program: PathBuf = assert_cmd::cargo::cargo_bin!("forestall").into();
        let path = reader.bin().join("forestall");
        fs::write(&path, format!("#!/bin/sh\nexec '{}' \"$@\" --now {NOW}\n", program.display())).unwrap();
        let mut mode = fs::metadata(&path).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
        fs::set_permissions(&path, mode).unwrap();
        reader
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("work")
    }

    fn bin(&self) -> PathBuf {
        self.home.path().join("bin")
    }

    /// Does one thing. Returns what is wrong with it, for people; none where nothing is.
    fn act(&self, act: &Act) -> Option<String> {
        match act {
            Act::Write { name, text } => {
                let path = self.folder().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
                None
            }
            Act::Run(step) => self.run(step),
        }
    }

    fn run(&self, step: &Step) -> Option<String> {
        let uses = |name: &str| step.command.split_whitespace().any(|word| word == name);
        if let Some(name) = MAY_LACK.into_iter().find(|name| uses(name) && skip::program(name).is_none()) {
            skip::skipped(
                "every_command_of_the_book_does_what_it_says",
                &format!("needs {name} for `{}`", step.command),
            );
            return None;
        }
        let printed = self.home.path().join("printed");
        let out = File::create(&printed).unwrap();
        let status = Command::new("/bin/sh")
            .args(["-c", &step.command])
            .current_dir(self.folder())
            .env_clear()
            .env("PATH", format!("{}:{SYSTEM_PATH}", self.bin().display()))
            .env("HOME", self.home.path())
            .env("FORESTALL_BY", "Ada")
            .env("TZ", "UTC")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stderr(out.try_clone().unwrap())
            .stdout(out)
            .status()
            .unwrap();
        let text = String::from_utf8_lossy(&fs::read(&printed).unwrap()).into_owned();
        let text = text.replace(&*self.home.path().to_string_lossy(), "~");
        let lines: Vec<&str> = text.lines().collect();
        if status.code() != Some(step.status) {
            return Some(format!(
                "line {}: {}\nended with {status}, not {}\n{text}",
                step.line, step.command, step.status
            ));
        }
        if !step.printed.is_empty() && !fits(&step.printed, &lines) {
            let shown = step.printed.join("\n");
            return Some(format!(
                "line {}: {}\nthe page shows\n{shown}\nand it printed\n{text}",
                step.line, step.command
            ));
        }
        None
    }
}

/// Returns every page: the read-me and those of `docs`, by its address in the repository.
fn pages() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut paths = vec![root.join("README.md")];
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let address = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (address(path), fs::read_to_string(path).unwrap())).collect()
}

/// Does what a page says, up to the first thing that is wrong, since what follows builds on it.
fn follow((page, acts): &(String, Vec<Act>)) -> Option<String> {
    let reader = Reader::new();
    acts.iter().find_map(|act| reader.act(act)).map(|problem| format!("{page}, {problem}\n"))
}

#[test]
fn every_command_of_the_book_does_what_it_says() {
    // One page alone, while somebody writes it.
    let only = std::env::var("FORESTALL_BOOK_PAGE").ok();
    let pages: Vec<(String, Vec<Act>)> = pages()
        .into_iter()
        .filter(|(page, _)| only.as_ref().is_none_or(|only| only == page))
        .map(|(page, text)| (page, acts(&text)))
        .filter(|(_, acts)| acts.iter().any(|act| matches!(act, Act::Run(_))))
        .collect();
    let commands = pages.iter().flat_map(|(_, acts)| acts).filter(|act| matches!(act, Act::Run(_))).count();
    // Pages have nothing to do with one another; most of the time of each goes to the start of programs.
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, |count| count.get());
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let work =
            || std::iter::from_fn(|| pages.get(next.fetch_add(1, Ordering::Relaxed))).filter_map(follow).collect();
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| -> Vec<String> { thread.join().unwrap() }).collect()
    });
    let wrong = wrong.join("\n");
    assert!(wrong.is_empty(), "{wrong}");
    assert!(only.is_some() || commands > 100, "only {commands} commands were found");
}

#[test]
fn what_is_not_run_has_a_reason() {
    let mut wrong = Vec::new();
    for (page, text) in pages() {
        let blocks = blocks(&text);
        let here = blocks.iter().filter(|block| block.language == "sh").count();
        let allowed = NOT_RUN.iter().filter(|(of, ..)| *of == page).map(|(_, count, _)| count).sum::<usize>();
        if here != allowed {
            wrong.push(format!("{page}: {here} blocks marked `sh`, and a reason for {allowed}"));
        }
        for block in blocks.iter().filter(|block| !matches!(block.language, "sh" | "console")) {
            let first = block
                .lines
                .iter()
                .position(|line| ["forestall ", "$ "].iter().any(|word| line.trim_start().starts_with(word)));
            if let Some(first) = first {
                wrong.push(format!(
                    "{page}: line {}: a command in a block marked `{}`",
                    block.line + 1 + first,
                    block.language
                ));
            }
        }
    }
    for (page, ..) in NOT_RUN {
        if !pages().iter().any(|(address, _)| address == page) {
            wrong.push(format!("{page}: there is a reason, and no page"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_page_is_read_as_people_read_it() {
    let page = "# T\n\n<!-- file: a/b.txt -->\n```text\none\n```\n\n```console\n$ cat \\\n    a/b.txt\none\n$ false # ends with 1\n```\n\n\
        <!-- console\n$ true\n-->\n";
    let step = |line, command: &str, status, printed: &[&str]| {
        Act::Run(Step {
            line,
            command: command.to_owned(),
            status,
            printed: printed.iter().map(|&s| s.to_owned()).collect(),
        })
    };
    let expected = [
        Act::Write { name: "a/b.txt".to_owned(), text: "one\n".to_owned() },
        step(9, "cat \\\n    a/b.txt", 0, &["one"]),
        step(12, "false # ends with 1", 1, &[]),
        step(16, "true", 0, &[]),
    ];
    assert_eq!(acts(page), expected);
    let reader = Reader::new();
    for act in &expected {
        assert_eq!(reader.act(act), None);
    }
    // And it is told where it does not.
    for act in [step(1, "false", 0, &[]), step(1, "echo two", 0, &["one"]), step(1, "true", 1, &[])] {
        assert!(reader.act(&act).is_some(), "{act:?}");
    }
}

#[test]
fn what_a_page_leaves_out_is_marked() {
    for (shown, printed, same) in [
        ("a\nb", "a\nb", true),
        ("a", "a\nb", false),
        ("a\n...", "a\nb\nc", true),
        ("...\nc", "a\nb\nc", true),
        ("a\n...\nc", "a\nc", true),
        ("a\n...\nd", "a\nb\nc", false),
        ("at [..] we", "at 12:30 we", true),
        ("at [..] we", "at 12:30 you", false),
        ("[..]b[..]", "abc", true),
        ("a[..]", "b", false),
    ] {
        let shown_lines: Vec<String> = shown.lines().map(str::to_owned).collect();
        assert_eq!(fits(&shown_lines, &printed.lines().collect::<Vec<_>>()), same, "{shown:?} {printed:?}");
    }
}
