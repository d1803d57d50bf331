// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One run of a module: an instance, its parameters, and one list.

use wasmi::{Instance, Memory, Store, StoreLimits, StoreLimitsBuilder, TrapCode, TypedFunc};

use crate::limits::{MAX_MEMORY, MAX_MESSAGE, MAX_TABLE};
use crate::module::{cut, short, steers};
use crate::{RunError, abi};

/// An instance that has its parameters.
#[derive(Debug)]
pub(crate) struct Run {
    store: Store<StoreLimits>,
    fuel: u64,
    memory: Memory,
    block: usize,
    begin: TypedFunc<(i64, i64), ()>,
    next: TypedFunc<(), i32>,
}

impl Run {
    /// Starts an instance with `fuel` to spend and hands it the parameters, which fit into the block.
    pub(crate) fn start(module: &wasmi::Module, fuel: u64, parameters: &[u8]) -> Result<Self, RunError> {
        let limits = StoreLimitsBuilder::new()
            .memory_size(MAX_MEMORY)
            .table_elements(MAX_TABLE)
            .tables(4)
            .memories(1)
            .instances(1);
        let mut store = Store::new(module.engine(), limits.build());
        store.limiter(|limits| limits);
        let refuse = |error: wasmi::Error| RunError::Start(short(&error.to_string()));
        store.set_fuel(fuel).map_err(refuse)?;
        let instance = Instance::new(&mut store, module, &[]).map_err(refuse)?;
        let memory = instance.get_memory(&store, abi::MEMORY);
        let memory = memory.ok_or_else(|| RunError::Start("it has no memory".to_owned()))?;
        let block = instance.get_typed_func::<(), i32>(&store, abi::BLOCK).map_err(refuse)?;
        let configure = instance.get_typed_func::<i32, i32>(&store, abi::CONFIGURE).map_err(refuse)?;
        let begin = instance.get_typed_func::<(i64, i64), ()>(&store, abi::BEGIN).map_err(refuse)?;
        let next = instance.get_typed_func::<(), i32>(&store, abi::NEXT).map_err(refuse)?;
        let mut run = Self { store, fuel, memory, block: 0, begin, next };
        let address = block.call(&mut run.store, ()).map_err(|error| run.trap(abi::BLOCK, &error))?.cast_unsigned();
        let octets = run.memory.data_size(&run.store);
        // Memory never shrinks: a block that is inside of it stays so.
        run.block = usize::try_from(address)
            .ok()
            .filter(|from| from.checked_add(abi::BLOCK_OCTETS as usize).is_some_and(|end| end <= octets))
            .ok_or(RunError::Block { address, memory: octets })?;
        let length = i32::try_from(parameters.len()).unwrap_or(i32::MAX);
        let room = &mut run.memory.data_mut(&mut run.store)[run.block..];
        room[..parameters.len()].copy_from_slice(parameters);
        let refused = configure.call(&mut run.store, length).map_err(|error| run.trap(abi::CONFIGURE, &error))?;
        match refused.cast_unsigned() {
            0 => Ok(run),
            length => Err(run.message(abi::CONFIGURE, length)),
        }
    }

    /// Begins the list of the period that starts at `period` seconds since 1970, `names` names of it.
    pub(crate) fn begin(&mut self, period: i64, names: u64) -> Result<(), RunError> {
        let names = i64::try_from(names).unwrap_or(i64::MAX);
        self.begin.call(&mut self.store, (period, names)).map_err(|error| self.trap(abi::BEGIN, &error))
    }

    /// Returns the next names, each followed by a line feed as far as the module keeps to the interface; `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<&[u8]>, RunError> {
        let given = self.next.call(&mut self.store, ()).map_err(|error| self.trap(abi::NEXT, &error))?;
        if given < 0 {
            return Err(self.message(abi::NEXT, given.unsigned_abs()));
        }
        match given.unsigned_abs() {
            0 => Ok(None),
            length => self.room(abi::NEXT, length).map(Some),
        }
    }

    /// Returns the first octets of the block.
    fn room(&self, at: &'static str, length: u32) -> Result<&[u8], RunError> {
        let data = self.memory.data(&self.store).get(self.block..).unwrap_or_default();
        let within = usize::try_from(length).ok().filter(|_| length <= abi::BLOCK_OCTETS);
        within.and_then(|length| data.get(..length)).ok_or(RunError::Length { at, found: length })
    }

    fn message(&self, at: &'static str, length: u32) -> RunError {
        match self.room(at, length) {
            Err(error) => error,
            Ok(octets) => {
                let text = String::from_utf8_lossy(&octets[..octets.len().min(MAX_MESSAGE)]);
                RunError::Says(text.trim_end().chars().map(|c| if steers(c) { '\u{FFFD}' } else { c }).collect())
            }
        }
    }

    fn trap(&self, at: &'static str, error: &wasmi::Error) -> RunError {
        match error.as_trap_code() {
            Some(TrapCode::OutOfFuel) => RunError::OutOfFuel(self.fuel),
            Some(code) => RunError::Trap { at, trap: cut(code.trap_message(), 100) },
            None => RunError::Trap { at, trap: short(&error.to_string()) },
        }
    }
}
