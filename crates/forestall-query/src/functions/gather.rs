// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Functions of groups: sketches and exact sets of addresses, made and merged. What a task gathers travels in the form in octets of the census, so that it does not matter on how
//! many executors, in which order or how often parts are merged.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray as _};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, exec_datafusion_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, Signature, Volatility};
use forestall_census::{Addresses, Protocol, Sketch, SketchKey};
use forestall_lake::aggregate::PRECISION;

use super::{Known, addresses, octets, unasked};

/// What a function gathers, and what it says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum What {
    /// `sketch_addresses`.
    Sketch,
    /// `sketch_merge`.
    SketchOfSketches,
    /// `approx_addresses`.
    CountBySketch,
    /// `address_set`.
    Set,
    /// `address_set_merge`.
    SetOfSets,
}

impl What {
    const ALL: [Self; 5] = [Self::Sketch, Self::SketchOfSketches, Self::CountBySketch, Self::Set, Self::SetOfSets];

    fn name(self) -> &'static str {
        match self {
            Self::Sketch => "sketch_addresses",
            Self::SketchOfSketches => "sketch_merge",
            Self::CountBySketch => "approx_addresses",
            Self::Set => "address_set",
            Self::SetOfSets => "address_set_merge",
        }
    }
}

/// One of the functions.
#[derive(Debug)]
pub(super) struct Gather {
    what: What,
    key: SketchKey,
    signature: Signature,
}

impl Gather {
    /// Returns all of them.
    pub(super) fn all(known: &Known) -> Vec<Self> {
        let of =
            |what| Self { what, key: known.key.clone(), signature: Signature::user_defined(Volatility::Immutable) };
        What::ALL.into_iter().map(of).collect()
    }
}

impl PartialEq for Gather {
    fn eq(&self, other: &Self) -> bool {
        self.what == other.what && self.key == other.key
    }
}

impl Eq for Gather {}

impl Hash for Gather {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.what.hash(state);
    }
}

impl AggregateUDFImpl for Gather {
    fn name(&self) -> &str {
        self.what.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, found: &[DataType]) -> Result<Vec<DataType>> {
        let name = self.what.name();
        let [argument] = found else { return plan_err!("{name} takes one argument; found {}", found.len()) };
        Ok(vec![match self.what {
            What::Sketch | What::CountBySketch | What::Set => addresses::coerced(name, argument)?,
            What::SketchOfSketches | What::SetOfSets => octets(name, argument)?,
        }])
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(if self.what == What::CountBySketch { DataType::Float64 } else { DataType::Binary })
    }

    fn state_fields(&self, call: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format_state_name(call.name, "members"), DataType::Binary, true))])
    }

    fn accumulator(&self, _: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let name = self.what.name();
        Ok(match self.what {
            What::Sketch | What::CountBySketch => {
                let sketch =
                    Sketch::new(PRECISION, &self.key).map_err(|error| exec_datafusion_err!("{name}: {error}"))?;
                Box::new(Sketching { what: self.what, key: self.key.clone(), sketch: Some(sketch) })
            }
            What::SketchOfSketches => Box::new(Sketching { what: self.what, key: self.key.clone(), sketch: None }),
            What::Set | What::SetOfSets => Box::new(Collecting { what: self.what, set: Addresses::default() }),
        })
    }
}

/// Makes a sketch; none as long as it is to take the precision and key of the first that comes.
#[derive(Debug)]
struct Sketching {
    what: What,
    key: SketchKey,
    sketch: Option<Sketch>,
}

impl Sketching {
    fn merge(&mut self, sketches: &ArrayRef) -> Result<()> {
        let name = self.what.name();
        for octets in sketches.as_binary_opt::<i32>().ok_or_else(|| unasked(name))?.iter().flatten() {
            let other = Sketch::from_octets(octets).map_err(|error| exec_datafusion_err!("{name}: {error}"))?;
            match &mut self.sketch {
                Some(sketch) => sketch.merge(&other).map_err(|error| exec_datafusion_err!("{name}: {error}"))?,
                none => *none = Some(other),
            }
        }
        Ok(())
    }
}

impl Accumulator for Sketching {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let name = self.what.name();
        let [column] = values else { return Err(unasked(name)) };
        if self.what == What::SketchOfSketches {
            return self.merge(column);
        }
        let Some(sketch) = &mut self.sketch else { return Err(unasked(name)) };
        addresses::each(name, column, |source| sketch.insert(&self.key, source))
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [sketches] = states else { return Err(unasked(self.what.name())) };
        self.merge(sketches)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::Binary(self.sketch.as_ref().map(Sketch::to_octets))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let sketch = self.sketch.as_ref();
        Ok(match self.what {
            What::CountBySketch => ScalarValue::Float64(sketch.map(|sketch| sketch.count().value())),
            _ => ScalarValue::Binary(sketch.map(Sketch::to_octets)),
        })
    }

    fn size(&self) -> usize {
        // Of a precision that is not ours a sketch may be 64 times as large; what is merged is nearly always of ours.
        size_of::<Self>() + if self.sketch.is_some() { 1 << PRECISION } else { 0 }
    }
}

/// Makes an exact set.
#[derive(Debug)]
struct Collecting {
    what: What,
    set: Addresses,
}

/// Octets that an address takes in a set, about, where they lie thin.
const OCTETS_OF_ADDRESS: usize = 8;

impl Collecting {
    fn merge(&mut self, sets: &ArrayRef) -> Result<()> {
        let name = self.what.name();
        for octets in sets.as_binary_opt::<i32>().ok_or_else(|| unasked(name))?.iter().flatten() {
            let other = Addresses::from_octets(octets).map_err(|error| exec_datafusion_err!("{name}: {error}"))?;
            self.set.merge(&other);
        }
        Ok(())
    }
}

impl Accumulator for Collecting {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let name = self.what.name();
        let [column] = values else { return Err(unasked(name)) };
        if self.what == What::SetOfSets {
            return self.merge(column);
        }
        let set = &mut self.set;
        addresses::each(name, column, |source| {
            set.insert(source);
        })
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [sets] = states else { return Err(unasked(self.what.name())) };
        self.merge(sets)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::Binary(Some(self.set.to_octets()))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Binary(Some(self.set.to_octets())))
    }

    fn size(&self) -> usize {
        let addresses = self.set.count(Protocol::V4).saturating_add(self.set.count(Protocol::V6));
        size_of::<Self>() + usize::try_from(addresses).unwrap_or(usize::MAX).saturating_mul(OCTETS_OF_ADDRESS)
    }
}
