// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The functions that SQL gets from us, the same in this process, in the scheduler and in the executors.
//!
//! | function | what |
//! |---|---|
//! | `predicted(qname, time)` | the campaigns that predict the listed name at or above a name, at a time |
//! | `listed(qname)` | the listed name at or above a name, at whatever time |
//! | `registrable(qname)` | the registrable name at or above a name |
//! | `sketch_addresses(address)` | a HyperLogLog sketch of a group's addresses |
//! | `sketch_merge(sketch)` | the sketch of all members of a group's sketches |
//! | `sketch_count(sketch)` | about how many members a sketch has |
//! | `approx_addresses(address)` | about how many addresses a group has |
//! | `address_set(address)` | the exact set of a group's addresses |
//! | `address_set_merge(set)` | the union of a group's sets |
//! | `address_count(set, version)` | how many addresses of IP version 4 or 6 a set has |

use std::sync::Arc;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, exec_datafusion_err, plan_err};
use datafusion::logical_expr::{AggregateUDF, ColumnarValue, ScalarUDF};
use forestall_census::SketchKey;

use crate::indexes::Indexes;

mod addresses;
mod counts;
mod gather;
mod listed;
pub(crate) mod options;
mod predicted;
mod registrable;

/// What the functions need to know.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// Where names are looked up.
    pub(crate) indexes: Arc<Indexes>,
    /// The key of new sketches.
    pub(crate) key: SketchKey,
}

/// The key of sketches where no file of keys is given. It is no secret: whoever chooses the addresses that are counted could deceive the
/// count, as the documentation says.
const OPEN_KEY: [u8; 16] = *b"forestall-query\0";

impl Known {
    /// Knows these indexes, and the key of the lake where there is one.
    pub(crate) fn new(indexes: Indexes, key: Option<SketchKey>) -> Self {
        Self { indexes: Arc::new(indexes), key: key.unwrap_or_else(|| SketchKey::new(OPEN_KEY)) }
    }
}

/// Returns the functions of rows.
pub(crate) fn scalar(known: &Known) -> Vec<Arc<ScalarUDF>> {
    vec![
        Arc::new(predicted::Predicted::new(known).into()),
        Arc::new(listed::Listed::new(known).into()),
        Arc::new(registrable::Registrable::new().into()),
        Arc::new(counts::SketchCount::new().into()),
        Arc::new(counts::AddressCount::new().into()),
    ]
}

/// Returns the functions of groups.
pub(crate) fn aggregate(known: &Known) -> Vec<Arc<AggregateUDF>> {
    gather::Gather::all(known).into_iter().map(|gather| Arc::new(gather.into())).collect()
}

/// Makes the value of a call of the array that it was computed as: one value where all arguments were constants.
fn valued(arguments: &[ColumnarValue], array: ArrayRef) -> Result<ColumnarValue> {
    if arguments.iter().all(|argument| matches!(argument, ColumnarValue::Scalar(_))) {
        return ScalarValue::try_from_array(&array, 0).map(ColumnarValue::Scalar);
    }
    Ok(ColumnarValue::Array(array))
}

/// Takes a text of any width, or NULL.
fn text(function: &str, place: usize, found: &DataType) -> Result<DataType> {
    let is_text =
        |kind: &DataType| matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null);
    match found {
        DataType::Dictionary(_, values) if is_text(values) => Ok(DataType::Utf8),
        found if is_text(found) => Ok(DataType::Utf8),
        _ => plan_err!("argument {place} of {function} is {found}; expected a text"),
    }
}

/// Takes octets of any width, or NULL.
fn octets(function: &str, found: &DataType) -> Result<DataType> {
    match found {
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::Null => Ok(DataType::Binary),
        _ => plan_err!("the argument of {function} is {found}; expected octets, as sketches and sets are"),
    }
}

/// Says that a function got an array of a type that it never asked for, which the engine rules out.
fn unasked(function: &str) -> datafusion::error::DataFusionError {
    exec_datafusion_err!("{function} was called with a type that it does not take")
}
