// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers of a name server over UDP, behind the number and the question that make them count: told, and judged for what is delegated, or refused.
//!
//! The first octets of an input are the flags and the counts of the answer, the rest stands behind the question.

#![no_main]

use std::net::UdpSocket;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use forestall_dns::{AskError, Client, Kind, Options, Question, delegation};
use forestall_model::OwnerName;
use tokio::runtime::{Builder, Runtime};

/// Octets of the head of a message (RFC 1035, section 4.1.1), and where its question count stands.
const HEAD: usize = 12;
const COUNTS: usize = 4;
/// Octets of a question behind the name: type and class.
const TYPE_AND_CLASS: usize = 4;

/// What is to be answered next.
static NEXT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct World {
    runtime: Runtime,
    client: Client,
    question: Question,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has a free port");
    let server = socket.local_addr().expect("it is bound");
    std::thread::spawn(move || serve(&socket));
    let options =
        Options { timeout: Duration::from_millis(50), tries: 1, recursion: false, mix_case: true, per_second: None };
    World {
        runtime: Builder::new_current_thread().enable_all().build().expect("a runtime"),
        client: Client::new(server, options),
        question: Question { name: name(), kind: Kind::Ns },
    }
});

fn name() -> OwnerName {
    "wnsux.com".parse().expect("a name")
}

/// Answers each question with what is next.
fn serve(socket: &UdpSocket) {
    let mut asked = [0; 512];
    while let Ok((length, from)) = socket.recv_from(&mut asked) {
        let Some(labels) = asked[HEAD..length].iter().position(|octet| *octet == 0) else { continue };
        let question = &asked[HEAD..=HEAD + labels + TYPE_AND_CLASS];
        let next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
        let mut answer = vec![0; HEAD];
        answer[..2].copy_from_slice(&asked[..2]);
        let taken = next.len().min(HEAD - COUNTS);
        answer[2..4].copy_from_slice(&[next.first().copied().unwrap_or(0) | 0x80, next.get(1).copied().unwrap_or(0)]);
        answer[COUNTS + 1] = 1;
        // The other counts are small, so that records are reached.
        for (place, count) in next[..taken].iter().skip(2).take(3).enumerate() {
            answer[COUNTS + 3 + 2 * place] = count % 8;
        }
        answer.extend_from_slice(question);
        answer.extend_from_slice(&next[taken..]);
        // What is too long for a datagram is not answered.
        let _ = socket.send_to(&answer, from);
    }
}

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let World { runtime, client, question } = &*WORLD;
    octets[..octets.len().min(4_000)].clone_into(&mut NEXT.lock().unwrap_or_else(PoisonError::into_inner));
    match runtime.block_on(client.ask(question)) {
        Ok(answer) => {
            let meaning = delegation::classify(&question.name, &answer);
            assert_eq!(delegation::classify(&question.name, &answer), meaning);
        }
        Err(
            AskError::Malformed { .. } | AskError::NoTcp { .. } | AskError::NotOurs { .. } | AskError::Silent { .. },
        ) => {}
        Err(error) => panic!("{error}"),
    }
});
