//! SCIM resources (RFC 7643 §3).

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::convert::{ConversionError, to_value};
use crate::json::{JsonError, JsonLimits, Reader, write_complex};
use crate::name::AttributeName;
use crate::registry::Registry;
use crate::value::{Complex, Value};

/// A SCIM resource: the ordered members of its JSON object.
///
/// What no schema knows is kept too. Typed access is through the views, such as [`User`](crate::User).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource(Complex);

impl Resource {
    /// Makes a resource without members.
    #[must_use]
    pub const fn new() -> Self {
        Self(Complex::new())
    }

    /// Reads a resource from JSON text.
    ///
    /// Order, spelling and the text of numbers are kept. An object under a top-level name with a `:` in it that is the
    /// URI of no schema in `known` becomes [`Value::Opaque`] and keeps every byte.
    ///
    /// # Errors
    ///
    /// Refuses what [`parse_value`](crate::parse_value) refuses, and what is not an object.
    pub fn from_slice(bytes: &[u8], limits: &JsonLimits, known: &Registry) -> Result<Self, JsonError> {
        let mut reader = Reader::new(bytes, limits)?;
        let complex = reader.resource(&mut |name| name.contains(':') && known.schema(name).is_none())?;
        reader.end()?;
        Ok(Self(complex))
    }

    /// Returns the resource as JSON text without spaces; opaque extensions keep theirs.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut text = String::new();
        write_complex(&mut text, &self.0);
        text.into_bytes()
    }

    /// Reads the resource into a type of one's own; strings may be borrowed.
    ///
    /// The names of members are compared with the fields of a struct without regard to ASCII case, as RFC 7643 §2.1
    /// asks. A map, and a struct with a `#[serde(flatten)]` field, gets the names that come with SCIM in the schemas'
    /// spelling and others as they are. `null` is no value of an `Option` and no elements of a `Vec` (§2.5). A number
    /// with more digits than a machine number holds is an error, not another number; a field of type
    /// [`Number`](crate::Number) or [`Value`] takes it with its text. An extension that no schema knows is read from
    /// its text, by the same rules, but a map gets its names as they are spelled there; a
    /// `&serde_json::value::RawValue` takes it as it is.
    ///
    /// # Errors
    ///
    /// What the type refuses, with the path of the attribute.
    ///
    /// ```
    /// use rollbook_schema::{JsonLimits, Registry, Resource};
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// #[serde(rename_all = "camelCase")]
    /// struct Person<'a> {
    ///     user_name: &'a str,
    ///     active: Option<bool>,
    ///     #[serde(rename = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")]
    ///     work: Option<Work<'a>>,
    /// }
    ///
    /// #[derive(Deserialize)]
    /// struct Work<'a> {
    ///     department: &'a str,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let body = br#"{"UserName": "ana", "active": null,
    ///     "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"Department": "Sales"}}"#;
    /// let resource = Resource::from_slice(body, &JsonLimits::default(), &Registry::standard())?;
    /// let person: Person<'_> = resource.deserialize()?;
    /// assert_eq!((person.user_name, person.active), ("ana", None));
    /// assert_eq!(person.work.map(|work| work.department), Some("Sales"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn deserialize<'de, T: Deserialize<'de>>(&'de self) -> Result<T, ConversionError> {
        T::deserialize(self)
    }

    /// Makes a resource of a type of one's own.
    ///
    /// A member whose value is `None` is left out; `()` and [`Value::Null`] write `null`. A `serde_json` raw object
    /// under a top-level name with a `:` in it keeps every byte, as an extension that no schema knows does.
    ///
    /// # Errors
    ///
    /// Refuses what is no object, a name that occurs twice up to ASCII case, names that are no strings, infinite
    /// numbers, bytes, and more than 256 levels; with the path of the attribute.
    ///
    /// ```
    /// use rollbook_schema::Resource;
    ///
    /// #[derive(serde::Serialize)]
    /// #[serde(rename_all = "camelCase")]
    /// struct Person {
    ///     user_name: &'static str,
    ///     title: Option<&'static str>,
    /// }
    ///
    /// let resource = Resource::from_serialize(&Person { user_name: "ana", title: None }).unwrap();
    /// assert_eq!(resource.to_vec(), br#"{"userName":"ana"}"#);
    /// ```
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Result<Self, ConversionError> {
        match to_value(value)? {
            Value::Complex(complex) => Ok(Self(complex)),
            _ => Err(serde::ser::Error::custom("a resource is an object; write a struct or a map")),
        }
    }

    /// Returns the members.
    #[must_use]
    pub const fn as_complex(&self) -> &Complex {
        &self.0
    }

    /// Returns the members, to be changed.
    #[must_use]
    pub const fn as_complex_mut(&mut self) -> &mut Complex {
        &mut self.0
    }

    /// Gives the members away.
    #[must_use]
    pub fn into_complex(self) -> Complex {
        self.0
    }

    /// Returns the value of a member, found without regard to ASCII case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Returns the value of a member, to be changed.
    #[must_use]
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.0.get_mut(name)
    }

    /// Sets a member and returns the value it had; an existing member keeps its place and its spelling.
    pub fn insert(&mut self, name: impl Into<AttributeName>, value: impl Into<Value>) -> Option<Value> {
        self.0.insert(name, value)
    }

    /// Takes a member out and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// Tells whether there is a member of this name, be its value `null`.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Returns `id`, the service provider's identifier (RFC 7643 §3.1).
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.text("id")
    }

    /// Returns `externalId`, the provisioning client's identifier (RFC 7643 §3.1).
    #[must_use]
    pub fn external_id(&self) -> Option<&str> {
        self.text("externalId")
    }

    /// Iterates over the strings in `schemas` (RFC 7643 §3).
    pub fn schemas(&self) -> impl Iterator<Item = &str> {
        self.get("schemas").map(Value::elements).unwrap_or_default().filter_map(Value::as_str)
    }

    /// Returns `userName` (RFC 7643 §4.1.1).
    #[must_use]
    pub fn user_name(&self) -> Option<&str> {
        self.text("userName")
    }

    /// Returns `displayName` (RFC 7643 §4.1.1, §4.2).
    #[must_use]
    pub fn display_name(&self) -> Option<&str> {
        self.text("displayName")
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }
}

impl From<Complex> for Resource {
    fn from(complex: Complex) -> Self {
        Self(complex)
    }
}

impl From<Resource> for Complex {
    fn from(resource: Resource) -> Self {
        resource.0
    }
}

impl From<Resource> for Value {
    fn from(resource: Resource) -> Self {
        Self::Complex(resource.0)
    }
}

impl Serialize for Resource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Resource {
    /// Reads a resource through serde; [`Resource::from_slice`] keeps more.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Complex::deserialize(deserializer).map(Self)
    }
}
