//! Entity tags of resource versions (RFC 7644 §3.14, decision D32).

/// Returns the entity tag of a version: `W/"7"`, which is also `meta.version`.
#[must_use]
pub fn etag(version: u64) -> String {
    format!("W/\"{version}\"")
}

/// Tells whether an `If-Match` or `If-None-Match` header names a version.
///
/// The header is `*` or a list of entity tags (RFC 9110 §13.1.1). Weak and strong tags compare alike, by the opaque
/// part (decision D32); a tag without quotes is read as if it had them. What is no tag names no version.
#[must_use]
pub fn etag_matches(header: &str, version: u64) -> bool {
    let version = version.to_string();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return false;
        }
        let (tag, after) = next_tag(rest);
        if tag == "*" || opaque(tag) == version {
            return true;
        }
        rest = after;
    }
}

/// Takes one tag off a list; a comma inside quotes belongs to the tag.
fn next_tag(list: &str) -> (&str, &str) {
    let mut quoted = false;
    let end = list.find(|char| {
        quoted ^= char == '"';
        char == ',' && !quoted
    });
    let (tag, rest) = list.split_at(end.unwrap_or(list.len()));
    (tag.trim_end_matches([' ', '\t']), rest)
}

fn opaque(tag: &str) -> &str {
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or(tag)
}
