// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a catalogue needs of word lists, by a family made up for it.

use std::sync::Arc;

use forestall_dga::family::NoWordLists;
use forestall_dga::page::Page;
use forestall_dga::word_lists::needed;
use forestall_dga::{Catalogue, Family, FamilyInfo, Generator, ParamError, WordLists};
use forestall_model::{Digest, Params};

use crate::support::day;
use crate::toy::info;

/// Needs two lists, the second only for its parameter `both`, and never makes a generator.
struct Wordy(FamilyInfo);

impl Family for Wordy {
    fn info(&self) -> &FamilyInfo {
        &self.0
    }

    fn generator(&self, params: &Params, words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
        let lists: &[&str] = if params.value("both").is_some() { &["one", "two"] } else { &["one"] };
        for name in lists {
            let digest = Digest::of(name.as_bytes());
            let missing = || ParamError::MissingWordList { name: format!("list {name}"), digest };
            words.word_list(digest).ok_or_else(missing)?;
        }
        Err(ParamError::BadValue { key: "list".to_owned(), found: "1 word".to_owned(), expected: "more".to_owned() })
    }
}

#[test]
fn a_catalogue_names_every_list_once_with_its_campaigns() {
    let mut info = info();
    info.keys.push(forestall_dga::info::ParamKey { key: "both".into(), default: None, meaning: "two lists".into() });
    let mut catalogue = Catalogue::empty();
    catalogue.add_family(Arc::new(Wordy(info))).unwrap();
    let text = "family = \"toy\"\n[[campaign]]\nid = \"a\"\nsource = \"this test\"\n\
                [[campaign]]\nid = \"b\"\nsource = \"this test\"\nset = { both = \"yes\" }\n";
    catalogue.add_campaigns(text).unwrap();

    let lists = needed(&catalogue, &NoWordLists);
    let names: Vec<&str> = lists.iter().map(|list| list.name.as_str()).collect();
    assert_eq!(names, ["list one", "list two"]);
    assert_eq!(lists.iter().map(|list| list.campaigns.len()).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(lists[1].digest, Digest::of(b"two"));

    let family = catalogue.family("toy").unwrap();
    let page = Page::of(&catalogue, family.as_ref(), day("2009-04-01").start(), &NoWordLists).markdown();
    assert!(page.contains("none: the word list list one is missing"), "{page}");
    assert!(page.contains(&format!("- list two: the file with SHA-256 `{}`", Digest::of(b"two"))), "{page}");
}

#[test]
fn conficker_needs_no_list() {
    let lists = needed(&Catalogue::built_in(), &NoWordLists);
    assert!(lists.iter().all(|list| !list.family.as_str().starts_with("conficker")));
}
