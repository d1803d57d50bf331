// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The register of friends and sinkholes.

use forestall_formats::friendly::{self, AddressRange, FriendlyRow};
use forestall_model::dossier::ListingKind;
use proptest::prelude::*;

fn written(rows: &[FriendlyRow]) -> String {
    let mut out = Vec::new();
    friendly::write(rows, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn reads_all_columns_in_any_order() {
    let text = "kind;holder;addresses;names;proof;name_servers;since;contact\n\
        Sinkhole;Team-X;192.0.2.0/24 2001:db8::1;a.com|B.com;letter of 1 March;ns1.team-x.example.;2009-03-01;abuse@team-x.example\n";
    let rows = friendly::read(text.as_bytes()).unwrap();
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!((row.line, row.holder.as_str(), row.kind), (2, "team-x", ListingKind::Sinkhole));
    assert_eq!(row.names.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["a.com", "b.com"]);
    assert_eq!(row.name_servers[0].as_str(), "ns1.team-x.example");
    assert_eq!(row.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(), ["192.0.2.0/24", "2001:db8::1"]);
    assert_eq!(row.since, Some("2009-03-01".parse().unwrap()));
    assert_eq!((row.contact.as_str(), row.proof.as_str()), ("abuse@team-x.example", "letter of 1 March"));
}

#[test]
fn names_line_and_column_of_each_fault() {
    let text = "holder,kind,names,addresses,since\n\
        team x,friendly,a.com,,\n\
        x,friend,a.com,,\n\
        x,excluded,a.com,,\n\
        x,,a.com,,\n\
        ,friendly,a.com,,\n\
        x,friendly,,,\n\
        x,friendly,a b.com c,,\n\
        x,friendly,a.com,192.0.2.1/24,\n\
        x,friendly,a.com,,yesterday\n";
    let errors = friendly::read(text.as_bytes()).unwrap_err().to_string();
    for says in [
        "line 2, column 1 (holder): \"team x\" is no word",
        "line 3, column 2 (kind): \"friend\" is not a kind of listing",
        "line 4, column 2 (kind): excluded names stand in an exclusion list",
        "line 5, column 2 (kind): the field is empty; expected friendly",
        "line 6, column 1 (holder): the field is empty",
        "line 7, column 3 (names): the field is empty; expected a name, a name server or an address",
        "line 8, column 3 (names): \"a\" is not a domain name",
        "line 9, column 4 (addresses): \"192.0.2.1/24\" is no address",
        "line 10, column 5 (since)",
    ] {
        assert!(errors.contains(says), "expected {says:?} in:\n{errors}");
    }
}

#[test]
fn ranges_are_whole_networks() {
    let check = |text: &str, expected: bool| assert_eq!(text.parse::<AddressRange>().is_ok(), expected, "{text}");
    check("192.0.2.1", true);
    check("192.0.2.0/24", true);
    check("0.0.0.0/0", true);
    check("2001:db8::/32", true);
    check("192.0.2.128/24", false);
    check("192.0.2.0/33", false);
    check("2001:db8::/129", false);
    check("192.0.2.0/", false);
    check("192.0.2.0-9", false);
}

#[test]
fn a_name_server_with_a_comma_or_a_bar_comes_back_as_one() {
    let text = "holder,kind,name_servers\nx,sinkhole,a\\044b.example c\\124d.example\n";
    let rows = friendly::read(text.as_bytes()).unwrap();
    assert_eq!(rows[0].name_servers.len(), 2);
    assert_eq!(friendly::read(written(&rows).as_bytes()).unwrap()[0].name_servers, rows[0].name_servers);
}

#[test]
fn a_field_that_could_not_be_read_is_not_written() {
    // Names in A-labels are longer than what was read.
    let text = format!("holder,kind,names\nx,friendly,{}\n", "\u{e4}.com ".repeat(580));
    let rows = friendly::read(text.as_bytes()).unwrap();
    let error = friendly::write(&rows, &mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("the names of x take"), "{error}");
}

proptest! {
    #[test]
    fn every_register_comes_back(rows in prop::collection::vec(
        ("[a-z0-9-]{1,20}", 0..4_usize, prop::collection::vec("[a-z]{1,9}\\.com", 1..4), any::<[u8; 4]>(), 0..=32_u8, "[ -~]{0,30}"),
        0..20,
    )) {
        let kinds = [ListingKind::Friendly, ListingKind::Sinkhole, ListingKind::Parking, ListingKind::SharedZone];
        let rows: Vec<FriendlyRow> = rows.into_iter().enumerate().map(|(i, (holder, kind, names, address, prefix, text))| {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            let address = std::net::Ipv4Addr::from(u32::from_be_bytes(address) & mask);
            FriendlyRow {
                line: u64::try_from(i).unwrap() + 2,
                holder,
                kind: kinds[kind],
                names: names.iter().map(|name| name.parse().unwrap()).collect(),
                name_servers: names.iter().map(|name| format!("ns1.{name}").parse().unwrap()).collect(),
                addresses: vec![AddressRange { address: address.into(), prefix }],
                since: (i % 2 == 0).then(|| "2009-03-01".parse().unwrap()),
                contact: text.trim().to_owned(),
                proof: text.trim().to_owned(),
            }
        }).collect();
        prop_assert_eq!(friendly::read(written(&rows).as_bytes()).unwrap(), rows);
    }

    #[test]
    fn nothing_breaks_it(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(friendly::read(octets.as_slice()));
    }
}
