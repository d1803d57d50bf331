// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers of WHOIS, in the forms of registries.

use forestall_formats::whois::{MAX_OCTETS, WhoisDomain, WhoisError, read};
use forestall_model::DomainName;
use forestall_model::dossier::RegistrationState::{self, Available, NotFound, Registered, Reserved, Unavailable};
use proptest::prelude::*;

const ICANN: &str = "   Domain Name: WNSUX.COM\r\n   Registry Domain ID: 1_DOMAIN_COM-VRSN\r\n   Registrar WHOIS Server: whois.registrar.example\r\n   \
     Registrar URL: http://registrar.example\r\n   Updated Date: 2026-01-20T10:00:00Z\r\n   Creation Date: 2005-02-18T19:38:52Z\r\n   \
     Registry Expiry Date: 2027-02-18T19:38:52Z\r\n   Registrar: Example Registrar, Inc.\r\n   Registrar IANA ID: 292\r\n   \
     Registrar Abuse Contact Email: abuse@registrar.example\r\n   Registrar Abuse Contact Phone: +1.2083895740\r\n   \
     Domain Status: clientHold https://icann.org/epp#clientHold\r\n   Domain Status: ok\r\n   Registrant Name: Ann Example\r\n   \
     Registrant Email: ann@wnsux.com\r\n   Name Server: NS1.EXAMPLE.NET\r\n   Name Server: NS2.EXAMPLE.NET\r\n   DNSSEC: unsigned\r\n   \
     URL of the ICANN Whois Inaccuracy Complaint Form: https://www.icann.org/wicf/\r\n\
     >>> Last update of whois database: 2026-11-26T10:00:00Z <<<\r\n\r\nNOTICE: The expiration date displayed in this record is the \
     date the\r\nregistrar's sponsorship is currently set to expire.\r\n";

fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

fn facts(asked: &str, answer: &str) -> WhoisDomain {
    read(answer.as_bytes(), &name(asked)).unwrap_or_else(|error| panic!("{asked}: {error}"))
}

#[test]
fn reads_the_form_of_icann() {
    let WhoisDomain { registration, contacts, problems } = facts("wnsux.com", ICANN);
    assert_eq!(problems, []);
    assert_eq!(registration.state, Registered);
    assert_eq!(registration.created.unwrap().to_string(), "2005-02-18T19:38:52Z");
    assert_eq!(registration.changed.unwrap().to_string(), "2026-01-20T10:00:00Z");
    assert_eq!(registration.expires.unwrap().to_string(), "2027-02-18T19:38:52Z");
    let registrar = registration.registrar.as_ref().unwrap();
    assert_eq!((registrar.name.as_str(), registrar.iana_id), ("Example Registrar, Inc.", Some(292)));
    assert_eq!(registrar.abuse_mail.as_deref(), Some("abuse@registrar.example"));
    assert_eq!(registration.statuses, ["clientHold", "ok"]);
    assert!(registration.is_on_hold());
    assert_eq!(
        registration.name_servers.iter().map(|server| server.as_str()).collect::<Vec<_>>(),
        ["ns1.example.net", "ns2.example.net"]
    );
    assert_eq!(registration.signed, Some(false));
    assert!(registration.holder.is_some() && !registration.redacted);
    assert_eq!(contacts.mail, ["ann@wnsux.com"]);
    assert!(!serde_json::to_string(&registration).unwrap().contains("Ann"));
}

#[test]
fn each_address_is_told_once() {
    let twice = ICANN.replace("   Name Server: NS1", "   Registrant Email: ann@wnsux.com\r\n   Name Server: NS1");
    assert_eq!(facts("wnsux.com", &twice).contacts.mail, ["ann@wnsux.com"]);
}

/// Registered names in the forms of registries: name, answer, date of registration, registrar, number of name servers.
#[test]
fn reads_the_forms_of_country_codes() {
    let check = |asked: &str, answer: &str, created: Option<&str>, registrar: Option<&str>, servers: usize| {
        let WhoisDomain { registration, .. } = facts(asked, answer);
        assert_eq!(registration.state, Registered, "{asked}");
        assert_eq!(registration.created.map(|at| at.to_string()).as_deref(), created, "{asked}");
        assert_eq!(registration.registrar.map(|registrar| registrar.name).as_deref(), registrar, "{asked}");
        assert_eq!(registration.name_servers.len(), servers, "{asked}");
    };
    check(
        "a.de",
        "% Restricted rights.\n\nDomain: a.de\nNserver: ns1.a.de 192.0.2.1\nNserver: ns2.a.net\nStatus: connect\n\
         Changed: 2011-03-30T19:36:27+02:00\n\n[Tech-C]\nType: PERSON\nName: T\nChanged: 2001-01-01T00:00:00+01:00\n",
        None,
        None,
        2,
    );
    check(
        "a.co.uk",
        "    Domain name:\n        a.co.uk\n\n    Registrant:\n        A Ltd\n\n    Registrar:\n        R Ltd t/a R [Tag = R]\n        \
         URL: http://r.example\n\n    Relevant dates:\n        Registered on: 14-Feb-1999\n        Expiry date:  14-Feb-2027\n\n    \
         Registration status:\n        Registered until expiry date.\n\n    Name servers:\n        ns1.a.net\n        \
         ns2.a.co.uk  192.0.2.1\n\n    WHOIS lookup made at 20:44:01 18-Feb-2026\n-- \nThis WHOIS information is provided for free.\n",
        Some("1999-02-14T00:00:00Z"),
        Some("R Ltd t/a R [Tag = R]"),
        2,
    );
    check(
        "a.be",
        "% .be Whois Server 6.1\n\nDomain:\ta.be\nStatus:\tNOT AVAILABLE\nRegistered:\tTue Dec 12 2000\n\nRegistrant:\n\tNot shown, please \
         visit www.dns.be for webbased whois.\n\nRegistrar Technical Contacts:\n\tName:\tT\n\nRegistrar:\n\tName:\t R\n\tWebsite: \
         http://r.example\n\nNameservers:\n\tns1.a.be (2001:db8::1)\n\tns2.a.net\n\nKeys:\n\nFlags:\n",
        Some("2000-12-12T00:00:00Z"),
        Some("R"),
        2,
    );
    check(
        "a.it",
        "Domain:             a.it\nStatus:             ok\nCreated:            1999-12-10 00:00:00\nLast Update:        2025-04-21 01:05:35\n\
         Expire Date:        2027-04-21\n\nRegistrant\n  Name:             A\n  Created:          2013-04-21 01:05:35\n\nRegistrar\n  \
         Organization:     R s.r.l.\n  Name:             R-REG\n\nNameservers\n  ns1.a.net\n",
        Some("1999-12-10T00:00:00Z"),
        Some("R s.r.l."),
        1,
    );
    check(
        "a.fr",
        "%%\n%% complete date format : DD/MM/YYYY\n\ndomain:      a.fr\nstatus:      ACTIVE\nhold:        NO\nholder-c:    A6-FRNIC\n\
         registrar:   R Inc.\nExpiry Date: 01/12/2027\ncreated:     02/07/2000\nlast-update: 30/12/2016\n\nnserver:     ns1.a.net\n\n\
         registrar:   R Inc.\ntype:        Isp Option 1\nregistered:  10/01/2002\n",
        Some("2000-07-02T00:00:00Z"),
        Some("R Inc."),
        1,
    );
    check(
        "a.jp",
        "[ JPRS database provides information on network administration. ]\n\nDomain Information:\n[Domain Name]                   A.JP\n\n\
         [Registrant]                    A Inc.\n\n[Name Server]                   ns1.a.jp\n[Created on]                    2005/05/30\n\
         [Status]                        Active\n\nContact Information:\n[Name]                          A Inc.\n",
        Some("2005-05-30T00:00:00Z"),
        None,
        1,
    );
    check(
        "a.ru",
        "% By submitting a query\n\ndomain:        A.RU\nnserver:       ns1.a.net.\nstate:         REGISTERED, DELEGATED, VERIFIED\n\
         person:        Private Person\nregistrar:     R-RU\ncreated:       2004.03.04\npaid-till:     2027.03.05\nsource:        TCI\n\n\
         Last updated on 2026.02.19 00:41:43 MSK\n",
        Some("2004-03-04T00:00:00Z"),
        Some("R-RU"),
        1,
    );
    check(
        "a.com.br",
        "domain:      a.com.br\nowner:       A Ltda\nnserver:     ns1.a.net\nnsstat:      20170628 AA\ncreated:     19990518 #162310\n\
         expires:     20270518\nstatus:      published\n\nnic-hdl-br:  X\ncreated:     20100520\n",
        Some("1999-05-18T00:00:00Z"),
        None,
        1,
    );
    check(
        "a.co.nz",
        "version: 5.00\nquery_datetime: 2013-06-25T21:14:20+12:00\ndomain_name: a.co.nz\nquery_status: 200 Active\n\
         domain_dateregistered: 1999-02-17T00:00:00+13:00\nregistrar_name: R\nns_name_01: ns1.a.net\n",
        Some("1999-02-16T11:00:00Z"),
        Some("R"),
        0,
    );
    check(
        "a.cz",
        "%  (c) 2006-2026 CZ.NIC\n\ndomain:       a.cz\nregistrant:   MM1\nnsset:        MM2\nregistrar:    REG-R\nregistered:   \
         21.07.2000 15:21:00\nexpire:       22.07.2027\n\ncontact:      MM1\norg:          A\ncreated:      18.05.2011 23:28:26\n\n\
         nsset:        MM2\nnserver:      ns1.a.net\n",
        Some("2000-07-21T15:21:00Z"),
        Some("REG-R"),
        1,
    );
}

#[test]
fn knows_the_sentences_of_registries() {
    let check = |asked: &str, answer: &str, expected: RegistrationState| {
        let registration = facts(asked, answer).registration;
        assert_eq!(registration.state, expected, "{answer}");
        assert_eq!(registration.statuses, Vec::<String>::new(), "{answer}");
    };
    let absent = |asked: &str, answer: &str| check(asked, answer, NotFound);
    absent("a.com", "Whois Server Version 2.0\n\nNo match for \"A.COM\".\n>>> Last update of whois database: x <<<\n");
    absent("a.com", "No match for domain \"A.COM\".\r\n");
    absent("a.org", "NOT FOUND\n");
    absent("a.us", "Not found: a.us\n>>>> Whois database was last updated on: Wed Jan 22 22:13:48 GMT 2014 <<<<\n");
    absent("a.bike", "Domain not found. \n\nTerms of Use: Users accessing the WHOIS service must agree.\n");
    absent(
        "a.co.uk",
        "    No match for \"a.co.uk\".\n\n    This domain name has not been registered.\n\n    WHOIS lookup made at x\n",
    );
    absent("a.com.br", "% Copyright (c) Nic.br\n\n% No match for domain \"a.com.br\"\n");
    absent(
        "a.ru",
        "% TCI\n\nNo entries found for the selected source(s).\n\nLast updated on 2014.01.23 02:11:43 MSK\n",
    );
    absent("a.nl", "a.nl is free\n\n   Copyright notice\n   No part of this publication may be reproduced.\n");
    absent("a.at", "% Copyright (c)2026 by NIC.AT (1)\n%\n\n% nothing found\n");
    absent("a.cz", "%ERROR:101: no entries found\n% \n");
    absent("a.fr", "%% NOT FOUND\n");
    absent("a.se", "# Copyright (c) 1997-\ndomain \"a.se\" not found.\n");
    absent("a.jp", "[ JPRS database ]\n\nNo match!!\n\nWith JPRS WHOIS, you can query the following\n");
    absent("a.ch", "We do not have an entry in our database matching your query.\n");
    absent("a.cl", "a.cl: no existe\n");
    absent("a.hu", "% Whois server\nNincs találat / No match\n");
    absent("a.pt", "a.pt no match\n");
    absent("a.kr", "query : a.kr\n\n# ENGLISH\n\nAbove domain name is not registered to KRNIC.\n");
    check("a.de", "Domain: a.de\nStatus: free\n", Available);
    check("a.be", "% .be Whois Server 6.1\n\nDomain:\ta.be\nStatus:\tAVAILABLE\n", Available);
    check("a.ca", "Domain name:           a.ca\nDomain status:         available\n% Use of CIRA's WHOIS\n", Available);
    check("a.co.nz", "domain_name: a.co.nz\nquery_status: 220 Available\n", Available);
    check("a.it", "Domain:             a.it\nStatus:             UNASSIGNABLE\n", Unavailable);
    check("a.ca", "Domain name: a.ca\nDomain status: unavailable\n", Unavailable);
    check("a.io", "Reserved by Registry\n\n>>> Last update of WHOIS database: 2019-06-25T20:07:33Z <<<\n", Reserved);
    check("a.fi", "Domain not available\nMore information is available at https://domain.fi/\n", Unavailable);
}

#[test]
fn what_is_not_understood_is_never_free() {
    let check = |answer: &str, expected: fn(&WhoisError) -> bool| {
        let error = read(answer.as_bytes(), &name("wnsux.com")).unwrap_err();
        assert!(expected(&error), "{answer:?}: {error}");
    };
    check("", |error| matches!(error, WhoisError::Empty));
    check(" \r\n\t\n", |error| matches!(error, WhoisError::Empty));
    check("hello\n", |error| matches!(error, WhoisError::Unknown(_)));
    check("Domain: wnsux.com\n", |error| matches!(error, WhoisError::Unknown(_)));
    check("Domain: wnsux.com\nStatus: invalid\n", |error| matches!(error, WhoisError::Unknown(_)));
    // The sentence is part of a longer one.
    check("If the name is not found try again.\nThere may be no match\n for it\n", |error| {
        matches!(error, WhoisError::Unknown(_))
    });
    check("Status: PREMIUM NAME (No match for domain \"wnsux.com\")\n", |error| {
        matches!(error, WhoisError::Unknown(_))
    });
    // A free name, but another one, or none.
    check("Status: free\n", |error| matches!(error, WhoisError::Unknown(_)));
    check("Domain: praat.org\nStatus: free\n", |error| matches!(error, WhoisError::OtherName { .. }));
    check("No match for \"praat.org\".\n", |error| matches!(error, WhoisError::Unknown(_)));
    check(&ICANN.replace("WNSUX.COM", "PRAAT.ORG"), |error| matches!(error, WhoisError::OtherName { .. }));
    check(&ICANN.replace("   Domain Name: WNSUX.COM\r\n", ""), |error| matches!(error, WhoisError::Unknown(_)));
    check(&format!("{ICANN}\nNo match for \"WNSUX.COM\".\n"), |error| matches!(error, WhoisError::Contradiction(_)));
    check(&"x".repeat(MAX_OCTETS + 1), |error| matches!(error, WhoisError::TooLong));
}

#[test]
fn limits_are_told_apart_from_absence() {
    for answer in [
        "WHOIS LIMIT EXCEEDED - SEE WWW.PIR.ORG/WHOIS FOR DETAILS\n",
        "% Error: 55000000002 Connection refused; access control limit reached.\n",
        "Your connection limit exceeded. Please slow down and try again later.\n",
        "# Too many connections.\n",
        "request limit exceeded for 127.0.0.1\n",
        "whois.domain-registry.nl: only 1 request per second allowed, try again later\n",
        "Please go away for 13 Seconds\n",
        "    Error for \"wnsux.com\".\n\n    The WHOIS query quota for 127.0.0.1 has been exceeded\n",
        "Service temporarily unavailable.\n",
        "NOT FOUND\nYou have exceeded your quota of queries.\n",
    ] {
        let error = read(answer.as_bytes(), &name("wnsux.com")).unwrap_err();
        assert!(error.is_limit(), "{answer}: {error}");
    }
}

#[test]
fn other_encodings_are_told_and_survived() {
    let mut octets = ICANN.as_bytes().to_vec();
    let at = ICANN.find("Ann").unwrap();
    octets[at] = 0xE9;
    let read = read(&octets, &name("wnsux.com")).unwrap();
    assert_eq!(read.registration.state, Registered);
    assert_eq!(read.problems.len(), 1);
}

proptest! {
    #[test]
    fn changed_octets_do_no_harm(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut octets = ICANN.as_bytes().to_vec();
        for (place, octet) in changes {
            let place = place.index(octets.len());
            octets[place] = octet;
        }
        octets.truncate(cut.index(octets.len()));
        if let Ok(read) = read(&octets, &name("wnsux.com")) {
            // No damage to an answer about a registration makes the name free.
            prop_assert_eq!(read.registration.state, Registered);
        }
    }

    #[test]
    fn any_text_does_no_harm(text in "[\\[\\]:. a-zA-Z0-9\\n\\t%é]{0,400}") {
        let read = read(text.as_bytes(), &name("wnsux.com"));
        prop_assert!(!matches!(read, Ok(read) if read.registration.state == NotFound));
    }
}
