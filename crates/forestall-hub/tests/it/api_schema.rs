// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Schemathesis, a program that is not ours, sends what the document of the API allows and what it does not, and looks whether the hub keeps
//! to its own word.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use std::process::{Command, Stdio};

use forestall_api::route::{self, ALL, BASE};
use forestall_hub::desk::{AskLists, AskRegistry};
use forestall_hub::server::Allowance;
use forestall_model::{Action, Standing};
use forestall_testkit::{parsed, skip};

use crate::accounts::{bearer, person};
use crate::console::{Served, act, now};
use crate::papers::sender;

/// How often an operation is tried with random data. Its edge cases come besides.
const EXAMPLES: &str = "12";

/// Sets a hub up that has something at every address.
async fn prepare(served: &Served) -> String {
    served.open_case("a", "A case of the test").await;
    let party = "id,kind,name,tlds\nreg-com,registry,The registry of com,com\n";
    served.desk.import_parties(party, now()).await.unwrap();
    let case = parsed("a");
    let ask = AskRegistry {
        tld: parsed("com"),
        days: None,
        campaigns: Vec::new(),
        action: Action::Reserve,
        fallback: None,
        legal_basis: None,
        override_by: None,
    };
    served.desk.request(&case, &act(), ask).await.unwrap();
    let lists = AskLists {
        tlds: vec![parsed("com")],
        purpose: parsed("protect"),
        action: Some(Action::Reserve),
        fallback: None,
        campaigns: Vec::new(),
        legal_basis: None,
        override_by: None,
    };
    served.desk.cut_lists(&case, &act(), &lists).await.unwrap();
    let who = person(served, "ada@hub.example", None, Standing::Operator).await;
    bearer(served, &who.id, "read,answer,coordinate,admin").await
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing() {
    let Some(program) = skip::needs("schemathesis_finds_nothing", "schemathesis") else { return };
    // The clock stands still, so that an allowance would not come back.
    let served = Served::start_with(|settings| {
        settings.allowance = Allowance { burst: 1_000_000, per_second: 1 };
        settings.sender = Some(sender());
    })
    .await;
    let token = prepare(&served).await;
    let address = format!("http://{}", served.address);
    let folder = tempfile::tempdir().unwrap();
    let config = format!("{}/tests/it/schemathesis.toml", env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(program);
    command
        .args(["--config-file", &config, "run", &format!("{address}{}", route::openapi())])
        .args(["--url", &format!("{address}{BASE}"), "--header", &format!("Authorization: {token}")])
        .args(["--checks", "all", "--max-examples", EXAMPLES, "--seed", "1", "--continue-on-failure", "--no-color"])
        // With two workers the compiler of Python 3.11 itself fails at times ("AST constructor recursion depth mismatch").
        .args(["--workers", "1", "--generation-database", "none", "--request-timeout", "30", "--warnings", "off"])
        // How many of its own examples it throws away is no fault of the API.
        .args(["--suppress-health-check", "filter_too_much"])
        .env("SCHEMATHESIS_HOOKS", "schemathesis_hooks")
        .env("PYTHONPATH", format!("{}/tests/it", env!("CARGO_MANIFEST_DIR")))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(folder.path())
        .stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if let Some(file) = std::env::var_os("FORESTALL_SCHEMATHESIS_REPORT") {
        std::fs::write(file, said.as_bytes()).unwrap();
    }
    assert!(output.status.success(), "{said}\n{errors}");
    assert!(said.contains(&format!("Tested: {}", ALL.len())), "it asked for everything: {said}");
}
