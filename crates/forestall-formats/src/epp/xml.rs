// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! XML of servers as a small tree, within limits.
//!
//! There is no document type, so there are no entities but the five of XML itself and characters by number; there is no processing instruction and
//! no other encoding than UTF-8. Depth, elements and attributes are bounded, and the tree is built without recursion.

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;

/// Deepest element: the extensions that are read here reach a depth of 8.
const DEEPEST: usize = 32;
/// Most elements of one frame: the answer to a check of 50 names with prices has some 700.
const MOST_ELEMENTS: usize = 20_000;
/// Most attributes of one element.
const MOST_ATTRIBUTES: usize = 32;

/// An element with everything in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// The namespace; empty for none.
    pub(super) space: String,
    /// The name without prefix.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    text: String,
    pub(super) children: Vec<Self>,
}

impl Element {
    /// Returns the first child of this name in the element's own namespace.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name && child.space == self.space)
    }

    /// Returns the children of this name in the element's own namespace.
    pub(super) fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name && child.space == self.space)
    }

    /// Returns the first child of a name and namespace.
    pub(super) fn child_of(&self, space: &str, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name && child.space == space)
    }

    /// Returns the text, without blanks around it.
    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }

    /// Returns the text of the first child of this name; `None` where there is no child.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(Self::text)
    }

    /// Returns an attribute without a prefix.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a document into its root; otherwise says what is wrong with it.
pub(super) fn read(octets: &[u8]) -> Result<Element, String> {
    let text =
        std::str::from_utf8(octets).map_err(|error| format!("it is no UTF-8 at octet {}", error.valid_up_to()))?;
    let mut reader = NsReader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut elements = 0_usize;
    loop {
        let (space, event) = reader.read_resolved_event().map_err(|error| format!("it is no XML: {error}"))?;
        match event {
            Event::Start(start) => {
                elements += 1;
                if root.is_some() {
                    return Err("it goes on after its root".to_owned());
                }
                if open.len() == DEEPEST {
                    return Err(format!("its elements lie deeper than {DEEPEST}"));
                }
                if elements > MOST_ELEMENTS {
                    return Err(format!("it has more than {MOST_ELEMENTS} elements"));
                }
                let space = match space {
                    ResolveResult::Bound(space) => space.0.to_owned(),
                    ResolveResult::Unbound => String::new(),
                    ResolveResult::Unknown(_) => return Err("it has a prefix without a namespace".to_owned()),
                };
                open.push(element(space, &start)?);
            }
            Event::End(_) => {
                let Some(closed) = open.pop() else { return Err("it closes what it did not open".to_owned()) };
                match open.last_mut() {
                    Some(parent) => parent.children.push(closed),
                    None => root = Some(closed),
                }
            }
            Event::Text(text) => add(&mut open, &text.xml10_content())?,
            Event::CData(text) => add(&mut open, &text.xml10_content())?,
            Event::GeneralRef(reference) => add(&mut open, character(&reference)?.encode_utf8(&mut [0; 4]))?,
            Event::Decl(declaration) => {
                let encoding =
                    declaration.encoding().transpose().map_err(|error| format!("its declaration: {error}"))?;
                if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case("utf-8")) {
                    return Err("it is in another encoding than UTF-8".to_owned());
                }
            }
            Event::Comment(_) => {}
            Event::DocType(_) => return Err("it has a document type, which EPP has not".to_owned()),
            Event::PI(_) => return Err("it has a processing instruction, which EPP has not".to_owned()),
            Event::Empty(_) => return Err("it has an element that was not closed".to_owned()),
            Event::Eof => break,
        }
    }
    if !open.is_empty() {
        return Err("it ends before its root does".to_owned());
    }
    root.ok_or_else(|| "it has no element".to_owned())
}

fn element(space: String, start: &BytesStart<'_>) -> Result<Element, String> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| format!("an attribute: {error}"))?;
        if attributes.len() == MOST_ATTRIBUTES {
            return Err(format!("an element has more than {MOST_ATTRIBUTES} attributes"));
        }
        let value =
            attribute.normalized_value(XmlVersion::default()).map_err(|error| format!("an attribute: {error}"))?;
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    let name = start.local_name().as_ref().to_owned();
    Ok(Element { space, name, attributes, ..Element::default() })
}

fn add(open: &mut [Element], text: &str) -> Result<(), String> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err("it has text outside its root".to_owned()),
    }
    Ok(())
}

/// Returns the character that a reference names. Nothing is looked up: what is not of XML itself has no meaning without a document type.
fn character(reference: &BytesRef<'_>) -> Result<char, String> {
    if let Some(character) = reference.resolve_char_ref().map_err(|error| format!("it is no XML: {error}"))? {
        return Ok(character);
    }
    Ok(match &*reference.xml10_content() {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        other => {
            return Err(format!("it has the entity {:?}, which is none of XML's own", super::answer::cut(other)));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{DEEPEST, MOST_ELEMENTS, read};

    #[test]
    fn text_is_what_xml_says() {
        let root = read(
            b"<?xml version=\"1.0\"?><a xmlns=\"u:1\" b=\"1 &lt; 2\"> x &amp; <![CDATA[<y>]]>&#x41;<!-- no --> </a>",
        )
        .unwrap();
        assert_eq!((root.space.as_str(), root.text(), root.attribute("b")), ("u:1", "x & <y>A", Some("1 < 2")));
    }

    #[test]
    fn tricks_with_entities_are_refused() {
        for text in [
            "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
            "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
            "<a>&x;</a>",
            "<a b=\"&x;\"/>",
            "<?php x ?><a/>",
            "<a/><?x y?>",
            "<?xml version=\"1.0\" encoding=\"utf-16\"?><a/>",
            "<a>&#0;</a>",
            "<a>&#x110000;</a>",
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for text in
            ["", " ", "a", "<a>", "</a>", "<a></b>", "<a/><b/>", "<p:a/>", "<a/>b", "<a b=1/>", "<a b='1' b='2'/>"]
        {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        assert!(read(b"<a>\xff</a>").is_err());
    }

    #[test]
    fn depth_and_number_have_limits() {
        let deep = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(read(deep(DEEPEST).as_bytes()).is_ok());
        assert!(read(deep(DEEPEST + 1).as_bytes()).is_err());
        assert!(read("<a>".repeat(300_000).as_bytes()).is_err(), "no stack is used up");
        let wide = |elements: usize| format!("<a>{}</a>", "<b/>".repeat(elements - 1));
        assert!(read(wide(MOST_ELEMENTS).as_bytes()).is_ok());
        assert!(read(wide(MOST_ELEMENTS + 1).as_bytes()).is_err());
        let attributes: String = (0..40).map(|i| format!(" a{i}=\"\"")).collect();
        assert!(read(format!("<a{attributes}/>").as_bytes()).is_err());
    }
}
