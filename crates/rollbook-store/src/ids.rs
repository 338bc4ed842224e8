//! Identifiers: opaque, cheap to clone, never mixed up.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps the text of an identifier.
            #[must_use]
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }
    };
}

id!(
    /// A directory (tenant): a random UUID, never the slug.
    DirectoryId
);
id!(
    /// A SCIM resource within its directory: `id` of RFC 7643 §3.1.
    ResourceId
);
id!(
    /// A target: a service that a directory is provisioned to.
    TargetId
);
id!(
    /// A bearer token's record; not the token itself.
    TokenId
);
id!(
    /// An OAuth client: its `client_id`.
    ClientId
);
