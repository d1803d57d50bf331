// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Work on several threads, results in order, memory bounded by the number of threads.
//!
//! Each thread has one state (its buffers), takes the next job, works on it, waits for the job's turn and hands the state
//! to the one `deliver`. No thread runs ahead of the others by more than a job, and buffers stay where they are warm.

use std::sync::{Condvar, Mutex, PoisonError};

/// Runs `work` for each job and then `deliver`, which is called in the order of the jobs by one thread at a time.
///
/// Up to `threads` threads, the caller's included; one job alone stays on the caller's. The first error of `deliver` ends
/// everything and is returned; jobs under way are dropped then.
pub(crate) fn ordered<J, S, E>(
    mut jobs: impl Iterator<Item = J> + Send,
    threads: usize,
    start: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, J) + Sync,
    mut deliver: impl FnMut(&mut S) -> Result<(), E> + Send,
) -> Result<(), E>
where
    J: Send,
    E: Send,
{
    let first: Vec<J> = jobs.by_ref().take(2).collect();
    let alone = first.len() < 2 || threads < 2;
    let jobs = first.into_iter().chain(jobs);
    if alone {
        let mut state = start();
        for job in jobs {
            work(&mut state, job);
            deliver(&mut state)?;
        }
        return Ok(());
    }
    let queue = Mutex::new(jobs.enumerate());
    let turn = Mutex::new(Turn { next: 0, stopped: false, deliver, outcome: Ok(()) });
    let moved = Condvar::new();
    let run = || {
        let _alarm = Alarm(&turn, &moved);
        let mut state = start();
        loop {
            let Some((number, job)) = queue.lock().unwrap_or_else(PoisonError::into_inner).next() else { return };
            work(&mut state, job);
            let guard = turn.lock().unwrap_or_else(PoisonError::into_inner);
            let waited = moved.wait_while(guard, |turn| turn.next != number && !turn.stopped);
            let mut turn = waited.unwrap_or_else(PoisonError::into_inner);
            if turn.stopped {
                return;
            }
            turn.outcome = (turn.deliver)(&mut state);
            turn.stopped = turn.outcome.is_err();
            turn.next += 1;
            moved.notify_all();
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(run);
        }
        run();
    });
    turn.into_inner().unwrap_or_else(PoisonError::into_inner).outcome
}

/// Whose turn it is.
struct Turn<D, E> {
    next: usize,
    stopped: bool,
    deliver: D,
    outcome: Result<(), E>,
}

/// Stops the others when a thread panics: its turn will never come. The panic itself goes on through the scope.
struct Alarm<'a, D, E>(&'a Mutex<Turn<D, E>>, &'a Condvar);

impl<D, E> Drop for Alarm<'_, D, E> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).stopped = true;
            self.1.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::ordered;

    #[test]
    fn delivers_in_order_on_any_number_of_threads() {
        for threads in 0..6 {
            for jobs in [0, 1, 2, 3, 50] {
                let mut seen = Vec::new();
                let work = |state: &mut usize, job: usize| {
                    *state = job;
                    // Uneven work, so that threads would overtake each other.
                    std::hint::black_box((0..(job * 7_919) % 1_000).fold(0, |a, b| a ^ b));
                };
                let done: Result<(), ()> = ordered(
                    0..jobs,
                    threads,
                    || 0,
                    work,
                    |state| {
                        seen.push(*state);
                        Ok(())
                    },
                );
                assert_eq!(done, Ok(()));
                assert_eq!(seen, (0..jobs).collect::<Vec<_>>(), "{threads} threads");
            }
        }
    }

    #[test]
    fn stops_at_the_first_error_without_running_ahead() {
        for threads in [1, 4] {
            let worked = AtomicUsize::new(0);
            let work = |state: &mut usize, job: usize| {
                worked.fetch_add(1, Ordering::Relaxed);
                *state = job;
            };
            let done =
                ordered(0..1_000_000, threads, || 0, work, |state| if *state == 10 { Err(*state) } else { Ok(()) });
            assert_eq!(done, Err(10));
            assert!(worked.into_inner() <= 11 + threads);
        }
    }

    #[test]
    fn passes_a_panic_on() {
        for at_work in [true, false] {
            let run = || {
                ordered::<_, _, ()>(
                    0..100,
                    3,
                    || 0,
                    |state, job| {
                        assert!(!at_work || job != 20, "work");
                        *state = job;
                    },
                    |state| {
                        assert!(at_work || *state != 20, "deliver");
                        Ok(())
                    },
                )
            };
            assert!(std::panic::catch_unwind(run).is_err());
        }
    }
}
