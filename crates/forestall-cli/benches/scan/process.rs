// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a process costs, as Linux counts it in `/proc`.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

/// How often the memory of a process is asked for. It is the most that ever was resident, so only growth in the last moment is missed.
const PAUSE: Duration = Duration::from_millis(5);

/// What a process cost.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    /// CPU seconds in the program, and in the system on its behalf.
    pub(crate) user: f64,
    pub(crate) system: f64,
    /// Seconds by the clock on the wall.
    pub(crate) real: f64,
    /// Most memory that was resident, in MiB.
    pub(crate) resident: f64,
}

impl Cost {
    pub(crate) fn cpu(&self) -> f64 {
        self.user + self.system
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> io::Result<(ExitStatus, Cost)> {
    let before = of_children()?;
    let begun = Instant::now();
    let mut child = command.spawn()?;
    let place = format!("/proc/{}/status", child.id());
    let mut resident: f64 = 0.0;
    let status = loop {
        if let Some(now) = fs::read_to_string(&place).ok().as_deref().and_then(most_resident) {
            resident = resident.max(now);
        }
        match child.try_wait()? {
            Some(status) => break status,
            None => std::thread::sleep(PAUSE),
        }
    };
    let real = begun.elapsed().as_secs_f64();
    let after = of_children()?;
    Ok((status, Cost { user: after.0 - before.0, system: after.1 - before.1, real, resident }))
}

/// Returns the CPU seconds of all children that have ended: fields 16 and 17, counted from after the name in brackets, in hundredths.
fn of_children() -> io::Result<(f64, f64)> {
    let text = fs::read_to_string("/proc/self/stat")?;
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    let mut hundredths = fields.skip(13).map(|field| field.parse::<f64>().unwrap_or(f64::NAN) / 100.0);
    Ok((hundredths.next().unwrap_or(f64::NAN), hundredths.next().unwrap_or(f64::NAN)))
}

fn most_resident(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok()? / 1024.0)
}

/// Brings a file into the memory of the system.
pub(crate) fn warm(path: &Path) -> io::Result<()> {
    io::copy(&mut File::open(path)?, &mut io::sink()).map(drop)
}

/// Returns how many a second.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(crate) fn per_second(units: u64, seconds: f64) -> f64 {
    units as f64 / seconds
}
