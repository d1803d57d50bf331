// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Scenarios: what happened, act by act, in files that people who run a response can read and write.

mod player;
mod words;

use player::play;

#[test]
fn conficker_november_2008_to_april_2009() {
    play(include_str!("../scenarios/conficker-2008-2009.txt"));
}

/// A scenario must be able to fail, or it shows nothing.
mod wrong_expectations_fail {
    use super::play;

    const OPENED: &str = "case c \"A case\" 2009-01-01T00:00:00Z\nhorizon 2009-01-01 2009-01-03\ncampaign conficker-b\n\
                          lists conficker-b 2009-01-01 2009-01-03 com 3 ws 2\nopen\n";

    fn play_after_opening(text: &str) {
        play(&format!("{OPENED}{text}\n"));
    }

    #[test]
    #[should_panic(expected = "line 6: names: expected 11, found 10")]
    fn of_a_tally() {
        play_after_opening("expect case 2009-01-01 2009-01-03 names 11");
    }

    #[test]
    #[should_panic(expected = "the high reach is 1, expected 0.9")]
    fn of_a_reach() {
        play_after_opening("expect reach conficker-b 2009-01-01 observed 1 0.9");
    }

    #[test]
    #[should_panic(expected = "line 7: it was not refused")]
    fn of_a_refusal() {
        play_after_opening("# on the next line\nrefused Blank note \"a fact\"");
    }

    #[test]
    #[should_panic(expected = "refused for another reason")]
    fn of_the_reason_of_a_refusal() {
        play_after_opening("refused TooLong note \" \"");
    }

    #[test]
    #[should_panic(expected = "gaps: expected 1, found 2")]
    fn of_the_number_of_gaps() {
        play_after_opening("expect gaps 9\n  com conficker-b unproved 6");
    }

    #[test]
    #[should_panic(expected = "\"surely\" was not expected")]
    fn of_words_that_nobody_reads() {
        play_after_opening("expect slices 2 surely");
    }
}
