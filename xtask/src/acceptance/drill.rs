// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The drill that is shipped, from its beginning to its end: the hub takes everything that a party says rightly, and shows nothing as protected that is not.

use anyhow::Context as _;
use serde_json::Value;

use super::Ground;
use super::process::output;
use super::report::Report;
use crate::release::measured;

/// A span in which all three campaigns are played, short enough to be played twice.
const SHORT: [&str; 4] = ["--from", "2009-03-30", "--until", "2009-04-01"];

/// Makes the trial.
pub(super) fn run(ground: &Ground<'_>, report: &mut Report) -> anyhow::Result<()> {
    let data = ground.folder.join("data");
    let path = ground.folder.join("report.json");
    let mut command = ground.programs.forestall(&data);
    command.args(["drill", "--format", "json", "-o"]).arg(&path);
    let (status, cost) = measured(&mut command)?;
    report.hold(status.success(), &format!("`forestall drill` comes to its end: {status}"));
    report.fact(&format!("{:.0} s on the wall, {:.0} CPU s", cost.wall, cost.cpu));
    let text = std::fs::read_to_string(&path).with_context(|| format!("{} is no report", path.display()))?;
    let told: Value = serde_json::from_str(&text).context("the report is no JSON")?;
    judge(&told, report);
    // Without what the hub had to bear, one seed gives one report.
    let again = |seed: &str| {
        let mut command = ground.programs.forestall(&data);
        output(command.args(["drill", "--format", "json", "--no-load", "--seed", seed]).args(SHORT), &[0])
    };
    let (first, second, other) = (again("1")?, again("1")?, again("2")?);
    report.hold(first == second, "the same seed gives the same report");
    report.hold(first != other, "another seed gives another");
    Ok(())
}

/// Holds a report against what must be true of it.
fn judge(told: &Value, report: &mut Report) {
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let list = |key: &str| told[key].as_array().map_or(&[] as &[Value], Vec::as_slice);
    let openings = list("openings");
    let too_much = openings.iter().filter(|opening| {
        let (seen, truth) = (number(&opening["known"]["observed"]), number(&opening["truth"]["ours"]));
        // A figure that is missing is no figure.
        seen.is_nan() || truth.is_nan() || seen > truth
    });
    report.hold(
        !openings.is_empty() && too_much.count() == 0,
        &format!("at none of {} openings was more seen as protected than was", openings.len()),
    );
    let protected = openings.iter().filter(|opening| number(&opening["known"]["observed"]) > 0.0).count();
    report.hold(protected > 0, &format!("at {protected} openings names were protected, and seen to be"));
    let load = &told["load"];
    report.hold(load["failed"].as_u64() == Some(0), &format!("of {} requests none failed", load["requests"]));
    let slices = list("slices");
    let answered = slices.iter().filter(|slice| slice["first_answered"].is_string()).count();
    report.hold(answered > 0, &format!("of {} slices {answered} were answered", slices.len()));
    report.fact(&format!(
        "the hub did not take {} things; {} requests were refused",
        list("not_taken").len(),
        load["refused"]
    ));
    let mut slowest: Vec<(u64, &str)> = load["endpoints"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|endpoint| Some((endpoint["p95"].as_u64()?, endpoint["endpoint"].as_str()?)))
        .collect();
    slowest.sort_unstable();
    for (p95, endpoint) in slowest.iter().rev().take(3) {
        report.fact(&format!("95th percentile of `{endpoint}`: {} us", p95));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(change: impl FnOnce(&mut Value)) -> String {
        let mut told = serde_json::json!({
            "openings": [{ "known": { "observed": 5 }, "truth": { "ours": 6 } }, { "known": { "observed": 0 }, "truth": { "ours": 0 } }],
            "slices": [{ "first_answered": "2009-03-30T00:00:00Z" }, { "first_answered": null }],
            "not_taken": [],
            "load": { "failed": 0, "refused": 1, "requests": 9, "endpoints": [{ "endpoint": "GET /me", "p95": 12 }] },
        });
        change(&mut told);
        let mut report = Report::new("drill", "a test");
        judge(&told, &mut report);
        report.outcome()
    }

    #[test]
    fn a_sound_report_holds() {
        assert_eq!(judged(|_| ()), "all 4 hold");
    }

    #[test]
    fn each_fault_is_found() {
        assert_eq!(judged(|told| told["openings"][1]["known"]["observed"] = 1.into()), "1 of 4 do not hold");
        assert_eq!(judged(|told| told["openings"][0]["truth"] = Value::Null), "1 of 4 do not hold");
        assert_eq!(judged(|told| told["openings"] = serde_json::json!([])), "2 of 4 do not hold");
        assert_eq!(judged(|told| told["load"]["failed"] = 1.into()), "1 of 4 do not hold");
        assert_eq!(judged(|told| told["slices"] = Value::Null), "1 of 4 do not hold");
    }
}
