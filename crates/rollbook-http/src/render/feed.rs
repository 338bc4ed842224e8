//! An answer that is made while it is sent, so that its size is no matter.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use rollbook_protocol::Projection;
use rollbook_schema::ResourceType;
use rollbook_store::{GroupRef, ResourceId, StoreError, Stored};

use super::members::{self, MEMBER_PAGE, Read, Roll, Shown};
use super::{Outline, outline, rendering};
use crate::handler::Scene;
use crate::response::ResponseBody;

/// An answer of up to this many bytes is sent in one piece, with its length.
const WHOLE: usize = 1024 * 1024;

/// About how many bytes are sent at a time beyond that.
const CHUNK: usize = 64 * 1024;

/// About what `id` and `meta` add to a resource.
const ADDED: usize = 384;

/// About what each of its groups adds.
const GROUP: usize = 224;

/// What is left to be sent of an answer.
#[derive(Debug)]
pub(crate) struct Feed {
    scene: Scene,
    parts: VecDeque<Part>,
}

/// How resources of a type are shown.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) ty: ResourceType,
    pub(crate) projection: Arc<Projection>,
}

/// A part of an answer.
#[derive(Debug)]
pub(crate) enum Part {
    /// Bytes as they are.
    Bytes(Vec<u8>),
    /// A resource with its groups.
    Resource(Arc<Shape>, Stored, Arc<[GroupRef]>),
    /// The members of a group, not read yet.
    Members(Arc<Shape>, ResourceId),
    /// What is left of a copy of the members.
    Roll(Arc<Shape>, Roll, bool),
    /// The members after this one, of a group too large for a copy.
    Walk(Arc<Shape>, ResourceId, Option<String>),
}

impl Feed {
    pub(crate) fn new(scene: Scene) -> Self {
        Self { scene, parts: VecDeque::new() }
    }

    pub(crate) fn push(&mut self, part: Part) {
        self.parts.push_back(part);
    }

    /// Adds a rendered resource, and its members where they belong.
    pub(super) fn outline(mut self, outline: Outline, shape: Arc<Shape>, id: &ResourceId) -> Self {
        for part in parts(outline, shape, id).into_iter().rev() {
            self.parts.push_front(part);
        }
        self
    }

    /// The body: in one piece where it is small, else made while it is sent.
    pub(crate) async fn body(mut self) -> Result<ResponseBody, StoreError> {
        let size = self.parts.iter().map(Part::size).sum::<usize>();
        let mut bytes = Vec::with_capacity(size.min(WHOLE));
        while bytes.len() < WHOLE {
            if !self.step(&mut bytes).await? {
                return Ok(ResponseBody::new(bytes));
            }
        }
        Ok(ResponseBody::feed(bytes.into(), self))
    }

    /// The next bytes; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        let mut bytes = Vec::with_capacity(CHUNK);
        while bytes.len() < CHUNK && self.step(&mut bytes).await? {}
        Ok((!bytes.is_empty()).then(|| bytes.into()))
    }

    /// Writes one part, or a piece of it; `false` when there is none left.
    async fn step(&mut self, out: &mut Vec<u8>) -> Result<bool, StoreError> {
        let Some(part) = self.parts.pop_front() else { return Ok(false) };
        match part {
            Part::Bytes(bytes) if out.capacity() == 0 => *out = bytes,
            Part::Bytes(bytes) => out.extend_from_slice(&bytes),
            Part::Resource(shape, stored, groups) => {
                if let Some(rendering) =
                    rendering(&self.scene, &shape.ty, &stored, &groups, &shape.projection)?
                {
                    out.extend_from_slice(&rendering.body);
                    return Ok(true);
                }
                let outline = outline(&self.scene, &shape.ty, &stored, &groups, &shape.projection)?;
                for part in parts(outline, shape, &stored.id).into_iter().rev() {
                    self.parts.push_front(part);
                }
            }
            Part::Members(shape, group) => {
                let part = match members::read(&self.scene, &group).await? {
                    Read::Roll(roll) => Part::Roll(shape, roll, true),
                    Read::TooMany => Part::Walk(shape, group, None),
                };
                self.parts.push_front(part);
            }
            Part::Roll(shape, mut roll, mut is_first) => {
                let some = roll.take(MEMBER_PAGE);
                let is_last = some.len() < MEMBER_PAGE;
                self.write(&shape, &some, &mut is_first, out);
                if !is_last {
                    self.parts.push_front(Part::Roll(shape, roll, is_first));
                }
            }
            Part::Walk(shape, group, after) => {
                let rows = members::page(&self.scene, &group, after.as_deref()).await?;
                let some: Vec<_> = rows.iter().map(Shown::of).collect();
                self.write(&shape, &some, &mut after.is_none(), out);
                if rows.len() == MEMBER_PAGE {
                    let after = rows.into_iter().next_back().map(|row| row.value);
                    self.parts.push_front(Part::Walk(shape, group, after));
                }
            }
        }
        Ok(true)
    }

    fn write(&self, shape: &Shape, members: &[Shown<'_>], is_first: &mut bool, out: &mut Vec<u8>) {
        members::write(&self.scene, &shape.ty, &shape.projection, members, is_first, out);
    }
}

impl Part {
    /// About how many bytes it will be, as far as is known beforehand.
    fn size(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Resource(_, stored, groups) => stored.body.len() + ADDED + GROUP * groups.len(),
            Self::Members(..) | Self::Roll(..) | Self::Walk(..) => 0,
        }
    }
}

/// A rendered resource in parts.
fn parts(outline: Outline, shape: Arc<Shape>, id: &ResourceId) -> Vec<Part> {
    let Outline { mut bytes, members } = outline;
    match members {
        None => vec![Part::Bytes(bytes)],
        Some(at) => {
            let after = bytes.split_off(at.min(bytes.len()));
            vec![Part::Bytes(bytes), Part::Members(shape, id.clone()), Part::Bytes(after)]
        }
    }
}
