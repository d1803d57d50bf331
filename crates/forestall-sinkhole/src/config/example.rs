// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! An example of the configuration, made of the defaults.

use super::written::{WrittenConnections, WrittenDns, WrittenLimits, WrittenSpool};
use super::{APPEAL, SENSOR, WHO};

/// Returns an example of the configuration. It says nothing: what holds without a word, and what could be said, waits behind a `#`.
#[must_use]
pub fn example() -> String {
    let WrittenDns { threads, ttl, negative_ttl, udp_size, limits, .. } = WrittenDns::default();
    let WrittenLimits { all, alike, failures, slip } = limits;
    let WrittenConnections { most, most_of_address, seconds_idle, seconds_in_all, .. } = WrittenConnections::default();
    let WrittenSpool { segment_mib, segment_seconds, sync_milliseconds, queue_mib, most_mib, .. } =
        WrittenSpool::default();
    format!(
        "\
# Configuration of `forestall-sinkhole`. Numbers and words behind a # are those that hold without it; addresses, names and files there are
# examples, and nothing is listened on before an address is given.

# Stands in the names of segments: another for each sinkhole of a lake.
# sensor = \"{SENSOR}\"

# The name server. Where it listens, name_servers and mailbox must be given.
[dns]
# Over UDP and TCP; each address by itself, never 0.0.0.0.
# listen = [\"192.0.2.53:53\"]
# For each address, over UDP.
# threads = {threads}
# name_servers = [\"ns1.sinkhole.example\", \"ns2.sinkhole.example\"]
# mailbox = \"hostmaster@sinkhole.example\"
# What names of no group lead to, at most 64 addresses of a kind.
# addresses = [\"192.0.2.80\", \"2001:db8::80\"]
# Seconds that resolvers keep an answer; fewer where the window of a name ends before.
# ttl = {ttl}
# negative_ttl = {negative_ttl}
# texts = [\"sinkhole, see https://sinkhole.example/\"]
# The name of this server, for who asks (RFC 5001).
# nsid = \"sensor-1\"
# Octets of an answer over UDP.
# udp_size = {udp_size}
# Names with a legitimate holder: refuse, or answer where the holder gave them to this sinkhole.
# collisions = \"refuse\"
# 32 hexadecimal digits, shared by servers behind one address; without it one for each start.
# cookie_secret = \"/etc/forestall/cookie.secret\"
# Answers a second to a network: all, those of one kind for one name, refusals and failures; 0 for no limit. Beyond them one of
# so many (slip) is sent cut short.
# limits = {{ all = {all}, alike = {alike}, failures = {failures}, slip = {slip} }}

# Names with addresses of their own; the first group that fits. Each of family, campaign and tld may be left out.
# [[dns.group]]
# family = \"conficker-b\"
# campaign = \"conficker-b\"
# tld = \"ws\"
# addresses = [\"192.0.2.81\", \"192.0.2.82\", \"192.0.2.83\"]
# One of them for each day of the names, in turn, in place of all.
# by_day = true

# The web server.
[http]
# listen = [\"192.0.2.80:80\"]
# What visitors are told.
# who = \"{WHO}\"
# appeal = \"{APPEAL}\"
# Words of user agents.
# crawlers = [\"ourmonitor\"]
# researchers = [\"university of example\"]

[tls]
# listen = [\"192.0.2.80:443\"]
# Without both the greeting is read and the connection ends.
# certificate = \"/etc/forestall/sinkhole.pem\"
# key = \"/etc/forestall/sinkhole.key\"

# Ports on which nothing is spoken: that somebody connected is kept.
[tcp]
# listen = [\"192.0.2.80:445\"]
# And what they said first, at most 64 octets.
# first_octets = false

[connections]
# most = {most}
# most_of_address = {most_of_address}
# Seconds for one request, and for a whole connection.
# seconds_idle = {seconds_idle}
# seconds_in_all = {seconds_in_all}
# Every connection from there begins with a header of the PROXY protocol, version 2.
# proxies = [\"10.0.0.1\"]

# Counters for Prometheus, on the loopback interface only.
[metrics]
# listen = \"127.0.0.1:9553\"

[spool]
# By default the folder spool where the program is started; --spool goes before it.
# folder = \"/var/lib/forestall-sinkhole/spool\"
# segment_mib = {segment_mib}
# segment_seconds = {segment_seconds}
# sync_milliseconds = {sync_milliseconds}
# queue_mib = {queue_mib}
# Where it is full, events are left out and counted.
# most_mib = {most_mib}

# Whom to become, by number, where the program is started as root. Under systemd it never is.
[user]
# user = 990
# group = 990
"
    )
}
