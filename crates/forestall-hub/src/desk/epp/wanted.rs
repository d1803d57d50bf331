// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a case says now of the names of a slice.

use std::collections::BTreeMap;

use forestall_coord::epp::Wanted;
use forestall_formats::Form;
use forestall_formats::feed::Settings;
use forestall_formats::request::{self, Asked, Request};
use forestall_model::{Audience, DomainName, Instant, Released, Tld};

use crate::desk::{CaseFile, Desk, DeskError, Publish, PublishSpan};

impl Desk {
    /// Returns everything that a case asks for of the names of a slice, in all windows of its horizon.
    pub(super) async fn epp_request(
        &self,
        file: &CaseFile,
        tld: &Tld,
        now: Instant,
    ) -> Result<Released<Request>, DeskError> {
        let ask = Publish {
            form: Form::Epp,
            tld: Some(tld.clone()),
            span: PublishSpan::Horizon,
            audience: Audience::Recipient,
            now,
            most: None,
            settings: Settings::default(),
        };
        self.requested(file, &ask).await
    }
}

/// Says what a request wants of each of its names.
pub(super) fn wanted(file: &CaseFile, request: &Request) -> BTreeMap<DomainName, Wanted> {
    request.names().map(|lines| (lines[0].line.name.clone(), of_name(file, lines))).collect()
}

fn of_name(file: &CaseFile, lines: &[Asked]) -> Wanted {
    let name = &lines[0].line.name;
    let mut actions = request::actions(lines).into_iter();
    let holding = file.case.holdings.get(name);
    let ruled = holding.filter(|holding| holding.action().is_some()).and_then(|holding| holding.ruled.as_ref());
    Wanted {
        // Different wishes for different windows are for a person.
        action: actions.next().filter(|_| actions.next().is_none()),
        order: ruled.map(|ruled| ruled.version),
        needed_until: needed_until(lines),
    }
}

/// Returns until when a name is needed, margins included; none where that has no end.
pub(super) fn needed_until(lines: &[Asked]) -> Option<Instant> {
    lines.iter().map(|asked| asked.guard.map(|guard| guard.until)).reduce(|a, b| Some(a?.max(b?))).flatten()
}
