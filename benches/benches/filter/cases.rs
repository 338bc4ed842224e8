//! The twelve filters of issue 3: one of each kind that clients send, and one long one.

use rollbook_filter::Limits;

/// The long filter is over the default limit of 2,000 bytes.
pub(crate) const LIMITS: Limits = Limits { max_length: 4_000, max_depth: 32, max_terms: 256 };

/// Returns each filter with its name; some 3.1 kB in all.
pub(crate) fn twelve() -> Vec<(&'static str, String)> {
    let short = [
        ("eq", r#"userName eq "bjensen""#),
        ("co", r#"name.familyName co "O'Malley""#),
        ("pr", "title pr"),
        ("and", r#"title pr and userType eq "Employee""#),
        ("or", r#"title pr or userType eq "Intern""#),
        (
            "not",
            r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#,
        ),
        ("value_path", r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#),
        (
            "two_value_paths",
            r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
        ),
        ("urn", r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#),
        ("date", r#"meta.lastModified gt "2011-05-13T04:42:34Z""#),
        (
            "dates",
            r#"meta.lastModified ge "2011-05-13T04:42:34Z" and meta.lastModified lt "2012-05-13T04:42:34Z""#,
        ),
    ];
    let mut all: Vec<_> = short.into_iter().map(|(name, text)| (name, text.to_owned())).collect();
    let terms: Vec<_> =
        (0..50).map(|n| format!(r#"id eq "2819c223-7f76-453a-919d-4138619046{n:02}""#)).collect();
    all.push(("fifty", terms.join(" or ")));
    all
}
