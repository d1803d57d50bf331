// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `registrable(qname)`: the registrable name at or above `qname` by the public suffix list that is compiled in, in lower case and without a dot at its end; NULL for a name
//! that is itself a public suffix, and for what is no name.

use std::sync::Arc;

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, StringBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use forestall_model::name::registrable;

use super::{text, unasked, valued};
use crate::indexes::canonical;

const NAME: &str = "registrable";

/// The function.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Registrable {
    signature: Signature,
}

impl Registrable {
    pub(super) fn new() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Registrable {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, found: &[DataType]) -> Result<Vec<DataType>> {
        let [name] = found else { return plan_err!("registrable takes a name; found {} arguments", found.len()) };
        Ok(vec![text(NAME, 1, name)?])
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&call.args)?;
        let names = arrays.first().and_then(|names| names.as_string_opt::<i32>()).ok_or_else(|| unasked(NAME))?;
        let mut found = StringBuilder::new();
        for row in 0..names.len() {
            let name = if names.is_valid(row) { canonical(names.value(row).as_bytes()) } else { Vec::new() };
            match std::str::from_utf8(&name).ok().and_then(of_name) {
                Some(registrable) => found.append_value(registrable),
                None => found.append_null(),
            }
        }
        valued(&call.args, Arc::new(found.finish()) as ArrayRef)
    }
}

/// Returns the registrable name of a name with escapes as the lake writes them. A dot inside a label is none between labels: where one would be taken for it, there is
/// no registrable name.
fn of_name(name: &str) -> Option<&str> {
    let found = registrable(name)?;
    let before = name.strip_suffix(found)?;
    let is_cut = before.is_empty() || before.ends_with('.') && !before.ends_with("\\.");
    (is_cut && !found.contains('\\') && !found.starts_with('.')).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::of_name;

    #[test]
    fn names_of_the_wire() {
        let check = |name: &str, expected: Option<&str>| assert_eq!(of_name(name), expected, "{name}");
        check("a.b.example.co.uk", Some("example.co.uk"));
        check("example.com", Some("example.com"));
        check("co.uk", None);
        check("com", None);
        check("", None);
        check("a\\032b.example.com", Some("example.com"));
        check("x\\.example.com", None);
        check("ex\\.ample.com", None);
        check(".com", None);
    }
}
