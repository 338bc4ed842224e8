//! How one SCIM service differs from others, as data.

mod named;

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use rollbook_provision::Capabilities;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The limits and habits of a SCIM service.
///
/// As JSON every key may be left out; an unknown key is refused. The key `base` takes the rest from a named profile:
///
/// ```
/// use rollbook_connectors::{Profile, UpdateStyle};
///
/// let profile = Profile::parse(br#"{"base": "put-only", "page_size": 20}"#)?;
/// assert_eq!(profile.update, UpdateStyle::Put);
/// # Ok::<(), rollbook_connectors::ProfileError>(())
/// ```
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// Whether the service takes users; true unless set.
    pub users: bool,
    /// Whether it takes groups; true unless set.
    pub groups: bool,
    /// How attributes are changed; `patch` unless set.
    pub update: UpdateStyle,
    /// The most members in one call; 100 unless set.
    pub member_chunk: NonZeroUsize,
    /// How members are removed by PATCH; `filter` unless set.
    pub remove_members: RemoveMembers,
    /// What happens to the account of a user who is deleted; `delete` unless set.
    pub delete: DeleteStyle,
    /// The most resources asked for in one page; 100 unless set.
    pub page_size: NonZeroU32,
    /// How many calls run at the same time; 4 unless set.
    pub concurrency: NonZeroUsize,
    /// How long one call may take, in seconds; 30 unless set.
    pub timeout_seconds: NonZeroU32,
    /// The attributes by which an account is found, in order; `externalId`, `userName` unless set.
    pub match_users: Vec<String>,
    /// The attributes by which a group is found, in order; `externalId`, `displayName` unless set.
    pub match_groups: Vec<String>,
    /// The content type of bodies; `application/scim+json` unless set.
    pub content_type: String,
    /// Attributes that are never sent, by their path: `title`, `urn:…:User:department`, or the URI of an extension.
    pub exclude_attributes: Vec<String>,
}

/// How attributes are changed.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateStyle {
    /// PATCH with one operation per attribute (RFC 7644 §3.5.2).
    #[default]
    Patch,
    /// PUT of the whole resource (RFC 7644 §3.5.1). Groups are read first, so that their members stay.
    Put,
}

/// How members are removed by PATCH.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RemoveMembers {
    /// One operation each, with the path `members[value eq "…"]` (RFC 7644 §3.5.2.2).
    #[default]
    Filter,
    /// One operation with the path `members` and a list of values: for services that know no filter in a path.
    ///
    /// The RFC reads such an operation as the removal of **all** members: only for services known to read it otherwise.
    Value,
}

/// What happens to the account of a user who is deleted in the hub.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeleteStyle {
    /// It is deleted.
    #[default]
    Delete,
    /// It is switched off and kept.
    Deactivate,
}

/// Why a profile was not taken.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// It is no JSON object of known keys with fitting values.
    #[error("the profile cannot be read: {0}")]
    Invalid(serde_json::Error),
    /// No profile has the name that `base` gives.
    #[error("there is no profile `{given}`; those known are {}", Profile::names().collect::<Vec<_>>().join(", "))]
    Unknown {
        /// The name as given.
        given: String,
    },
    /// The values do not make sense.
    #[error("the profile cannot be used: {0}")]
    Senseless(&'static str),
}

impl Default for Profile {
    fn default() -> Self {
        let names = |names: [&str; 2]| names.map(ToOwned::to_owned).to_vec();
        Self {
            users: true,
            groups: true,
            update: UpdateStyle::default(),
            member_chunk: NonZeroUsize::MIN.saturating_add(99),
            remove_members: RemoveMembers::default(),
            delete: DeleteStyle::default(),
            page_size: NonZeroU32::MIN.saturating_add(99),
            concurrency: NonZeroUsize::MIN.saturating_add(3),
            timeout_seconds: NonZeroU32::MIN.saturating_add(29),
            match_users: names(["externalId", "userName"]),
            match_groups: names(["externalId", "displayName"]),
            content_type: "application/scim+json".to_owned(),
            exclude_attributes: Vec::new(),
        }
    }
}

impl Profile {
    /// Reads a profile from the JSON of a target; nothing and `{}` are the default.
    ///
    /// # Errors
    ///
    /// Says what is wrong, and where.
    pub fn parse(json: &[u8]) -> Result<Self, ProfileError> {
        if json.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        let mut given: serde_json::Map<_, _> = serde_json::from_slice(json).map_err(ProfileError::Invalid)?;
        let base = match given.remove("base") {
            None => Self::default(),
            Some(name) => {
                let name: String = serde_json::from_value(name).map_err(ProfileError::Invalid)?;
                Self::named(&name).ok_or(ProfileError::Unknown { given: name })?
            }
        };
        let mut whole = serde_json::to_value(base).map_err(ProfileError::Invalid)?;
        if let Some(whole) = whole.as_object_mut() {
            whole.extend(given);
        }
        serde_json::from_value::<Self>(whole).map_err(ProfileError::Invalid)?.checked()
    }

    /// What the engine has to know of the service.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        Capabilities {
            users: self.users,
            groups: self.groups,
            member_chunk: self.member_chunk.get(),
            delete: match self.delete {
                DeleteStyle::Delete => rollbook_provision::DeleteStyle::Delete,
                DeleteStyle::Deactivate => rollbook_provision::DeleteStyle::Deactivate,
            },
            concurrency: self.concurrency.get(),
        }
    }

    /// How long one call may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds.get().into())
    }

    /// Tells whether an attribute is never sent: it is named itself, or its extension is.
    #[must_use]
    pub fn excludes(&self, path: &str) -> bool {
        self.exclude_attributes.iter().any(|excluded| {
            let rest = path.get(excluded.len()..).unwrap_or_default();
            let begins = path.get(..excluded.len()).is_some_and(|start| start.eq_ignore_ascii_case(excluded));
            begins && (rest.is_empty() || excluded.contains(':') && rest.starts_with(':'))
        })
    }

    fn checked(self) -> Result<Self, ProfileError> {
        if !self.users && !self.groups {
            return Err(ProfileError::Senseless("it takes neither users nor groups"));
        }
        if self.match_users.is_empty() || self.match_groups.is_empty() {
            // Without a match a lost answer would make a second account (promise P3).
            return Err(ProfileError::Senseless("`match_users` and `match_groups` must name an attribute"));
        }
        Ok(self)
    }
}
