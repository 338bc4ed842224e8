//! The members of a group on their way into an answer.

use std::str;

use rollbook_protocol::{Projection, TypeRef};
use rollbook_schema::{Complex, Resource, ResourceType, Value};
use rollbook_store::{MemberRow, ResourceId, Seq, StoreError};
use serde::{Serialize, Serializer};

use crate::handler::Scene;

/// How many members one read of the store returns.
pub(crate) const MEMBER_PAGE: usize = 1_000;

/// How often a copy is made anew because the group has changed meanwhile.
const COPIES: usize = 3;

/// The most bytes of a copy: room for half a million members; of a larger group each page is sent as it is read.
const MOST_COPIED: usize = 32 * 1024 * 1024;

/// The members of a group at one moment, close together in memory: some 60 bytes each.
#[derive(Debug, Default)]
pub(crate) struct Roll {
    /// Value and display of each member, one after the other.
    texts: String,
    entries: Vec<Entry>,
    /// The names of the members' resource types.
    types: Vec<String>,
    /// How many members were taken already.
    taken: usize,
}

/// One member: where its texts end, and its type's place in `types`, from 1 on.
#[derive(Debug)]
struct Entry {
    value_end: u32,
    display_end: u32,
    kind: u16,
    has_display: bool,
}

/// A member as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'m> {
    value: &'m str,
    kind: Option<&'m str>,
    display: Option<&'m str>,
}

/// What a group holds.
pub(super) enum Read {
    /// All members, as they were at one moment.
    Roll(Roll),
    /// Too many to be copied.
    TooMany,
}

/// Copies the members of a group.
///
/// A group of one page is read in one go. A larger one is read page by page, and again when it has changed meanwhile; in
/// a group that changes all the time, the last copy still has each member once that was there throughout.
pub(super) async fn read(scene: &Scene, group: &ResourceId) -> Result<Read, StoreError> {
    let first = page(scene, group, None).await?;
    if first.len() < MEMBER_PAGE {
        let mut roll = Roll::default();
        return Ok(if roll.extend(&first) { Read::Roll(roll) } else { Read::TooMany });
    }
    drop(first);
    for _ in 1..COPIES {
        let before = version(scene, group).await?;
        let Some(roll) = copy(scene, group).await? else { return Ok(Read::TooMany) };
        if version(scene, group).await? == before {
            return Ok(Read::Roll(roll));
        }
    }
    Ok(copy(scene, group).await?.map_or(Read::TooMany, Read::Roll))
}

async fn copy(scene: &Scene, group: &ResourceId) -> Result<Option<Roll>, StoreError> {
    let mut roll = Roll::default();
    let mut after: Option<String> = None;
    loop {
        let mut rows = page(scene, group, after.as_deref()).await?;
        if !roll.extend(&rows) {
            return Ok(None);
        }
        if rows.len() < MEMBER_PAGE {
            return Ok(Some(roll));
        }
        after = rows.pop().map(|row| row.value);
    }
}

/// One page of the members of a group.
pub(super) async fn page(
    scene: &Scene,
    group: &ResourceId,
    after: Option<&str>,
) -> Result<Vec<MemberRow>, StoreError> {
    scene.store().members(&scene.directory, group, after, MEMBER_PAGE).await
}

async fn version(scene: &Scene, group: &ResourceId) -> Result<Option<Seq>, StoreError> {
    Ok(scene.store().get(&scene.directory, group).await?.map(|stored| stored.version))
}

impl Roll {
    /// Adds members; `false` when they are too many.
    fn extend(&mut self, rows: &[MemberRow]) -> bool {
        for row in rows {
            self.texts.push_str(&row.value);
            let value_end = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
            self.texts.push_str(row.display.as_deref().unwrap_or_default());
            let display_end = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
            let kind = row.resource_type.as_deref().map_or(0, |kind| self.kind(kind));
            let has_display = row.display.is_some();
            self.entries.push(Entry { value_end, display_end, kind, has_display });
            let bytes = self.texts.len().saturating_add(self.entries.len() * size_of::<Entry>());
            if bytes > MOST_COPIED {
                return false;
            }
        }
        true
    }

    fn kind(&mut self, name: &str) -> u16 {
        let known = self.types.iter().position(|known| known == name);
        let place = known.unwrap_or_else(|| {
            self.types.push(name.to_owned());
            self.types.len() - 1
        });
        u16::try_from(place + 1).unwrap_or_default()
    }

    /// The next members, at most `count`.
    pub(super) fn take(&mut self, count: usize) -> Vec<Shown<'_>> {
        let before = self.taken.checked_sub(1).and_then(|last| self.entries.get(last));
        let mut start = before.map_or(0, |entry| entry.display_end);
        let entries = self.entries.iter().skip(self.taken).take(count);
        let shown: Vec<_> = entries
            .map(|entry| {
                let text =
                    |from: u32, to: u32| self.texts.get(from as usize..to as usize).unwrap_or_default();
                let value = text(start, entry.value_end);
                let display = entry.has_display.then(|| text(entry.value_end, entry.display_end));
                start = entry.display_end;
                let kind = usize::from(entry.kind).checked_sub(1);
                Shown { value, display, kind: kind.and_then(|at| self.types.get(at)).map(String::as_str) }
            })
            .collect();
        self.taken += shown.len();
        shown
    }
}

impl<'m> Shown<'m> {
    pub(super) fn of(row: &'m MemberRow) -> Self {
        Self { value: &row.value, kind: row.resource_type.as_deref(), display: row.display.as_deref() }
    }
}

/// Writes members, the first one after `first`.
pub(super) fn write(
    scene: &Scene,
    ty: &ResourceType,
    projection: &Projection,
    members: &[Shown<'_>],
    is_first: &mut bool,
    out: &mut Vec<u8>,
) {
    let mut comma = |out: &mut Vec<u8>| {
        if !std::mem::replace(is_first, false) {
            out.push(b',');
        }
    };
    if projection.is_default() {
        for member in members {
            comma(out);
            // Strings always serialize, and a vector takes any bytes.
            let _ = serde_json::to_writer(&mut *out, &Element::of(scene, member));
        }
        return;
    }
    let mut group = Resource::new();
    group.insert(
        "members",
        members.iter().map(|member| Element::of(scene, member).value()).collect::<Value>(),
    );
    projection.apply(&mut group, TypeRef { registry: scene.registry(), resource_type: ty });
    for element in group.get("members").map(Value::elements).unwrap_or_default() {
        comma(out);
        out.extend_from_slice(element.to_json_string().as_bytes());
    }
}

#[derive(Serialize)]
struct Element<'m> {
    value: &'m str,
    #[serde(rename = "$ref", skip_serializing_if = "Option::is_none")]
    reference: Option<Place<'m>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display: Option<&'m str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'m str>,
}

/// Where a member is found.
struct Place<'m> {
    base: &'m str,
    endpoint: &'m str,
    id: &'m str,
}

impl<'m> Element<'m> {
    fn of(scene: &'m Scene, member: &Shown<'m>) -> Self {
        let Shown { value, kind, display } = *member;
        let ty = kind.and_then(|kind| scene.registry().resource_type(kind));
        let reference = ty.map(|ty| Place {
            base: &scene.base,
            endpoint: ty.endpoint.trim_start_matches('/'),
            id: value,
        });
        Self { value, reference, display, kind }
    }

    fn value(&self) -> Value {
        let mut complex = Complex::new();
        complex.insert("value", self.value);
        if let Some(place) = &self.reference {
            complex.insert("$ref", place.to_string());
        }
        for (name, text) in [("display", self.display), ("type", self.kind)] {
            if let Some(text) = text {
                complex.insert(name, text);
            }
        }
        Value::Complex(complex)
    }
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.base, self.endpoint, self.id)
    }
}

impl Serialize for Place<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
