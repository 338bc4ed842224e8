//! Whole resources from stored ones: what the client wrote, and what the server adds.

mod json;

use chrono::{DateTime, Utc};
use rollbook_schema::{Complex, Resource, Value, format_instant};

use crate::etag::etag;
use json::ObjectWriter;

/// What `id` and `meta` of a resource say (RFC 7643 §3.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Meta<'a> {
    /// The resource type's name, such as `User`.
    pub resource_type: &'a str,
    /// The resource's id.
    pub id: &'a str,
    /// When it was created.
    pub created: DateTime<Utc>,
    /// When it last changed.
    pub modified: DateTime<Utc>,
    /// The absolute URI of the resource.
    pub location: &'a str,
    /// Its version, shown as an entity tag.
    pub version: u64,
}

/// A member as a group shows it (RFC 7643 §4.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MemberView<'a> {
    /// The id of the member.
    pub value: &'a str,
    /// `type`: the member's resource type; `None` when the value names nothing (decision D6).
    pub resource_type: Option<&'a str>,
    /// What to show for it.
    pub display: Option<&'a str>,
    /// `$ref`: the absolute URI of the member.
    pub location: Option<&'a str>,
}

/// A group as one of its direct members shows it (RFC 7643 §4.1.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GroupView<'a> {
    /// The id of the group.
    pub value: &'a str,
    /// What to show for it.
    pub display: Option<&'a str>,
    /// `$ref`: the absolute URI of the group.
    pub location: Option<&'a str>,
}

/// Adds `id`, `members`, `groups` and `meta` to the stored JSON text of a resource, without parsing it.
///
/// Each byte of the members in `body` is kept. `body` must be a JSON object, `{}` or larger, that has none of the four
/// names; what is no object gives no JSON. `members: Some(&[])` shows an empty array, since clients look for it;
/// `groups: Some(&[])` and `None` show nothing (RFC 7643 §2.5).
#[must_use]
pub fn splice(
    body: &[u8],
    meta: &Meta<'_>,
    members: Option<&[MemberView<'_>]>,
    groups: Option<&[GroupView<'_>]>,
) -> Vec<u8> {
    let body = body.trim_ascii_end();
    let body = body.strip_suffix(b"}").unwrap_or(body).trim_ascii_end();
    let edges = members.map_or(0, <[_]>::len) + groups.map_or(0, <[_]>::len);
    let mut out = Vec::with_capacity(body.len() + 384 + edges.saturating_mul(160));
    out.extend_from_slice(body);
    let mut object = ObjectWriter::resume(&mut out, body.ends_with(b"{"));
    object.string("id", meta.id);
    if let Some(members) = members {
        object.array("members", members, write_member);
    }
    if let Some(groups) = groups.filter(|groups| !groups.is_empty()) {
        object.array("groups", groups, write_group);
    }
    object.object("meta", |meta_object| write_meta(meta_object, meta));
    object.finish();
    out
}

/// Does to a tree what [`splice`] does to text, for filters, sorting and projection.
#[must_use]
pub fn assemble(
    body: Resource,
    meta: &Meta<'_>,
    members: Option<&[MemberView<'_>]>,
    groups: Option<&[GroupView<'_>]>,
) -> Resource {
    let mut resource = body;
    resource.insert("id", meta.id);
    if let Some(members) = members {
        resource.insert("members", members.iter().map(member_value).collect::<Value>());
    }
    if let Some(groups) = groups.filter(|groups| !groups.is_empty()) {
        resource.insert("groups", groups.iter().map(group_value).collect::<Value>());
    }
    let mut complex = Complex::new();
    complex.insert("resourceType", meta.resource_type);
    complex.insert("created", format_instant(meta.created));
    complex.insert("lastModified", format_instant(meta.modified));
    complex.insert("location", meta.location);
    complex.insert("version", etag(meta.version));
    resource.insert("meta", complex);
    resource
}

fn write_member(object: &mut ObjectWriter<'_>, member: &MemberView<'_>) {
    object.string("value", member.value);
    object.optional("$ref", member.location);
    object.optional("display", member.display);
    object.optional("type", member.resource_type);
}

fn write_group(object: &mut ObjectWriter<'_>, group: &GroupView<'_>) {
    object.string("value", group.value);
    object.optional("$ref", group.location);
    object.optional("display", group.display);
    object.string("type", DIRECT);
}

fn write_meta(object: &mut ObjectWriter<'_>, meta: &Meta<'_>) {
    object.string("resourceType", meta.resource_type);
    object.string("created", &format_instant(meta.created));
    object.string("lastModified", &format_instant(meta.modified));
    object.string("location", meta.location);
    object.string("version", &etag(meta.version));
}

fn member_value(member: &MemberView<'_>) -> Value {
    let mut complex = Complex::new();
    complex.insert("value", member.value);
    insert(&mut complex, "$ref", member.location);
    insert(&mut complex, "display", member.display);
    insert(&mut complex, "type", member.resource_type);
    Value::Complex(complex)
}

fn group_value(group: &GroupView<'_>) -> Value {
    let mut complex = Complex::new();
    complex.insert("value", group.value);
    insert(&mut complex, "$ref", group.location);
    insert(&mut complex, "display", group.display);
    complex.insert("type", DIRECT);
    Value::Complex(complex)
}

fn insert(complex: &mut Complex, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        complex.insert(name, text);
    }
}

/// Only direct groups are shown (RFC 7643 §4.1.2).
const DIRECT: &str = "direct";
