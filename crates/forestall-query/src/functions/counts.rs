// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `sketch_count(sketch)` and `address_count(set, version)`: how many members there are, counted as the census counts them.

use std::sync::Arc;

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, Float64Builder, UInt64Builder};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, exec_datafusion_err, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use forestall_census::{Addresses, Protocol, Sketch};

use super::{octets, unasked, valued};

/// `sketch_count`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct SketchCount {
    signature: Signature,
}

/// `address_count`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct AddressCount {
    signature: Signature,
}

impl SketchCount {
    pub(super) fn new() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl AddressCount {
    pub(super) fn new() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for SketchCount {
    fn name(&self) -> &str {
        "sketch_count"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, found: &[DataType]) -> Result<Vec<DataType>> {
        let [sketch] = found else { return plan_err!("sketch_count takes a sketch; found {} arguments", found.len()) };
        Ok(vec![octets("sketch_count", sketch)?])
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&call.args)?;
        let sketches = arrays.first().and_then(|sketches| sketches.as_binary_opt::<i32>());
        let mut found = Float64Builder::new();
        for sketch in sketches.ok_or_else(|| unasked("sketch_count"))? {
            let sketch = sketch.map(Sketch::from_octets).transpose();
            let sketch = sketch.map_err(|error| exec_datafusion_err!("sketch_count: {error}"))?;
            found.append_option(sketch.map(|sketch| sketch.count().value()));
        }
        valued(&call.args, Arc::new(found.finish()) as ArrayRef)
    }
}

impl ScalarUDFImpl for AddressCount {
    fn name(&self) -> &str {
        "address_count"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, found: &[DataType]) -> Result<Vec<DataType>> {
        let [set, version] = found else {
            return plan_err!("address_count takes a set and an IP version; found {} arguments", found.len());
        };
        if !version.is_integer() && !version.is_null() {
            return plan_err!("argument 2 of address_count is {version}; expected 4 or 6");
        }
        Ok(vec![octets("address_count", set)?, DataType::Int64])
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::UInt64)
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&call.args)?;
        let [sets, versions] = &arrays[..] else { return Err(unasked("address_count")) };
        let sets = sets.as_binary_opt::<i32>().ok_or_else(|| unasked("address_count"))?;
        let versions = versions.as_primitive_opt::<Int64Type>().ok_or_else(|| unasked("address_count"))?;
        let mut found = UInt64Builder::new();
        for row in 0..sets.len() {
            if sets.is_null(row) || versions.is_null(row) {
                found.append_null();
                continue;
            }
            let protocol = match versions.value(row) {
                4 => Protocol::V4,
                6 => Protocol::V6,
                other => return exec_err!("address_count: there is no IP version {other}; expected 4 or 6"),
            };
            let set = Addresses::from_octets(sets.value(row));
            let set = set.map_err(|error| exec_datafusion_err!("address_count: {error}"))?;
            found.append_value(set.count(protocol));
        }
        valued(&call.args, Arc::new(found.finish()) as ArrayRef)
    }
}
