// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `listed(qname)`: the listed name at or above `qname` in lower case and without a dot at its end, whenever it is predicted, also where it belongs to somebody. NULL where
//! there is none. It is what `forestall scan` looks at before it looks at times.

use std::sync::Arc;

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, StringBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

use super::{Known, text, unasked, valued};
use crate::indexes::{Indexes, canonical};

const NAME: &str = "listed";

/// The function.
#[derive(Debug)]
pub(super) struct Listed {
    indexes: Arc<Indexes>,
    signature: Signature,
}

impl Listed {
    pub(super) fn new(known: &Known) -> Self {
        Self { indexes: Arc::clone(&known.indexes), signature: Signature::user_defined(Volatility::Immutable) }
    }
}

/// Two calls are the same function where they look into the same indexes.
macro_rules! alike_by_index {
    ($function:ident) => {
        impl PartialEq for $function {
            fn eq(&self, other: &Self) -> bool {
                self.indexes.digest() == other.indexes.digest()
            }
        }

        impl Eq for $function {}

        impl std::hash::Hash for $function {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.indexes.digest().hash(state);
            }
        }
    };
}
pub(super) use alike_by_index;

alike_by_index!(Listed);

impl ScalarUDFImpl for Listed {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, found: &[DataType]) -> Result<Vec<DataType>> {
        let [name] = found else { return plan_err!("listed takes a name; found {} arguments", found.len()) };
        Ok(vec![text(NAME, 1, name)?])
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> Result<ColumnarValue> {
        super::predicted::check(&self.indexes, &call.config_options)?;
        let arrays = ColumnarValue::values_to_arrays(&call.args)?;
        let names = arrays.first().and_then(|names| names.as_string_opt::<i32>()).ok_or_else(|| unasked(NAME))?;
        let mut found = StringBuilder::new();
        for row in 0..names.len() {
            let name = if names.is_valid(row) { names.value(row) } else { "" };
            let listed = self.indexes.listed(name.as_bytes());
            match listed.and_then(|listed| name.as_bytes().get(listed.start..)) {
                Some(listed) => found.append_value(String::from_utf8_lossy(&canonical(listed))),
                None => found.append_null(),
            }
        }
        valued(&call.args, Arc::new(found.finish()) as ArrayRef)
    }
}
