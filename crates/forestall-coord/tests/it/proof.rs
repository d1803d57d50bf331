// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The table of proof, written down once more as people read it: what each look says of each action.

use forestall_coord::Finding;
use forestall_coord::proof::finding;
use forestall_model::{Action, Sight};

/// Rows are actions in force by the registry's word (`-` where there is none), columns sights.
///
/// P proves: no third party can register the name. c is what the action shows, and a free name as well. R refutes: not
/// what the action would show, or somebody else holds the name. A dot: nothing follows.
const TABLE: &str = "
                  our-ns other-ns nxdomain no-deleg wildcard our-hold other-hold reserved unavailable available unknown
-                 P      R        .        .        .        P        .          P        .           .         .
reserve           P      R        c        .        .        P        R          P        P           R         .
register-sinkhole P      R        R        R        .        P        R          P        c           R         .
register-hold     P      R        c        .        .        P        R          P        P           R         .
redirect-ns       P      R        R        R        .        P        R          P        c           R         .
suspend           P      R        c        .        .        P        P          P        c           R         .
lock              P      c        .        .        .        P        c          P        .           R         .
notify-registrar  P      c        .        .        .        P        c          P        .           R         .
refer-new         P      R        c        .        .        P        .          P        .           c         .
monitor           P      R        c        .        .        P        .          P        .           c         .
exclude           P      c        .        .        .        P        c          P        .           R         .
release           P      R        c        .        .        P        .          P        .           c         .
";

const COLUMNS: [Sight; 11] = [
    Sight::OurNameServers,
    Sight::OtherNameServers,
    Sight::Nxdomain,
    Sight::NoDelegation,
    Sight::Wildcard,
    Sight::OurHold,
    Sight::OtherHold,
    Sight::Reserved,
    Sight::Unavailable,
    Sight::Available,
    Sight::Unknown,
];

#[test]
fn is_as_people_read_it() {
    assert!(COLUMNS.iter().all(|sight| Sight::ALL.contains(sight)) && Sight::ALL.len() == COLUMNS.len());
    let rows: Vec<&str> = TABLE.trim_start_matches('\n').lines().skip(1).collect();
    assert_eq!(rows.len(), Action::ALL.len() + 1);
    for row in rows {
        let mut words = row.split_whitespace();
        let action: Option<Action> = match words.next().expect("a row has a name") {
            "-" => None,
            word => Some(word.parse().expect("an action")),
        };
        for sight in COLUMNS {
            let expected = match words.next() {
                Some("P") => Finding::Proves,
                Some("c") => Finding::Consistent,
                Some("R") => Finding::Refutes,
                Some(".") => Finding::Silent,
                other => panic!("{other:?} is no finding"),
            };
            assert_eq!(finding(action, sight), expected, "{action:?} and {sight}");
        }
        assert_eq!(words.next(), None);
    }
}
