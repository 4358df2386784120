use std::net::IpAddr;

/// Whether a request for this host is answered. Protects a node on localhost from web pages that point a name of
/// theirs at 127.0.0.1. IP addresses pass, as does a request that names no host.
pub(super) fn allows(vhosts: &[String], host: Option<&str>) -> bool {
    let Some(host) = host.filter(|host| !host.is_empty()) else { return true };
    let name = without_port(host);
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok()
        || vhosts.iter().any(|allowed| allowed.trim() == "*" || allowed.trim().eq_ignore_ascii_case(name))
}

fn without_port(host: &str) -> &str {
    if host.starts_with('[') {
        return host.find(']').and_then(|end| host.get(..=end)).unwrap_or(host);
    }
    match host.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_and_addresses_pass() {
        let only = ["localhost".to_owned(), "node.example".to_owned()];
        for host in [
            "localhost",
            "LOCALHOST:8545",
            "127.0.0.1:8545",
            "[::1]:8545",
            "::1",
            "10.0.0.1",
            "node.example:1",
        ] {
            assert!(allows(&only, Some(host)), "{host}");
        }
        assert!(allows(&only, None));
        assert!(!allows(&only, Some("evil.example:8545")));
        assert!(!allows(&[], Some("localhost")));
        assert!(allows(&["*".to_owned()], Some("evil.example")));
    }
}
