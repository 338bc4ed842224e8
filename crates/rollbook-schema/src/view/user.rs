//! Users.

use crate::resource::Resource;
use crate::value::Value;

use super::{Address, Element, Email, EnterpriseUser, Name, Ws1bUser, part, parts, text};

/// A user (RFC 7643 §4.1).
///
/// ```
/// use rollbook_schema::{Resource, User, Value, parse_value};
///
/// let body = br#"{"userName": "ana", "emails": [{"value": "a@example.com"}, {"value": "b@example.com", "primary": true}]}"#;
/// let Value::Complex(complex) = parse_value(body, &Default::default())? else { panic!("an object") };
/// let resource = Resource::from(complex);
/// let user = User::new(&resource);
/// assert_eq!(user.primary_email().and_then(|email| email.value()), Some("b@example.com"));
/// # Ok::<(), rollbook_schema::JsonError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct User<'a>(&'a Resource);

impl<'a> User<'a> {
    /// Makes the view of a resource.
    #[must_use]
    pub const fn new(resource: &'a Resource) -> Self {
        Self(resource)
    }

    /// Returns `id`.
    #[must_use]
    pub fn id(&self) -> Option<&'a str> {
        text(self.0.as_complex(), "id")
    }

    /// Returns `externalId`.
    #[must_use]
    pub fn external_id(&self) -> Option<&'a str> {
        text(self.0.as_complex(), "externalId")
    }

    /// Returns `userName`, which the user signs in with.
    #[must_use]
    pub fn user_name(&self) -> Option<&'a str> {
        text(self.0.as_complex(), "userName")
    }

    /// Returns `displayName`.
    #[must_use]
    pub fn display_name(&self) -> Option<&'a str> {
        text(self.0.as_complex(), "displayName")
    }

    /// Returns `nickName`.
    #[must_use]
    pub fn nick_name(&self) -> Option<&'a str> {
        text(self.0.as_complex(), "nickName")
    }

    /// Returns `profileUrl`.
    #[must_use]
    pub fn profile_url(&self) -> Option<&'a str> {
        text(self.0.as_complex(), "profileUrl")
    }

    /// Returns `title`.
    #[must_use]
    pub fn title(&self) -> Option<&'a str> {
        text(self.0.as_complex(), "title")
    }

    /// Returns `userType`.
    #[must_use]
    pub fn user_type(&self) -> Option<&'a str> {
        text(self.0.as_complex(), "userType")
    }

    /// Returns `preferredLanguage`.
    #[must_use]
    pub fn preferred_language(&self) -> Option<&'a str> {
        text(self.0.as_complex(), "preferredLanguage")
    }

    /// Returns `locale`.
    #[must_use]
    pub fn locale(&self) -> Option<&'a str> {
        text(self.0.as_complex(), "locale")
    }

    /// Returns `timezone`.
    #[must_use]
    pub fn timezone(&self) -> Option<&'a str> {
        text(self.0.as_complex(), "timezone")
    }

    /// Returns `active`; a service provider decides what its absence means.
    #[must_use]
    pub fn active(&self) -> Option<bool> {
        self.0.get("active").and_then(Value::as_bool)
    }

    /// Returns `name`.
    #[must_use]
    pub fn name(&self) -> Option<Name<'a>> {
        part(self.0.as_complex(), "name").map(Name::new)
    }

    /// Iterates over `emails`.
    pub fn emails(&self) -> impl Iterator<Item = Email<'a>> + use<'a> {
        parts(self.0.as_complex(), "emails").map(Email::new)
    }

    /// Returns the primary element of `emails`, or the first when none is primary.
    #[must_use]
    pub fn primary_email(&self) -> Option<Email<'a>> {
        self.emails().find(|email| email.primary() == Some(true)).or_else(|| self.emails().next())
    }

    /// Iterates over `addresses`.
    pub fn addresses(&self) -> impl Iterator<Item = Address<'a>> + use<'a> {
        parts(self.0.as_complex(), "addresses").map(Address::new)
    }

    /// Iterates over `phoneNumbers`.
    pub fn phone_numbers(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        parts(self.0.as_complex(), "phoneNumbers").map(Element::new)
    }

    /// Iterates over `ims`.
    pub fn ims(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        parts(self.0.as_complex(), "ims").map(Element::new)
    }

    /// Iterates over `photos`.
    pub fn photos(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        parts(self.0.as_complex(), "photos").map(Element::new)
    }

    /// Iterates over `groups`.
    pub fn groups(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        parts(self.0.as_complex(), "groups").map(Element::new)
    }

    /// Iterates over `entitlements`.
    pub fn entitlements(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        parts(self.0.as_complex(), "entitlements").map(Element::new)
    }

    /// Iterates over `roles`.
    pub fn roles(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        parts(self.0.as_complex(), "roles").map(Element::new)
    }

    /// Iterates over `x509Certificates`.
    pub fn x509_certificates(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        parts(self.0.as_complex(), "x509Certificates").map(Element::new)
    }

    /// Returns the enterprise extension.
    #[must_use]
    pub fn enterprise(&self) -> Option<EnterpriseUser<'a>> {
        EnterpriseUser::of(self.0)
    }

    /// Returns the Workspace ONE extension.
    #[must_use]
    pub fn ws1b(&self) -> Option<Ws1bUser<'a>> {
        Ws1bUser::of(self.0)
    }
}
