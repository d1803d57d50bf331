// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Workbooks, as answers and as lists: packed as they are, or the first sheet alone, so that the fuzzer reaches its XML.

#![no_main]

use std::io::{Cursor, Write as _};

use forestall_formats::{answers, received};
use zip::write::SimpleFileOptions;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    if octets.starts_with(b"PK") {
        read(octets);
        return;
    }
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let parts: [(&str, &[u8]); 3] = [
        ("xl/workbook.xml", br#"<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#),
        ("xl/_rels/workbook.xml.rels", br#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#),
        ("xl/worksheets/sheet1.xml", octets),
    ];
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, part) in parts {
        archive.start_file(name, stored).expect("memory takes it");
        archive.write_all(part).expect("memory takes it");
    }
    read(&archive.finish().expect("memory takes it").into_inner());
});

fn read(octets: &[u8]) {
    if let Ok(answers) = answers::read_workbook(octets) {
        assert!(!answers.sheets.is_empty());
        assert!(answers.lines.iter().all(|line| line.line > 1 && (line.name.is_some() || line.line_id.is_some())));
    }
    if let Ok(list) = received::read(octets) {
        assert!(list.lines.iter().all(|line| line.sheet.is_some() == octets.starts_with(b"PK\x03\x04")));
    }
}
