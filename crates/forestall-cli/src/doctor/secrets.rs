// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Files that nobody else may read: keys, passwords, and the store itself, in which names of people and the key of the log stand.

use super::{Finding, Findings};

/// A file or a folder.
#[derive(Clone, Debug)]
pub(crate) struct Secret {
    /// What it is, such as `send.key_file`.
    pub(crate) what: String,
    /// Where it is.
    pub(crate) path: String,
    /// Its mode and the number of its owner, or why nobody can tell.
    pub(crate) about: Result<(u32, u32), String>,
}

/// What was observed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observed {
    /// The files and folders.
    pub(crate) secrets: Vec<Secret>,
    /// The numbers of the users who may own them: root, whoever asks, and the owner of the data folder.
    pub(crate) owners: Vec<u32>,
}

// Bits of a mode.
const OTHERS: u32 = 0o007;
const GROUP_WRITES: u32 = 0o020;

/// Says how the secrets are kept.
pub(crate) fn findings(observed: &Observed) -> Vec<Finding> {
    let mut found = Findings::of("secrets");
    if observed.secrets.is_empty() {
        found.skipped("files", "there is no data folder, and no setting names a key or a password");
    }
    for Secret { what, path, about } in &observed.secrets {
        match about {
            Err(why) => found.bad(
                what.clone(),
                format!("{path}: {why}"),
                "Put the file there, readable by the user of this program alone.",
            ),
            Ok((mode, owner)) => {
                let mode = mode & 0o7777;
                let seen = format!("{path} has mode {mode:04o}");
                if mode & OTHERS != 0 {
                    found.bad(
                        what.clone(),
                        format!("{seen}: every user of this machine gets at it"),
                        format!("Run `chmod o= '{path}'`, and make what is in it anew if somebody may have read it."),
                    );
                } else if mode & GROUP_WRITES != 0 {
                    found.warning(
                        what.clone(),
                        format!("{seen}: its group can change it"),
                        format!("Run `chmod g-w '{path}'`."),
                    );
                } else if !observed.owners.contains(owner) {
                    found.warning(
                        what.clone(),
                        format!(
                            "{seen} and belongs to user {owner}, who is neither root nor the owner of the data folder"
                        ),
                        format!("Run `chown` so that '{path}' belongs to the user of this program."),
                    );
                } else {
                    found.good(what.clone(), seen);
                }
            }
        }
    }
    found.all()
}

#[cfg(test)]
mod tests {
    use super::{Observed, Secret, findings};
    use crate::doctor::{State, worst};

    #[test]
    fn what_others_can_read_is_bad() {
        let check = |about: Result<(u32, u32), String>, state, says: &str| {
            let secret = Secret { what: "send.key_file".to_owned(), path: "/k".to_owned(), about };
            let all = findings(&Observed { secrets: vec![secret], owners: vec![0, 1_000] });
            assert_eq!(worst(&all), state, "{all:?}");
            assert!(all[0].seen.contains(says), "{all:?}");
        };
        check(Ok((0o100_600, 1_000)), State::Good, "/k has mode 0600");
        check(Ok((0o100_640, 0)), State::Good, "mode 0640");
        check(Ok((0o100_644, 0)), State::Bad, "every user");
        check(Ok((0o040_701, 0)), State::Bad, "every user");
        check(Ok((0o100_660, 0)), State::Warning, "its group can change it");
        check(Ok((0o100_600, 1_001)), State::Warning, "belongs to user 1001");
        check(Err("it is not there".to_owned()), State::Bad, "/k: it is not there");
        assert_eq!(worst(&findings(&Observed::default())), State::Skipped);
    }
}
