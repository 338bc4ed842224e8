//! The profiles that have a name: data, in the form that a target gives.

use super::Profile;

impl Profile {
    /// A profile by its name; the names are [`Profile::names`].
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (_, json) = NAMED.iter().find(|(known, _)| *known == name)?;
        // A test reads them all.
        Self::parse(json.as_bytes()).ok()
    }

    /// The names of the profiles.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMED.iter().map(|(name, _)| *name)
    }
}

const NAMED: [(&str, &str); 6] = [
    // Any service that follows the RFC.
    ("generic", "{}"),
    // Another rollbook.
    ("rollbook", r#"{"member_chunk": 1000, "page_size": 1000, "concurrency": 8}"#),
    // The python server scim2-server: the RFC to the letter.
    ("scim2-server", r#"{"concurrency": 2}"#),
    // A service without PATCH.
    ("put-only", r#"{"update": "put"}"#),
    // A service with accounts and no groups.
    ("users-only", r#"{"groups": false}"#),
    // AWS IAM Identity Center: at most 100 members in a PATCH (shared notes C28).
    ("aws", r#"{"member_chunk": 100, "page_size": 50, "match_groups": ["displayName"]}"#),
];
