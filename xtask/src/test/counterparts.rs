// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Real programs that tests talk to on loopback or have work for them: a name server that is not ours, a real browser, a compiler,
//! a database server. Which they are is a table of its own.
//!
//! Where one is missing and the user may install packages, it is installed; otherwise its absence is said by name, and
//! the tests that need it say that they did not run.

mod table;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;

use Package::{Debian, Library, Python};

use crate::console::say;
pub(super) use table::{COUNTERPARTS, OF_THE_CLUSTER};

/// A program, the package that has it, and the tests that need it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Counterpart {
    program: &'static str,
    package: Package,
    needed_by: &'static str,
}

/// What a program is installed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Package {
    /// A package of Debian.
    Debian(&'static str),
    /// A package of Debian without a program: what is looked for is a file of it, from a folder of programs on.
    Library(&'static str),
    /// Packages of PyPI, as pip takes them, for an environment of its own below the build folder.
    Python(&'static [&'static str]),
}

impl std::fmt::Display for Package {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Debian(name) | Self::Library(name) => write!(f, "Debian package {name}"),
            Self::Python(names) => write!(f, "Python package {}", names.join(" ")),
        }
    }
}

/// The Debian package without which Python makes no environment.
const ENVIRONMENTS: &str = "python3-venv";

/// Where programs of Python packages are, below the root of the repository.
const PYTHON: &str = "target/counterparts/python";

/// Folders with servers, which the search path of an ordinary user often lacks.
const SERVER_FOLDERS: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/// Where Debian keeps the programs of PostgreSQL, a folder for each version.
const POSTGRESQL: &str = "/usr/lib/postgresql";

/// Installs packages without starting what they hold: tests start their own server, on loopback, and the one of the
/// package would listen to the world. The file that forbids starting is Debian's way to say so; one that is there
/// already stays.
const INSTALL: &str = r#"set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ] && [ -d /usr/sbin ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet
apt-get install --quiet --yes --no-install-recommends "$@"
"#;

/// Returns the search path for tests in the repository at `root`: `path` with the folders of servers, and of what was installed for the tests alone,
/// at its end.
///
/// # Errors
///
/// A folder of the path cannot be written in one (it holds the separator).
pub(crate) fn search_path(path: Option<&OsStr>, root: &Path) -> anyhow::Result<OsString> {
    search_path_with(path, Path::new(POSTGRESQL), &root.join(PYTHON))
}

fn search_path_with(path: Option<&OsStr>, postgresql: &Path, python: &Path) -> anyhow::Result<OsString> {
    let own = path.map(std::env::split_paths).into_iter().flatten();
    let servers = SERVER_FOLDERS.iter().map(PathBuf::from).chain(newest(postgresql));
    std::env::join_paths(own.chain(servers).chain([python.join("bin")])).context("the search path cannot be written")
}

/// Returns the folder of programs of the newest version below `postgresql`, where there is one.
fn newest(postgresql: &Path) -> Option<PathBuf> {
    let versions = std::fs::read_dir(postgresql).ok()?.flatten();
    let numbered = versions.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())));
    numbered.max().map(|(_, folder)| folder.join("bin"))
}

/// Looks for every program in `search` and installs what is missing if `install` and the user may; packages of Python below `root`. What is then
/// still missing is said by name; that is no error, a machine without the programs runs all other tests.
pub(super) fn provide(search: &OsStr, install: bool, root: &Path, programs: &'static [Counterpart]) {
    let mut missing = missing(search, programs);
    if !missing.is_empty() && install {
        match Road::find(search) {
            Some(road) => {
                let packages = debian_packages(&missing);
                say(&format!("installing {}", packages.join(" ")));
                if let Err(error) = road.install(&packages) {
                    say(&format!("cannot install: {error:#}"));
                }
            }
            None => say("cannot install: neither root nor sudo without a password, or no apt-get"),
        }
        // These need no rights but those over the build folder.
        let packages = python_packages(&missing);
        if !packages.is_empty() {
            say(&format!("installing {} into {PYTHON}", packages.join(" ")));
            if let Err(error) = install_python(&root.join(PYTHON), &packages) {
                say(&format!("cannot install: {error:#}"));
            }
        }
        missing = self::missing(search, programs);
    }
    for line in report(&missing, programs) {
        say(&line);
    }
}

/// Returns the programs that no folder of `search` holds.
fn missing(search: &OsStr, programs: &'static [Counterpart]) -> Vec<&'static Counterpart> {
    programs.iter().filter(|counterpart| !is_there(search, counterpart)).collect()
}

fn is_there(search: &OsStr, counterpart: &Counterpart) -> bool {
    match counterpart.package {
        Library(_) => std::env::split_paths(search).any(|folder| folder.join(counterpart.program).is_file()),
        Debian(_) | Python(_) => has(search, counterpart.program),
    }
}

fn has(search: &OsStr, program: &str) -> bool {
    std::env::split_paths(search).any(|folder| is_program(&folder.join(program)))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// Returns the Debian packages of the programs, each once, in order of the table, with what makes room for those of Python.
fn debian_packages(missing: &[&'static Counterpart]) -> Vec<&'static str> {
    let name = |counterpart: &&'static Counterpart| match counterpart.package {
        Debian(name) | Library(name) => name,
        Python(_) => ENVIRONMENTS,
    };
    let mut packages: Vec<&str> = missing.iter().map(name).collect();
    packages.dedup();
    packages
}

/// Returns the packages of Python of the programs, in order of the table.
fn python_packages(missing: &[&'static Counterpart]) -> Vec<&'static str> {
    let names = |counterpart: &&'static Counterpart| match counterpart.package {
        Debian(_) | Library(_) => &[][..],
        Python(names) => names,
    };
    missing.iter().flat_map(names).copied().collect()
}

/// Installs packages of Python into an environment of their own, so that nothing of the user's changes.
fn install_python(folder: &Path, packages: &[&str]) -> anyhow::Result<()> {
    let run = |program: &Path, arguments: &[&OsStr]| {
        let status = Command::new(program).args(arguments).stdin(Stdio::null()).status();
        let status = status.with_context(|| format!("cannot start {}", program.display()))?;
        anyhow::ensure!(status.success(), "{}: {status}", program.display());
        Ok(())
    };
    run(Path::new("python3"), &["-m".as_ref(), "venv".as_ref(), folder.as_os_str()])?;
    let words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    let arguments: Vec<&OsStr> = words.iter().chain(packages).map(AsRef::as_ref).collect();
    run(&folder.join("bin").join("python3"), &arguments)
}

fn report(missing: &[&Counterpart], programs: &[Counterpart]) -> Vec<String> {
    if missing.is_empty() {
        let all: Vec<&str> = programs.iter().map(|counterpart| counterpart.program).collect();
        return vec![format!("present: {}", all.join(", "))];
    }
    let line = |counterpart: &&Counterpart| {
        let Counterpart { program, package, needed_by } = counterpart;
        format!("missing: {program} ({package}); skipped: {needed_by}")
    };
    missing.iter().map(line).collect()
}

/// How this user may install.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Road {
    /// As root.
    Root,
    /// By sudo, which asks for no password.
    Sudo,
}

impl Road {
    /// Returns the road that is open; `None` without apt-get or without the right.
    fn find(search: &OsStr) -> Option<Self> {
        if !has(search, "apt-get") {
            return None;
        }
        let id = Command::new("id").arg("-u").stdin(Stdio::null()).output().ok()?;
        if id.stdout.trim_ascii() == b"0" {
            return Some(Self::Root);
        }
        let sudo = has(search, "sudo")
            && Command::new("sudo")
                .args(["-n", "true"])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success());
        sudo.then_some(Self::Sudo)
    }

    /// Installs the packages.
    fn install(self, packages: &[&str]) -> anyhow::Result<()> {
        let mut command = match self {
            Self::Root => Command::new("sh"),
            Self::Sudo => {
                let mut command = Command::new("sudo");
                command.args(["-n", "sh"]);
                command
            }
        };
        let status = command.args(["-c", INSTALL, "install"]).args(packages).stdin(Stdio::null()).status();
        let status = status.context("cannot start the shell")?;
        anyhow::ensure!(status.success(), "apt-get: {status}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_path_ends_with_the_folders_of_servers() {
        let (none, python) = (Path::new("/nowhere"), Path::new("/build/python"));
        let path = search_path_with(Some(OsStr::new("/usr/bin:/bin")), none, python).unwrap();
        assert_eq!(path, "/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin:/build/python/bin");
        assert_eq!(search_path_with(None, none, python).unwrap(), "/usr/local/sbin:/usr/sbin:/sbin:/build/python/bin");
    }

    #[test]
    fn the_newest_version_of_a_database_server_is_taken() {
        let folder = std::env::temp_dir().join(format!("forestall-xtask-versions-{}", std::process::id()));
        for version in ["9", "15", "13", "common"] {
            std::fs::create_dir_all(folder.join(version)).unwrap();
        }
        let found = newest(&folder);
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found, Some(folder.join("15").join("bin")));
        assert_eq!(newest(&folder), None);
    }

    #[cfg(unix)]
    #[test]
    fn finds_programs_but_not_files_that_cannot_run() {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::env::temp_dir().join(format!("forestall-xtask-programs-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("chromium")).unwrap();
        for (program, mode) in [("nsd", 0o755), ("dig", 0o644)] {
            std::fs::write(folder.join(program), "").unwrap();
            std::fs::set_permissions(folder.join(program), std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let programs: Vec<&str> =
            missing(folder.as_os_str(), COUNTERPARTS).iter().map(|counterpart| counterpart.program).collect();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(
            programs,
            [
                "unbound",
                "named",
                "kresd",
                "pdns_recursor",
                "dnsmasq",
                "tcpdump",
                "tshark",
                "minisign",
                "aiosmtpd",
                "dovecot",
                "gpg",
                "dig",
                "kdig",
                "zonemaster-cli",
                "dnsperf",
                "wrk",
                "curl",
                "openssl",
                "chromium",
                "chromedriver",
                "clang",
                "wasm-ld",
                "xmllint",
                "../share/perl5/Net/EPP/Simple.pm",
                "mandoc",
                "zsh",
                "fish",
                "initdb",
                "oidc-provider-mock",
                "schemathesis",
                "email_validator",
                "stix2_validator",
                "pyepp",
                "intelmqctl",
                "zeek-script",
                "duckdb",
                "moto_server"
            ]
        );
    }

    #[test]
    fn what_is_missing_is_said_by_name_with_the_tests_that_skip() {
        let all: Vec<&Counterpart> = COUNTERPARTS.iter().collect();
        let lines = report(&all, COUNTERPARTS);
        assert_eq!(lines.len(), COUNTERPARTS.len());
        assert_eq!(lines[0], "missing: nsd (Debian package nsd); skipped: sweeps against an authoritative name server");
        assert_eq!(
            report(&[], COUNTERPARTS),
            [
                "present: nsd, unbound, named, kresd, pdns_recursor, dnsmasq, tcpdump, tshark, minisign, aiosmtpd, dovecot, gpg, dig, kdig, zonemaster-cli, dnsperf, wrk, curl, openssl, chromium, chromedriver, clang, wasm-ld, xmllint, ../share/perl5/Net/EPP/Simple.pm, mandoc, zsh, fish, initdb, oidc-provider-mock, schemathesis, email_validator, stix2_validator, pyepp, intelmqctl, zeek-script, duckdb, moto_server"
            ]
        );
    }

    #[test]
    fn asks_for_the_packages_of_what_is_missing() {
        let some: Vec<&Counterpart> = COUNTERPARTS.iter().filter(|counterpart| counterpart.program != "nsd").collect();
        assert_eq!(
            debian_packages(&some),
            [
                "unbound",
                "bind9",
                "knot-resolver",
                "pdns-recursor",
                "dnsmasq-base",
                "tcpdump",
                "tshark",
                "minisign",
                "python3-aiosmtpd",
                "dovecot-imapd",
                "gnupg",
                "bind9-dnsutils",
                "knot-dnsutils",
                "zonemaster-cli",
                "dnsperf",
                "wrk",
                "curl",
                "openssl",
                "chromium",
                "chromium-driver",
                "clang",
                "lld",
                "libxml2-utils",
                "libnet-epp-perl",
                "mandoc",
                "zsh",
                "fish",
                "postgresql",
                "python3-venv"
            ]
        );
        assert_eq!(
            python_packages(&some),
            [
                "oidc-provider-mock==0.3.4",
                "schemathesis==4.32.5",
                "xarf==1.0.0",
                "stix2-validator==3.3.2",
                "stix2==3.0.2",
                "taxii2-client==2.3.0",
                "pymisp==2.5.34.4",
                "pymispgalaxies==1.1.1",
                "suricataparser==1.0.0",
                "pyepp==0.3.2",
                "epptools==1.1.2",
                "intelmq==3.5.0",
                "zeekscript==1.3.6",
                "duckdb-cli==1.5.6",
                "moto[s3]==5.2.1",
                "flask==3.1.3",
                "flask-cors==6.0.5"
            ]
        );
    }
}
