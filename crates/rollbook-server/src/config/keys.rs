//! The names of the configuration keys, in one place.

/// Every key, as it stands in the file; in the environment it is upper case after `ROLLBOOK_`.
pub(super) const KEYS: &[&str] = &[
    "listen",
    "base_url",
    "tls_certificate",
    "tls_key",
    "trusted_proxies",
    "data",
    "database",
    "database_connections",
    "key",
    "key_file",
    "allow_addresses",
    "schemas",
    "max_body",
    "max_depth",
    "max_filter",
    "max_terms",
    "page",
    "max_page",
    "max_bulk",
    "request_log_rows",
    "request_log_days",
    "delivery_log_rows",
    "delivery_log_days",
    "log",
    "log_format",
];

/// The key whose spelling is nearest.
pub(super) fn nearest(name: &str) -> &'static str {
    let distance = |key: &&&'static str| strsim::damerau_levenshtein(key, name);
    KEYS.iter().min_by_key(distance).copied().unwrap_or("listen")
}
