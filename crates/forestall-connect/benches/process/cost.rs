// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a run cost: time on the wall, CPU time of this process with all its threads, and the most memory it held.

use std::time::{Duration, Instant};

use forestall_testkit::figures::tell;
use rustix::time::{ClockId, clock_gettime};

/// A run that began.
#[derive(Debug)]
pub(crate) struct Begun {
    wall: Instant,
    cpu: Duration,
}

impl Begun {
    pub(crate) fn now() -> Self {
        Self { wall: Instant::now(), cpu: cpu() }
    }

    /// Returns the time on the wall and the CPU time since.
    pub(crate) fn elapsed(&self) -> (Duration, Duration) {
        (self.wall.elapsed(), cpu().saturating_sub(self.cpu))
    }
}

fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

/// Prints the most memory that this process held so far.
pub(crate) fn print_most_memory() {
    let Some(mib) = most_memory() else { return println!("most memory: unknown") };
    tell("memory", f64::from(mib), "MiB");
    println!("most memory: {mib} MiB");
}

/// Returns the most memory that this process held so far, in MiB; `None` where the system does not tell.
fn most_memory() -> Option<u32> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u32>().ok()?.div_ceil(1024))
}
