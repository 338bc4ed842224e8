//! What clients send that the RFC does not allow, each kind by name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The client that provisions a directory.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// Any client: every quirk is understood.
    #[default]
    Generic,
    /// Microsoft Entra ID.
    Entra,
    /// Okta.
    Okta,
    /// A client that follows the RFC, and wants to be told where it does not.
    Strict,
}

impl ClientKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Generic, Self::Entra, Self::Okta, Self::Strict];

    /// Returns the word in settings: `generic`, `entra`, `okta` or `strict`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Entra => "entra",
            Self::Okta => "okta",
            Self::Strict => "strict",
        }
    }
}

impl fmt::Display for ClientKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ClientKind {
    type Err = ParseClientKindError;

    fn from_str(text: &str) -> Result<Self, ParseClientKindError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(text))
            .ok_or(ParseClientKindError(()))
    }
}

/// A word that is no client kind.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a client kind; use `generic`, `entra`, `okta` or `strict`")]
pub struct ParseClientKindError(());

/// Which departures from the RFC are understood, or refused.
///
/// Each is documented with the payload that needs it. [`Quirks::of`] gives the set for a kind of client; single ones
/// may be changed, as a directory's settings do for [`refuse_remove_all_members`](Self::refuse_remove_all_members).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Quirks {
    /// Booleans as strings: `"active": "False"`, `{"primary": "true"}`, `roles[primary eq "True"]` (Entra).
    pub string_booleans: bool,
    /// A complex value as a bare string: `"members": ["id"]`, `"manager": "id"` (Entra; decision D7).
    pub bare_string_complex: bool,
    /// A single-valued attribute in an array, perhaps as an object with `value`:
    /// `{"path": "displayName", "value": [{"$ref": null, "value": "X"}]}` (Entra; `idp-clients.md` §0.14).
    pub wrapped_single: bool,
    /// A multi-valued attribute without its array: `"emails": {"value": "x"}` (hand-written templates).
    pub unwrapped_multi: bool,
    /// An empty string where nothing is meant: `"manager": ""` and `{"path": "…:manager", "value": ""}` (Entra). On
    /// plain strings `""` is a value.
    pub empty_string_unassigns: bool,
    /// A body without `schemas`, or with unknown URNs in it (GitHub's and authentik's; decision D3).
    pub lenient_schemas: bool,
    /// Attributes that no schema knows are dropped with a warning: `"organizationId": "o1"` (decision D5).
    pub unknown_attributes: bool,
    /// An extension that no schema knows is kept (Entra's custom mappings; decision D5).
    pub unknown_extensions: bool,
    /// A path-less value with dotted or URN-qualified keys: `{"op": "replace", "value": {"name.givenName": "y",
    /// "urn:…:User:department": "z"}}` (Entra with `aadOptscim062020`); the same keys in the body of a POST or PUT.
    pub dotted_keys: bool,
    /// A path-less value that is a JSON text in a string: `{"op": "replace", "value": "{\"active\": false}"}` (Keycloak).
    pub json_string_value: bool,
    /// An attribute of an extension without its URN: `{"path": "manager", …}` (Entra's documented example 5).
    pub unqualified_extension: bool,
    /// A value filter that selects nothing makes the element: `{"op": "Add", "path": "emails[type eq \"work\"].value",
    /// "value": "x"}` (Entra; decision D13). Off, `replace` and `add` answer 400 `noTarget` (RFC 7644 §3.5.2.3).
    pub filter_creates: bool,
    /// `remove` whose filter selects nothing is no error (decision D12). Off: 400 `noTarget`.
    pub remove_nothing: bool,
    /// `remove` with a `value` removes that only: `{"op": "Remove", "path": "members", "value": [{"$ref": null,
    /// "value": "id"}]}` (Entra's old form; decision D21). Off: 400 `invalidValue`.
    pub remove_with_value: bool,
    /// A read-only attribute in a PATCH path is ignored (decision D22). Off: 400 `mutability`.
    pub ignore_read_only: bool,
    /// A member whose id names nothing is kept as a reference (decision D6). Off: 400 `invalidValue`.
    pub unresolved_members: bool,
    /// A bulk POST without `bulkId`, which nothing can refer to then: `{"method": "POST", "path": "/Users", "data": {…}}`
    /// (hand-written scripts; RFC 7644 §3.7 requires it).
    pub bulk_post_without_id: bool,
    /// Refuses `remove` of all `members` by a path alone (decision D11); off unless a directory asks for it.
    pub refuse_remove_all_members: bool,
}

impl Quirks {
    /// Returns the quirks of a kind of client.
    ///
    /// All kinds but [`ClientKind::Strict`] understand everything: the same directory is often fed by scripts too, and
    /// Entra sends two dialects from one tenant.
    #[must_use]
    pub const fn of(kind: ClientKind) -> Self {
        let lenient = !matches!(kind, ClientKind::Strict);
        Self {
            string_booleans: lenient,
            bare_string_complex: lenient,
            wrapped_single: lenient,
            unwrapped_multi: lenient,
            empty_string_unassigns: lenient,
            lenient_schemas: lenient,
            unknown_attributes: lenient,
            unknown_extensions: lenient,
            dotted_keys: lenient,
            json_string_value: lenient,
            unqualified_extension: lenient,
            filter_creates: lenient,
            remove_nothing: lenient,
            remove_with_value: lenient,
            ignore_read_only: lenient,
            unresolved_members: lenient,
            bulk_post_without_id: lenient,
            refuse_remove_all_members: false,
        }
    }
}

impl Default for Quirks {
    fn default() -> Self {
        Self::of(ClientKind::Generic)
    }
}
