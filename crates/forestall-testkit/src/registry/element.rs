// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A frame as a tree of elements. Declarations of types and entities are refused, and depth and number of elements are bounded.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// How deep elements lie in each other at most.
const DEEPEST: usize = 32;
/// Most elements of a frame.
const MOST: usize = 100_000;

/// An element of a frame.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    /// The namespace; empty where it has none.
    pub(super) space: String,
    /// The name without a prefix.
    pub(super) name: String,
    /// The elements in it.
    pub(super) children: Vec<Self>,
    attributes: Vec<(String, String)>,
    text: String,
}

impl Element {
    /// Reads the one element of a frame that is in no other.
    pub(super) fn read(octets: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(octets).map_err(|_| "it is no UTF-8".to_owned())?;
        let mut reader = NsReader::from_str(text);
        let mut open: Vec<Self> = Vec::new();
        let mut root: Option<Self> = None;
        let mut count = 0;
        loop {
            let (space, event) = reader.read_resolved_event().map_err(|error| error.to_string())?;
            let is_empty = matches!(event, Event::Empty(_));
            match event {
                Event::Start(start) | Event::Empty(start) => {
                    count += 1;
                    if count > MOST || open.len() >= DEEPEST {
                        return Err("it has too many elements, or they lie too deep".to_owned());
                    }
                    if root.is_some() {
                        return Err("there is more than one element in it".to_owned());
                    }
                    open.push(Self::begin(&space, &start)?);
                    if is_empty {
                        close(&mut open, &mut root)?;
                    }
                }
                Event::End(_) => close(&mut open, &mut root)?,
                Event::Text(text) => add(&mut open, &text)?,
                Event::CData(text) => add(&mut open, &text)?,
                Event::GeneralRef(reference) => {
                    let character = match reference.resolve_char_ref().map_err(|error| error.to_string())? {
                        Some(character) => character,
                        None => predefined(&reference)?,
                    };
                    add(&mut open, character.encode_utf8(&mut [0; 4]))?;
                }
                Event::DocType(_) => return Err("it declares types, which is not taken here".to_owned()),
                Event::PI(_) => {
                    return Err("it holds an instruction for processing, which is not taken here".to_owned());
                }
                Event::Comment(_) | Event::Decl(_) => {}
                Event::Eof => break,
            }
        }
        match root {
            Some(root) if open.is_empty() => Ok(root),
            _ => Err("it ends too early".to_owned()),
        }
    }

    fn begin(space: &ResolveResult<'_>, start: &BytesStart<'_>) -> Result<Self, String> {
        let space = match space {
            ResolveResult::Bound(space) => space.as_ref().to_owned(),
            ResolveResult::Unbound => String::new(),
            ResolveResult::Unknown(_) => return Err("a prefix has no namespace".to_owned()),
        };
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|error| error.to_string())?;
            attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
        }
        Ok(Self { space, name: start.local_name().as_ref().to_owned(), attributes, ..Self::default() })
    }

    /// Says whether it is an element of this name.
    pub(super) fn is(&self, space: &str, name: &str) -> bool {
        self.space == space && self.name == name
    }

    /// Returns the first element in it of this name and of its own namespace.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.is(&self.space, name))
    }

    /// Returns the elements in it of this name and of its own namespace.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.is(&self.space, name))
    }

    /// Returns the text, blanks as the type `token` of XML Schema has them.
    pub(super) fn text(&self) -> String {
        self.text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Returns the text of the first element in it of this name.
    pub(super) fn text_of(&self, name: &str) -> Option<String> {
        self.child(name).map(Self::text)
    }

    /// Returns the value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

fn close(open: &mut Vec<Element>, root: &mut Option<Element>) -> Result<(), String> {
    let element = open.pop().ok_or("an element ends that did not begin")?;
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => *root = Some(element),
    }
    Ok(())
}

fn add(open: &mut [Element], text: &str) -> Result<(), String> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err("there is text outside of its element".to_owned()),
    }
    Ok(())
}

fn predefined(name: &str) -> Result<char, String> {
    match name {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => Err("it names an entity, which is not taken here".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::Element;

    #[test]
    fn names_follow_their_namespaces_and_not_their_prefixes() {
        let text = "<?xml version='1.0'?><a xmlns='one' xmlns:p='two'><p:b k='v&amp;w'> x &lt;\n <![CDATA[<y>]]></p:b><b/></a>";
        let root = Element::read(text.as_bytes()).unwrap();
        assert!(root.is("one", "a"));
        assert_eq!(root.children[0].space, "two");
        assert_eq!(root.children[0].text(), "x < <y>");
        assert_eq!(root.children[0].attribute("k"), Some("v&w"));
        assert!(root.child("b").unwrap().is("one", "b"));
    }

    #[test]
    fn what_declares_or_never_ends_is_refused() {
        let deep = "<a>".repeat(40) + &"</a>".repeat(40);
        for (text, why) in [
            ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "declares types"),
            ("<a>&b;</a>", "names an entity"),
            ("<?php x?><a/>", "an instruction"),
            ("<a><b></a>", "b"),
            ("<a>", "ends too early"),
            ("", "ends too early"),
            ("<a/><b/>", "more than one"),
            ("<p:a/>", "no namespace"),
            (&deep, "too deep"),
        ] {
            let said = Element::read(text.as_bytes()).unwrap_err();
            assert!(said.contains(why), "{text}: {said}");
        }
        assert!(Element::read(b"<a>\xff</a>").unwrap_err().contains("UTF-8"));
    }
}
