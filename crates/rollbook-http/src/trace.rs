//! What is learnt of a request on its way, for the request log.

use std::borrow::Cow;

use rollbook_store::DirectoryId;

use crate::auth::Principal;

/// What is known of a request once it is answered; the client is told none of it.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// The directory whose log gets the record, when it is known by the credential.
    pub(crate) directory: Option<DirectoryId>,
    /// The first characters of the token, when it is one of that directory.
    pub(crate) token: Option<String>,
    /// Why it was refused, in words.
    pub(crate) reason: Option<Cow<'static, str>>,
    /// Whose token it is, when that is another directory than the path names.
    pub(crate) elsewhere: Option<Elsewhere>,
    is_admitted: bool,
}

/// A good token on the path of another directory: neither log tells of the other.
#[derive(Debug)]
pub(crate) struct Elsewhere {
    /// The directory that the token opens.
    pub(crate) directory: DirectoryId,
    /// The first characters of the token.
    pub(crate) token: Option<String>,
}

impl Trace {
    /// Notes the caller.
    pub(crate) fn of(&mut self, principal: &Principal) {
        self.admitted();
        self.directory = Some(principal.directory.clone());
        self.token.clone_from(&principal.token);
    }

    /// Notes that the credentials are good.
    pub(crate) const fn admitted(&mut self) {
        self.is_admitted = true;
    }

    /// Whether the request had good credentials.
    pub(crate) const fn is_admitted(&self) -> bool {
        self.is_admitted
    }

    /// Notes why the request was refused, unless a more exact reason is known already.
    pub(crate) fn refused(&mut self, reason: impl Into<Cow<'static, str>>) {
        if self.reason.is_none() {
            self.reason = Some(reason.into());
        }
    }
}
