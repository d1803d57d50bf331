// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One address, several machines: how many there are at least behind an address in an hour.
//!
//! Machines behind a translator of addresses (NAT) differ by what they say. Each machine has one User-Agent, so that distinct ones are distinct machines. Two machines
//! with the same User-Agent may differ by q, the count that Conficker sends: it starts from 0 with the machine and grows. Values that interleave, such as 5, 100, 6,
//! 101, are two series. The idea is that of Bellovin (A Technique for Counting NATted Hosts, IMW 2002), who took the IP identification.
//!
//! A value continues the latest series that it can: one whose last value is not larger, and smaller by no more than a step. Otherwise it begins a series, as the
//! first value after a restart does. Machines are the series that are open at the same time, so that a machine that restarts stays one. It is a lower bound: two machines whose
//! values are near are one series. It can be too high where a machine restarts and, within the hour, is back at its former value by more than a step at a time.
//!
//! Source ports can be read in the same way where a system hands them out in order and no translator rewrites them. Systems since RFC 6056 (2011) do not, so that ports are left
//! alone unless asked for, and series that explain little (more than one for each three values) count as one.

use std::collections::BTreeMap;

use forestall_model::Instant;

/// What one request said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// When it came.
    pub at: Instant,
    /// Which User-Agent it named, as a number that the caller gives each text.
    pub agent: u64,
    /// Conficker's q, where there is one.
    pub q: Option<u32>,
    /// The source port.
    pub port: u16,
}

/// What tells machines apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// By how much q grows at most between two requests of a machine; q is not looked at where there is none.
    pub q_step: Option<u32>,
    /// By how much the source port grows at most between two requests of a machine; ports are not looked at where there is none.
    pub port_step: Option<u16>,
}

impl Default for Marks {
    /// q with a step of 20: at one infection in nine minutes over three hours between requests. Ports are left alone.
    fn default() -> Self {
        Self { q_step: Some(20), port_step: None }
    }
}

/// Returns how many machines there are at least behind one address, from its requests of one hour, in any order; 0 without requests.
#[must_use]
pub fn at_least(requests: &[Request], marks: Marks) -> u64 {
    let mut of_agent: BTreeMap<u64, Vec<Request>> = BTreeMap::new();
    for request in requests {
        of_agent.entry(request.agent).or_default().push(*request);
    }
    of_agent.into_values().map(|requests| of_one_agent(requests, marks)).sum()
}

fn of_one_agent(mut requests: Vec<Request>, marks: Marks) -> u64 {
    requests.sort_by_key(|request| request.at);
    let q_series = marks.q_step.map_or(1, |step| {
        let values: Vec<u32> = requests.iter().filter_map(|request| request.q).collect();
        together(&values, step)
    });
    let port_series = marks.port_step.map_or(1, |step| {
        let values: Vec<u32> = requests.iter().map(|request| u32::from(request.port)).collect();
        let found = together(&values, u32::from(step));
        if found * 3 > values.len() as u64 { 1 } else { found }
    });
    q_series.max(port_series).max(1)
}

/// A series of growing values: the places of its first and last one.
struct Run {
    first_at: usize,
    last_at: usize,
}

/// Returns how many series are open at the same time at most; 1 for fewer than two values. The work is that of sorting the values, times the step, however many series there are:
/// whoever sends requests decides on the values.
fn together(values: &[u32], step: u32) -> u64 {
    let mut runs: Vec<Run> = Vec::new();
    // The places of runs by their last values; of those with the same one, the latest stands last.
    let mut by_last: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, value) in values.iter().enumerate() {
        let near = by_last.range(value.saturating_sub(step)..=*value);
        let latest = near.filter_map(|(last, of_last)| Some((runs[*of_last.last()?].last_at, *last))).max();
        let continued = latest.and_then(|(_, last)| by_last.get_mut(&last)?.pop());
        let run = continued.unwrap_or_else(|| {
            runs.push(Run { first_at: at, last_at: at });
            runs.len() - 1
        });
        runs[run].last_at = at;
        by_last.entry(*value).or_default().push(run);
    }
    // The most runs that hold one place: at the place where one of them begins, those that have begun without those that are over.
    let mut ends: Vec<usize> = runs.iter().map(|run| run.last_at).collect();
    ends.sort_unstable();
    let (mut over, mut most) = (0, 1);
    for (before, run) in runs.iter().enumerate() {
        while ends.get(over).is_some_and(|end| *end < run.first_at) {
            over += 1;
        }
        most = most.max(before + 1 - over);
    }
    most as u64
}

#[cfg(test)]
mod tests {
    use super::{Marks, Request, at_least, together};
    use forestall_model::Instant;

    fn machines(said: &[(u64, Option<u32>)]) -> u64 {
        let requests: Vec<Request> = (0..)
            .zip(said)
            .map(|(second, (agent, q))| Request {
                at: Instant::from_seconds(second),
                agent: *agent,
                q: *q,
                port: 1_024,
            })
            .collect();
        at_least(&requests, Marks::default())
    }

    fn by_q(values: &[u32]) -> u64 {
        machines(&values.iter().map(|q| (1, Some(*q))).collect::<Vec<_>>())
    }

    #[test]
    fn tells_machines_apart_by_agent_and_by_interleaved_series() {
        assert_eq!(machines(&[]), 0);
        assert_eq!(machines(&[(1, None), (2, None), (1, None)]), 2);
        assert_eq!(by_q(&[5, 100, 6, 101]), 2);
        assert_eq!(by_q(&[5, 100, 6, 300, 101, 300, 7]), 3);
        assert_eq!(machines(&[(1, Some(5)), (1, Some(100)), (1, Some(6)), (2, Some(0)), (1, Some(100))]), 3);
    }

    #[test]
    fn many_series_are_told_apart_without_comparing_each_with_each() {
        let values: Vec<u32> = (0..100_000).map(|series| series * 30).collect();
        assert_eq!(by_q(&values), 1);
        assert_eq!(by_q(&[&values[..], &values[..]].concat()), 100_000);
    }

    /// The plain way, as the reference: each value is compared with each series.
    fn plainly(values: &[u32], step: u32) -> usize {
        let mut runs: Vec<(u32, usize, usize)> = Vec::new();
        for (at, value) in values.iter().enumerate() {
            let continues =
                |run: &&mut (u32, usize, usize)| value.checked_sub(run.0).is_some_and(|grown| grown <= step);
            match runs.iter_mut().filter(continues).max_by_key(|run| run.2) {
                Some(run) => (run.0, run.2) = (*value, at),
                None => runs.push((*value, at, at)),
            }
        }
        let open_at = |at: usize| runs.iter().filter(|run| (run.1..=run.2).contains(&at)).count();
        runs.iter().map(|run| open_at(run.1)).max().unwrap_or(1)
    }

    #[test]
    fn series_are_those_of_the_plain_way() {
        let mut state = 1_u32;
        let mut next = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        for _ in 0..2_000 {
            let (length, below, step) = (next(60), 1 + next(200), next(30));
            let values: Vec<u32> = (0..length).map(|_| next(below)).collect();
            assert_eq!(together(&values, step), plainly(&values, step) as u64, "{values:?}, {step}");
        }
    }

    #[test]
    fn a_restart_is_no_second_machine() {
        assert_eq!(by_q(&[0, 0, 1, 3]), 1);
        assert_eq!(by_q(&[100, 101, 0, 1, 2]), 1);
        assert_eq!(by_q(&[3, 0, 3]), 1);
        // More than a step between two requests: not known to be another one.
        assert_eq!(by_q(&[5, 300]), 1);
    }

    #[test]
    fn ports_without_order_say_nothing() {
        let ports = |ports: &[u16]| {
            let requests: Vec<Request> = (0..)
                .zip(ports)
                .map(|(second, port)| Request { at: Instant::from_seconds(second), agent: 1, q: None, port: *port })
                .collect();
            at_least(&requests, Marks { q_step: None, port_step: Some(50) })
        };
        assert_eq!(ports(&[1_030, 4_000, 1_035, 4_001, 1_050, 4_040, 1_051]), 2);
        assert_eq!(ports(&[60_000, 1_500, 33_000, 8_000, 59_990, 1_400]), 1);
    }
}
