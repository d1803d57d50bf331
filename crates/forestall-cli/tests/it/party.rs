// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall party`, `person` and `disclosures`: in by file and by hand, out on paper, and who may sign in.

use crate::support::Home;

const TABLE: &str = "id,kind,name,tlds,contact,mail,phone,second,tested\n\
    dns-be,registry,DNS Belgium,be,Desk,abuse@dns.example,'+32 2 555 01 00,a fax,2026-11-01\n\
    dns-be,,,,Night shift,night@dns.example,,a pager,2026-01-01\n\
    cert-xx,cert,CERT XX,,,,,,\n";

fn home() -> Home {
    let home = Home::new();
    home.write("parties.csv", TABLE);
    home.ok("party import parties.csv");
    home
}

#[test]
fn a_table_goes_in_and_comes_out() {
    let home = home();
    let list = home.ok("party list");
    assert!(list.contains("dns-be") && list.contains("DNS Belgium") && list.contains("cert-xx"), "{list}");
    let csv = home.ok("party list --format csv");
    home.write("again.csv", &csv);
    let again = home.run("party import again.csv");
    assert!(again.err.contains("0 parties added, 0 replaced, 2 unchanged"), "{}", again.err);
    let json = home.ok("party list --format json");
    home.write("again.json", json.replace("DNS Belgium", "DNS Belgium vzw"));
    let again = home.run("party import again.json");
    assert!(again.err.contains("0 parties added, 1 replaced, 1 unchanged"), "{}", again.err);
    assert_eq!(home.ok("party list --kind cert --format csv").lines().count(), 2);
}

#[test]
fn a_fault_changes_nothing() {
    let home = home();
    let before = home.ok("party list");
    home.write("bad.csv", "id,kind,name,tlds,road\nnew,registry,New,nl,own-policy\nbad,registry,Bad,fr,ersr\n");
    home.fails(1, "party import bad.csv", &["nothing was imported", "line 3 (bad)", "do not bind the registry of fr"]);
    home.write("column.csv", "id,kind,naem\nx,cert,X\n");
    home.fails(1, "party import column.csv", &["line 1, column 3", "did you mean \"name\"?"]);
    home.write("taken.csv", "id,kind,name,tlds\nother,registry,Other,be\n");
    home.fails(1, "party import taken.csv", &[".be is run by dns-be"]);
    assert_eq!(home.ok("party list"), before);
}

#[test]
fn a_party_is_added_changed_and_removed() {
    let home = home();
    home.ok("party add afilias --kind registry --name Afilias --tld info --tld .ORG --road ersr --own-days 5 --utc-offset -05:00 --holiday 2026-12-25");
    let shown = home.ok("party show afilias");
    for text in ["Afilias (registry, afilias)", ".info .org", "needs 5 working days", "UTC-05:00", "NO CONTACT"] {
        assert!(shown.contains(text), "{shown}");
    }
    home.fails(1, "party add afilias --kind registry --name Afilias --tld info", &["there is a party afilias already"]);
    home.ok("party contact afilias --name Desk --mail desk@afilias.example --second 'ring +1 555 0100' --verified");
    home.ok("party add afilias --kind registry --name 'Afilias Ltd' --tld info --replace");
    let shown = home.ok("party show afilias");
    assert!(shown.contains("Afilias Ltd") && shown.contains("desk@afilias.example"), "{shown}");
    home.fails(2, "party show nobody", &["there is no party nobody"]);
    home.fails(1, "party add x --kind registry --name X --tld nl --road registrar-waiver", &["leads over ICANN"]);
    home.ok("party remove afilias");
    home.fails(2, "party remove afilias", &["there is no party afilias"]);
}

#[test]
fn contacts_that_nobody_tried_for_long_are_told() {
    let home = home();
    let stale = home.run("party list --stale");
    assert_eq!(stale.status, 1, "{}", stale.err);
    assert!(stale.out.contains("Night shift") && !stale.out.contains("Desk "), "{}", stale.out);
    home.fails(1, "party contact dns-be --number 3 --tested", &["has 2 contacts"]);
    home.fails(1, "party contact dns-be --number 2", &["nothing was found out"]);
    home.fails(1, "party contact dns-be --number 2 --tested --on 2026-11-24", &["still to come"]);
    home.ok("party contact dns-be --number 2 --tested --owner 'Ada L.'");
    assert_eq!(home.run("party list --stale").status, 0);
    assert!(home.ok("party show dns-be").contains("second way tried 2026-11-23; kept by Ada L."));
    home.ok("party contact dns-be --number 1 --remove");
    assert!(!home.ok("party show dns-be").contains("abuse@dns.example"));
}

#[test]
fn the_sheet_is_printed_and_put_on_record() {
    let home = home();
    let sheet = home.ok("party print");
    assert!(sheet.starts_with("TLP:AMBER+STRICT") && sheet.contains("+32 2 555 01 00"), "{sheet}");
    home.ok("party print dns-be --format html -o sheet.html --by =HYPERLINK(1)");
    assert!(home.read("sheet.html").contains("<h2>DNS Belgium"));
    let record = home.ok("disclosures");
    let rows: Vec<&str> = record.lines().collect();
    assert_eq!(rows[0], "at,who,party,case,what,count,purpose,basis");
    assert_eq!(rows.len(), 3, "{record}");
    assert!(record.contains(",'=HYPERLINK(1),"), "a spreadsheet would reckon with it: {record}");
    // Rows of one instant stand in no order that means something.
    assert!(rows.iter().any(|row| row.contains(",tester,") && row.contains(",2,")), "{record}");
}

#[test]
fn people_are_invited_and_have_roles_and_tokens_when_they_exist() {
    let home = home();
    let link = home.ok("person invite Ada@DNS.example --party dns-be --public https://hub.example");
    assert!(link.starts_with("https://hub.example/invitation?token="), "{link}");
    assert!(home.ok("person list").contains("ada@dns.example"));
    assert!(home.ok("person list --format json").contains("\"state\": \"invited\""));
    home.fails(1, "person invite bob@dns.example", &["a member belongs to a party"]);
    home.fails(2, "person invite bob@dns.example --party nobody", &["there is no party nobody"]);
    home.ok("person invite root@hub.example --as operator");
    for line in [
        "person disable ada@dns.example",
        "person role case ada@dns.example reader",
        "person token create ada@dns.example --name x",
    ] {
        home.fails(2, line, &["there is no person"]);
    }
}

#[test]
fn people_are_linked_to_what_a_provider_calls_them() {
    let home = home();
    let ada = "person admit ada@dns.example --name Ada --party dns-be --issuer https://id.example --subject 17";
    home.ok(ada);
    assert!(home.ok("person list --format json").contains("\"state\": \"active\""));
    home.fails(1, ada, &["\"17\" is Ada here already"]);
    let bob = "person admit bob@dns.example --name Bob --party dns-be --issuer https://id.example --subject";
    home.fails(1, &format!("{bob} 17"), &["\"17\" is Ada here already"]);
    home.ok(&format!("{bob} 18"));
    home.fails(1, "person link bob@dns.example --issuer https://id.example --subject 17", &["is Ada here already"]);
    home.fails(1, "person link bob@dns.example --issuer id.example --subject 19", &["no address of a provider"]);
    home.ok("person unlink ada@dns.example");
    home.ok("person link bob@dns.example --issuer https://id.example --subject 17");
    home.fails(2, "person link bob@dns.example --subject 17", &["--issuer"]);
}
