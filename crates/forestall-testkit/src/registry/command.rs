// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Commands as they come.

use super::element::Element;
use super::journal::Verb;
use super::space::EPP;

/// What a client said.
#[derive(Clone, Debug)]
pub(super) struct Command {
    /// The command.
    pub(super) verb: Verb,
    /// Its element.
    pub(super) element: Element,
    /// What comes with it.
    pub(super) extensions: Vec<Element>,
    /// The client's identifier.
    pub(super) client_id: Option<String>,
}

impl Command {
    /// Reads a frame.
    ///
    /// # Errors
    ///
    /// With the reason, and the client's identifier where that could be read.
    pub(super) fn read(octets: &[u8]) -> Result<Self, (String, Option<String>)> {
        let mut root = Element::read(octets).map_err(|reason| (reason, None))?;
        if !root.is(EPP, "epp") || root.children.len() != 1 {
            return Err(("it is no frame of EPP".to_owned(), None));
        }
        let said = root.children.remove(0);
        if said.is(EPP, "hello") {
            return Ok(Self { verb: Verb::Hello, element: said, extensions: Vec::new(), client_id: None });
        }
        if !said.is(EPP, "command") {
            return Err(("it is no command".to_owned(), None));
        }
        let client_id = said.text_of("clTRID");
        if client_id.as_ref().is_some_and(|id| !(3..=64).contains(&id.chars().count())) {
            return Err(("the client's identifier has not 3 to 64 characters".to_owned(), None));
        }
        let element = said.children.iter().find(|child| child.space == EPP && Verb::named(&child.name).is_some());
        let Some(element) = element else { return Err(("there is no such command".to_owned(), client_id)) };
        let verb = Verb::named(&element.name).unwrap_or(Verb::Unreadable);
        let extensions = said.child("extension").map(|extension| extension.children.clone()).unwrap_or_default();
        Ok(Self { verb, element: element.clone(), extensions, client_id })
    }

    /// Returns the element of the object that it is about.
    pub(super) fn object(&self) -> Option<&Element> {
        self.element.children.first()
    }

    /// Returns the names, or the identifiers of contacts, that it is about.
    pub(super) fn objects(&self) -> Vec<String> {
        if matches!(self.verb, Verb::Login) {
            return Vec::new();
        }
        let Some(object) = self.object() else { return Vec::new() };
        let names = object.all("name").map(|name| name.text().to_ascii_lowercase());
        names.chain(object.all("id").map(Element::text)).collect()
    }
}
