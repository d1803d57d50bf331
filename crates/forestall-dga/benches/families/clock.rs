// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! CPU time: what a computation costs, however busy the machine is.

use rustix::time::{ClockId, clock_gettime};

/// Seconds of a measurement; the best of [`TURNS`] counts, because a neighbour on the machine takes caches and clock frequency.
const SECONDS: f64 = 0.06;

/// Measurements.
const TURNS: usize = 3;

/// Returns the CPU seconds that this process has used, of all its threads.
pub(crate) fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Returns how many names a CPU second `make` makes; it returns how many it made in a call.
pub(crate) fn names_a_second(mut make: impl FnMut() -> usize) -> f64 {
    // Reading the clock costs as much as a short list: so many calls go between two looks.
    let mut calls = 1;
    loop {
        let start = cpu_seconds();
        (0..calls).for_each(|_| _ = make());
        if cpu_seconds() - start >= SECONDS / 20.0 {
            break;
        }
        calls *= 2;
    }
    let turn = |_| {
        let (start, mut names) = (cpu_seconds(), 0);
        loop {
            names += (0..calls).map(|_| make()).sum::<usize>();
            let used = cpu_seconds() - start;
            if used >= SECONDS {
                return names as f64 / used;
            }
        }
    };
    (0..TURNS).map(turn).fold(0.0, f64::max)
}
