// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `predicted(qname, time)`: the ids of the campaigns that predict the listed name at or above `qname` with a window, widened by the campaign's margin, that holds
//! `time`. Each id once, with a blank between, as in the column `campaigns` of the lake; NULL where there is none, and for a name that belongs to
//! somebody: it is no sign of an infection.

use std::sync::Arc;

use datafusion::arrow::array::AsArray as _;
use datafusion::arrow::array::{Array as _, ArrayRef, StringBuilder};
use datafusion::arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use datafusion::common::config::ConfigOptions;
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use forestall_model::Instant;

use super::options::Options;
use super::{Known, text, unasked, valued};
use crate::indexes::Indexes;

const NAME: &str = "predicted";

/// The function.
#[derive(Debug)]
pub(super) struct Predicted {
    indexes: Arc<Indexes>,
    signature: Signature,
}

impl Predicted {
    pub(super) fn new(known: &Known) -> Self {
        let signature = Signature::user_defined(Volatility::Immutable);
        Self { indexes: Arc::clone(&known.indexes), signature }
    }
}

super::listed::alike_by_index!(Predicted);

impl ScalarUDFImpl for Predicted {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, found: &[DataType]) -> Result<Vec<DataType>> {
        let [name, time] = found else {
            return plan_err!("predicted takes a name and a time; found {} arguments", found.len());
        };
        match time {
            // A time without a zone is UTC, and a day is its begin.
            DataType::Timestamp(..)
            | DataType::Date32
            | DataType::Utf8
            | DataType::Utf8View
            | DataType::LargeUtf8
            | DataType::Null => {
                Ok(vec![text(NAME, 1, name)?, DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))])
            }
            _ => plan_err!(
                "argument 2 of predicted is {time}; expected a time; to_timestamp_seconds makes one of a number"
            ),
        }
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> Result<ColumnarValue> {
        check(&self.indexes, &call.config_options)?;
        let arrays = ColumnarValue::values_to_arrays(&call.args)?;
        let [names, times] = &arrays[..] else { return Err(unasked(NAME)) };
        let names = names.as_string_opt::<i32>().ok_or_else(|| unasked(NAME))?;
        let times = times.as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(|| unasked(NAME))?;
        let mut found = StringBuilder::new();
        let mut campaigns = String::new();
        for row in 0..names.len() {
            let listed =
                (names.is_valid(row) && times.is_valid(row)).then(|| self.indexes.listed(names.value(row).as_bytes()));
            let at = Instant::from_micros(times.values()[row]);
            match listed.flatten() {
                Some(listed) if listed.write_campaigns(at, &mut campaigns) => found.append_value(&campaigns),
                _ => found.append_null(),
            }
        }
        valued(&call.args, Arc::new(found.finish()) as ArrayRef)
    }
}

/// Sees to it that there are indexes, and those that whoever asks means.
///
/// # Errors
///
/// Where there is none, or there are others. While a statement is planned that is no error: constants then wait for the executors.
pub(super) fn check(indexes: &Indexes, options: &ConfigOptions) -> Result<()> {
    if indexes.is_empty() {
        return exec_err!(
            "predicted and listed need a prediction index: give --index FILE, on a cluster to each executor"
        );
    }
    let meant = options.extensions.get::<Options>().map_or("", |options| options.index.as_str());
    if !meant.is_empty() && meant != indexes.digest() {
        return exec_err!(
            "an executor has other index files than --index names: it has those with the digests {}, expected {meant}",
            indexes.digest()
        );
    }
    Ok(())
}
