// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Pages on families.

use forestall_dga::page::{Page, markdown_pages};
use forestall_dga::{Catalogue, family::NoWordLists};

use crate::support::day;

#[test]
fn every_family_has_a_page_and_a_row_of_the_index() {
    let catalogue = Catalogue::built_in();
    let pages = markdown_pages(&catalogue, day("2009-04-01").start());
    assert_eq!(pages, markdown_pages(&catalogue, day("2009-04-01").start()));
    assert_eq!(pages.len(), catalogue.families().len() + 1);
    let index = &pages.iter().find(|(name, _)| name == "README.md").unwrap().1;
    for family in catalogue.families() {
        let slug = &family.info().slug;
        assert!(index.contains(&format!("[{slug}]({slug}.md)")), "{slug}");
        assert!(pages.iter().any(|(name, _)| *name == format!("{slug}.md")), "{slug}");
    }
}

#[test]
fn the_example_is_of_the_first_day_where_that_is_later() {
    let catalogue = Catalogue::built_in();
    let family = catalogue.family("conficker-c").unwrap();
    let page = Page::of(&catalogue, family.as_ref(), day("2001-01-01").start(), &NoWordLists);
    let example = &page.facts.iter().find(|(heading, _)| *heading == "Example").unwrap().1;
    assert!(example.starts_with("first on 2009-04-01: "), "{example}");
    assert!(page.unverified.is_some() && page.markdown().contains("**UNVERIFIED: "));
}
