// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Evidence that somebody else gathered.

use forestall_formats::evidence;
use forestall_model::{Method, Sight};

#[test]
fn reads_looks_at_names() {
    let text = "name,method,sight,at,name_servers,source\n\
        abc.be,DNS,our-name-servers,2009-04-01T10:00:00Z,ns1.sink.test|ns2.sink.test,CERT of Example\n\
        abc.be,rdap,our-hold,2009-04-02,,https://rdap.example/abc.be\n";
    let read = evidence::read(text.as_bytes()).unwrap();
    assert_eq!(read.len(), 2);
    assert_eq!((read[0].method, read[0].sight), (Method::Dns, Sight::OurNameServers));
    assert_eq!(read[0].name_servers.len(), 2);
    assert_eq!(read[1].at.to_string(), "2009-04-02T00:00:00Z");
    assert_eq!((read[1].line, read[1].source.as_str()), (3, "https://rdap.example/abc.be"));
}

#[test]
fn every_look_needs_its_source_and_time() {
    let text = "name,method,sight,at,source\nabc.be,dns,gone,,\n";
    let errors = evidence::read(text.as_bytes()).unwrap_err().to_string();
    assert!(
        errors.contains("line 2, column 3 (sight): \"gone\" is not a sight; expected one of our-name-servers"),
        "{errors}"
    );
    assert!(errors.contains("line 2, column 4 (at): the field is empty; expected an instant or a date"), "{errors}");
    assert!(errors.contains("line 2, column 5 (source): the field is empty"), "{errors}");
    let errors = evidence::read(&b"name,method,sight,at\n"[..]).unwrap_err().to_string();
    assert!(errors.contains("lacks the column source"), "{errors}");
}
