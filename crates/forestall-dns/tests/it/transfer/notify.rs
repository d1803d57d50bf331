// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! NOTIFY to secondaries that hear, refuse, or are silent.

use std::time::Duration;

use forestall_dns::transfer::{Notification, NotifyError, notify};
use tokio::net::UdpSocket;

use super::played::{apex, key, now};

#[tokio::test]
async fn a_notification_is_repeated_until_somebody_hears() {
    let apex = apex();
    let key = key();
    let told = Notification {
        apex: &apex,
        serial: 7,
        key: Some(&key),
        from: Some("127.0.0.1".parse().unwrap()),
        tries: 3,
        patience: Duration::from_millis(200),
    };
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let target = socket.local_addr().unwrap();
    let hear = tokio::spawn(async move {
        let mut buffer = [0; 600];
        let mut first = None;
        loop {
            let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
            assert_eq!((buffer[2], &buffer[5..12]), (0x24, &[1, 0, 1, 0, 0, 0, 1][..]), "NOTIFY with an SOA, signed");
            assert!(length > 150);
            // What answers something else is passed over.
            socket.send_to(&[0; 12], from).await.unwrap();
            if first.is_some_and(|first| first != buffer[..2]) {
                socket.send_to(&[buffer[0], buffer[1], 0xA4, 0, 0, 0, 0, 0, 0, 0, 0, 0], from).await.unwrap();
                return;
            }
            first = Some([buffer[0], buffer[1]]);
        }
    });
    notify(target, &told, now).await.unwrap();
    hear.await.unwrap();

    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let quick = Notification { tries: 2, patience: Duration::from_millis(20), ..told.clone() };
    let target = silent.local_addr().unwrap();
    assert_eq!(notify(target, &quick, now).await, Err(NotifyError::Silent { target, tries: 2 }));
    drop(silent);
    assert_eq!(notify(target, &quick, now).await, Err(NotifyError::Silent { target, tries: 2 }));

    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let target = socket.local_addr().unwrap();
    let refuse = tokio::spawn(async move {
        let mut buffer = [0; 600];
        let (_, from) = socket.recv_from(&mut buffer).await.unwrap();
        socket.send_to(&[buffer[0], buffer[1], 0xA0, 5, 0, 0, 0, 0, 0, 0, 0, 0], from).await.unwrap();
    });
    assert_eq!(notify(target, &told, now).await, Err(NotifyError::Refused { target, code: 5 }));
    refuse.await.unwrap();
}
