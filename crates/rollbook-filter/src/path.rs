//! Attribute paths (RFC 7644 §3.4.2.2, rule `attrPath`; §3.10).

use std::borrow::Cow;

use crate::error::ParseError;
use crate::limits::Limits;
use crate::parse;

/// The path of an attribute, a sub-attribute or a whole schema extension, kept as it was written.
///
/// It is `name`, `name.sub`, or a schema URI alone or followed by `:` and one of these. A URI begins with `urn:`,
/// `http://` or `https://` in any ASCII case, and holds no blank, quote or bracket. Where the URI ends cannot be seen
/// from the text (`…:2.0:User:name` has dots and colons everywhere), so [`split`](Self::split) takes the schema URIs
/// that are known.
///
/// Equality is that of the text; names and URIs are case-insensitive where they are looked up (RFC 7643 §2.1).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct AttrPath<'a> {
    text: Cow<'a, str>,
}

/// An attribute path in its parts.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SplitPath<'s> {
    /// The schema URI, in the case of the text; `None` where the path has none.
    pub uri: Option<&'s str>,
    /// The attribute; `None` where the path names a whole extension.
    pub name: Option<&'s str>,
    /// The sub-attribute, if one is named.
    pub sub: Option<&'s str>,
}

impl<'a> AttrPath<'a> {
    /// Checks and keeps the text of a path; blanks around it are not allowed here.
    ///
    /// # Errors
    ///
    /// Fails where the text is not exactly one attribute path, or is longer than the default [`Limits`] allow.
    pub fn new(text: impl Into<Cow<'a, str>>) -> Result<Self, ParseError> {
        let text = text.into();
        parse::attr_path(&text, &Limits::default())?;
        Ok(Self { text })
    }

    /// Wraps text the parser has read as a path.
    pub(crate) fn parsed(text: &'a str) -> Self {
        Self { text: Cow::Borrowed(text) }
    }

    /// Returns the path as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Copies what is borrowed, so that the path outlives its source.
    #[must_use]
    pub fn into_owned(self) -> AttrPath<'static> {
        AttrPath { text: Cow::Owned(self.text.into_owned()) }
    }

    /// Splits the path into schema URI, attribute and sub-attribute (RFC 7644 §3.10).
    ///
    /// The URI is the longest of `uris` (compared without ASCII case) that is the whole text, or that is followed by
    /// `:` and `name` or `name.sub`. Where none fits, a path that begins with a URI is split at its last `:` if a name
    /// follows there, and otherwise is a whole extension: a guess, for schemas the caller does not know.
    pub fn split<'s, 'u>(&'s self, uris: impl IntoIterator<Item = &'u str>) -> SplitPath<'s> {
        let text = self.as_str();
        if !parse::begins_with_uri(text) {
            let (name, sub) = name_and_sub(text);
            return SplitPath { uri: None, name: Some(name), sub };
        }
        let known =
            uris.into_iter().filter_map(|uri| split_after(text, uri.len(), uri)).max_by_key(uri_length);
        known.or_else(|| split_at_last_colon(text)).unwrap_or(SplitPath {
            uri: Some(text),
            name: None,
            sub: None,
        })
    }
}

fn uri_length(split: &SplitPath<'_>) -> usize {
    split.uri.map_or(0, str::len)
}

/// Splits `text` after `uri` if it begins with it and what follows allows that.
fn split_after<'s>(text: &'s str, length: usize, uri: &str) -> Option<SplitPath<'s>> {
    let (head, tail) = text.split_at_checked(length)?;
    if !head.eq_ignore_ascii_case(uri) {
        return None;
    }
    if tail.is_empty() {
        return Some(SplitPath { uri: Some(head), name: None, sub: None });
    }
    // `urn:x` must not claim `urn:x:2.0` or `urn:x:other:name`: those belong to longer, unknown URIs.
    let rest = tail.strip_prefix(':').filter(|rest| parse::is_plain_path(rest))?;
    let (name, sub) = name_and_sub(rest);
    Some(SplitPath { uri: Some(head), name: Some(name), sub })
}

fn split_at_last_colon(text: &str) -> Option<SplitPath<'_>> {
    let (uri, rest) = text.rsplit_once(':').filter(|(_, rest)| parse::is_plain_path(rest))?;
    let (name, sub) = name_and_sub(rest);
    Some(SplitPath { uri: Some(uri), name: Some(name), sub })
}

fn name_and_sub(text: &str) -> (&str, Option<&str>) {
    text.split_once('.').map_or((text, None), |(name, sub)| (name, Some(sub)))
}
