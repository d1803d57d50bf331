// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! File descriptors: each connection takes one, and systems give a program few unless it asks.

/// Descriptors that are left for the store, the jobs and what they connect to.
const OTHERS: usize = 256;
/// Connections that are served however few descriptors there are.
const FEWEST: usize = 64;

/// Raises the limit of this program as far as the system lets it, and returns how many of `connections` it suffices for.
#[cfg(unix)]
pub(super) fn make_room_for(connections: usize) -> usize {
    use rustix::process::{Resource, getrlimit, setrlimit};

    let wanted = u64::try_from(connections.saturating_add(OTHERS)).unwrap_or(u64::MAX);
    let mut limit = getrlimit(Resource::Nofile);
    if let Some(current) = limit.current
        && current < wanted
    {
        limit.current = Some(limit.maximum.map_or(wanted, |maximum| maximum.min(wanted)));
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            tracing::warn!(%error, "the limit on open files could not be raised");
            limit.current = Some(current);
        }
    }
    let Some(current) = limit.current else { return connections };
    let room = usize::try_from(current).unwrap_or(usize::MAX).saturating_sub(OTHERS);
    if room < connections {
        tracing::warn!(
            room,
            "the limit on open files leaves room for fewer connections; raise it (`ulimit -n`, LimitNOFILE) for more"
        );
    }
    room.clamp(FEWEST, connections)
}

/// Returns `connections`: descriptors are not counted here.
#[cfg(not(unix))]
pub(super) const fn make_room_for(connections: usize) -> usize {
    connections
}
