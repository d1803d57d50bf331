// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is counted while the sinkhole runs. Each thread counts for itself; the sums are read by others.

use std::sync::atomic::{AtomicU64, Ordering};

/// Makes the list of counters: each with its name in Prometheus's form and its help.
macro_rules! counters {
    ($($name:ident, $metric:literal, $labels:literal, $help:literal;)*) => {
        /// Something that is counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Count {
            $(#[doc = $help] $name,)*
        }

        /// Name, labels and help of each counter, in order.
        pub const ALL: &[(&str, &str, &str)] = &[$(($metric, $labels, $help),)*];
    };
}

counters! {
    UdpQueries, "dns_queries_total", "transport=\"udp\"", "Messages that came by the DNS.";
    TcpQueries, "dns_queries_total", "transport=\"tcp\"", "Messages that came by the DNS.";
    Records, "dns_answers_total", "answer=\"records\"", "What was answered by the DNS.";
    NoData, "dns_answers_total", "answer=\"nodata\"", "What was answered by the DNS.";
    Closed, "dns_answers_total", "answer=\"closed\"", "What was answered by the DNS.";
    Collision, "dns_answers_total", "answer=\"collision\"", "What was answered by the DNS.";
    Unlisted, "dns_answers_total", "answer=\"unlisted\"", "What was answered by the DNS.";
    Failed, "dns_answers_total", "answer=\"failed\"", "What was answered by the DNS.";
    CookieOnly, "dns_answers_total", "answer=\"cookie\"", "What was answered by the DNS.";
    Ignored, "dns_ignored_total", "", "Messages of the DNS that are never answered: too short, too long, or answers.";
    Slipped, "dns_limited_total", "fate=\"slipped\"", "Answers of the DNS beyond the limit of a rate.";
    Dropped, "dns_limited_total", "fate=\"dropped\"", "Answers of the DNS beyond the limit of a rate.";
    Unsent, "dns_unsent_total", "", "Answers of the DNS that the system did not take.";
    Cookies, "dns_cookies_total", "", "Queries with a cookie of ours that fits.";
    Connections, "connections_total", "", "Connections that were taken.";
    Crowded, "connections_refused_total", "", "Connections that were closed at once because there were too many.";
    Slow, "connections_slow_total", "", "Connections that were closed because they took too long.";
    Requests, "http_requests_total", "outcome=\"answered\"", "Requests over HTTP.";
    NotHttp, "http_requests_total", "outcome=\"not_http\"", "Requests over HTTP.";
    Bots, "visitors_total", "visitor=\"bot\"", "Who visitors seem to be.";
    Scanners, "visitors_total", "visitor=\"scanner\"", "Who visitors seem to be.";
    Crawlers, "visitors_total", "visitor=\"crawler\"", "Who visitors seem to be.";
    Researchers, "visitors_total", "visitor=\"researcher\"", "Who visitors seem to be.";
    Browsers, "visitors_total", "visitor=\"browser\"", "Who visitors seem to be.";
    Unknowns, "visitors_total", "visitor=\"unknown\"", "Who visitors seem to be.";
    Greetings, "tls_greetings_total", "outcome=\"read\"", "Greetings of TLS.";
    NotTls, "tls_greetings_total", "outcome=\"not_tls\"", "Greetings of TLS.";
    ProxyFaults, "proxy_faults_total", "", "Connections whose header of the PROXY protocol was missing or malformed.";
}

/// Counts of one thread. Only that thread adds.
#[derive(Debug)]
pub struct Counters([AtomicU64; ALL.len()]);

impl Default for Counters {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; ALL.len()])
    }
}

impl Counters {
    /// Adds one.
    #[inline]
    pub fn add(&self, count: Count) {
        let place = &self.0[count as usize];
        place.store(place.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    /// Returns a count.
    #[must_use]
    pub fn get(&self, count: Count) -> u64 {
        self.0[count as usize].load(Ordering::Relaxed)
    }

    /// Returns the counts in order of [`ALL`].
    pub fn each(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.iter().map(|count| count.load(Ordering::Relaxed))
    }
}
