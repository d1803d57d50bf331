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

/// A series of growing values: its last one, and the places of its first and last one.
struct Run {
    last: u32,
    first_at: usize,
    last_at: usize,
}

/// Returns how many series are open at the same time at most; 1 for fewer than two values.
fn together(values: &[u32], step: u32) -> u64 {
    let mut runs: Vec<Run> = Vec::new();
    for (at, value) in values.iter().enumerate() {
        let continues = |run: &&mut Run| value.checked_sub(run.last).is_some_and(|grown| grown <= step);
        match runs.iter_mut().filter(continues).max_by_key(|run| run.last_at) {
            Some(run) => (run.last, run.last_at) = (*value, at),
            None => runs.push(Run { last: *value, first_at: at, last_at: at }),
        }
    }
    // The most runs that hold one place: at the place where one of them begins.
    let open_at = |at: usize| runs.iter().filter(|run| (run.first_at..=run.last_at).contains(&at)).count() as u64;
    runs.iter().map(|run| open_at(run.first_at)).max().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::{Marks, Request, at_least};
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
