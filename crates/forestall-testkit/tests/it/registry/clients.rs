// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Clients that are not ours sign in, check, create, ask, change, delete and poll: `epptools` and `pyepp` (PyPI), and Net::EPP (Perl).

use std::path::{Path, PathBuf};
use std::process::Command;

use forestall_testkit::pem::armour;
use forestall_testkit::registry::{Contact, Domain, Host, Prices, Registry, Settings, schemas};
use forestall_testkit::skip::{needs, skipped};

/// A registry as the scripts expect it, and a folder with the certificates as files.
struct Stage {
    registry: Registry,
    folder: tempfile::TempDir,
}

impl Stage {
    fn set() -> Self {
        let registry = Registry::start(Settings::default());
        let now = registry.now();
        for name in ["ns1.sinkhole.example", "ns2.sinkhole.example"] {
            registry.put_host(Host::new(name, Settings::SINKHOLE, now));
        }
        registry.put_contact(Contact::new("sh8013", Settings::SINKHOLE, now));
        registry.reserve("reserved.com", "Reserved by the registry");
        registry.price("premium.com", Prices::premium(250_000));
        let old = Domain::new("old.com", Settings::SINKHOLE, now.plus_seconds(-100 * 86_400));
        // pyepp reads no name without a registrant.
        registry.put(Domain { registrant: Some("sh8013".to_owned()), ..old });
        let wanted = Domain::new("wanted.com", "registrar-b", now.plus_seconds(-100 * 86_400));
        registry.put(Domain { password: "secret-2009".to_owned(), ..wanted });
        registry.put(Domain::new("locked.com", "registrar-b", now).with_statuses(&["serverTransferProhibited"]));
        registry.queue(Settings::SINKHOLE, "Welcome.");
        registry.queue(Settings::SINKHOLE, "Maintenance <on> Sunday & Monday.");
        let folder = tempfile::tempdir().unwrap();
        let [certificate, key] = Registry::client_identity().texts();
        let authority = armour("CERTIFICATE", Registry::authority());
        for (file, text) in [("authority.pem", authority), ("client.pem", certificate), ("client.key", key)] {
            std::fs::write(folder.path().join(file), text).unwrap();
        }
        Self { registry, folder }
    }

    /// Runs a script, which ends well only where all was as it expects.
    fn run(&self, program: &Path, script: &str) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/registry").join(script);
        let mut command = Command::new(program);
        command
            .arg(script)
            .arg(self.registry.address().port().to_string())
            .args([Settings::SINKHOLE, Settings::PASSWORD]);
        // pyepp believes whom the system believes, which OpenSSL reads from here.
        command.env("SSL_CERT_FILE", "authority.pem");
        let ran = command.current_dir(self.folder.path()).output().unwrap();
        let (said, erred) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(ran.status.success(), "{}\n{said}\n{erred}\n{}", ran.status, self.frames());
        assert!(said.contains("all was as expected"), "{said}");
    }

    /// Everybody has signed out, and every frame of both sides is valid.
    fn ends_well(&self, test: &str) {
        assert_eq!(self.registry.sessions(), 0);
        self.registry.validate(test);
    }

    fn frames(&self) -> String {
        let frames = self.registry.frames();
        frames.iter().map(|frame| format!("{:?}: {}\n", frame.side, frame.text())).collect()
    }
}

fn python(test: &str) -> Option<PathBuf> {
    Some(needs(test, "pyepp")?.with_file_name("python3"))
}

#[test]
fn epptools_does_all_that_a_registrar_does() {
    let test = "registry::clients::epptools_does_all_that_a_registrar_does";
    let Some(python) = python(test) else { return };
    let stage = Stage::set();
    stage.run(&python, "epptools_client.py");
    let changes = [
        "create abcdef.com",
        "update abcdef.com",
        "renew abcdef.com",
        "create ns1.abcdef.com",
        "update ns1.abcdef.com",
        "create sh8014",
        "delete sh8014",
        "poll",
        "poll",
        "create fleeting.com",
        "delete fleeting.com",
        "delete old.com",
        "update old.com",
        "transfer wanted.com",
        "transfer wanted.com",
    ];
    assert_eq!(stage.registry.changes(), changes);
    // A year, two years more, a restoration and a transfer; the name that was deleted at once was paid back.
    assert_eq!(stage.registry.balance(Settings::SINKHOLE), Some(100_000_000 - 1_000 - 2_000 - 4_000 - 1_000));
    stage.ends_well(test);
}

#[test]
fn pyepp_does_all_that_a_registrar_does() {
    let test = "registry::clients::pyepp_does_all_that_a_registrar_does";
    let Some(python) = python(test) else { return };
    let stage = Stage::set();
    stage.run(&python, "pyepp_client.py");
    let changes = [
        "create sh8015",
        "create abcdef.com",
        "update abcdef.com",
        "renew abcdef.com",
        "create ns1.abcdef.com",
        "delete ns1.abcdef.com",
        "poll",
        "poll",
        "delete abcdef.com",
        "delete sh8015",
        "delete old.com",
        "update old.com",
        "update old.com",
        "transfer wanted.com",
    ];
    assert_eq!(stage.registry.changes(), changes);
    stage.ends_well(test);
}

#[test]
fn net_epp_does_all_that_a_registrar_does() {
    let test = "registry::clients::net_epp_does_all_that_a_registrar_does";
    let Some(perl) = needs(test, "perl") else { return };
    if !Command::new(&perl).arg("-MNet::EPP::Simple").arg("-e1").output().unwrap().status.success() {
        return skipped(test, "needs Net::EPP (Debian package libnet-epp-perl)");
    }
    let stage = Stage::set();
    stage.run(&perl, "net_epp_client.pl");
    let changes = [
        "create sh8016",
        "create abcdef.com",
        "update abcdef.com",
        "update abcdef.com",
        "renew abcdef.com",
        "create ns1.abcdef.com",
        "delete ns1.abcdef.com",
        "poll",
        "poll",
        "delete abcdef.com",
        "delete sh8016",
        "transfer wanted.com",
        "transfer wanted.com",
    ];
    assert_eq!(stage.registry.changes(), changes);
    stage.ends_well(test);
}

#[test]
fn frames_that_break_a_schema_are_found() {
    let test = "registry::clients::frames_that_break_a_schema_are_found";
    for file in schemas::missing() {
        skipped(test, &format!("frames with that extension are taken as they are: FORESTALL_EPP_XSD has no {file}"));
    }
    let good = "<epp xmlns=\"urn:ietf:params:xml:ns:epp-1.0\"><command><poll op=\"req\"/></command></epp>";
    let bad = good.replace("req", "please");
    let Some(problems) = schemas::problems(test, &[good.as_bytes(), bad.as_bytes(), b"<epp"]) else { return };
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].contains("'please' is not an element of the set {'ack', 'req'}"), "{}", problems[0]);
}
