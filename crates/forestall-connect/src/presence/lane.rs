// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One server: its names are asked for at its pace, and it is left alone where it gives no sign.

use std::sync::Arc;

use forestall_dns::{AskError, Client};
use forestall_model::{DomainName, OwnerName};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::look::{Ground, look, sound, unasked};
use super::queue::{Queue, Task};
use super::{GivenUp, Looked};
use crate::clock::Clock;

/// What a server is asked with.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) client: Client,
    /// Whether it may be asked to turn to the names' own servers.
    pub(super) resolving: bool,
    pub(super) concurrency: usize,
    /// The tasks of all servers.
    pub(super) in_all: Arc<Semaphore>,
    pub(super) give_up_after: usize,
    pub(super) clock: Clock,
    pub(super) out: mpsc::Sender<(DomainName, Looked)>,
}

/// What a task told.
enum Told {
    Sounded(Ground),
    Looked(DomainName, Looked),
}

/// A task that ended.
struct Ended {
    place: usize,
    told: Told,
    silence: Option<AskError>,
}

impl Lane {
    /// Asks for each name, sorted and each once, and returns whom it gave up.
    pub(super) async fn run(self, names: Vec<DomainName>) -> Vec<GivenUp> {
        let mut queue = Queue::new(names, self.concurrency);
        let mut under_way = JoinSet::new();
        let mut given_up = Vec::new();
        let mut silent_in_a_row = 0;
        loop {
            while let Some(task) = queue.next() {
                under_way.spawn(self.begin(task));
            }
            let Some(ended) = under_way.join_next().await else { break };
            // A task is never cancelled here, so it ends early by a panic alone, which goes on.
            let Ended { place, told, silence } =
                ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            silent_in_a_row = if silence.is_some() { silent_in_a_row + 1 } else { 0 };
            let silent_below = queue.ended(place, silence.as_ref());
            let refused = match told {
                Told::Sounded(ground) => {
                    let refused = ground.not_served();
                    queue.open(place, ground);
                    refused
                }
                Told::Looked(name, looked) => {
                    self.tell(name, looked).await;
                    None
                }
            };
            if let Some(reason) = refused {
                let (_, names) = queue.give_up(place);
                self.fail(names, &reason).await;
            }
            let Some(last) = silence else { continue };
            // The server as a whole is judged by a further silence, of another parent.
            if silent_below >= self.give_up_after && queue.has_others() {
                let (parent, names) = queue.give_up(place);
                if !names.is_empty() {
                    let reason = silent(silent_below, Some(&parent), &last);
                    self.fail(names, &reason).await;
                    let parent = parent.parse::<OwnerName>().ok();
                    given_up.push(GivenUp { server: self.client.server(), parent, reason });
                }
            } else if silent_in_a_row >= self.give_up_after {
                let reason = silent(silent_in_a_row, None, &last);
                let names = queue.give_up_all();
                if !names.is_empty() {
                    self.fail(names, &reason).await;
                    given_up.push(GivenUp { server: self.client.server(), parent: None, reason });
                }
            }
        }
        given_up
    }

    /// Makes a task of its own of what is to be asked.
    fn begin(&self, task: Task) -> impl Future<Output = Ended> + Send + 'static {
        let (client, in_all) = (self.client.clone(), Arc::clone(&self.in_all));
        let (resolving, clock) = (self.resolving, self.clock);
        async move {
            let _place_in_all = in_all.acquire().await;
            match task {
                Task::Sound { place, tld, parent } => {
                    let (ground, silence) = sound(&client, &tld, &parent).await;
                    Ended { place, told: Told::Sounded(ground), silence }
                }
                Task::Look { place, name, ground } => {
                    let (looked, silence) = look(&client, &name, &ground, resolving, clock).await;
                    Ended { place, told: Told::Looked(name, looked), silence }
                }
            }
        }
    }

    async fn fail(&self, names: Vec<DomainName>, reason: &str) {
        for name in names {
            self.tell(name, unasked(&self.client, self.clock, reason.to_owned())).await;
        }
    }

    async fn tell(&self, name: DomainName, looked: Looked) {
        // It fails where the collection ended, which takes this task with it.
        let _ = self.out.send((name, looked)).await;
    }
}

fn silent(in_a_row: usize, parent: Option<&str>, last: &AskError) -> String {
    let below = parent.map(|parent| format!(" below {parent}")).unwrap_or_default();
    format!("it was not asked for: no sign of the server for {in_a_row} names in a row{below}; the last: {last}")
}
