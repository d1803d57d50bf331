// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A lake in a bucket of a provider, in the process and on a cluster.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use forestall_testkit::skip::needs;

use crate::support::{Cluster, Ran, files, free_port, program, ran, rows, world};

const BUCKET: &str = "s3://lake/below/here";
const STATEMENTS: [&str; 2] = [
    "select day, family, count(*), min(time), count(distinct resolver_v4) from dns_hits group by day, family order by day, family",
    "select address_count(address_set(source_v4), 4) from contact_hits where day = '2025-11-21'",
];

/// A server that is ended when this goes.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Puts octets at a path, and says whether the server took them.
fn put(port: u16, path: &str, octets: &[u8]) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        octets.len()
    );
    let mut answer = String::new();
    let is_sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(octets)).is_ok();
    is_sent && stream.read_to_string(&mut answer).is_ok() && answer.contains(" 200 ")
}

#[test]
fn a_lake_in_a_bucket_gives_what_a_folder_gives() {
    let test = "bucket::a_lake_in_a_bucket_gives_what_a_folder_gives";
    let Some(server) = needs(test, "moto_server") else { return };
    let port = free_port();
    let mut command = Command::new(server);
    command.args(["-H", "127.0.0.1", "-p", &port.to_string()]).stdin(Stdio::null());
    let _server = Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let is_there = (0..300).any(|_| {
        let made = put(port, "/lake", b"");
        if !made {
            thread::sleep(Duration::from_millis(100));
        }
        made
    });
    assert!(is_there, "no S3 server at {port}");
    for file in files(&world().lake) {
        let below = file.strip_prefix(&world().lake).unwrap().to_str().unwrap();
        assert!(put(port, &format!("/lake/below/here/{below}"), &std::fs::read(&file).unwrap()), "{below}");
    }
    let endpoint = format!("http://127.0.0.1:{port}");
    let environment = [
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT", endpoint.as_str()),
        ("AWS_ALLOW_HTTP", "true"),
    ];
    let asked = |sql: &str, lake: &str, engine: &str| -> Ran {
        let arguments = [sql, "--lake", lake, "--format", "csv", "--engine", engine];
        ran(program().args(arguments).envs(environment))
    };
    let cluster = Cluster::start_with(&[], &environment);
    for sql in STATEMENTS {
        let expected = rows(sql, &[]);
        for engine in ["embedded", &cluster.engine] {
            let ran = asked(sql, BUCKET, engine);
            assert_eq!(ran.status, 0, "{engine}: {}\n{}", ran.err, cluster.told());
            assert_eq!(ran.out.lines().skip(1).collect::<Vec<_>>(), expected, "{engine}");
        }
    }
    // A slip in the place is no empty answer.
    for place in ["s3://lake/below", "s3://lake/nowhere"] {
        let ran = asked("select count(*) from dns_hits", place, "embedded");
        assert!(ran.status == 3 && ran.err.contains("is no lake"), "{place}: {}{}", ran.out, ran.err);
    }
    let ran = asked("select count(*) from dns_hits", "s3://none/lake", "embedded");
    assert!(ran.status == 3 && ran.err.contains("s3://none/lake cannot be read"), "{}{}", ran.out, ran.err);
}
