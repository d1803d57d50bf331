// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which programs the tests talk to: the package that has each, and what does not run without it.

use super::Counterpart;
use super::Package::{self, Debian, Library, Python};

/// Another reader of Parquet.
const DUCKDB: Package = Python(&["duckdb-cli==1.5.6"]);
/// A server of S3: moto, and what its server needs beside that part of it. All its parts together are many times as large.
const MOTO: Package = Python(&["moto[s3]==5.2.1", "flask==3.1.3", "flask-cors==6.0.5"]);

/// All programs of the usual tests.
pub(in crate::test) const COUNTERPARTS: &[Counterpart] = &[
    Counterpart { program: "nsd", package: Debian("nsd"), needed_by: "sweeps against an authoritative name server" },
    Counterpart {
        program: "unbound",
        package: Debian("unbound"),
        needed_by: "scans of what a resolver sends and logs",
    },
    Counterpart { program: "named", package: Debian("bind9"), needed_by: "scans of what a name server logs" },
    Counterpart {
        program: "kresd",
        package: Debian("knot-resolver"),
        needed_by: "scans of captures beside another resolver",
    },
    Counterpart {
        program: "pdns_recursor",
        package: Debian("pdns-recursor"),
        needed_by: "policy zones in PowerDNS Recursor",
    },
    Counterpart {
        program: "dnsmasq",
        package: Debian("dnsmasq-base"),
        needed_by: "lists of names in dnsmasq, and hosts files",
    },
    Counterpart { program: "tcpdump", package: Debian("tcpdump"), needed_by: "scans of captures of real traffic" },
    Counterpart { program: "tshark", package: Debian("tshark"), needed_by: "what another program reads from captures" },
    Counterpart { program: "minisign", package: Debian("minisign"), needed_by: "lists that a registry signs" },
    Counterpart {
        program: "aiosmtpd",
        package: Debian("python3-aiosmtpd"),
        needed_by: "letters against a server of mail",
    },
    Counterpart { program: "dovecot", package: Debian("dovecot-imapd"), needed_by: "mailboxes of a server" },
    Counterpart { program: "gpg", package: Debian("gnupg"), needed_by: "letters that are signed and encrypted" },
    Counterpart { program: "dig", package: Debian("bind9-dnsutils"), needed_by: "comparison with another DNS client" },
    Counterpart {
        program: "kdig",
        package: Debian("knot-dnsutils"),
        needed_by: "answers of the sinkhole to another client",
    },
    Counterpart {
        program: "zonemaster-cli",
        package: Debian("zonemaster-cli"),
        needed_by: "delegations to the sinkhole, as registries check them",
    },
    Counterpart { program: "dnsperf", package: Debian("dnsperf"), needed_by: "the sinkhole under load" },
    Counterpart { program: "wrk", package: Debian("wrk"), needed_by: "the sinkhole under load of visitors" },
    Counterpart { program: "curl", package: Debian("curl"), needed_by: "visitors of the sinkhole" },
    Counterpart {
        program: "openssl",
        package: Debian("openssl"),
        needed_by: "the sinkhole over TLS, wrong certificates",
    },
    Counterpart { program: "chromium", package: Debian("chromium"), needed_by: "the console in a browser" },
    Counterpart { program: "chromedriver", package: Debian("chromium-driver"), needed_by: "the console in a browser" },
    Counterpart { program: "clang", package: Debian("clang"), needed_by: "the example of a plug-in in C, built anew" },
    Counterpart { program: "wasm-ld", package: Debian("lld"), needed_by: "the example of a plug-in in C, built anew" },
    Counterpart { program: "xmllint", package: Debian("libxml2-utils"), needed_by: "EPP commands by their schemas" },
    Counterpart {
        program: "../share/perl5/Net/EPP/Simple.pm",
        package: Library("libnet-epp-perl"),
        needed_by: "the registry over EPP with a client in Perl",
    },
    Counterpart { program: "mandoc", package: Debian("mandoc"), needed_by: "manual pages" },
    Counterpart { program: "zsh", package: Debian("zsh"), needed_by: "completions in zsh" },
    Counterpart { program: "fish", package: Debian("fish"), needed_by: "completions in fish" },
    Counterpart { program: "initdb", package: Debian("postgresql"), needed_by: "the store on PostgreSQL" },
    Counterpart {
        program: "oidc-provider-mock",
        // 0.4 wants Python 3.12.
        package: Python(&["oidc-provider-mock==0.3.4"]),
        needed_by: "sign-in with a provider of identities",
    },
    Counterpart {
        program: "schemathesis",
        package: Python(&["schemathesis==4.32.5"]),
        needed_by: "the API against its own document",
    },
    Counterpart {
        // The library has no program; this one comes with it.
        program: "email_validator",
        package: Python(&["xarf==1.0.0"]),
        needed_by: "reports to abuse desks by the library of X-ARF",
    },
    Counterpart {
        program: "stix2_validator",
        // What it comes with has no program of its own: the libraries that read STIX, poll TAXII, read MISP's events and Suricata's rules, and MISP's
        // galaxies.
        package: Python(&[
            "stix2-validator==3.3.2",
            "stix2==3.0.2",
            "taxii2-client==2.3.0",
            "pymisp==2.5.34.4",
            "pymispgalaxies==1.1.1",
            "suricataparser==1.0.0",
        ]),
        needed_by: "feeds as STIX, by TAXII, for MISP and for Suricata",
    },
    Counterpart {
        program: "pyepp",
        // epptools has no program.
        package: Python(&["pyepp==0.3.2", "epptools==1.1.2"]),
        needed_by: "the registry over EPP with two clients in Python",
    },
    Counterpart { program: "intelmqctl", package: Python(&["intelmq==3.5.0"]), needed_by: "feeds for IntelMQ" },
    Counterpart { program: "zeek-script", package: Python(&["zeekscript==1.3.6"]), needed_by: "the script for Zeek" },
    Counterpart { program: "duckdb", package: DUCKDB, needed_by: "the lake read by another program" },
    Counterpart { program: "moto_server", package: MOTO, needed_by: "the lake on a server of S3" },
];

/// Those of the tests of `forestall-query`.
pub(in crate::test) const OF_THE_CLUSTER: &[Counterpart] = &[
    Counterpart { program: "java", package: Debian("openjdk-17-jre-headless"), needed_by: "the lake read by Spark" },
    Counterpart { program: "duckdb", package: DUCKDB, needed_by: "the lake read by another program" },
    Counterpart { program: "spark-submit", package: Python(&["pyspark==4.0.5"]), needed_by: "the lake read by Spark" },
    Counterpart { program: "moto_server", package: MOTO, needed_by: "queries over a server of S3" },
];
