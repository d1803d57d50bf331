// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What was entered in a form that was refused.

use crate::server::Fields;

/// A form that was refused, with what was entered, so that nothing has to be entered twice.
#[derive(Debug, Default)]
pub(super) struct Kept {
    form: &'static str,
    fields: Vec<(String, String)>,
}

impl Kept {
    /// Keeps what was entered in a form.
    pub(super) fn of<const LIMIT: usize>(form: &'static str, fields: &Fields<LIMIT>) -> Self {
        Self { form, fields: fields.short() }
    }

    /// Keeps which form it was and nothing of what was entered, as where that was secret.
    pub(super) const fn named(form: &'static str) -> Self {
        Self { form, fields: Vec::new() }
    }

    /// Returns what was entered in a field of a form.
    pub(super) fn text(&self, form: &str, name: &str) -> &str {
        let entered = |(key, value): &&(String, String)| form == self.form && key == name && !value.is_empty();
        self.fields.iter().find(entered).map_or("", |(_, value)| value)
    }

    /// Says whether a value was chosen in a field of a form.
    pub(super) fn has(&self, form: &str, name: &str, value: &str) -> bool {
        form == self.form && self.fields.iter().any(|(key, v)| key == name && v == value)
    }

    /// Says whether the form was refused.
    pub(super) fn is(&self, form: &str) -> bool {
        form == self.form
    }
}
